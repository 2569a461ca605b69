# ruff: noqa: E501
"""Pairs of schemas, and edits to one that has rows: what a plan must lead from and to, both ways."""

from __future__ import annotations

PAIRS = {
    "pk change": (
        "CREATE TABLE t (id int PRIMARY KEY, a int, b text);",
        "CREATE TABLE t (id int, a int PRIMARY KEY, b text);",
    ),
    "fk retarget": (
        "CREATE TABLE p (id int PRIMARY KEY, k int UNIQUE); CREATE TABLE c (x int REFERENCES p(id));",
        "CREATE TABLE p (id int PRIMARY KEY, k int UNIQUE); CREATE TABLE c (x int REFERENCES p(k) ON DELETE CASCADE);",
    ),
    "fk cycle": (
        "",
        "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a); ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b;",
    ),
    "pk int to uuid with fk": (
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (x int REFERENCES p);",
        "CREATE TABLE p (id uuid PRIMARY KEY); CREATE TABLE c (x uuid REFERENCES p);",
    ),
    "text to enum": (
        "CREATE TABLE t (s text DEFAULT 'x' CHECK (s IN ('x','y')));",
        "CREATE TYPE s AS ENUM ('x','y'); CREATE TABLE t (s s DEFAULT 'x');",
    ),
    "text array to enum array": (
        "CREATE TABLE t (s text[] DEFAULT '{}');",
        "CREATE TYPE s AS ENUM ('x','y'); CREATE TABLE t (s s[] DEFAULT '{}');",
    ),
    "enum reorder with dependants": (
        "CREATE TYPE e AS ENUM ('a','b','c'); CREATE TABLE t (id int, e e NOT NULL DEFAULT 'a', es e[]); CREATE INDEX i ON t (e) WHERE e='a'; ALTER TABLE t ADD CHECK (e <> 'c'); CREATE VIEW v AS SELECT e FROM t WHERE e='b'; CREATE FUNCTION f(x e) RETURNS e LANGUAGE sql AS $$ SELECT x $$; CREATE MATERIALIZED VIEW m AS SELECT e, count(*) FROM t GROUP BY e; CREATE UNIQUE INDEX mi ON m(e);",
        "CREATE TYPE e AS ENUM ('c','b','a'); CREATE TABLE t (id int, e e NOT NULL DEFAULT 'a', es e[]); CREATE INDEX i ON t (e) WHERE e='a'; ALTER TABLE t ADD CHECK (e <> 'c'); CREATE VIEW v AS SELECT e FROM t WHERE e='b'; CREATE FUNCTION f(x e) RETURNS e LANGUAGE sql AS $$ SELECT x $$; CREATE MATERIALIZED VIEW m AS SELECT e, count(*) FROM t GROUP BY e; CREATE UNIQUE INDEX mi ON m(e);",
    ),
    "enum add many": (
        "CREATE TYPE e AS ENUM ('b','d'); CREATE TABLE t (e e);",
        "CREATE TYPE e AS ENUM ('a','b','c','d','z','e'); CREATE TABLE t (e e DEFAULT 'z' CHECK (e <> 'c'));",
    ),
    "domain base": (
        "CREATE DOMAIN d AS int CHECK (VALUE > 0); CREATE TABLE t (a d DEFAULT 3); CREATE VIEW v AS SELECT a FROM t;",
        "CREATE DOMAIN d AS bigint CHECK (VALUE > 1) NOT NULL; CREATE TABLE t (a d DEFAULT 3); CREATE VIEW v AS SELECT a FROM t;",
    ),
    "composite": (
        "CREATE TYPE c AS (a int, b text); CREATE TABLE t (c c);",
        "CREATE TYPE c AS (a int, b text, d date); CREATE TABLE t (c c);",
    ),
    "view chain": (
        "CREATE TABLE t (id int, a int, b text); CREATE VIEW v1 AS SELECT id, a FROM t; CREATE VIEW v2 AS SELECT * FROM v1; CREATE VIEW v3 AS SELECT v2.a, t.b FROM v2 JOIN t USING (id); COMMENT ON VIEW v3 IS 'x'; COMMENT ON COLUMN v3.a IS 'y';",
        "CREATE TABLE t (id bigint, a bigint, b text); CREATE VIEW v1 AS SELECT id, a FROM t; CREATE VIEW v2 AS SELECT * FROM v1; CREATE VIEW v3 AS SELECT v2.a, t.b FROM v2 JOIN t USING (id); COMMENT ON VIEW v3 IS 'x'; COMMENT ON COLUMN v3.a IS 'y';",
    ),
    "view col type": (
        "CREATE TABLE t (id int); CREATE VIEW v AS SELECT id FROM t; CREATE VIEW w AS SELECT id FROM v;",
        "CREATE TABLE t (id int); CREATE VIEW v AS SELECT id::text FROM t; CREATE VIEW w AS SELECT id FROM v;",
    ),
    "view to table": (
        "CREATE TABLE t (id int); CREATE VIEW v AS SELECT id FROM t;",
        "CREATE TABLE t (id int); CREATE TABLE v (id int);",
    ),
    "view to matview": (
        "CREATE TABLE t (id int); CREATE VIEW v AS SELECT id FROM t;",
        "CREATE TABLE t (id int); CREATE MATERIALIZED VIEW v AS SELECT id FROM t;",
    ),
    "generated": (
        "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a*2) STORED); CREATE INDEX i ON t(b);",
        "CREATE TABLE t (a bigint, b bigint GENERATED ALWAYS AS (a*3) STORED); CREATE INDEX i ON t(b);",
    ),
    "fn change args": (
        "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'select a'; CREATE TABLE t (x int DEFAULT f(1), CHECK (f(x) > 0)); CREATE VIEW v AS SELECT f(x) FROM t;",
        "CREATE FUNCTION f(a int, b int DEFAULT 2) RETURNS int LANGUAGE sql AS 'select a'; CREATE TABLE t (x int DEFAULT f(1), CHECK (f(x) > 0)); CREATE VIEW v AS SELECT f(x) FROM t;",
    ),
    "fn return type": (
        "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'select a'; CREATE TABLE t (x int); CREATE INDEX i ON t (f(x)); CREATE POLICY p ON t USING (f(x) > 0);",
        "CREATE FUNCTION f(a int) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'select a::bigint'; CREATE TABLE t (x int); CREATE INDEX i ON t (f(x)); CREATE POLICY p ON t USING (f(x) > 0);",
    ),
    "fn param rename": (
        "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'select 1'; CREATE FUNCTION g() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT f(1); END;",
        "CREATE FUNCTION f(b int) RETURNS int LANGUAGE sql AS 'select 1'; CREATE FUNCTION g() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT f(1); END;",
    ),
    "procedure": (
        "CREATE PROCEDURE p(a int) LANGUAGE plpgsql AS 'begin end';",
        "CREATE FUNCTION p(a int) RETURNS void LANGUAGE plpgsql AS 'begin end';",
    ),
    "trigger": (
        "CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';CREATE TABLE t (id int PRIMARY KEY, a int, b text);CREATE TRIGGER x BEFORE UPDATE OF a ON t FOR EACH ROW WHEN (old.a IS DISTINCT FROM new.a) EXECUTE FUNCTION tf();",
        "CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';CREATE TABLE t (id int PRIMARY KEY, a bigint, b text);CREATE TRIGGER x BEFORE UPDATE OF a ON t FOR EACH ROW WHEN (old.a IS DISTINCT FROM new.a) EXECUTE FUNCTION tf();",
    ),
    "policy": (
        "CREATE TABLE t (id int PRIMARY KEY, a int, b text);ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t FOR SELECT TO me USING (a = 1);",
        "CREATE TABLE t (id int PRIMARY KEY, a bigint, b text);CREATE POLICY p ON t FOR ALL TO me, you USING (a = 2) WITH CHECK (a > 0);",
    ),
    "policy subquery": (
        "CREATE TABLE o (id int, u int);CREATE TABLE t (id int PRIMARY KEY, a int, b text);CREATE POLICY p ON t USING (EXISTS (SELECT 1 FROM o WHERE o.u = t.a));",
        "CREATE TABLE o (id int, u bigint);CREATE TABLE t (id int PRIMARY KEY, a int, b text);CREATE POLICY p ON t USING (EXISTS (SELECT 1 FROM o WHERE o.u = t.a));",
    ),
    "partition add": (
        "CREATE TABLE p (id int NOT NULL, d date NOT NULL, x text) PARTITION BY RANGE (d);CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');",
        "CREATE TABLE p (id int NOT NULL, d date NOT NULL, x text) PARTITION BY RANGE (d);CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');CREATE TABLE p2 PARTITION OF p FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');",
    ),
    "partition key idx": (
        "CREATE TABLE p (id int NOT NULL, d date NOT NULL, x text) PARTITION BY RANGE (d);CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');",
        "CREATE TABLE p (id int NOT NULL, d date NOT NULL, x text, y int, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');CREATE INDEX pi ON p (x);",
    ),
    "partition bound": (
        "CREATE TABLE p (id int NOT NULL, d date NOT NULL, x text) PARTITION BY RANGE (d);CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');",
        "CREATE TABLE p (id int NOT NULL, d date NOT NULL, x text) PARTITION BY RANGE (d);CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2022-01-01');",
    ),
    "partition sub": (
        "CREATE TABLE p (id int NOT NULL, d date NOT NULL, x text) PARTITION BY RANGE (d);CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01') PARTITION BY LIST (id); CREATE TABLE p1a PARTITION OF p1 FOR VALUES IN (1);",
        "CREATE TABLE p (id int NOT NULL, d date NOT NULL, x text) PARTITION BY RANGE (d);CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01') PARTITION BY LIST (id); CREATE TABLE p1a PARTITION OF p1 FOR VALUES IN (1,2); CREATE TABLE p1d PARTITION OF p1 DEFAULT; ALTER TABLE p ADD COLUMN z int; CREATE INDEX z ON p(z);",
    ),
    "plain to partitioned": (
        "CREATE TABLE p (id int NOT NULL, d date NOT NULL, x text);",
        "CREATE TABLE p (id int NOT NULL, d date NOT NULL, x text) PARTITION BY RANGE (d);CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');",
    ),
    "inherit": (
        "CREATE TABLE a (x int); CREATE TABLE b (y int) INHERITS (a);",
        "CREATE TABLE a (x bigint, z int); CREATE TABLE b (y int) INHERITS (a);",
    ),
    "schemas": (
        "CREATE SCHEMA s; CREATE TABLE s.t (id int PRIMARY KEY); CREATE VIEW s.v AS SELECT * FROM s.t;",
        "CREATE SCHEMA r; CREATE TABLE r.t (id int PRIMARY KEY); CREATE VIEW public.v AS SELECT * FROM r.t;",
    ),
    "extensions": (
        "CREATE EXTENSION citext; CREATE TABLE t (a citext); CREATE INDEX i ON t(a);",
        "CREATE EXTENSION pg_trgm; CREATE TABLE t (a text); CREATE INDEX i ON t USING gin (a gin_trgm_ops);",
    ),
    "uniq": (
        "CREATE TABLE t (id int PRIMARY KEY, a int, b text);",
        "CREATE TABLE t (id int PRIMARY KEY, a int, b text UNIQUE NULLS NOT DISTINCT);ALTER TABLE t ADD CONSTRAINT u UNIQUE (a, b) DEFERRABLE INITIALLY DEFERRED; CREATE UNIQUE INDEX ui ON t (lower(b)) INCLUDE (a) WHERE a > 0;",
    ),
    "fk on unique index": (
        "CREATE TABLE t (id int PRIMARY KEY, a int, b text);CREATE UNIQUE INDEX u ON t(a); CREATE TABLE c (x int REFERENCES t(a));",
        "CREATE TABLE t (id int PRIMARY KEY, a int, b text);CREATE UNIQUE INDEX u2 ON t(a) INCLUDE (b); CREATE TABLE c (x int REFERENCES t(a));",
    ),
    "not null name": (
        "CREATE TABLE t (a int CONSTRAINT nn NOT NULL, b int NOT NULL, c int);",
        "CREATE TABLE t (a int NOT NULL, b int CONSTRAINT nn2 NOT NULL, c int CONSTRAINT nn3 NOT NULL);",
    ),
    "sequences": (
        "CREATE SEQUENCE s; CREATE TABLE t (a bigint DEFAULT nextval('s'));",
        "CREATE SEQUENCE s2 START 10 INCREMENT 5 CYCLE MAXVALUE 1000; CREATE TABLE t (a bigint DEFAULT nextval('s2'));",
    ),
    "seq owned moves": (
        "CREATE TABLE t (a int, b int); CREATE SEQUENCE s OWNED BY t.a;",
        "CREATE TABLE t (b int); CREATE SEQUENCE s OWNED BY t.b;",
    ),
    "serial to identity": (
        "CREATE TABLE t (id serial PRIMARY KEY, b text);",
        "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, b text);",
    ),
    "identity": (
        "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY (START 5), b int);",
        "CREATE TABLE t (a int GENERATED BY DEFAULT AS IDENTITY (INCREMENT 2), b int);",
    ),
    "owner grants": (
        "CREATE TABLE t (id int PRIMARY KEY, a int, b text);ALTER TABLE t OWNER TO o1; GRANT SELECT ON t TO r1; GRANT UPDATE (a) ON t TO r2;",
        "CREATE TABLE t (id int PRIMARY KEY, a int, b text);ALTER TABLE t OWNER TO o2; GRANT SELECT, INSERT ON t TO r1 WITH GRANT OPTION; GRANT UPDATE (a), SELECT (b) ON t TO r2;",
    ),
    "grant fns": (
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1';",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'; REVOKE ALL ON FUNCTION f() FROM PUBLIC; GRANT EXECUTE ON FUNCTION f() TO r1; ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO r1;",
    ),
    "options": (
        "CREATE TABLE t (id int PRIMARY KEY, a int, b text);",
        "CREATE UNLOGGED TABLE t (id int PRIMARY KEY, a int, b text) WITH (fillfactor=70, autovacuum_enabled=false);",
    ),
    "collation": (
        "CREATE TABLE t (a text, b varchar(10));",
        'CREATE TABLE t (a text COLLATE "C", b varchar(10) COLLATE "POSIX"); CREATE INDEX i ON t (a COLLATE "POSIX" DESC NULLS LAST);',
    ),
    "matview": (
        "CREATE TABLE t (id int PRIMARY KEY, a int, b text);CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE INDEX mi ON m(a);",
        "CREATE TABLE t (id int PRIMARY KEY, a int, b text);CREATE MATERIALIZED VIEW m AS SELECT a, b FROM t WITH NO DATA; CREATE INDEX mi ON m(b); COMMENT ON MATERIALIZED VIEW m IS 'x';",
    ),
    "rowtype column": (
        "CREATE TABLE a (x int); CREATE TABLE b (r a);",
        "CREATE TABLE a (x int, y text); CREATE TABLE b (r a[]);",
    ),
    "replica": (
        "CREATE TABLE t (id int PRIMARY KEY, a int, b text);ALTER TABLE t REPLICA IDENTITY USING INDEX t_pkey;",
        "CREATE TABLE t (id int NOT NULL, a int, b text);CREATE UNIQUE INDEX z ON t(id); ALTER TABLE t REPLICA IDENTITY USING INDEX z;",
    ),
    "view check option": (
        "CREATE TABLE t (id int PRIMARY KEY, a int, b text);CREATE VIEW v AS SELECT * FROM t WHERE a > 0;",
        "CREATE TABLE t (id int PRIMARY KEY, a int, b text);CREATE VIEW v WITH (security_barrier) AS SELECT * FROM t WHERE a > 0 WITH CASCADED CHECK OPTION;",
    ),
    "col order swap names": (
        "CREATE TABLE t (a int, b text);",
        "CREATE TABLE t (a text, b int);",
    ),
    "quoting": (
        'CREATE TABLE "Order" ("User" int, "na""me" text);',
        'CREATE TABLE "Order" ("User" bigint NOT NULL, "na""me" varchar(10), "select" text); CREATE INDEX "We ird" ON "Order" ("select");',
    ),
}

