"""TypeScript fences: interfaces, types, enums, generated types, TypeORM and Drizzle."""

from __future__ import annotations

from colonnade.sources.markdown.forms import drizzle, typescript
from support.forms import PLACE, column, columns, entity, names, relations

LIBRARY = """
export enum Shelf { Front = 'front', Back = 'back' }
type Mood = 'calm' | 'loud';
type Key = string;
/** A thing to lend. */
export interface Book extends BaseRecord {
  id: Key; // UUID v4
  title: string; // unique, max 120 chars
  shelf: Shelf
  mood?: Mood
  tags: string[]
  loans: Loan[];
  extra: Record<string, unknown>;
  size: {
    width: number; // }
  } | null;
  state:
    | 'in'
    | 'out';
  addedAt: Date;
  note: string // Optional remark
  cover(): void;
}
interface BaseRecord { updatedAt: Date }
interface Loan { id: string; bookId: string; book: Book; readerId: string // FK to readers
}
interface BookCreate { title: string }
interface BookRepo { find(id: string): Promise<Book>; save: (b: Book) => void }
const sample = { id: 1 };
"""


def test_interfaces() -> None:
    found = typescript.read(LIBRARY, PLACE)
    assert names(found) == ["Book", "Loan"]
    assert column(found, "Book", "id") == {"type": "uuid", "nullable": False, "primary_key": True}
    assert column(found, "Book", "title") == {"type": "string", "nullable": False, "unique": True, "max_length": 120}
    assert column(found, "Book", "shelf") == {"type": "Shelf", "nullable": False, "enum_values": ("front", "back")}
    assert column(found, "Book", "mood") == {"type": "Mood", "nullable": True, "enum_values": ("calm", "loud")}
    assert column(found, "Book", "size") == {"type": "json", "nullable": True}
    assert column(found, "Book", "state") == {"type": "enum", "nullable": False, "enum_values": ("in", "out")}
    assert column(found, "Book", "addedAt")["type"] == "timestamp"
    assert column(found, "Book", "note")["nullable"] is True
    assert columns(found, "Book")[0] == "updatedAt" and "loans" not in columns(found, "Book")
    assert relations(found, "Book") == [("one-to-many", "Loan", None)]
    assert sorted(relations(found, "Loan")) == [
        ("many-to-one", "Book", "bookId"),
        ("many-to-one", "readers", "readerId"),
    ]
    assert entity(found, "Book").description == "A thing to lend."


def test_states_of_a_screen_are_concepts() -> None:
    found = typescript.read("interface FilterState { text: string; page: number }", PLACE)
    assert entity(found, "FilterState").kind.value == "concept"


def test_generated_table_types() -> None:
    text = (
        "export interface Database { public: { Tables: { pots: { Row: { id: "
        "string; glaze: string | null }; Insert: { id?: string } } } } }"
    )
    found = typescript.read(text, PLACE)
    assert names(found) == ["pots"] and column(found, "pots", "glaze") == {"type": "string", "nullable": True}


def test_typeorm() -> None:
    found = typescript.read(
        """
@Entity('kilns')
@Index(['roomId', 'state'])
export class Kiln {
  @PrimaryGeneratedColumn('uuid')
  id: string;
  @Column({ type: 'varchar', length: 80, nullable: true })
  label: string;
  @Column({ type: 'enum', enum: State, default: State.COLD })
  state: State;
  @Column('decimal', { precision: 8, scale: 2 }) cost: number;
  @Column() roomId: string;
  @ManyToOne(() => Room, (room) => room.kilns, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'roomId' })
  room: Room;
  @CreateDateColumn()
  madeAt: Date;
}
enum State { COLD = 'cold', HOT = 'hot' }
""",
        PLACE,
    )
    assert found is not None and found.form == "typeorm"
    assert column(found, "Kiln", "label") == {"type": "varchar(80)", "nullable": True}
    assert column(found, "Kiln", "state") == {
        "type": "enum",
        "nullable": False,
        "default": "'cold'",
        "enum_values": ("cold", "hot"),
    }
    assert column(found, "Kiln", "cost")["type"] == "decimal(8,2)"
    assert relations(found, "Kiln") == [("many-to-one", "Room", "roomId")]
    assert [one.columns.value for one in entity(found, "Kiln").indexes] == [("roomId", "state")]


def test_drizzle() -> None:
    text = """
export const level = pgEnum('level', ['low', 'high']);
export const wells = pgTable('wells', {
  id: uuid('id').primaryKey().defaultRandom(),
  farmId: uuid('farm_id').notNull().references(() => farms.id, { onDelete: 'cascade' }),
  name: varchar('name', { length: 50 }).notNull().unique(),
  level: level('level').default('low').notNull(),
  seen: timestamp('seen', { withTimezone: true }).defaultNow(), // last visit
}, (t) => [index('by_farm').on(t.farmId, t.seen.desc()), uniqueIndex('u').on(t.name, t.level)]);
export const wellsRelations = relations(wells, ({ one }) => ({ farm: one(farms) }));
"""
    found = drizzle.read(text, PLACE)
    assert found == typescript.read(text, PLACE) and names(found) == ["wells"]
    assert column(found, "wells", "farm_id") == {
        "type": "uuid",
        "nullable": False,
        "references": "farms.id",
        "on_delete": "CASCADE",
    }
    assert column(found, "wells", "level") == {
        "type": "level",
        "nullable": False,
        "default": "'low'",
        "enum_values": ("low", "high"),
    }
    assert column(found, "wells", "seen") == {"type": "timestamptz", "nullable": True, "default": "now()"}
    assert [one.columns.value for one in entity(found, "wells").indexes] == [("farm_id", "seen DESC")]
    assert [one.columns.value for one in entity(found, "wells").uniques] == [("name", "level")]


def test_functions_and_calls_give_nothing() -> None:
    assert typescript.read("const x = await api.get('/tasks'); function f(a: string) { return a }", PLACE) is None


def test_text_that_breaks_off_keeps_what_it_has() -> None:
    assert columns(typescript.read("interface A {\n  id: string\n  list: Array<{ a: str", PLACE), "A") == ["id", "list"]
