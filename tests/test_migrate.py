"""The next revisions of an Alembic history, and a live database against it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from colonnade import api
from colonnade.config import Settings
from colonnade.errors import ColonnadeError, InputError
from colonnade.evolve import Wish
from colonnade.evolve.drift import Drift
from colonnade.plan import PlanRefused
from colonnade.revisions import commits_each, heads, read
from colonnade.server import Server, connect, scratch_database
from test_code_sources import project as folder_elsewhere
from test_evolve import colonnade

ENVIRONMENT = """
import os
from alembic import context
from sqlalchemy import create_engine
with create_engine(os.environ["DATABASE_URL"]).connect() as connection:
    context.configure(connection=connection{transactions})
    with context.begin_transaction():
        context.run_migrations()
"""
EACH = ENVIRONMENT.format(transactions=", transaction_per_migration=True")
REVISION = """
from alembic import op
revision, down_revision = "{0}", {1}
def upgrade():
    op.execute({2!r})
def downgrade():
    op.execute({3!r})
"""
# The table of users is somebody else's.
OLD = (
    "CREATE TYPE state AS ENUM ('new', 'done');"
    "CREATE TABLE tasks (id int PRIMARY KEY, owner uuid REFERENCES users, state state);"
)
BACK = "DROP TABLE tasks; DROP TYPE state"
FIRST = REVISION.format("a", None, OLD, BACK)
NEW = """
CREATE TABLE users (id uuid PRIMARY KEY);
CREATE TYPE state AS ENUM ('new', 'open', 'done');
CREATE TABLE tasks (id int PRIMARY KEY, owner uuid REFERENCES users, state state DEFAULT 'open', title text UNIQUE);
"""


def project(folder: Path, revisions: dict[str, str], environment: str) -> Path:
    history = folder_elsewhere(folder, revisions, environment)
    (folder / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/alembic\n")
    return history


@pytest.fixture
def wanted(tmp_path: Path) -> Iterator[Path]:
    """A design of the tasks, whose users are external."""
    text = (tmp_path / "new.sql").write_text(NEW)
    assert text
    document = colonnade("introspect", tmp_path / "new.sql")
    assert document.returncode == 0, document.stderr
    yield _external_users(tmp_path, document.stdout)


def _external_users(folder: Path, text: str) -> Path:
    from dataclasses import replace

    from colonnade.design import document

    schema = document.load(text, "design.yaml")
    ours = tuple(one for one in schema.database.tables if one.name != "users")
    users = tuple(one for one in schema.database.tables if one.name == "users")
    intent = replace(schema.intent, entities=tuple(one for one in schema.intent.entities if one.table != "users"))
    path = folder / "specs" / "shop" / "design.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(
        document.dump(replace(schema, database=replace(schema.database, tables=ours), external=users, intent=intent))
    )
    return path


def migrate(server: Server, folder: Path, **options: object) -> api.Migration:
    wish = options.pop("wish", Wish())
    return api.migrate("tasks have a title", [], Settings(), folder, server, wish, **options)  # type: ignore[arg-type]


def test_the_history_is_continued_up_to_the_design_and_then_there_is_nothing_to_do(
    server: Server, tmp_path: Path, wanted: Path
) -> None:
    history = project(tmp_path, {"a": FIRST}, EACH)
    checked = migrate(server, tmp_path, check=True)
    assert [one.id for one in read(history / "versions")] == ["a"]
    found = migrate(server, tmp_path)
    assert [one.id for one in found.revisions] == [one.id for one in checked.revisions]
    # A new value of the enum is there before the revision that makes it a default.
    first, second = found.revisions
    assert (first.follows, second.follows) == (("a",), (first.id,))
    assert "ADD VALUE 'open'" in first.file.text and "ADD VALUE" not in second.file.text
    assert "Way back: lossy, column tasks.title: it is dropped" in second.file.text
    assert heads(read(history / "versions")) == (second.id,)
    assert found.findings == ()
    assert migrate(server, tmp_path).revisions == ()


def test_several_heads_are_asked_about(server: Server, tmp_path: Path, wanted: Path) -> None:
    other = REVISION.format("b", "None", "CREATE SCHEMA other", "DROP SCHEMA other")
    project(tmp_path, {"a": FIRST, "b": other}, EACH)
    with pytest.raises(ColonnadeError, match="2 heads: a, b; say --head ID") as caught:
        migrate(server, tmp_path)
    assert caught.value.exit_code == 3
    with pytest.raises(InputError, match="no head c"):
        migrate(server, tmp_path, head="c")
    merged = migrate(server, tmp_path, merge=True, check=True, ignored=("other",))
    assert merged.revisions[0].follows == ("a", "b")
    goes_on = migrate(server, tmp_path, head="a", ignored=("other",))
    assert 'depends_on = "b"' in goes_on.revisions[0].file.text
    assert migrate(server, tmp_path, head=goes_on.revisions[-1].id, ignored=("other",)).revisions == ()


def test_one_transaction_for_all_revisions_is_warned_about(server: Server, tmp_path: Path, wanted: Path) -> None:
    history = project(tmp_path, {"a": FIRST}, ENVIRONMENT.format(transactions=""))
    assert not commits_each(history / "env.py")
    done = colonnade("migrate", "-m", "x", "--out", tmp_path, "--check", "--json")
    assert done.returncode == 1, done.stderr
    said = json.loads(done.stdout)
    assert [one["rule"] for one in said["findings"]] == ["one-transaction-for-all"]
    assert len(said["revisions"]) == 2 and not said["equal"]


def test_loss_is_refused(server: Server, tmp_path: Path, wanted: Path) -> None:
    more = FIRST.replace("state state)", "state state, gone int)")
    history = project(tmp_path, {"a": more}, EACH)
    with pytest.raises(PlanRefused, match=r"tasks\.gone"):
        migrate(server, tmp_path)
    assert len(read(history / "versions")) == 1
    assert len(migrate(server, tmp_path, wish=Wish(allow_data_loss=True)).revisions) == 2


# --- drift --------------------------------------------------------------------------------------------------------

LATER = REVISION.format("b", "'a'", "ALTER TABLE tasks ADD note text", "ALTER TABLE tasks DROP note")


@pytest.fixture
def live(server: Server) -> Iterator[str]:
    """A database at revision a, with the users that somebody else made."""
    with scratch_database(server) as name, connect(server.dsn(name)) as connection:
        connection.execute("CREATE TABLE users (id uuid PRIMARY KEY, mail text)")
        connection.execute(OLD)
        connection.execute('CREATE TABLE "Our versions" (version_num varchar(32) PRIMARY KEY)')
        connection.execute("INSERT INTO \"Our versions\" VALUES ('a')")
        yield server.dsn(name)


def drift(server: Server, url: str, folder: Path, ignored: tuple[str, ...] = ()) -> Drift:
    return api.drift(url, Settings(), folder, server, ignored)


def test_a_database_is_compared_with_the_revision_that_it_is_at(server: Server, tmp_path: Path, live: str) -> None:
    history = project(tmp_path, {"a": FIRST, "b": LATER}, EACH)
    assert drift(server, live, tmp_path) == Drift(("a",), ("b",), ())
    with connect(live) as connection:
        connection.execute("ALTER TABLE tasks ALTER state SET NOT NULL; CREATE TABLE tmp_x (y int)")
    found = drift(server, live, history)
    assert found.differences == (
        "table tasks: column state: nullable true != false",
        "table tmp_x: only in the database",
    )
    assert drift(server, live, history, ("tmp_*", "public.tasks")).differences == ()
    done = colonnade("drift", live, "--out", tmp_path, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == found.json()
    with connect(live) as connection:
        connection.execute("UPDATE \"Our versions\" SET version_num = 'zz'")
    with pytest.raises(InputError, match="at revision zz, which the history does not have"):
        drift(server, live, tmp_path)
    with connect(live) as connection:
        connection.execute('DROP TABLE "Our versions"')
    with pytest.raises(InputError, match="no table in which Alembic notes its revision"):
        drift(server, live, tmp_path)


def designed(folder: Path, text: str) -> Path:
    """A design that builds what the SQL does."""
    (folder / "new.sql").write_text(text)
    done = colonnade("introspect", folder / "new.sql", "--out", folder / "new.yaml")
    assert done.returncode == 0, done.stderr
    return folder / "new.yaml"


def test_a_column_in_use_changes_over_in_three_revisions(server: Server, tmp_path: Path) -> None:
    first = REVISION.format("a", None, "CREATE TABLE tasks (id int PRIMARY KEY, size int NOT NULL)", "DROP TABLE tasks")
    project(tmp_path, {"a": first}, EACH)
    new = designed(tmp_path, "CREATE TABLE tasks (id int PRIMARY KEY, amount bigint NOT NULL);")
    wish = Wish(renamed=(("tasks.size", "amount"),))
    found = api.migrate("wider", [str(new)], Settings(), tmp_path, server, wish)
    assert [one.leg.stage for one in found.revisions] == ["expand", "switch", "contract"]
    assert [one.follows for one in found.revisions] == [("a",), *((one.id,) for one in found.revisions[:2])]
    ways = [one.json()["way_back"] for one in found.revisions]
    assert ways[:2] == ["lossless", "lossless"]
    assert ways[2] == "lossy, column tasks.size: values of bigint may not fit integer"
    assert "Then: Both columns are kept alike (tasks.amount beside size)" in found.revisions[0].file.text
    assert "wider (2 of 3, switch)" in found.revisions[1].file.text
    assert api.migrate("wider", [str(new)], Settings(), tmp_path, server, wish=Wish()).revisions == ()


def test_plain_changes_a_column_in_one_revision(server: Server, tmp_path: Path) -> None:
    first = REVISION.format("a", None, "CREATE TABLE tasks (id int PRIMARY KEY, size int)", "DROP TABLE tasks")
    project(tmp_path, {"a": first}, EACH)
    new = designed(tmp_path, "CREATE TABLE tasks (id int PRIMARY KEY, size bigint);")
    found = api.migrate("wider", [str(new)], Settings(), tmp_path, server, Wish("plain"))
    assert [one.leg.stage for one in found.revisions] == [""]
