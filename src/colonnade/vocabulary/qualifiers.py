"""Words that say something of one column: key, null, unique, default, length, values, what it points at."""

from __future__ import annotations

import re

from colonnade.vocabulary.regex import regex

_I = re.IGNORECASE

# What a fragment between commas says when it says nothing else; the first that matches counts.
FLAGS: tuple[tuple[str, bool, re.Pattern[str]], ...] = (
    ("primary_key", True, regex(
        r"\b(?:primary[ _-]?key|pk|clave primaria|llave primaria|chave primária|primärschlüssel|clé primaire|chiave primaria|"
        r"první klíč|birincil anahtar|khóa chính|primaire sleutel)\b|主键|主キー|기본 ?키|первичный ключ|\bid PK\b|@id\b", _I)),
    ("nullable", False, regex(
        r"\bnot[ _-]?null(?:able)?\b|\bnon[ _-]?null(?:able)?\b|\bnn\b|\b(?:is |always )?required\b(?! (?:if|when|for|on(?!e)|only|once|by|in|to|after|"
        r"unless|before|at))|\bmandatory\b|"
        r"\b(?:cannot|can't|can not|must not|never|may not) be (?:null|empty|blank)\b|\bnon-?empty\b|\bnot nullable\b|\bnullable\s*[:=]?\s*(?:false|no)\b|"
        r"\bobligator[ij]?[oa]\b|\brequerid[oa]\b|\bobrigatóri[oa]\b|\bpflicht(?:feld)?\b|\berforderlich\b|\bobligatoire\b|\brequis\b|\bobbligatori[oa]\b|"
        r"\bno nul[ol]\b|\bnão nul[oa]\b|\bzorunlu\b|\bverplicht\b|必填|必須|非空|不能为空|不可为空|필수|обязательн", _I)),
    ("nullable", True, regex(
        r"\bnullable\b(?!\s*[:=]?\s*(?:false|no)\b)|\boptional\b(?! (?:depending|parent|details|filter))|\b(?:can|may|could) be (?:null|empty)\b|\bor null\b|"
        r"\ballows? null\b|\bnull if\b|\bnull when\b|\bnull until\b|\bnull for\b|\bnull =|\bempty (?:while|until|as long|if|when|unless)\b|\bnull allowed\b|\bopcional\b|\boptionnel(?:le)?\b|\bfacultatif\b|"
        r"\bfacoltativ[oa]\b|\bopzionale\b|\bnul[ol]able\b|\banulable\b|可选|可空|可为空|允许为空|任意|NULL ?許容|NULL ?可|NULL ?許可|선택|необязательн|опционально|"
        r"\boptioneel\b|\bvalgfri\b|\bwhen set\b|^\s*null\s*$|\bNULL initially\b|\bif (?:provided|present|any|available|known)\b|\bisteğe bağlı\b|"
        r"\bfalls vorhanden\b|\bdefault null\b", _I)),
    ("unique", True, regex(
        r"\bunique\b(?!\s*(?:per|within|together|with|in|for|across|by|on|to|identifier|id\b|key for|constraint on|combination|index on|among|"
        r"inside|only|\((?!e\.g)|if|when|where|record|code|number|name|reference|token|slug|value|user|task|key\b|pair|\w+ identifier))|"
        r"\búnic[oa]s?\b(?! (?:por|dentro|por))|\beindeutig\b(?! (?:pro|je|inn))|\bglobally unique\b|"
        r"\buk\b|\buq\b|\bunivoc[oa]\b|唯一(?!标识|识别|ID)|一意(?!の?識別|制約\()|ユニーク|유일|уникальн(?:ый|ая|ое|о)\b(?! идент)|@unique\b|\bbenzersiz\b|\bUNIQUE\b(?=\s+(?:index|constraint)\b)",
        _I)),
)  # fmt: skip

