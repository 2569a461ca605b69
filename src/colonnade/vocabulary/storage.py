"""Wordings that say whether, where and by whom something is stored."""

from __future__ import annotations

import re

from colonnade.vocabulary.regex import regex

_I = re.IGNORECASE

# In brackets behind a name or as the value of "Storage:" this says that the thing is not stored.
UNSTORED_NOTE = regex(
    r"\b(?:computed|derived|calculated|virtual|transient|ephemeral|runtime|in[- ]memory|not (?:persisted|stored|a table|a db entity|an entity|in (?:the )?(?:db|database))|"
    r"non[- ]persist\w+|non[- ]stored|client[- ]side|client only|frontend(?:[- ]only)?|ui(?: state| only| component| model|[- ]only)?|ui|view[- ]?model|view state|dto|api(?: only| response| request| type| model| contract)?|"
    r"response|request|conceptual|concept|logical view|session state|react state|local state|state only|input|output|value only|no table|payload|"
    r"aggregation|not stored|out of scope|removed|deprecated|deleted|dropped|calculado|calculada|derivad[oa]|berechnet|abgeleitet|"
    r"nicht persistiert|calculé|dérivé|en memoria|em memória|im speicher|interface|protocol|^service|(?:domain|application|backend) service|enum|\w*枚举|派生|计算|非持久化|計算|永続化なし|вычисляем\w+|не хранится|"
    r"construct|in code|code constant|config file|configuration only|static data|constants?|not persisted|no persistence|message|event payload|pseudo-entity|query result|report|pure function|memory)\b",
    _I,
)  # fmt: skip

# In brackets behind the title of a chapter: none of the things below is stored.
UNSTORED_GROUP = regex(
    r"^(?:not (?:persisted|stored)|non[- ]persist\w+|in[- ]memory(?: only)?|runtime(?:[- ]only)?|transient|ephemeral|(?:ui|client|frontend|view)(?:[- ]only|[- ]side)?|dtos?|"
    r"(?:computed|derived|calculated)(?:,? (?:not|never) (?:stored|persisted)| only| (?:at|on) .*)?|no persistence|不落库|不存储|不持久化|不保存|非持久化|永続化なし|保存しない|не хранятся|"
    r"no (?:se )?(?:persisten?|almacenan?|guardan?)(?:en)?|não (?:persistid|armazenad)[oa]s|nicht (?:gespeichert|persistiert)|non (?:stockée?s|persistée?s|memorizzat[ie]|persistenti))$",
    _I,
)  # fmt: skip

# The same said in a sentence about the thing itself: "It is not persisted", "A computed value …".
UNSTORED_SENTENCE: tuple[re.Pattern[str], ...] = (
    regex(
        r"^(?:(?:this|it|they|these|the \w+|[A-Z]\w+) )?(?:(?:entity|model|type|structure|object|state|data|value|view|is|are|will be|exists?|lives?|only|purely|always)[ ,]+){0,4}"
        r"(?:not|never) (?:be |directly |itself )?(?:stored|persisted|saved|a (?:database |db |new |separate |real )?(?:table|entity)|materiali[sz]ed|written to (?:the )?(?:database|disk))", _I),
    regex(
        r"^(?:an?|the)? ?(?:[\w/-]+,? ){0,2}(?:derived|computed|calculated|virtual|transient|ephemeral|non-persisted|non-persistent|in-memory|client-side|runtime|read-only derived|not persisted)"
        r"(?:,? (?:and )?(?:computed|derived|non-persisted|read-only|not stored|not persisted|aggregated|ephemeral|in-memory|transient))?,? "
        r"(?:value|values|view|views|state|construct|concept|summary|result|results|object|aggregate|aggregation|entity|model|structure|representation|projection|data|metric|status|set|list|read model|"
        r"number|figure|indicator|collection|snapshot|configuration|record of|count|total|field|attribute|property|grouping|statistic|statistics|report|score)\b", _I),
    regex(r"\b(?:no|without(?: a)?) (?:database|db|persistent|persisted) (?:table|storage|entity|persistence|record)\b", _I),
    regex(r"^(?:exists|lives|held|kept|stored|managed|maintained) (?:only |purely |solely )?in(?:[- ]memory| memory| react| the browser| the client| component| client| session storage| url)", _I),
    regex(r"\b(?:purely|only) (?:a )?(?:ui|in-memory|client-side|runtime|presentational|presentation)(?: concept| concern| state| construct)?\b", _I),
    regex(r"^(?:not (?:a )?(?:stored|persisted)|non-persisted|in-memory|in memory|computed|calculated on|derived (?:from|at|on)|ephemeral|transient)\b", _I),
    regex(r"\bno se (?:almacena|persiste|guarda)\b|\bnão (?:é |são )?(?:armazenad|persistid)|\b(?:wird|werden) nicht (?:gespeichert|persistiert)\b|\bn'est pas (?:stocké|persisté)", _I),
    regex(r"不存储|不持久化|不落库|不保存|(?:仅|只)(?:驻留|存在|保存)[于在]?内存|逻辑视图|虚拟视图|永続化しない|保存されない|保存しない|не хранится|저장하지 않"),
)  # fmt: skip

