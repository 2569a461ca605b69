"""Model modules as text: imports that a body needs, `base.py`, `__init__.py` and methods, alike in both families."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from keyword import iskeyword

from colonnade.layout import Layout
from colonnade.types import take_apart
from colonnade.writers.declared import domain_sources, enum_class, enums_at, needs_server_types, sequence_source
from colonnade.writers.file import File
from colonnade.writers.naming import RESERVED_ATTRIBUTES, Model, TableKey
from colonnade.writers.plan import Plan, Search
from colonnade.writers.python import distinct, docstring, snake, texts
from colonnade.writers.spelling import spell
from colonnade.writers.tables import table_arguments

IMPORTS: dict[str, tuple[str, str]] = {
    "Any": ("typing", "Any"),
    "Decimal": ("decimal", "Decimal"),
    "DeclarativeBase": ("sqlalchemy.orm", "DeclarativeBase"),
    "Field": ("sqlmodel", "Field"),
    "IPv4Address": ("ipaddress", "IPv4Address"),
    "IPv4Interface": ("ipaddress", "IPv4Interface"),
    "IPv4Network": ("ipaddress", "IPv4Network"),
    "IPv6Address": ("ipaddress", "IPv6Address"),
    "IPv6Interface": ("ipaddress", "IPv6Interface"),
    "IPv6Network": ("ipaddress", "IPv6Network"),
    "Mapped": ("sqlalchemy.orm", "Mapped"),
    "Optional": ("typing", "Optional"),
    "Relationship": ("sqlmodel", "Relationship"),
    "SQLModel": ("sqlmodel", "SQLModel"),
    "TYPE_CHECKING": ("typing", "TYPE_CHECKING"),
    "UUID": ("uuid", "UUID"),
    "mapped_column": ("sqlalchemy.orm", "mapped_column"),
    "orm": ("sqlalchemy", "orm"),
    "col": ("sqlmodel", "col"),
    "postgresql": ("sqlalchemy.dialects", "postgresql"),
    "registry": ("sqlalchemy.orm", "registry"),
    "relationship": ("sqlalchemy.orm", "relationship"),
}
"""Where each word of a body comes from: module and name."""

WHOLE_MODULES = {"dt": "import datetime as dt", "enum": "import enum", "sa": "import sqlalchemy as sa"}
FOREIGN = ("sqlalchemy", "sqlmodel")

_WORD = re.compile(r"[A-Za-z_]\w*")
_TEXT = re.compile(r'"(?:"".*?"""|[^"\\\n]*(?:\\.[^"\\\n]*)*")' + r"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'", re.DOTALL)

SERVER_TYPES = '''
class ServerType(sa.types.UserDefinedType[str]):
    """A type that SQLAlchemy has no class for; its values are the server's own text."""

    cache_ok = True

    def __init__(self, spelling: str) -> None:
        self.spelling = spelling

    def get_col_spec(self, **_: object) -> str:
        return self.spelling


class ServerArray(sa.types.UserDefinedType[list[str]]):
    """An array whose elements the driver does not know: the server turns it into an array of texts and back."""

    cache_ok = True

    def __init__(self, spelling: str) -> None:
        self.spelling = spelling

    def get_col_spec(self, **_: object) -> str:
        return self.spelling

    def bind_expression(self, bindvalue: sa.BindParameter[list[str]]) -> sa.ColumnElement[list[str]]:
        return sa.cast(sa.type_coerce(bindvalue, postgresql.ARRAY(sa.Text())), self)

    def column_expression(self, column: sa.ColumnElement[list[str]]) -> sa.ColumnElement[list[str]]:
        return sa.cast(column, postgresql.ARRAY(sa.Text()))
'''

STORED_VALUES = '''
def stored_values(members: type[enum.Enum]) -> list[str]:
    """What the database stores for each member: its value, not its name."""
    return [str(member.value) for member in members]
'''

HELPERS = '''
def own_tables() -> list[sa.Table]:
    """The tables that this schema makes; those marked external belong to others and are only pointed at."""
    return [table for table in Base.metadata.tables.values() if not table.info.get("external")]


def create_all(connection: sa.Connection) -> None:
    """Makes all types, sequences and tables, but no external table.

    Triggers, functions, policies, privileges and views come from the migrations, which are what production runs.
    """
    Base.metadata.create_all(connection, tables=own_tables())


def include_object(
    schema_item: object, name: str | None, kind: str, reflected: bool, compare_to: object | None
) -> bool:
    """For Alembic's `include_object`: external tables and what hangs on them are left alone."""
    table = schema_item if isinstance(schema_item, sa.Table) else getattr(schema_item, "table", None)
    return not (isinstance(table, sa.Table) and table.info.get("external"))
'''