# Stands beside the column, yet says that it is no stored one.
UNSTORED = regex(
    r"\b(?:not|never|isn't|non)[ -](?:be )?(?:stored|persisted|saved|materiali[sz]ed|a (?:db|database) column|in (?:the )?(?:db|database))\b|"
    r"\bcomputed (?:at|on) (?:runtime|read|query|request|the fly|demand|render)|\bcalculated (?:at|on) (?:runtime|read|query|the fly|demand|render)|"
    r"\bderived (?:at|on) (?:runtime|read|query|the fly|demand|render)|\bderived at query[- ]time|\bvirtual (?:field|property|column|relation)|"
    r"\bin[- ]memory only\b|\btransient\b|\bclient[- ]side only\b|\bno se (?:almacena|guarda|persiste)\b|\bnão (?:é )?(?:armazenad|persistid)[oa]\b|"
    r"\bnicht (?:gespeichert|persistiert)\b|\bnon (?:stocké|persisté)e?\b|不存储|不落库|保存しない|永続化しない|не (?:хранится|сохраняется)|"
    r"\bUI[- ]only\b|\bfrontend[- ]only\b|\bread-time only\b",
    re.IGNORECASE,
)  # fmt: skip

# A list after or before one of these is open: examples, no closed list.
OPEN_LIST = regex(
    r"\be\.\s?g\b|\betc\b|\bsuch as\b|\bfor (?:example|instance)\b|\bex(?:ample)?s?\s*[:.]|\.\.\.|…|\bfuture\b|\bincluding\b|\bi\.e\b|\band (?:more|others?)\b|"
    r"\bp\.?\s?ej\b|\bpor ejemplo\b|\bpor exemplo\b|\bz\.\s?b\b|\bbeispielsweise\b|\bzum beispiel\b|\bpar ex|\bper esempio\b|\bad es|例[:：えば如]|比如|等|など|예:|например|\bт\.д|"
    r"\bor similar\b|\bor custom\b|\buser-defined\b|\blike\b|\bor other\b(?! *[)\]'\"])|\bconfigurable\b|\bextensible\b|\bmeasured in\b",
    re.IGNORECASE,
)  # fmt: skip

# What leads a closed list in.
VALUES_LEAD = regex(
    r"\b(?:enum(?:erated|eration)?(?: values?| of| type)?|one of|values?|allowed(?: values?)?|options?|possible values?|valid values?|must be(?: one of| either)?|either|"
    r"choices?|accepted values?|in|valores(?: permitidos| posibles)?|uno de|um de|werte|eines von|valeurs|l'un de|枚举|枚举值|取值|可选值|可选|列挙|いずれか|значения|один из|limited to|"
    r"literal|check in|check \w+ in|states?|statuses)(?!\w)\s*[:：=]?\s*",
    re.IGNORECASE,
)  # fmt: skip

DEFAULT = regex(
    r"(?:\bdefaults?\b(?:\s+(?:value|is|to|as|of))*|\bvalor por defecto|\bpor defecto|\bpredeterminado|\bpadrão|\bstandard(?:wert)?(?=\s*[:=])|\bvorgabe|\bpar défaut|"
    r"\bpredefinito|默认值?(?:为|是)?|デフォルト値?|初期値|기본값|по умолчанию|\bvarsayılan|\bmặc định|@default)"
    r"\s*[:：=(]?\s*"
    r"(?P<value>'[^'\n]{0,80}'|\"[^\"\n]{0,80}\"|`[^`\n]{1,80}`|\[[^\]\n]{0,60}\]|\{[^}\n]{0,60}\}|[\w.+-]+\([^()\n]{0,40}\)|[^\s,;()|`'\"。、，；]{1,60})",
    re.IGNORECASE,
)  # fmt: skip
# Words after "default" that are no value.
NO_DEFAULT = frozenset(
    """to for is if when the a an on in value values by of and or at per with from sort order depends user based auto
    language color s""".split()
)

DEFAULT_AFTER = regex(
    r"(?P<value>[^\s,;()|]{1,40})\s*(?:\((?:default|por defecto|padrão|standard|par défaut|默认|デフォルト)\)|\bby default\b)",
    re.IGNORECASE,
)

AUTOMATIC = regex(
    r"\bauto[- ]?(?:increment|generated|inc|gen|assigned)\w*|\bserial\b|\bidentity\b|\bgenerated\b|自增|自動採番|自動生成",
    re.IGNORECASE,
)

