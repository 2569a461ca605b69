"""Giving a row to another user: the statements of docs/isolation.md, run as the migrator, and by nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from colonnade.config import Settings
from colonnade.design.engine import design
from colonnade.prove.ground import Ground, prepared
from colonnade.server import Server
from colonnade.sql import literal
from support.proving import built, planner

PAGE = (Path(__file__).parent.parent / "docs" / "isolation.md").read_text(encoding="utf-8")


def statements(project: str, user: str) -> str:
    found = re.search(r"## Giving a row to another user\n.*?```sql\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1].replace(":user", literal(user)).replace(":project", literal(project))


@pytest.fixture(scope="module")
def ground(server: Server) -> Iterator[Ground]:
    schema, _ = design(planner(), Settings())
    files = built(schema, Settings(), frozenset({"roles", "sql"}))
    with files as tree, prepared(tree, schema, planner(), Settings(), server) as made:
        assert made.residents
        yield made


def owners(ground: Ground, project: str) -> list[list[str]]:
    """Of the project, its tasks and their comments, whose they are."""
    tasks = f"SELECT id FROM tasks WHERE project_id = {literal(project)}"
    with ground.session(ground.filled) as administrator:
        return [
            sorted(str(row[0]) for row in administrator.execute(query.encode()).fetchall())
            for query in (
                f"SELECT user_id FROM projects WHERE id = {literal(project)}",
                f"SELECT user_id FROM tasks WHERE project_id = {literal(project)}",
                f"SELECT user_id FROM comments WHERE task_id IN ({tasks})",
            )
        ]


def moving(ground: Ground) -> tuple[str, str]:
    """A project with tasks that have comments, and a user whose it is not."""
    tasks = {row["id"]: row["project_id"] for row in ground.rows["tasks"]}
    project = next(found for row in ground.rows["comments"] if (found := tasks.get(row["task_id"])))
    owner = next(row["user_id"] for row in ground.rows["projects"] if row["id"] == project)
    return project, next(row["id"] for row in ground.rows["users"] if row["id"] != owner)


def test_the_application_cannot_give_a_row_away(ground: Ground) -> None:
    project, user = moving(ground)
    before = owners(ground, project)
    for mine in {before[0][0], user}:
        with ground.session(ground.filled, ground.actors.application) as session:
            session.execute("SELECT set_config('app.current_user_id', %s, false)", (mine,))
            for statement in statements(project, user).split(";\n"):
                if statement.startswith(("ALTER", "UPDATE")):
                    try:
                        assert session.execute(statement.encode()).rowcount == 0, statement
                    except psycopg.Error as error:
                        assert error.sqlstate == "42501", statement
    assert owners(ground, project) == before


def test_the_migrator_gives_a_row_and_all_below_it_away_or_nothing(ground: Ground) -> None:
    project, user = moving(ground)
    before = owners(ground, project)
    with ground.session(ground.filled, ground.actors.migrator) as migrator:
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            migrator.execute(f"UPDATE projects SET user_id = {literal(user)} WHERE id = {literal(project)}".encode())
        half = re.sub(r"UPDATE tasks[^;]*;\n", "", statements(project, user))
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            migrator.execute(half.encode())
        migrator.execute("ROLLBACK")
        assert owners(ground, project) == before
        migrator.execute(statements(project, user).encode())
    moved = owners(ground, project)
    assert [set(one) for one in moved] == [{user}] * 3 and list(map(len, moved)) == list(map(len, before))
    deferrable = "SELECT count(*) FROM pg_constraint WHERE condeferrable AND contype = 'f'"
    with ground.session(ground.filled) as administrator:
        assert administrator.execute(deferrable).fetchone() == (0,)
