"""What names usually mean: the words by which the passes know owners, users, critical data, types and defaults."""

from __future__ import annotations

import re

from colonnade.vocabulary.regex import regex

# Tables that hold the people who own rows, best first.
USER_TABLES: tuple[str, ...] = (
    "users", "user", "app_users", "user_accounts", "accounts", "profiles_users", "auth_users", "members",
)  # fmt: skip

# Columns that only a table of people who log in has.
LOGIN_COLUMNS: frozenset[str] = frozenset({
    "email", "e_mail", "email_address", "username", "user_name", "login", "handle", "password", "password_hash",
    "hashed_password", "display_name", "first_name", "last_name", "full_name",
})  # fmt: skip

# Columns that name the owner of a row, best first.
OWNER_COLUMNS: tuple[str, ...] = (
    "user_id", "owner_id", "owner_user_id", "author_id", "creator_id", "created_by_id", "created_by_user_id", "created_by",
    "account_id", "uploader_id", "uploaded_by", "submitted_by", "posted_by", "customer_id", "member_id", "owner", "user",
    "author", "creator",
)  # fmt: skip

# Stems of columns that point to a person who does not own the row.
OTHER_PEOPLE: frozenset[str] = frozenset({
    "approved_by", "approver", "archived_by", "assigned_by", "assigned_to", "assignee", "checked_by", "closed_by",
    "deleted_by", "editor", "followed", "followee", "invited_by", "inviter", "last_modified_by", "manager", "modified_by",
    "moderator", "recipient", "receiver", "rejected_by", "resolved_by", "reviewed_by", "reviewer", "shared_with",
    "supervisor", "target_user", "to_user", "updated_by", "verified_by",
})  # fmt: skip

# Last words of tables whose rows must survive: what they refer to is not deleted from under them.
CRITICAL: frozenset[str] = frozenset({
    "audit", "bill", "booking", "contract", "credit", "debit", "deposit", "invoice", "ledger", "order", "payment", "payout",
    "payroll", "policy", "purchase", "receipt", "refund", "reservation", "sale", "settlement", "shipment", "statement",
    "subscription", "tax", "transaction", "transfer", "withdrawal",
})  # fmt: skip

# Last words of tables that others are sorted by: what is sorted does not go with its label.
CLASSES: frozenset[str] = frozenset({
    "brand", "category", "classification", "country", "currency", "department", "genre", "kind", "language",
    "manufacturer", "region", "status", "subcategory", "supplier", "type", "unit", "vendor",
})  # fmt: skip

# What an attribute without a type is, by its name; the first row that matches decides.
NAME_TYPES: tuple[tuple[re.Pattern[str], str], ...] = tuple((regex(pattern), type_) for pattern, type_ in (
    (r"(.*_)?(id|uuid|guid)", "uuid"),
    (r".*_at|.*_time|timestamp|.*_timestamp|last_seen|last_login", "timestamp"),
    (r".*_on|.*_date|date|dob|birthday|deadline", "date"),
    (r"(is|has|can|should|was|allow|allows|enable|enabled|requires|show|hide)_.*"
     r"|active|enabled|completed|verified|archived|published|deleted|done|.*_enabled|.*_verified", "boolean"),
    (r"(.*_)?email(_address)?", "varchar(255)"),
    (r"(.*_)?(url|uri|link|website|href)", "text"),
    (r"(.*_)?(phone|phone_number|mobile|fax)", "varchar(32)"),
    (r"(.*_)?currency(_code)?", "varchar(3)"),
    (r"(.*_)?country_code", "varchar(2)"),
    (r"(.*_)?(price|amount|cost|total|subtotal|balance|fee|salary|budget|discount|tax)", "numeric(12,2)"),
    (r"(.*_)?(percent|percentage|rate|ratio)", "numeric"),
    (r"(.*_)?(latitude|longitude|lat|lng|lon)", "double precision"),
    (r"(.*_)?(count|quantity|qty|number_of_.*|position|sort_order|order_index|rank|age|year|size|duration_minutes"
     r"|minutes|seconds|hours|points|score|version|stock|level|capacity|seats|attempts|retries|likes|views"
     r"|days|weeks|months|years|floors)|(max|min|maximum|minimum|total)_[a-z]+s", "integer"),
    (r"(.*_)?(weight|height|width|depth|distance|area|volume|temperature|rating)(_(g|kg|lb|mm|cm|m|km|m2|l|ml|c|f))?", "numeric"),
    (r"(.*_)?duration", "interval"),
    (r"(.*_)?(metadata|settings|preferences|config|configuration|options|payload|attributes|properties|data)", "jsonb"),
    (r"(.*_)?(tags|labels|keywords)", "text[]"),
    (r"(.*_)?(ip|ip_address)", "inet"),
    (r"(.*_)?(name|title|subject|label|slug|username|code|sku|token|.*_hash|password|key)", "varchar(255)"),
))  # fmt: skip

# Type words that name what a value means, as the types that hold it.
IDIOMS: dict[str, str] = {
    "email": "varchar(255)", "e-mail": "varchar(255)", "email address": "varchar(255)", "emailstr": "varchar(255)",
    "url": "text", "uri": "text", "link": "text", "httpurl": "text", "phone": "varchar(32)", "phone number": "varchar(32)",
    "slug": "varchar(255)", "password": "varchar(255)", "hash": "varchar(255)", "currency code": "varchar(3)",
    "country code": "varchar(2)", "percentage": "numeric(5,2)", "percent": "numeric(5,2)", "color": "varchar(32)",
    "colour": "varchar(32)", "file": "text", "filename": "varchar(255)", "path": "text", "html": "text", "price": "money",
    "year": "integer", "age": "integer", "identifier": "uuid", "id": "uuid",
}  # fmt: skip

