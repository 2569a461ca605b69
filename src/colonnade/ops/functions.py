"""Operations on functions and procedures."""

from __future__ import annotations

from dataclasses import dataclass

from colonnade.design.schema import Function
from colonnade.ops import target
from colonnade.ops.grants import grant_sql
from colonnade.ops.namespaces import namespace_needs
from colonnade.ops.op import Irreversible, Key, Op, Plain, Position, mentioned
from colonnade.ops.step import Step
from colonnade.ops.text import setting
from colonnade.sql import dollar, ident, literal, qualified

SHARED_MARK = "Sets updated_at on every update; made by Colonnade"


def named(function: Function) -> Key:
    """The key by which a trigger or an expression finds a function: its name without arguments."""
    return ("function", qualified(function.schema, function.name))


def create_sql(function: Function) -> str:
    """The CREATE statement of `function`."""
    name = qualified(function.schema, function.name)
    lines = [f"CREATE {function.kind.upper()} {name}({function.arguments})"]
    lines += [f"RETURNS {function.returns}"] if function.kind == "function" and function.returns else []
    lines += [f"LANGUAGE {ident(function.language)}", *_attributes(function)]
    lines += [setting(pair) for pair in function.settings]
    body = function.sql_body if function.sql_body is not None else f"AS {dollar(function.body)}"
    return "\n    ".join(lines) + f"\n{body}"


def _attributes(function: Function) -> tuple[str, ...]:
    said = (
        (function.volatility, function.volatility != "VOLATILE"),
        (f"PARALLEL {function.parallel}", function.parallel != "UNSAFE"),
        ("STRICT", function.strict),
        ("SECURITY DEFINER", function.security_definer),
        ("LEAKPROOF", function.leakproof),
        (f"COST {function.cost:g}" if function.cost is not None else "", function.cost is not None),
        (f"ROWS {function.rows:g}" if function.rows is not None else "", function.rows is not None),
    )
    return tuple(word for word, needed in said if needed)


def _position(function: Function) -> Position:
    at = target.function(function)
    return Position(at.level, at.section, 0, "")


def _mentions(one: Function) -> frozenset[str]:
    # Other bodies are not resolved before they run; that of an SQL function is, on its creation.
    body = (one.sql_body, one.body if one.language == "sql" else None)
    return mentioned(one.arguments, one.returns, *body) - {qualified(one.schema, one.name)}


@dataclass(frozen=True, slots=True)
class OnFunction(Plain):
    """What all operations on one function answer alike."""

    function: Function

    @property
    def subject(self) -> str:
        return target.function(self.function).subject

    @property
    def position(self) -> Position:
        return _position(self.function)


@dataclass(frozen=True, slots=True)
class Making(OnFunction):
    """What all operations after which the function is there answer alike."""

    @property
    def creates(self) -> tuple[Key, ...]:
        return (target.function(self.function).key, named(self.function))

    @property
    def needs(self) -> tuple[Key, ...]:
        return namespace_needs(self.function.schema)


@dataclass(frozen=True, slots=True)
class CreateFunction(Making):
    """The function is there."""

    @property
    def mentions(self) -> frozenset[str]:
        return _mentions(self.function)

    def steps(self) -> tuple[Step, ...]:
        return (Step(create_sql(self.function)),)

    def reverse(self) -> Op | Irreversible:
        return DropFunction(self.function)


@dataclass(frozen=True, slots=True)
class CreateFunctionAs(Making):
    """The function is there and belongs to its owner, who makes it; then whoever made the rest goes on, `then`.

    It takes a session that may become both: an owner that is not a member of that role cannot give the function away.
    """

    then: str

    @property
    def mentions(self) -> frozenset[str]:
        return _mentions(self.function)

    def steps(self) -> tuple[Step, ...]:
        made = (create_sql(self.function), *_dress(self.function, None))
        return _as_owner(self.function, self.then, made)

    def reverse(self) -> Op | Irreversible:
        return DropFunctionAs(self.function, self.then)


def _as_owner(function: Function, then: str, statements: tuple[str, ...]) -> tuple[Step, ...]:
    return tuple(map(Step, (f"SET ROLE {ident(function.owner or then)}", *statements, f"SET ROLE {ident(then)}")))


@dataclass(frozen=True, slots=True)
class DropFunctionAs(OnFunction):
    """The function is gone, dropped by the role that owns it; then the other role goes on."""

    then: str

    def steps(self) -> tuple[Step, ...]:
        return _as_owner(self.function, self.then, (f"DROP {target.function(self.function).sql}",))

    def reverse(self) -> Op | Irreversible:
        return CreateFunctionAs(self.function, self.then)


