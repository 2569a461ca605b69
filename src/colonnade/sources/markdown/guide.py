"""The page `docs/reading.md`: what is recognised, each form by an example that is read when the page is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

HEAD = """# What the reader recognises

Colonnade reads the documents that people write about their data. It reads what stands there and nothing else,
and says of each fact where it stands. This page is made by the reader itself: each example below was read when
the page was written, and the part behind the bar is what was understood.

Print the same for a document of your own with `colonnade read --annotate FILE`.
"""

TAIL = """## What is not read as a table

- Titles that speak about entities: validation rules, state transitions, indexes, policies, queries, samples.
- What is said not to be stored: derived, computed, in memory, state of the interface.
- Types of an API: `TaskCreate`, `*Request`, `*Response`, `*Dto`.
- Interfaces and classes that no table, list or SQL of the same document defines.

Such things are kept as concepts where they stand among the entities, with a finding that says so.

## Several documents

A folder is read as a whole, and so is a document with those that it links to, within the folder `specs` or the
repository that it lies in. An entity that several documents describe is one.

## Where places disagree

The more precise form wins: SQL, then ORM models, then tables, lists, diagrams, drawings and prose.
A contradiction is a finding that shows both places.
"""


@dataclass(frozen=True, slots=True)
class Example:
    """A form: its title, a sentence on it, and a document in it."""

    title: str
    sentence: str
    document: str


EXAMPLES: tuple[Example, ...] = (
    Example(
        "Attribute tables",
        "Any column titles, in any of a dozen languages; ticks, keys, defaults and lists of values in cells.",
        """### Berth (`berths`)

| Field | Type | Required | Notes |
|-------|------|----------|-------|
| id | UUID | ✓ | PK |
| marina_id | uuid FK → marinas.id | yes | ON DELETE CASCADE |
| label | VARCHAR(20) | yes | unique |
| status | enum: free, taken | no | default: free |
| opened_at / closed_at | timestamptz | no | |
""",
    ),
    Example(
        "Attribute lists",
        "An item a column, with a type after the name or in brackets.",
        """### Harvest

- `id`: UUID, primary key
- **weight** (decimal(8,2), required)
- grade (enum: first|second, default: second) - sorting result
- picked_on: date
""",
    ),
    Example(
        "Limits of numbers",
        "How small and how large a number may be, in signs or in words, beside the column or in a list of rules.",
        """### Jar

- volume_ml: integer, > 0
- sugar: decimal(4,1), between 0 and 100
- stars: smallint, 1-5
- price: numeric(8,2), required

Validation rules:

- price cannot be negative
""",
    ),
    Example(
        "Rules for values",
        "A regular expression is a check; a rule that nothing in the schema keeps is told as such.",
        """### Voucher

- `code`: varchar(12), matches `^[A-Z]{4}-\\d{4}$`
- `valid_from`: date
- `valid_until`: date, must be after valid_from

**Validation rules**:

- valid_from required
- at most 3 vouchers per order
""",
    ),
    Example(
        "What values mean",
        "Words for addresses, numbers and codes are texts and numbers of a form; the design checks the form.\n"
        "Names such as `email`, `phone`, `slug` and `latitude` say it too; the rule `meaning-by-name` switches that.",
        """### Supplier

| Field | Type | Notes |
|-------|------|-------|
| contact | email | |
| site | string | must be a valid URL |
| currency | char(3) | ISO 4217 |
| discount | percentage | |
| phone | string | |
""",
    ),
    Example(
        "Several columns in one line",
        "Names in back-ticks, each with what is said of it; a tuple is a key.",
        """### parcel_stop

- `parcel_id` uuid, `stop_no` int, `note` text nullable
- PK `(parcel_id, stop_no)`
""",
    ),
    Example(
        "Key Entities",
        "Prose: what follows has, with, includes, attributes; brackets qualify; verbs relate.",
        """### Key Entities

- **Recipe**: A dish to cook; has a title, a difficulty (easy, medium, hard) and an optional story; belongs to one Cook.
- **Cook**: A person who writes recipes. Attributes: display name (unique), joined date. Has many Recipes.
- **Shopping estimate**: A derived value, computed from recipes and never stored.
""",
    ),
    Example(
        "SQL",
        "Valid PostgreSQL by its own parser, other dialects by best effort.",
        """```sql
CREATE TABLE kennel (id uuid PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE dog (id uuid PRIMARY KEY, kennel_id uuid NOT NULL REFERENCES kennel(id) ON DELETE CASCADE);
```
""",
    ),
    Example(
        "Models in code",
        "SQLModel, SQLAlchemy, Django, Pydantic, dataclasses (never executed), Prisma, Drizzle, TypeORM, Mongoose, C#.",
        """```prisma
model Tram {
  id     String @id @default(uuid())
  line   Int
  depot  String?
}
```
""",
    ),
    Example(
        "Tables in braces",
        "DBML, and what people write like it: names alone, a type before or behind the name.",
        """```dbml
Table rinks {
  id uuid [pk]
  name varchar(80) [not null, unique]
}
Table bookings {
  id int [pk, increment]
  rink_id uuid [not null, ref: > rinks.id]
}
```
""",
    ),
    Example(
        "Outlines",
        "A name in a line of its own, and a column a line below it: ruled off, indented, in a list or a tree.",
        """## Data model