SHARED = frozenset({"Base", "TimestampMixin", "ServerType", "ServerArray", "stored_values"})
PUBLIC_HELPERS = ("Base", "create_all", "include_object", "own_tables")


def words_of(code: str) -> frozenset[str]:
    """The names in code, those in string literals aside, but for annotations in quotes."""
    return frozenset(_WORD.findall(_TEXT.sub('""', code)))


def imports(words: frozenset[str]) -> str:
    """The import lines that `words` need, in the order that isort wants."""
    sources: dict[str, list[str]] = {}
    for word in words & set(IMPORTS):
        sources.setdefault(IMPORTS[word][0], []).append(word)
    lines = sorted(line for word, line in WHOLE_MODULES.items() if word in words)
    lines += [from_import(module, sources[module]) for module in sorted(sources)]
    ours = [line for line in lines if line.split()[1].split(".")[0] not in FOREIGN]
    others = [line for line in lines if line not in ours]
    return "\n\n".join("\n".join(block) for block in (ours, others) if block)


def from_import(module: str, words: Iterable[str]) -> str:
    """One import line; constants first, then classes, then the rest."""
    ordered = sorted(words, key=lambda word: (not word.isupper(), not word[:1].isupper(), word))
    return f"from {module} import {', '.join(ordered)}"


def base_module(title: str, parts: list[str]) -> str:
    """`base.py` from its parts."""
    body = "\n\n".join(parts)
    return f"{docstring(title)}\n\n{imports(words_of(body))}\n\n{body}\n"


def base_parts(known: Plan) -> Iterator[str]:
    """What stands behind the class Base: server types, enums of no single table, domains, sequences, helpers."""
    if known.schema.database.enums:
        yield STORED_VALUES
    if needs_server_types(known):
        yield SERVER_TYPES
    for name in enums_at(known, None):
        yield enum_class(known, name)
        # Bound to the metadata here, since perhaps no column has this type.
        yield f"{spell(name, known.types).expression[:-1]}, metadata=Base.metadata)"
    yield from domain_sources(known)
    yield from (sequence_source(one) for one in known.schema.database.sequences)
    yield HELPERS


def package(known: Plan, title: str) -> str:
    """`__init__.py`: importing the package imports every model, so relationships find each other."""
    offered = [*PUBLIC_HELPERS, *(known.names.enums[name] for name in enums_at(known, None))]
    lines = [from_import(".base", offered)]
    for model in sorted(known.names.models.values(), key=lambda one: one.module):
        here = [model.class_name, *(known.names.enums[name] for name in enums_at(known, model.key))]
        lines.append(from_import(f".{model.module}", here))
        offered += here
    return f"{docstring(title)}\n\n" + "\n".join(lines) + f"\n\n__all__ = {texts(sorted(offered))}\n"


def model_module(model: Model, known: Plan, class_lines: list[str]) -> str:
    """The module of one entity: its enums, then its class."""
    body = "\n\n".join([*(enum_class(known, name) for name in enums_at(known, model.key)), "\n".join(class_lines)])
    title = docstring(f"Model of the table {model.table.name}.")
    others = _other_models(model, known)
    words = words_of(body) | ({"TYPE_CHECKING"} if others else set())
    base = from_import(".base", words & _offered(known))
    return "\n\n".join(part for part in (title, imports(words), base, others, body) if part) + "\n"


def whole_module(title: str, known: Plan, shared: list[str], classes: Mapping[TableKey, list[str]]) -> str:
    """All models in one module: what they share, then each with its enums; relationships name each other as text."""
    parts = [*shared]
    for key, lines in classes.items():
        parts += [*(enum_class(known, name) for name in enums_at(known, key)), "\n".join(lines)]
    classes_of = [model.class_name for model in known.names.models.values()]
    offered = sorted([*PUBLIC_HELPERS, *known.names.enums.values(), *classes_of])
    return base_module(title, [f"__all__ = {texts(offered)}", *parts])


def packages_around(layout: Layout, family: str) -> Iterator[File]:
    """The `__init__.py` of each package that the models stand in."""
    titles = ("The application.", "Models and sessions of the database.")
    for path, title in zip(layout.packages_around(family), titles, strict=False):
        yield File(path, docstring(title) + "\n", once=True)


def _offered(known: Plan) -> frozenset[str]:
    shared = {known.names.enums[name] for name in enums_at(known, None)}
    return SHARED | shared | set(known.domains.values())


def _other_models(model: Model, known: Plan) -> str:
    """Imports for type checkers only of the models that relationships lead to: at run time they would be a ring."""
    keys = {known.names.named(one.target).key for one in model.entity.relationships} - {model.key}
    found = [known.names.models[key] for key in keys]
    lines = sorted(f"    from .{one.module} import {one.class_name}" for one in found)
    return "\n".join(["if TYPE_CHECKING:", *lines]) if lines else ""