BASE = """
CREATE TYPE mood AS ENUM ('low', 'fair', 'high');
CREATE DOMAIN amount AS numeric(10,2) CHECK (VALUE >= 0);
CREATE SEQUENCE numbers;
CREATE TABLE people (id int PRIMARY KEY, email text NOT NULL, name varchar(50), born date);
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id int REFERENCES people (id),
    mood mood DEFAULT 'fair',
    total amount DEFAULT 0,
    note text,
    doubled int GENERATED ALWAYS AS (quantity * 2) STORED,
    quantity int NOT NULL DEFAULT 1
);
CREATE INDEX idx_orders_mood ON orders (mood) WHERE mood = 'high';
CREATE FUNCTION twice(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x * 2';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER touched BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
CREATE VIEW happy AS SELECT id, mood, note FROM orders WHERE mood = 'high';
CREATE MATERIALIZED VIEW totals AS SELECT person_id, sum(quantity) AS quantity FROM orders GROUP BY person_id;
CREATE UNIQUE INDEX idx_totals ON totals (person_id);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON orders USING (quantity > 0);
COMMENT ON TABLE orders IS 'What was ordered';
"""

ROWS = """
INSERT INTO people VALUES (1, 'a@b.c', 'Ada', '1815-12-10'), (2, 'g@h.i', 'Grace', NULL);
INSERT INTO orders (person_id, mood, note, quantity)
VALUES (1, 'high', 'x', 1), (2, 'fair', 'y', 2), (NULL, 'fair', 'z', 3);
"""