# The last words of a sentence about the thing: "Calculated from bookings, not stored", "generated on request, no table".
UNSTORED_END = regex(
    r"(?:(?:but|and|is|it is|are|so|therefore)\s+)*(?:(?:not|never)\s+(?:itself\s+)?(?:persisted|stored|saved|kept|materiali[sz]ed|a table|in the database)(?: in (?:the |a )?(?:database|db|table))?|no\s+(?:database\s+|own\s+|separate\s+)?(?:table|storage|persistence|record)|"
    r"non\s+(?:memorizzat\w|salvat\w|persistent\w|persistit\w|stockée?s?|persistée?s?|enregistrée?s?|conservat\w)|nicht\s+(?:gespeichert|persistiert)|no\s+(?:se\s+)?(?:almacena|persiste|guarda)\w*|não\s+(?:é\s+)?(?:armazenad|persistid|guardad)[oa]s?|"
    r"не\s+(?:хранится|сохраняется)|(?:UI|display|client|view)[ -]only|s[oó]lo\s+(?:pantalla|interfaz|vista)|apenas\s+(?:tela|interface)|nur\s+(?:anzeige|oberfläche))", _I,
)  # fmt: skip

# Wherever it stands, this makes the thing a part of the interface.
INTERFACE = regex(
    r"\b(?:UI|interface|presentation(?:al)?) (?:concept|element|construct|concern)\b|\btest (?:abstraction|helper|double|fixture)\b|^(?:the|a|an)\s+(?:background\s+)?(?:process|service|component|job|worker|daemon)\s+(?:that|which)\b|\bwithout (?:any )?data of its own\b",
    _I,
)
# Above titles: none of the things below is stored.
UNSTORED_BELOW = regex(
    r"\b(?:following|these|below)\b.{0,80}\b(?:(?:are|is|and) not (?:persisted|stored|saved)|not (?:persisted|stored|written)|in[- ]memory|never (?:persisted|stored|saved|written)|transient|exist only (?:during|in|at)|computed (?:at|on))",
    _I,
)  # fmt: skip

# Facts "Storage: …" that say that the thing is not in the database.
UNSTORED_STORAGE = regex(
    r"^(?:not (?:persisted|stored)|none|n/a|in[- ]memory|memory|react|context|client|component|computed|url|session ?storage|redux|zustand|runtime|transient|no persistence|ui|never persisted|ephemeral|browser memory|derived)",
    _I,
)  # fmt: skip

