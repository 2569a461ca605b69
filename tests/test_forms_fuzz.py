"""No text makes a form raise, and none makes it slow."""

from __future__ import annotations

import time
from importlib import import_module

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colonnade.errors import Place
from support.forms import PLACE

NAMES = (
    "sql",
    "mermaid",
    "python",
    "typescript",
    "prisma",
    "drizzle",
    "django",
    "jsonform",
    "relatives",
    "outline",
    "yamlform",
)
FORMS = [import_module(f"colonnade.sources.markdown.forms.{name}") for name in NAMES]
PIECES = st.sampled_from(
    """CREATE TABLE|t|(|)|,|;|\n| |id|int|PRIMARY KEY|REFERENCES|ON DELETE|SET NULL|DEFAULT|'|"|`|--|/*|*/|$$
    |CHECK|x IN ('a')|ENUM|INDEX|ON
    |ALTER TABLE|ADD|COMMENT ON COLUMN|a.b|IS|INSERT INTO|VALUES
    |erDiagram|classDiagram|A|B|||--o{|}o--||{|}|PK, FK|class|A(SQLModel, table=True):|    x:
    |int|= Field(|)|Optional[|]|None|interface|type|enum|=|?|:|<|>|Array<|//|@|@Entity()|@Column(
    |model|String|@id|@relation(fields: [a]|[]|pgTable('t', {|
    |.notNull()|=>|"a": 1|models.ForeignKey(|null|é|\\|\t|%%|[p]|→|->|0|-1""".split("|")
)
TEXTS = st.lists(PIECES, max_size=60).map(" ".join) | st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=200)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__.rsplit(".", 1)[-1])
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS)
def test_any_text_is_read_or_left_alone(form: object, text: str) -> None:
    form.sniff(text)  # type: ignore[attr-defined]
    first = form.read(text, PLACE)  # type: ignore[attr-defined]
    assert first == form.read(text, PLACE)  # type: ignore[attr-defined]
    unknown = form.read(text, Place("spec.md"))  # type: ignore[attr-defined]
    for entity in unknown.entities if unknown else ():
        assert entity.name.place.line == 0


HEAVY = {
    "open brackets": "create table a (" * 3000,
    "open comments": "/*" * 20000,
    "open dollar quotes": "$a$b" * 12000,
    "generics": "interface A { x: " + "Array<" * 8000,
    "spaces": "erDiagram\n A" + " " * 50000 + "x",
    "lines": "erDiagram\nA {\n"
    + "".join(f" uuid c{i}_id FK\n" for i in range(1500))
    + "}\n"
    + "".join(f"C{i} ||--o{{ A : x\n" for i in range(1500)),
    "unions": "class A(BaseModel):\n  x: " + "int | " * 8000 + "str",
    "checks": "create table t (a int check (" + "(" * 3000 + "a" + ")" * 3000 + "));",
    "indexes": "create table t (a int);\n" + "create index on t (a);\n" * 2000,
    "line ends": "\n" * 50000,
    "decorators": "@Entity()\nclass A {\n" + "@Column(\n" * 8000,
    "tables": "const a = pgTable('a', {" * 3000,
    "relations": "model A {\n" + " b B[]\n" * 4000 + "}\nmodel B {\n" + " a A[]\n" * 4000 + "}",
}


@pytest.mark.parametrize("name", HEAVY)
def test_hostile_text_takes_linear_time(name: str) -> None:
    # Each of these takes minutes where a loop or an expression is quadratic; the bound is loose for a busy machine.
    start = time.perf_counter()
    for form in FORMS:
        form.read(HEAVY[name], PLACE)
    assert time.perf_counter() - start < 20
