"""Prisma fences."""

from __future__ import annotations

from colonnade.sources.markdown.forms import prisma
from support.forms import PLACE, column, columns, entity, names, relations

HIVES = """
datasource db { provider = "postgresql" }
enum Temper { GENTLE  STRONG }
enum Role {
  KEEPER
  GUEST @map("guest")
}
/// A colony.
model Hive {
  id       String  @id @default(uuid()) @db.Uuid
  label    String  @unique @db.VarChar(40) // shown "//" here
  weight   Decimal? @db.Decimal(6, 2)
  role     Role    @default(KEEPER)
  kind     String
  // wood | straw
  // | clay
  siteId   String  @map("site_id")
  site     Site    @relation(fields: [siteId], references: [id], onDelete: Cascade)
  tags     Tag[]
  checks   Check[]
  madeAt   DateTime @default(now()) @db.Timestamptz(3)
  @@unique([siteId, label], name: "per_site")
  @@index([siteId, madeAt(sort: Desc)])
  @@map("hives")
}
model Site { id String @id  hives Hive[] }
model Site2 {
  id    String @id
}
model Tag {
  id    Int    @id @default(autoincrement())
  hives Hive[]
}
model Check {
  hive   Hive   @relation(fields: [hiveId], references: [id])
  hiveId String @unique
  day    DateTime @db.Date
  @@id([hiveId, day])
"""


def test_models() -> None:
    found = prisma.read(
        HIVES.replace("model Site { id String @id  hives Hive[] }", "model Site {\n id String @id\n hives Hive[]\n}"),
        PLACE,
    )
    assert names(found) == ["Hive", "Site", "Site2", "Tag", "Check"]
    assert column(found, "Hive", "id") == {
        "type": "uuid",
        "nullable": False,
        "primary_key": True,
        "default": "gen_random_uuid()",
    }
    assert column(found, "Hive", "label") == {"type": "varchar(40)", "nullable": False, "unique": True}
    assert column(found, "Hive", "weight") == {"type": "decimal(6, 2)", "nullable": True}
    assert column(found, "Hive", "role") == {
        "type": "Role",
        "nullable": False,
        "default": "'KEEPER'",
        "enum_values": ("KEEPER", "guest"),
    }
    assert column(found, "Hive", "kind")["enum_values"] == ("wood", "straw", "clay")
    assert column(found, "Hive", "site_id") == {
        "type": "string",
        "nullable": False,
        "references": "Site.id",
        "on_delete": "CASCADE",
    }
    assert columns(found, "Hive") == ["id", "label", "weight", "role", "kind", "site_id", "madeAt"]
    assert relations(found, "Hive") == [("many-to-one", "Site", "site_id"), ("many-to-many", "Tag", None)]
    assert relations(found, "Tag") == []
    hive = entity(found, "Hive")
    assert hive.table is not None and hive.table.value == "hives" and hive.description == "A colony."
    assert [one.columns.value for one in hive.uniques] == [("site_id", "label")]
    assert [one.columns.value for one in hive.indexes] == [("site_id", "madeAt DESC")]


def test_composite_keys_and_a_model_that_breaks_off() -> None:
    found = prisma.read(HIVES, PLACE)
    assert column(found, "Check", "day") == {"type": "date", "nullable": False, "primary_key": True}
    assert relations(found, "Check") == [("one-to-one", "Hive", "hiveId")]


def test_what_has_no_model_gives_nothing() -> None:
    assert prisma.read('generator client { provider = "x" }', PLACE) is None
    assert prisma.read("await prisma.task.findMany({ where: { id } })", PLACE) is None
    assert prisma.sniff(HIVES) and not prisma.sniff("model = 3")