# Who owns a table that this schema may only point at.
MANAGED = regex(
    r"\b(?:managed|owned|created|handled|maintained|provided|generated|controlled|gestionad[oa]|verwaltet|gerenciad[oa]|gérée?)\s+(?:automatically\s+|entirely\s+|internally\s+|externally\s+)?"
    r"(?:by|por|von|durch|par)\s+(?:the\s+)?(?P<who>Better[ -]?Auth|Supabase(?: Auth)?|Clerk|Auth0|Auth\.js|NextAuth(?:\.js)?|Firebase(?: Auth\w*)?|Keycloak|Cognito|AWS Cognito|Lucia|WorkOS|Stytch|Kinde|Okta|Neon Auth|Django(?: auth)?|"
    r"Devise|Laravel\w*|Azure AD|Entra ID|Passport|Stripe|[A-Z]\w+ ?Auth)", _I,
)  # fmt: skip
MANAGED_SHORT = regex(
    r"\b(?P<who>Better[ -]?Auth|Supabase Auth|Clerk|Auth0|Auth\.js|NextAuth(?:\.js)?|Firebase Auth\w*|Keycloak)[ -](?:managed|管理|verwaltet|owned)|(?P<who2>Auth\.js|Better Auth|Supabase|Clerk)\s*(?:管理|が管理|による管理)",
    _I,
)
# "do not modify" beside a named owner makes the table external.
HANDS_OFF = regex(
    r"\bdo not (?:modify|edit|touch|alter|change|create|migrate)\b|\bread[- ]only\b|\bno (?:direct )?(?:modif|chang)|\bnot (?:modified|managed) by\b|直接操作しない|no modificar|nicht (?:ändern|verändern)|不要修改",
    _I,
)

EXISTING = regex(
    r"\b(?:existing|unchanged|already exists?|no (?:schema )?changes?|pre-?existing|reused?|as[- ]is|existente|vorhanden|bestehend|existant|from (?:feature|spec|stage|phase) \S+|not modified|reference only)\b|既存|变更なし|変更なし|已有|现有|已存在|существующ",
    _I,
)
SOFT_DELETE = regex(
    r"\bsoft[- ]?delet\w*|论理删除|論理削除|软删除|borrado lógico|exclusão lógica|мягкое удаление|suppression logique",
    _I,
)

# Names of things a program has that are no rows: a Key Entity called so is read as a concept.
CONCEPT_WORDS = frozenset(
    "page screen dialog modal button dashboard widget sidebar toolbar banner toast endpoint component middleware handler renderer router helm".split()
)

# Parts of a program: with one of these as the last word of its name, or with no name for data at all, and a text that
# tells what it does.
PROGRAM_WORDS = frozenset(
    """service interface server agent engine pipeline tunnel gateway proxy layer client api adapter manager system module
    framework library objects object fixtures fixture helpers tool""".split()
)
DOING = regex(
    r"(?:an? |the )?(?:[\w/-]+ ){0,3}?(?:handles|manages|orchestrates|coordinates|provides|performs|executes|runs|exposes|routes|processes|renders|"
    r"(?:backend|frontend|service|component|server|process|module|layer|library) (?:that|which|for)|abstract(?:ion)? (?:interface|layer|class)|entry point|"
    r"performance metrics)\b",
    _I,
)
# What is set from outside or kept for tests, whatever it is called.
NEVER_STORED = regex(
    r"(?:abstraction layer|environment variables?|command[- ]line (?:flags|arguments)|reusable (?:\w+ )?helpers?|mock(?:ed)? (?:data|objects?))\b",
    _I,
)

# Services whose ids are kept beside one's own: `stripe_customer_id` points at no table here.
PROVIDERS: frozenset[str] = frozenset(
    """clerk stripe auth0 firebase cognito okta google github gitlab facebook apple microsoft azure paypal braintree square
    shopify slack discord telegram twilio sendgrid mailchimp hubspot salesforce zendesk intercom plaid twitter linkedin
    external supabase razorpay adyen wechat line notion jira""".split()
)
