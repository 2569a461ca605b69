"""Markdown of any size in the shapes that a reader of documents may meet, each grown from one piece of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count, cycle

from support.corpus import CASES


def joined_documents(letter: str) -> Iterator[str]:
    """The documents of the corpus one after the other, over and over; each turn's titles of rank one tell it apart."""
    documents = sorted(CASES.glob("read-*/spec.md"))
    for turn, path in zip(count(), cycle(documents)):
        yield f"# Part {turn} {letter}\n\n{path.read_text(encoding='utf-8')}\n\n"


def table(letter: str) -> Iterator[str]:
    yield "## Boat\n\n| Column | Type | Constraints | Description |\n|---|---|---|---|\n"
    for number in count():
        yield f"| mast_{letter}{number} | VARCHAR({number % 90 + 10}) | NOT NULL, UNIQUE | The mast {number} |\n"


def wide_table(letter: str) -> Iterator[str]:
    """Ten thousand columns in a megabyte: every row is as wide as the header."""
    width = 10_000
    yield "## Boat\n\n|" + "|".join(f" mast_{letter}{number} " for number in range(width)) + "|\n"
    yield "|" + "---|" * width + "\n"
    for number in count():
        yield "|" + "|".join(f" {letter}{number + one} " for one in range(width)) + "|\n"


def bullets(letter: str) -> Iterator[str]:
    yield "## Boat\n\n"
    for number in count():
        yield f"- `mast_{letter}{number}` (string, max {number % 90 + 10} characters, required): the mast {number}\n"


def key_entities(letter: str) -> Iterator[str]:
    yield "### Key Entities\n\n"
    for number in count():
        yield (
            f"- **Boat {letter}{number}**: A boat; has a name, a length, a status (moored, sailing) and an"
            f" optional note; belongs to one Boat {letter}{number // 2}\n"
        )


def prose(letter: str) -> Iterator[str]:
    yield "## Boat\n\n"
    for number in count():
        yield f"The boat {letter}{number} has a name, belongs to one harbour and must be moored before it is sold. "


def sql(letter: str) -> Iterator[str]:
    yield "```sql\n"
    for number in count():
        yield (
            f"CREATE TABLE boat_{letter}{number} (\n  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),\n"
            f"  name varchar({number % 90 + 10}) NOT NULL CHECK (length(name) > {number % 9}),\n"
            f"  before_id uuid REFERENCES boat_{letter}{number // 2} (id) ON DELETE CASCADE\n);\n"
            f"CREATE INDEX ON boat_{letter}{number} (name);\n"
        )


def sql_table(letter: str) -> Iterator[str]:
    """One table."""
    yield "```sql\nCREATE TABLE boat (\n  id uuid PRIMARY KEY"
    for number in count():
        yield f",\n  mast_{letter}{number} varchar({number % 90 + 10}) NOT NULL -- the mast {number}"


def mermaid(letter: str) -> Iterator[str]:
    yield "```mermaid\nerDiagram\n"
    for number in count():
        yield (
            f'  BOAT_{letter}{number} {{\n    uuid id PK\n    string name UK "at most {number} letters"\n  }}\n'
            f"  BOAT_{letter}{number} ||--o{{ BOAT_{letter}{number // 2} : follows\n"
        )


def headings(letter: str) -> Iterator[str]:
    for number in count():
        yield f"## Boat {letter}{number}\n\nA boat.\n\n"


def entities(letter: str) -> Iterator[str]:
    """Thousands of entities with a title, a table and words about others."""
    for number in count():
        yield (
            f"## Boat {letter}{number}\n\n| Column | Type |\n|---|---|\n| id | uuid |\n| name_{letter} | text |\n\n"
            f"- Belongs to Boat {letter}{number // 2}\n\n"
        )


def relationships(letter: str) -> Iterator[str]:
    """Two entities, and thousands of sentences about them."""
    yield "## Boat\n\n- id: uuid\n- name: text\n\n## Harbour\n\n- id: uuid\n- name: text\n\n## Relationships\n\n"
    for number in count():
        yield f"- A boat has many harbours in the year {letter}{number}\n"


def nesting(letter: str) -> Iterator[str]:
    """Lists in lists, a hundred deep."""
    yield "## Boat\n\n"
    for number in count():
        yield "  " * (number % 100) + f"- mast_{letter}{number}: string\n"


def quotes(letter: str) -> Iterator[str]:
    yield "## Boat\n\n"
    for number in count():
        yield "> " * (number % 30 + 1) + f"- mast_{letter}{number}: string\n"


def one_line(letter: str) -> Iterator[str]:
    yield "## Boat\n\n- **Boat**: has "
    for number in count():
        yield f"a mast {letter}{number} (string), "


def columns_in_one_line(letter: str) -> Iterator[str]:
    yield "## Boat\n\n**Fields**: "
    for number in count():
        yield f"`mast_{letter}{number}` (string, required), "


def word(letter: str) -> Iterator[str]:
    yield "## Boat\n\n"
    yield from iter(lambda: letter * 50, "")


def typescript(letter: str) -> Iterator[str]:
    yield "```typescript\n"
    for number in count():
        yield (
            f"interface Boat{letter}{number} {{\n  id: string;\n  name?: string;\n"
            f"  before: Boat{letter}{number // 2};\n}}\n"
        )


def python(letter: str) -> Iterator[str]:
    yield "```python\n"
    for number in count():
        yield (
            f"class Boat{letter}{number}(SQLModel, table=True):\n    id: UUID = Field(primary_key=True)\n"
            f"    name: str | None = Field(max_length={number % 90 + 10})\n\n"
        )


def prisma(letter: str) -> Iterator[str]:
    yield "```prisma\n"
    for number in count():
        yield (
            f"model Boat{letter}{number} {{\n  id String @id @default(uuid())\n"
            f"  name String? @db.VarChar({number % 90 + 10})\n  beforeId String\n"
            f"  before Boat{letter}{number // 2} @relation(fields: [beforeId], references: [id])\n}}\n"
        )


def json_samples(letter: str) -> Iterator[str]:
    yield "## Boat\n\n```json\n["
    for number in count():
        yield f'{{"id": {number}, "name": "Boat {letter}{number}", "moored": true}},\n'


def drawing(letter: str) -> Iterator[str]:
    yield "```\n"
    for number in count():
        yield f"boat_{letter}{number} (1) ──< (N) boat_{letter}{number // 2}\n"


KINDS: dict[str, Callable[[str], Iterator[str]]] = {
    "documents": joined_documents,
    "table": table,
    "table of 10,000 columns": wide_table,
    "bullets": bullets,
    "key entities": key_entities,
    "prose": prose,
    "SQL": sql,
    "one SQL table": sql_table,
    "Mermaid": mermaid,
    "headings": headings,
    "entities": entities,
    "relationships": relationships,
    "deep nesting": nesting,
    "quotes": quotes,
    "one line": one_line,
    "columns in one line": columns_in_one_line,
    "one word": word,
    "TypeScript": typescript,
    "Python": python,
    "Prisma": prisma,
    "JSON": json_samples,
    "drawing": drawing,
}


def page(kind: str, characters: int, letter: str = "x") -> str:
    """About `characters` of the shape `kind`; another `letter` gives other names."""
    parts: list[str] = []
    length = 0
    for part in KINDS[kind](letter):
        parts.append(part)
        length += len(part)
        if length >= characters:
            break
    return "".join(parts)