# In this order each can follow any selection of those before it.
EDITS = [
    "ALTER TYPE mood ADD VALUE 'good' BEFORE 'high'",
    "ALTER TABLE people ADD COLUMN active boolean NOT NULL DEFAULT true",
    "ALTER TABLE people ADD CONSTRAINT people_email_key UNIQUE (email)",
    "ALTER TABLE people ALTER COLUMN name TYPE text",
    "ALTER TABLE people ADD CONSTRAINT people_name_check CHECK (length(name) > 0)",
    "CREATE INDEX idx_orders_person ON orders (person_id, quantity DESC)",
    "DROP INDEX idx_orders_mood; CREATE INDEX idx_orders_mood ON orders (mood)",
    "CREATE TABLE labels (order_id bigint REFERENCES orders (id) ON DELETE CASCADE, label text)",
    "CREATE OR REPLACE VIEW happy AS SELECT id, mood, note, quantity FROM orders WHERE mood <> 'low'",
    "ALTER POLICY mine ON orders USING (quantity > 1)",
    "DROP TRIGGER touched ON orders",
    "ALTER TABLE orders ALTER COLUMN quantity SET DEFAULT 5",
    "ALTER TABLE orders FORCE ROW LEVEL SECURITY",
    "CREATE OR REPLACE FUNCTION twice(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x + x'",
    "ALTER TABLE orders ADD CONSTRAINT twice_check CHECK (twice(quantity) > 0)",
    "ALTER DOMAIN amount ADD CONSTRAINT amount_small CHECK (VALUE < 1000000)",
    "ALTER SEQUENCE numbers INCREMENT BY 3",
    "DROP SEQUENCE numbers",
    "ALTER TABLE people ALTER COLUMN email DROP NOT NULL",
    "ALTER TABLE people SET (fillfactor = 80)",
    "COMMENT ON COLUMN people.email IS 'Where to write'",
    "GRANT SELECT ON people TO PUBLIC",
    "DROP MATERIALIZED VIEW totals",
    "ALTER TABLE people DROP COLUMN born",
    "ALTER TABLE orders DROP COLUMN doubled",
]