# Type words that mean money: numeric(12,2) where no precision is stated.
MONEY_WORDS: frozenset[str] = frozenset({"money", "currency", "smallmoney", "monetary", "amount", "price"})

# Enum columns with a customary default: the first value, or one of these if listed.
FIRST_VALUE_COLUMNS: frozenset[str] = frozenset({"status", "state"})
MIDDLE_VALUE_COLUMNS: frozenset[str] = frozenset({"priority", "severity"})
MIDDLE_VALUES: tuple[str, ...] = ("medium", "normal")

# Values of a status after which nothing is overdue.
FINAL_VALUES: frozenset[str] = frozenset({
    "archived", "cancelled", "canceled", "closed", "complete", "completed", "done", "finished", "paid", "resolved", "returned",
})  # fmt: skip
DUE_COLUMNS: tuple[str, ...] = ("due_date", "due_at", "due_on", "deadline", "due")
STATUS_COLUMNS: tuple[str, ...] = ("status", "state")

CREATED_COLUMNS: tuple[str, ...] = ("created_at", "created_on", "created", "date_created", "creation_date")
UPDATED_COLUMNS: tuple[str, ...] = (
    "updated_at",
    "updated_on",
    "updated",
    "modified_at",
    "last_modified",
    "date_updated",
)
DELETED_COLUMNS: tuple[str, ...] = ("deleted_at", "deleted_on")

# Defaults as people write them.
NO_DEFAULT: frozenset[str] = frozenset(
    {"", "-", "–", "—", "n/a", "na", "none", "nil", "null", "no default", "undefined"}
)
GENERATED_WORDS: frozenset[str] = frozenset({
    "auto", "auto-generated", "auto generated", "autogenerated", "generated", "auto-increment", "auto increment",
    "autoincrement", "serial", "uuid", "uuid()", "uuidv4", "uuid4", "uuid4()", "uuidv4()", "uuid.uuid4", "uuid_generate_v4()",
    "gen_random_uuid()", "gen_random_uuid", "default_factory=uuid4", "uuidv7()", "random uuid", "identity",
    "auto_increment", "generated always as identity", "generated by default as identity", "sequence", "nextval",
})  # fmt: skip
NOW_WORDS: frozenset[str] = frozenset({
    "now", "now()", "current_timestamp", "current_timestamp()", "current timestamp", "current time", "current_date",
    "current date", "today", "today()", "utcnow", "utcnow()", "datetime.utcnow", "datetime.now", "timezone.now", "getdate()",
    "current", "auto", "auto-generated", "auto generated", "on create", "date.now()", "localtimestamp", "clock_timestamp()",
    "statement_timestamp()", "transaction_timestamp()", "auto-set", "generated", "creation time", "system time",
})  # fmt: skip
TRUE_WORDS: frozenset[str] = frozenset({"true", "yes", "on", "1", "t", "y", "enabled"})
FALSE_WORDS: frozenset[str] = frozenset({"false", "no", "off", "0", "f", "n", "disabled"})

# Functions that an expression from a document may call; all are immutable or stable and reach nothing outside the row.
SAFE_FUNCTIONS: frozenset[str] = frozenset({
    "abs", "age", "array_length", "array_position", "array_to_string", "btrim", "cardinality", "ceil", "ceiling",
    "char_length", "character_length", "concat", "concat_ws", "date", "date_part", "date_trunc", "daterange", "extract",
    "floor", "greatest", "initcap", "int4range", "isempty", "isfinite", "json_typeof", "jsonb_array_length", "jsonb_typeof",
    "least", "left", "length", "lower", "ltrim", "make_date", "md5", "mod", "num_nonnulls", "num_nulls", "numrange",
    "octet_length", "overlay", "position", "power", "regexp_count", "regexp_like", "regexp_match", "regexp_replace",
    "replace", "reverse", "right", "round", "rtrim", "sign", "split_part", "sqrt", "starts_with", "strpos", "substr",
    "substring", "to_char", "to_date", "to_number", "to_tsvector", "translate", "trim", "trunc", "tsrange", "tstzrange",
    "upper", "upper_inf", "lower_inf", "width_bucket", "coalesce", "nullif", "now", "gen_random_uuid", "cast", "timezone",
    "bit_length", "unaccent", "ln", "log", "exp", "array_cat", "array_append", "jsonb_exists", "like", "similar_to_escape",
})  # fmt: skip


# Of these, the ones that a generated column may not call: their result depends on more than their arguments.
CHANGING_FUNCTIONS: frozenset[str] = frozenset({
    "age", "concat", "concat_ws", "date", "gen_random_uuid", "now", "to_char", "to_date", "to_tsvector", "unaccent",
})  # fmt: skip


def guessed_type(column: str, limits: tuple[str, ...] = ()) -> str:
    """The type word that the name of a column suggests; else a number where `limits` says what it may be, else text."""
    unknown = "text" if not limits else "decimal" if any("." in limit for limit in limits) else "integer"
    return next((type_ for pattern, type_ in NAME_TYPES if pattern.fullmatch(column)), unknown)