LENGTHS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("max_length", regex(r"\bmax(?:imum)?\.?[ _-]*(?:len(?:gth)?)?\.?\s*(?:of|is|:|=|\()?\s*(\d{1,7})(?:\s*(?:-\s*)?(?:chars?|characters?|letters?|zeichen|caract\w+|字符|文字|символ\w*))?\b(?!\s*(?:decimal|digits|mb|kb|%|items|per|days|decimals|minutes|hours|results))", _I)),
    ("max_length", regex(r"(?:\bup to|≤|<=|\bhasta|\baté|\bbis zu|\bjusqu'à|最多|最大|最长|до)\s*(\d{1,7})\s*(?:chars?|characters?|letters?|zeichen|caract\w+|字符|个字符|文字|символ\w*)", _I)),
    ("max_length", regex(r"\b\d{1,7}\s*(?:-|–|—|to|\.\.|~|〜|a|bis)\s*(\d{1,7})\s*(?:chars?|characters?|letters?|zeichen|caract\w+|字符|文字|символ\w*)", _I)),
    ("max_length", regex(r"(?<!least )(?<!minimum )(?<!min )(?<!min\. )(?<!minimum of )(?<!min of )(?<!>= )(?<!>=)(?<!≥ )(?<!≥)(?<!than )(?<!mindestens )\b(\d{1,7})[ -](?:chars?|characters?|caracteres|zeichen)\s*(?:max(?:imum)?|limit|or less|or fewer)?\b", _I)),
    ("min_length", regex(r"(?:\bat least|\b(?:no|not) (?:fewer|less|shorter) than|≥|>=|\bmindestens|\bmínimo|\bau moins|\bpelo menos|\bal menos)\s*(\d{1,7})[ -]?(?:chars?|characters?|letters?|zeichen|caract\w+|字符|文字)", _I)),
    ("min_length", regex(r"\bmin(?:imum)?\.?[ _-]*(?:len(?:gth)?)?\.?\s*(?:of|is|:|=)?\s*(\d{1,7})\s*(?:chars?|characters?|letters?|zeichen|caract\w+|字符|文字)", _I)),
    ("min_length", regex(r"\b(\d{1,7})\s*(?:-|–|—|to|\.\.|~|〜)\s*\d{1,7}\s*(?:chars?|characters?|letters?|zeichen|caract\w+|字符|文字|символ\w*)", _I)),
)  # fmt: skip

