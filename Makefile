# One command sets up and runs the main job (make demo), one sets up and passes the tests (make test).
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check unit mutations attack-mutations bench read-scores docs clean

demo: $(READY)  ## Build examples/task-management into build/demo and prove every file on PostgreSQL.
	$(BIN)/colonnade build examples/task-management --out build/demo

test: $(READY) check mutations unit  ## Format, lint, types, the tests, and the mutations of the prover.

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

mutations: $(READY)  ## Change one thing in a proven output; a law must go red for the right reason.
	PYTHONPATH=tests $(BIN)/python -m mutations

attack-mutations: $(READY)  ## Weaken a proven schema in each of many ways; the attack that exploits it must go red.
	PYTHONPATH=tests $(BIN)/python -m mutations.attack

unit: $(READY)
	$(BIN)/pytest -n 2

bench: $(READY)  ## Figures of bench/, as ratios where there is a peer.
	$(BIN)/python bench/compile.py
	$(BIN)/python bench/attack.py
	$(BIN)/python bench/online.py
	PYTHONPATH=tests $(BIN)/python bench/read.py
	$(BIN)/python bench/diff.py
	$(BIN)/python bench/isolation.py

read-scores: $(READY)  ## How the Markdown reader does on the project's own corpus, by form.
	PYTHONPATH=tests $(BIN)/python bench/read_scores.py

docs: $(READY)  ## Write the generated pages of docs/ anew.
	PYTHONPATH=tests $(BIN)/python docs/generate.py

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed, and none was found: set PYTHON=/path/to/python3"; exit 2; }
	$(PYTHON) -m venv $(VENV) || { $(PYTHON) -m pip install --user virtualenv && $(PYTHON) -m virtualenv $(VENV); }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	# As pip does for what it copies: where no bytecode may be written, each start would compile every module anew.
	$(BIN)/python -m compileall -q src
	@touch $@