def table_lines(model: Model) -> list[str]:
    """Docstring, `__tablename__` and `__table_args__`, whose options stand last as SQLAlchemy wants them."""
    external = model.entity.external
    described = model.entity.description or f"A row of {model.table.name}."
    owned = " Belongs to one user: start every query with by_user()." if model.entity.owner_column else ""
    foreign = " This table belongs to others and is only pointed at." if external else ""
    lines = [f"    {docstring(described + owned + foreign)}", "", f"    __tablename__ = {model.table.name!r}"]
    arguments = table_arguments(model, external)
    if arguments:
        lines.append(f"    __table_args__ = ({', '.join(arguments)},)")
    if model.table.primary_key is None:
        lines.append(f"    __mapper_args__ = {{'primary_key': {texts(model.attributes.values())}}}")
    return lines


def version_lines(model: Model) -> list[str]:
    """What makes the ORM say in each UPDATE which version it has read; the server counts the version itself."""
    column = model.entity.version_column
    if column is None or model.table.primary_key is None:
        return []
    return [
        "",
        "    @orm.declared_attr.directive",
        "    def __mapper_args__(cls) -> dict[str, Any]:",
        f'        """A row that has changed since it was read raises StaleDataError; the server counts {column}."""',
        f"        return {{'version_id_col': cls.__table__.c[{column!r}], 'version_id_generator': False}}",
    ]


def methods(model: Model, known: Plan, access: str) -> list[str]:
    """The query helpers of a model as lines: rows not deleted, of one user, with words; deletion that can be undone.

    `access` is how a query names an attribute, such as `cls.{}`.
    """
    lines: list[str] = []
    entity = model.entity
    if entity.deleted_at is not None:
        lines += _soft_delete_methods(model, entity.deleted_at, access)
    if entity.owner_column is not None:
        lines += _owner_method(model, entity.owner_column, known, access)
    searches = known.searches.get(model.table.name, {})
    called = distinct(((name, f"by_{snake(searches[name].argument)}") for name in sorted(searches)), _taken(model))
    for name, method in called.items():
        lines += _search_method(model, name, method, searches[name], known)
    return lines


def _taken(model: Model) -> frozenset[str]:
    """The names that a method of the model may not have."""
    return (RESERVED_ATTRIBUTES - {"by_words"}) | {*model.attributes.values(), *model.relationships.values()}


def _soft_delete_methods(model: Model, column: str, access: str) -> list[str]:
    attribute = model.attributes[column]
    naive = (
        "" if take_apart(model.table.column(column).type).base.endswith("with time zone") else ".replace(tzinfo=None)"
    )
    return [
        "",
        "    @classmethod",
        f"    def select_active(cls) -> 'sa.Select[{model.class_name}]':",
        '        """Rows that are not deleted."""',
        f"        return sa.select(cls).where({access.format(attribute)}.is_(None))",
        "",
        "    def soft_delete(self) -> None:",
        '        """Marks the row as deleted; restore() takes it back."""',
        f"        self.{attribute} = dt.datetime.now(dt.UTC){naive}",
        "",
        "    def restore(self) -> None:",
        '        """Makes a deleted row an active one again."""',
        f"        self.{attribute} = None",
    ]


def _owner_method(model: Model, column: str, known: Plan, access: str) -> list[str]:
    owner = model.table.column(column)
    annotation = spell(owner.type, known.types).annotation
    active = model.entity.deleted_at is not None
    start = "cls.select_active()" if active else "sa.select(cls)"
    return [
        "",
        "    @classmethod",
        f"    def by_user(cls, user_id: {annotation}) -> 'sa.Select[{model.class_name}]':",
        f'        """Rows of one user{", those that are not deleted" if active else ""}."""',
        f"        return {start}.where({access.format(model.attributes[column])} == user_id)",
    ]


def _search_method(model: Model, function: str, method: str, search: Search, known: Plan) -> list[str]:
    plain = function.isidentifier() and not iskeyword(function)
    called = f"sa.func.{function}" if plain else f"getattr(sa.func, {function!r})"
    argument = method.removeprefix("by_")
    one = spell(search.type, known.types)
    # A text is given as it is: the server knows its type, and a cast of the ORM's would be to another.
    given = argument if search.type == "text" else f"sa.literal({argument}, {one.expression})"
    return [
        "",
        "    @classmethod",
        f"    def {method}(cls, {argument}: {one.annotation}, most: int = 50) -> 'sa.Select[{model.class_name}]':",
        f"        {docstring(f'{search.title}: rows of the current user, found past the filter of the policies.')}",
        "        columns = [sa.column(one.name, one.type) for one in orm.class_mapper(cls).columns]",
        f"        found = {called}({given}, most).table_valued(*columns, name='found')",
        "        return sa.select(orm.aliased(cls, found, adapt_on_names=True))",
    ]