_TARGET = (
    r"[`'\"*\[]{0,3}(?P<table>[^\W\d][\w$]*(?:\.[^\W\d][\w$]*){0,2})[`'\"*\]]{0,3}"
    r"(?:\s?\(\s*[`\"]?(?P<column>[A-Za-z_]\w*)[`\"]?\s*\))?"
)
# What a column points at, strongest wording first.
REFERENCES: tuple[re.Pattern[str], ...] = tuple(
    regex(pattern.replace("TARGET", _TARGET), _I)
    for pattern in (
        r"(?<![a-z])(?<!no )(?<!not )(?:FKs?|foreign[ _-]?keys?|foreign|clave foránea|llave foránea|chave estrangeira|fremdschlüssel|clé étrangère|chiave esterna|外键|外部キー|внешний ключ|외래 ?키|yabancı anahtar|khóa ngoại)"
        r"[`*)]{0,3}\s*(?:constraint\s*|reference\s*|ref\s*|field\s*)?(?:(?:to|references|on|a|zu|auf|vers|für|para)\b|→|->|=>|⟶|➔|➜|–>|—>|—|–|-|:|：|=|\(|>|关联|引用|指向|\s)\s*(?:the\s+|table\s+|table:\s*|references?\s+|to\s+|la\s+|el\s+|entity\s+|→\s*)?TARGET",
        r"\breferences?\b\s*[:(→]?\s*(?:→|->|to\s+|the\s+|one\s+|an?\s+)?\s*TARGET",
        r"(?:→|->|=>|⟶|➔|➜|-->)\s*(?:FK\s+)?TARGET",
        r"(?<![a-z])(?:refs?|rel|relation|relationship|link(?:s|ed)?|points?|referencia|verweist auf|relación|relationship zu|beziehung zu|relação|relação com|référence|relazione)\b\s*[:=(]?\s*(?:to\s+|with\s+|a\s+(?:la\s+)?tabla\s+|[àa]\s+(?:la\s+)?table\s+|[àa]\s+tabela\s+|a\s+|con\s+|com\s+|auf\s+|zu\s+)?(?:the\s+|→\s*)?TARGET",
        r"(?:\b(?:1:1|one-to-one)\s+with|\bpoints to)\s+(?:the\s+)?TARGET",
        r"(?:关联|引用|指向|参照先?)\s*[:：]?\s*(?![\u3040-\u309f的])TARGET",
        r"^(?-i:[`*]*(?P<table>[A-Z][\w$]*)[`*]*)(?P<column>(?!))?\s\((?:FK|foreign key)\)$",
    )
)  # fmt: skip
# Words that follow "FK" or "references" and name no table.
NO_TARGET = frozenset(
    """the a an to of in on if for and or not null nullable unique required optional index indexed constraint pk fk
    primary foreign key keys id uuid int integer string text varchar bigint external parent other this that is
    via no yes when with references entity table self one cascade on_delete default none by as its their from
    each all auto type enum only must same restrict set delete update both many at identifier which where zero
    any generated user's number url link link-only between system these those it value values json boolean hash
    path name ref referencing serial objectid opaque logical soft weak virtual field column columns required. exactly per
    char number auto auto-référente lógica lógico logica logico logique logisch logische física fisica compuesta composta""".split()
)
FOREIGN_KEY = regex(
    r"(?<![a-z])(?:FK|foreign[ _-]?key|clave foránea|chave estrangeira|fremdschlüssel|clé étrangère|外键|外部キー|внешний ключ)(?![a-z])",
    re.IGNORECASE,
)
SELF = regex(
    r"\bself(?:[- ]?ref\w*|[- ]?join|[- ]FK)?\b|自参照|自引用|自关联|\bauto-?r[eé]f\w*|\bselbst(?:referenz)?",
    re.IGNORECASE,
)

ON_DELETE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("SET NULL", regex(r"\bset[ _]null\b|\bsetnull\b|\bnull(?:ify)?[ _]?on[ _]?delete\b|\bset to null\b", _I)),
    ("CASCADE", regex(r"(?<!no )(?<!not )(?<!never )\bcascad\w*|\bon delete c\b|\bdelete-orphan\b", _I)),
    ("RESTRICT", regex(r"\bon[ _]?delete[ :=]*(?:restrict|protect)|\brestrict(?:ed)?\b|\bPROTECT\b", _I)),
    ("SET DEFAULT", regex(r"\bset[ _]default\b", _I)),
    ("NO ACTION", regex(r"\bno[ _]action\b", _I)),
)  # fmt: skip

YES = frozenset(
    """yes y true ✓ ✔ ✅ ☑ x ● • sí si sim ja oui da да 是 はい ○ ◯ 〇 √ 예 evet có required always ✔️ ✅️ ✓️ must mandatory
    required*""".split()
)
NO = frozenset(
    """no n false ✗ ✘ ❌ ☐ - – — × não nein non нет 否 いいえ 아니오 hayır không optional never ❌️ ✖ ✖️ не""".split()
) | {""}
EMPTY = frozenset(
    {
        "",
        "-",
        "–",
        "—",
        "n/a",
        "na",
        "none",
        "/",
        "―",
        "－",
        "...",
        "…",
        "无",
        "なし",
        "нет",
        "nil",
        "--",
        "‒",
        "ninguno",
        "keine",
        "_",
        "n.a.",
        "ー",
    }
)

# What stands beside a type and is no value: a list of such words is no list of choices.
CONSTRAINT_WORD = regex(
    r"(?:not )?null|unique|primary key|foreign key|pk|fk|auto_?increment|indexed|required|optional", re.IGNORECASE
)