```
mooring
-------
id (PK)
boat_id (FK -> boat.id)
berth_no
since (date, NULLABLE)

boat
├── id: UUID (PK)
├── name: varchar(80)
└── UNIQUE (name, id)
```
""",
    ),
    Example(
        "Relational schemas",
        "A relation a line with its columns in brackets: keys underlined, `#` before a key of another one.",
        """## Schema

reader (id, name, joined_on)
loan (<u>id_loan</u>, #id_reader, due_on)
""",
    ),
    Example(
        "Names in braces",
        "A table with its columns in one pair of braces: `?` may be missing, brackets hold values.",
        """## Stores

```
pupils   { id, name, born_on? }
lessons  { id, pupil_id*, starts_on, state ("held"|"missed") }
```
""",
    ),
    Example(
        "Collections of documents",
        "The path of a document names its collection; objects as scripts write them show their fields.",
        """## `trips/{tripId}`
```js
{
  title: 'Alps',        // as on the ticket
  days: 3,
  startsAt: Timestamp,
}
```
""",
    ),
    Example(
        "YAML",
        "Tables as mappings or as lists with their names, columns in a word or with a key for each fact.",
        """## Data model

```yaml
tables:
  - name: mooring
    columns:
      - name: id
        type: uuid
        primary_key: true
      - name: state
        type: enum
        values: [free, taken]
boat:
  id: bigint, pk
  owner: email
```
""",
    ),
    Example(
        "Drawings",
        "Boxes of characters with the columns in them, and the lines between the boxes.",
        """## Data model
```
+--------------+       +--------------+
|    hives     |       |   harvests   |
+--------------+ 1   N +--------------+
| id (PK)      |-------| id (PK)      |
| place        |       | hive_id (FK) |
+--------------+       +--------------+
```
""",
    ),
    Example(
        "Mermaid diagrams",
        "`erDiagram` with every cardinality, and `classDiagram`.",
        """```mermaid
erDiagram
    LIBRARY ||--o{ SHELF : has
    LIBRARY {
        uuid id PK
        string name
    }
    SHELF {
        uuid id PK
        uuid library_id FK
    }
```
""",
    ),
    Example(
        "Named lists of values",
        "A section on enumerations, or a title that is the name of a type.",
        """## Enums

### valve_state
- `open`
- `shut`

## Tables

### valves

| Column | Type |
|--------|------|
| id | bigint PK |
| state | valve_state NOT NULL |
""",
    ),
    Example(
        "Relationships",
        "Sentences, arrows, signs and drawings; the side with the key tells the relation.",
        """## Entities

### Band
- id: uuid, PK

### Album
- id: uuid, PK

### Song
- id: uuid, PK

## Relationships

- Each album belongs to exactly one band
- Album 1:N Song
- Song many-to-many Band via `guest_appearances`
- Deleting a band also deletes its albums
""",
    ),
    Example(
        "Around the columns",
        "Indexes, unique constraints, keys and states away from the column that they are about.",
        """### Ticket

| Field | Type |
|-------|------|
| id | uuid PK |
| hall_id | uuid |
| seat | text |
| state | text |

**Indexes**: `(hall_id, state)`

- Unique together: (hall_id, seat)

**State transitions**:
- reserved → paid → used
""",
    ),
    Example(
        "How much there is",
        "Rows to expect and rows that come, in sentences, labels and tables; a load such as concurrent users is none.",
        """### User
- id: uuid, PK

### Order
- id: uuid, PK
- user_id: uuid

**Volume**: about 2 million rows

## Success Criteria
- **SC-001**: The shop serves 1M users, 10,000 of them concurrent users
- **SC-002**: It takes 10k orders per month
""",
    ),
    Example(
        "Tables of somebody else",
        "A table that an authentication service manages is external; its own names and types are kept.",
        """### users (managed by Better Auth)

| Column | Type |
|--------|------|
| id | text PK |
| emailVerified | boolean NOT NULL |
""",
    ),
    Example(
        "Other languages",
        "Titles, types and qualifiers of other languages; names stay as they are written.",
        """### Paciente (pacientes)

| Campo | Tipo | Obligatorio |
|-------|------|-------------|
| nombre | texto | sí |
| fecha_alta | fecha | no |

### 商品 (products)

| 字段 | 类型 | 必填 |
|------|------|------|
| price | 金额 | 是 |
""",
    ),
)


def page() -> str:
    """The whole page."""
    from colonnade.sources.markdown import annotate

    return "\n".join([HEAD, *(_section(one, annotate) for one in EXAMPLES), TAIL])


def _section(example: Example, annotate: object) -> str:
    assert callable(annotate)
    read = str(annotate([("example.md", example.document)], "guide"))
    rows = [row.rstrip() for row in read.split("\n")[1:] if row.strip(" │")]
    return "\n".join([f"## {example.title}\n", f"{example.sentence}\n", "~~~text", *_narrow(rows), "~~~\n"])


def _narrow(rows: list[str]) -> Iterator[str]:
    """The rows with the margin no further right than the longest line needs."""
    cut = [row.split("│", 1) for row in rows]
    width = max(len(left.rstrip()) for left, *_ in cut)
    for left, *right in cut:
        yield f"{left.rstrip():{width}} │{right[0] if right else ''}".rstrip()