@dataclass(frozen=True, slots=True)
class ReplaceFunction(Plain):
    """The function does what `new` says; its arguments and result are those of `old`."""

    old: Function
    new: Function

    @property
    def subject(self) -> str:
        return target.function(self.new).subject

    @property
    def position(self) -> Position:
        return _position(self.new)

    @property
    def needs(self) -> tuple[Key, ...]:
        return namespace_needs(self.new.schema)

    @property
    def mentions(self) -> frozenset[str]:
        return _mentions(self.new)

    def steps(self) -> tuple[Step, ...]:
        return (Step(create_sql(self.new).replace("CREATE ", "CREATE OR REPLACE ", 1)),)

    def reverse(self) -> Op | Irreversible:
        return ReplaceFunction(self.new, self.old)


def replaceable(old: Function, new: Function) -> bool:
    """Whether CREATE OR REPLACE leads from one to the other."""
    return (old.kind, old.arguments, old.returns) == (new.kind, new.arguments, new.returns)


def has_sql_body(op: Op) -> bool:
    """Whether `op` makes a function whose body PostgreSQL resolves on creation unless told otherwise."""
    function = (
        op.function
        if isinstance(op, CreateFunction | CreateFunctionAs)
        else op.new
        if isinstance(op, ReplaceFunction)
        else None
    )
    return function is not None and function.language == "sql"


@dataclass(frozen=True, slots=True)
class DropFunction(OnFunction):
    """The function is gone."""

    def steps(self) -> tuple[Step, ...]:
        return (Step(f"DROP {target.function(self.function).sql}"),)

    def reverse(self) -> Op | Irreversible:
        return CreateFunction(self.function)


@dataclass(frozen=True, slots=True)
class ShareFunction(Making):
    """The trigger function that all tables of a database share is there afterwards.

    Where one of that name is there already it is never replaced: it is used if it is ours (by its comment) or
    sets updated_at, and refused otherwise.
    """

    owner: str | None = None

    def steps(self) -> tuple[Step, ...]:
        at = target.function(self.function)
        statements = (create_sql(self.function), *_dress(self.function, self.owner))
        found = f"to_regprocedure({literal(at.name).strip()})"
        block = (
            f"\nBEGIN\n    IF {found} IS NULL THEN\n"
            + "".join(f"\n{statement};\n" for statement in statements)
            + "\n    ELSIF NOT EXISTS (\n"
            f"        SELECT FROM pg_proc AS p WHERE p.oid = {found}\n"
            f"           AND (obj_description(p.oid, 'pg_proc') = {literal(SHARED_MARK)}\n"
            "                OR p.prosrc ~* 'new[^a-z;<>]*updated_at[^a-z;<>]*=')\n"
            "    ) THEN\n"
            "        RAISE EXCEPTION 'function % is there already and does not set updated_at',"
            f" {literal(at.name).strip()}\n"
            "            USING HINT = 'Rename or drop it, or make it assign NEW.updated_at; it is not replaced.';\n"
            "    END IF;\nEND\n"
        )
        return (Step(f"DO {dollar(block)}", note="A function that is there already is used, never replaced."),)

    def reverse(self) -> Op | Irreversible:
        return ReleaseFunction(self.function, self.owner)


def _dress(function: Function, owner: str | None) -> tuple[str, ...]:
    """Owner, grants and comment of a function that was just made."""
    at = target.function(function)
    owned = (f"ALTER {at.sql} OWNER TO {ident(owner)}",) if owner else ()
    public = any(one.grantee == "PUBLIC" and "EXECUTE" in one.kinds for one in function.privileges)
    revoked = () if public else (f"REVOKE EXECUTE ON {at.sql} FROM PUBLIC",)
    granted = tuple(grant_sql(at, one) for one in function.privileges if one.grantee != "PUBLIC")
    comment = (f"COMMENT ON {at.sql} IS {literal(function.comment).strip()}",) if function.comment else ()
    return (*owned, *revoked, *granted, *comment)


@dataclass(frozen=True, slots=True)
class ReleaseFunction(OnFunction):
    """The shared function is gone if Colonnade made it and no trigger uses it; otherwise it is left alone."""

    owner: str | None = None

    def steps(self) -> tuple[Step, ...]:
        at = target.function(self.function)
        block = (
            "\nBEGIN\n    IF EXISTS (\n        SELECT FROM pg_proc AS p\n"
            f"        WHERE p.oid = to_regprocedure({literal(at.name).strip()})\n"
            f"          AND obj_description(p.oid, 'pg_proc') = {literal(SHARED_MARK)}\n"
            "          AND NOT EXISTS (\n"
            "              SELECT FROM pg_depend AS d\n"
            "              WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid AND d.deptype <> 'i'\n"
            "          )\n    ) THEN\n"
            f"        DROP {at.sql};\n    END IF;\nEND\n"
        )
        return (Step(f"DO {dollar(block)}", note="It stays while a trigger of another table uses it."),)

    def reverse(self) -> Op | Irreversible:
        return ShareFunction(self.function, self.owner)
