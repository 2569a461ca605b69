# ruff: noqa: E501
"""Pairs of schemas of which a column in use changes over, with rows of the old one."""

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    """Two schemas, rows of the old one, and the renames that a person states."""

    old: str
    new: str
    rows: str = ""
    renamed: tuple[tuple[str, str], ...] = ()


TASKS = "INSERT INTO tasks SELECT n, n FROM generate_series(1, 50) n; INSERT INTO tasks VALUES (51, NULL);"
CASES = {
    "integer to bigint": Case(
        "CREATE TABLE tasks (id int PRIMARY KEY, size int);",
        "CREATE TABLE tasks (id int PRIMARY KEY, size bigint);",
        TASKS,
    ),
    "text to uuid": Case(
        "CREATE TABLE tasks (id int PRIMARY KEY, token text);",
        "CREATE TABLE tasks (id int PRIMARY KEY, token uuid);",
        "INSERT INTO tasks SELECT n, md5(n::text)::uuid::text FROM generate_series(1, 9) n;",
    ),
    "text to enum": Case(
        "CREATE TABLE tasks (id int PRIMARY KEY, state varchar(9) DEFAULT 'new' NOT NULL);",
        "CREATE TYPE state AS ENUM ('new', 'done');"
        "CREATE TABLE tasks (id int PRIMARY KEY, state state DEFAULT 'new' NOT NULL);",
        "INSERT INTO tasks VALUES (1, 'new'), (2, 'done');",
    ),
    "numeric precision": Case(
        "CREATE TABLE tasks (id int PRIMARY KEY, size numeric(9, 2) DEFAULT 0);",
        "CREATE TABLE tasks (id int PRIMARY KEY, size numeric(15, 4) DEFAULT 0);",
        TASKS,
    ),
    "timestamp to timestamptz": Case(
        "CREATE TABLE tasks (id int PRIMARY KEY, at timestamp DEFAULT now());",
        "CREATE TABLE tasks (id int PRIMARY KEY, at timestamptz DEFAULT now());",
        "INSERT INTO tasks VALUES (1, '2020-01-01 10:00'), (2, NULL);",
    ),
    "a rename": Case(
        "CREATE TABLE tasks (id int PRIMARY KEY, title text NOT NULL);",
        "CREATE TABLE tasks (id int PRIMARY KEY, name text NOT NULL);",
        "INSERT INTO tasks VALUES (1, 'a'), (2, 'b');",
        (("tasks.title", "name"),),
    ),
    "a rename and another type": Case(
        "CREATE TABLE tasks (id int PRIMARY KEY, title varchar(20) DEFAULT 'x');",
        "CREATE TABLE tasks (id int PRIMARY KEY, name text DEFAULT 'y');",
        "INSERT INTO tasks VALUES (1, 'a'), (2, NULL);",
        (("tasks.title", "name"),),
    ),
    "not null, default, checks": Case(
        "CREATE TABLE tasks (id int PRIMARY KEY, size int NOT NULL DEFAULT 1 CHECK (size > 0), CHECK (size < id + 99));",
        "CREATE TABLE tasks (id int PRIMARY KEY, size bigint NOT NULL DEFAULT 1 CHECK (size > 0), CHECK (size < id + 99));",
        "INSERT INTO tasks SELECT n, n FROM generate_series(1, 50) n;",
    ),
    "indexes and uniques": Case(
        "CREATE TABLE tasks (id int PRIMARY KEY, size int UNIQUE, page int, UNIQUE (page, size)); CREATE INDEX by_size"
        " ON tasks (size, id) WHERE size > 3; CREATE UNIQUE INDEX one ON tasks ((size + 1)); CREATE INDEX i ON tasks"
        " USING hash (size);",
        "CREATE TABLE tasks (id int PRIMARY KEY, size bigint UNIQUE, page int, UNIQUE (page, size)); CREATE INDEX by_size"
        " ON tasks (size, id) WHERE size > 3; CREATE UNIQUE INDEX one ON tasks ((size + 1)); CREATE INDEX i ON tasks"
        " USING hash (size);",
        TASKS.replace("NULL", "NULL, 7").replace("n, n", "n, n, 4"),
    ),
    "primary key and what points at it": Case(
        "CREATE TABLE tasks (id int PRIMARY KEY, parent int REFERENCES tasks); CREATE TABLE notes (task int REFERENCES"
        " tasks ON DELETE CASCADE); CREATE INDEX by_task ON notes (task);",
        "CREATE TABLE tasks (id bigint PRIMARY KEY, parent bigint REFERENCES tasks); CREATE TABLE notes (task bigint"
        " REFERENCES tasks ON DELETE CASCADE); CREATE INDEX by_task ON notes (task);",
        "INSERT INTO tasks VALUES (1, NULL), (2, 1); INSERT INTO notes VALUES (1), (2);",
    ),
    "a key, and a column that points at it stays": Case(
        "CREATE TABLE tasks (id int PRIMARY KEY); CREATE TABLE notes (task bigint REFERENCES tasks);",
        "CREATE TABLE tasks (id bigint PRIMARY KEY); CREATE TABLE notes (task bigint REFERENCES tasks);",
        "INSERT INTO tasks VALUES (1), (2); INSERT INTO notes VALUES (1), (2);",
    ),
    "a serial key": Case(
        "CREATE TABLE tasks (id serial PRIMARY KEY, t text);",
        "CREATE TABLE tasks (id bigserial PRIMARY KEY, t text);",
        "INSERT INTO tasks (t) VALUES ('a'), ('b');",
    ),
    "a function that has our name": Case(
        "CREATE TABLE tasks (id int PRIMARY KEY, size int);"
        "CREATE FUNCTION sync_columns_of_tasks() RETURNS int LANGUAGE sql AS 'SELECT 1';",
        "CREATE TABLE tasks (id int PRIMARY KEY, size bigint);"
        "CREATE FUNCTION sync_columns_of_tasks() RETURNS int LANGUAGE sql AS 'SELECT 1';",
        TASKS,
    ),
    "an identity": Case(
        "CREATE TABLE tasks (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, t text);",
        "CREATE TABLE tasks (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, t text);",
        "INSERT INTO tasks (t) VALUES ('a'), ('b');",
    ),
    "views, policies, grants, comments": Case(
        "CREATE TABLE tasks (id int PRIMARY KEY, owner int); COMMENT ON COLUMN tasks.owner IS 'who';"
        "GRANT SELECT (owner), UPDATE ON tasks TO reader; ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY own ON tasks USING (owner = 1); CREATE VIEW v AS SELECT id, owner FROM tasks WHERE owner > 0;"
        "CREATE MATERIALIZED VIEW m AS SELECT owner FROM v; CREATE INDEX im ON m (owner); GRANT SELECT ON v TO reader;",
        "CREATE TABLE tasks (id int PRIMARY KEY, owner bigint); COMMENT ON COLUMN tasks.owner IS 'whose';"
        "GRANT SELECT (owner), UPDATE ON tasks TO reader; ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY own ON tasks USING (owner = 1); CREATE VIEW v AS SELECT id, owner FROM tasks WHERE owner > 0;"
        "CREATE MATERIALIZED VIEW m AS SELECT owner FROM v; CREATE INDEX im ON m (owner); GRANT SELECT ON v TO reader;",
        TASKS,
    ),
    "nasty names": Case(
        'CREATE SCHEMA "S s"; CREATE TABLE "S s"."Odd ""t%s" (id int PRIMARY KEY, "new" int, "Ordnung größer als'
        ' dreiundsechzig Bytes, was niemand tippt" int UNIQUE);',
        'CREATE SCHEMA "S s"; CREATE TABLE "S s"."Odd ""t%s" (id int PRIMARY KEY, "new" bigint, "Ordnung größer als'
        ' dreiundsechzig Bytes, was niemand tippt" bigint UNIQUE);',
        'INSERT INTO "S s"."Odd ""t%s" VALUES (1, 2, 3);',
    ),
    "other triggers": Case(
        "CREATE TABLE tasks (id int PRIMARY KEY, mail text, at int DEFAULT 0);"
        "CREATE FUNCTION low() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.mail := lower(NEW.mail); RETURN NEW; END';"
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.at := 1; RETURN NEW; END';"
        "CREATE TRIGGER low BEFORE INSERT OR UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION low();"
        "CREATE TRIGGER touch BEFORE UPDATE OF mail ON tasks FOR EACH ROW WHEN (OLD.mail <> NEW.mail)"
        " EXECUTE FUNCTION touch();",
        "CREATE TABLE tasks (id int PRIMARY KEY, email text, at int DEFAULT 0);"
        "CREATE FUNCTION low() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.email := lower(NEW.email); RETURN NEW; END';"
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.at := 1; RETURN NEW; END';"
        "CREATE TRIGGER low BEFORE INSERT OR UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION low();"
        "CREATE TRIGGER touch BEFORE UPDATE OF email ON tasks FOR EACH ROW WHEN (OLD.email <> NEW.email)"
        " EXECUTE FUNCTION touch();",
        "INSERT INTO tasks VALUES (1, 'A@x'), (2, NULL);",
        (("tasks.mail", "email"),),
    ),
    "other changes as well": Case(
        "CREATE TYPE state AS ENUM ('new'); CREATE TYPE lost AS ENUM ('x'); CREATE TABLE away (id serial PRIMARY KEY, l lost);"
        "CREATE TABLE tasks (id int PRIMARY KEY, size int, gone int NOT NULL DEFAULT 3 UNIQUE, away int REFERENCES away, s state);"
        "CREATE INDEX two ON tasks (gone, size); CREATE VIEW leaving AS SELECT id, gone, size FROM tasks;"
        "CREATE FUNCTION left_over() RETURNS int LANGUAGE sql AS 'SELECT 1';",
        "CREATE TYPE state AS ENUM ('new', 'done'); CREATE TABLE tasks (id int PRIMARY KEY, size bigint,"
        " more text NOT NULL DEFAULT 'x', s state DEFAULT 'done'); CREATE TABLE notes (id int PRIMARY KEY, task int"
        " REFERENCES tasks); CREATE INDEX more ON tasks (size, more);",
        "INSERT INTO tasks VALUES (1, 2, 3);",
    ),
    "another table has another name": Case(
        "CREATE TABLE tasks (id int PRIMARY KEY, size int); CREATE TABLE notes (task int REFERENCES tasks);",
        "CREATE TABLE tasks (id int PRIMARY KEY, size bigint); CREATE TABLE remarks (task int REFERENCES tasks);",
        "INSERT INTO tasks VALUES (1, 2); INSERT INTO notes VALUES (1);",
        (("notes", "remarks"),),
    ),
    "keys of several columns": Case(
        "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE tasks (id int PRIMARY KEY, user_id int NOT NULL REFERENCES"
        " users, parent int, UNIQUE (user_id, id), FOREIGN KEY (user_id, parent) REFERENCES tasks (user_id, id) ON DELETE"
        " SET NULL (parent)); CREATE UNIQUE INDEX odd ON tasks (user_id, parent) NULLS NOT DISTINCT WHERE parent > 1;",
        "CREATE TABLE users (id bigint PRIMARY KEY); CREATE TABLE tasks (id bigint PRIMARY KEY, user_id bigint NOT NULL"
        " REFERENCES users, parent bigint, UNIQUE (user_id, id), FOREIGN KEY (user_id, parent) REFERENCES tasks (user_id,"
        " id) ON DELETE SET NULL (parent)); CREATE UNIQUE INDEX odd ON tasks (user_id, parent) NULLS NOT DISTINCT WHERE"
        " parent > 1;",
        "INSERT INTO users VALUES (1); INSERT INTO tasks VALUES (1, 1, NULL), (2, 1, 1);",
    ),
    "a key has another name": Case(
        "CREATE TABLE tasks (id int PRIMARY KEY, t text); CREATE TABLE notes (task int REFERENCES tasks (id));",
        "CREATE TABLE tasks (task_id int PRIMARY KEY, t text); CREATE TABLE notes (task int REFERENCES tasks (task_id));",
        "INSERT INTO tasks VALUES (1, 'a'); INSERT INTO notes VALUES (1);",
        (("tasks.id", "task_id"),),
    ),
    "settings of a column, of keys and of the table": Case(
        "CREATE TABLE tasks (id int PRIMARY KEY, size int NOT NULL, UNIQUE (size) INCLUDE (id) WITH (fillfactor=70)"
        " DEFERRABLE); ALTER TABLE tasks ALTER size SET STATISTICS 50; CREATE UNIQUE INDEX which ON tasks (size);"
        " ALTER TABLE tasks REPLICA IDENTITY USING INDEX which; CREATE STATISTICS st ON id, size FROM tasks;"
        " ALTER TABLE tasks CLUSTER ON which; COMMENT ON INDEX which IS 'x';",
        "CREATE TABLE tasks (id int PRIMARY KEY, size bigint NOT NULL, UNIQUE (size) INCLUDE (id) WITH (fillfactor=70)"
        " DEFERRABLE); ALTER TABLE tasks ALTER size SET STATISTICS 60; CREATE UNIQUE INDEX which ON tasks (size);"
        " ALTER TABLE tasks REPLICA IDENTITY USING INDEX which; CREATE STATISTICS st ON id, size FROM tasks;"
        " ALTER TABLE tasks CLUSTER ON which; COMMENT ON INDEX which IS 'y';",
        "INSERT INTO tasks VALUES (1, 2);",
    ),
    "arrays, json, booleans, text": Case(
        'CREATE TABLE tasks (id int PRIMARY KEY, a int[], j json, b text, n numeric, c text COLLATE "C", d varchar(9));',
        "CREATE TABLE tasks (id int PRIMARY KEY, a bigint[], j jsonb, b boolean, n text, c text, d varchar(4));",
        "INSERT INTO tasks VALUES (1, '{1,NULL}', '{\"a\":  1}', 'true', 1.50, 'a', 'abcd'); INSERT INTO tasks (id) VALUES (2);",
    ),
    "not null and another default": Case(
        "CREATE TABLE tasks (id int PRIMARY KEY, size int DEFAULT 1);",
        "CREATE TABLE tasks (id int PRIMARY KEY, size bigint NOT NULL DEFAULT 2);",
        "INSERT INTO tasks VALUES (1, 2), (3, 4);",
    ),
    "null and a default that differs": Case(
        "CREATE TABLE tasks (id int PRIMARY KEY, token text NOT NULL DEFAULT gen_random_uuid());",
        "CREATE TABLE tasks (id int PRIMARY KEY, token uuid DEFAULT gen_random_uuid());",
        "INSERT INTO tasks VALUES (1, '00000000-0000-4000-8000-000000000001');",
    ),
    "citext": Case(
        "CREATE TABLE tasks (id int PRIMARY KEY, mail text UNIQUE);",
        "CREATE EXTENSION citext; CREATE TABLE tasks (id int PRIMARY KEY, mail citext UNIQUE);",
        "INSERT INTO tasks VALUES (1, 'A@x'), (2, 'b@x');",
    ),
}
