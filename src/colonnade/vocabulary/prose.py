"""How people introduce the attributes of a thing in a sentence, and which words are no attributes."""

from __future__ import annotations

import re

from colonnade.vocabulary.regex import regex

_I = re.IGNORECASE

# Behind one of these a list of attributes follows; the strong ones are never followed by anything else.
STRONG_LEAD = regex(
    r"(?:\b(?:key |core |main |essential |required |important |primary |relevant |stored |its |new |additional |common )*(?:attributes?|fields?|properties|columns|data points|data fields|metadata fields|data)"
    r"(?:\s+(?:include|includes|are|contain|consist of|added|such as))?\s*[:：]|\battributes? includ\w+:?|\bfields? includ\w+:?|\bproperties includ\w+:?|\bkey data[:：]|\bincludes?:|\bcontains?:|\bstores?:|\bhas:|\bwith:|\btracks?:|\bcaptures?:|"
    r"(?:atributos|campos|propiedades|propriedades|datos|dados)(?:[\s-]+\w+){0,2}\s*[:：]|(?:attribute|felder|eigenschaften)\s*[:：]|(?:attributs|champs|propriétés)(?:\s+\w+)?\s*[:：]|(?:attributi|campi)(?:\s+\w+)?\s*[:：]|"
    r"(?:主要)?(?:属性|字段)(?:包括|有|为)?\s*[:：]|(?:主な)?(?:属性|フィールド|項目)\s*[:：]|속성\s*[:：]|атрибуты\s*[:：]|поля\s*[:：]|包含(?!多)|包括|持つ属性)",
    _I,
)  # fmt: skip
LEAD = regex(
    r"\b(?:has|have|having|with|includes?|including|contains?|containing|carr(?:y|ies)|carrying|(?<=details )such as|(?<=data )such as|(?<=information )such as|(?<=attributes )such as|(?<=fields )such as|stores?|storing|holds?|holding|records?|recording|recorded with|tracks?|tracking|captures?|capturing|consists? of|consisting of|"
    r"comprises?|comprising|composed of|characteri[sz]ed by|defined by|identified by|described by|extended with|gains?|specif(?:ies|ying)|bears?|exposes?|plus|made up of|keeps?|persists?|"
    r"tiene|tienen|con|incluye|incluyendo|contiene|almacena|registra|tem|possui|com|inclui|contém|armazena|guarda|hat|mit|enthält|umfasst|beinhaltet|speichert|a pour attributs|avec|comprend|contient|inclut|possède|ha|contiene|include|comprende)\b",
    _I,
)  # fmt: skip
# A sentence that lists what a thing has to do with, and none of its attributes.
RELATED = regex(r"\W*(?:(?:is )?relat(?:ed|es)|relations?(?:hips?)?|links?|linked|connected)(?: to| with)?\s*[:：]", _I)
# A lead is none before or behind these: "associated with", "along with", "starts with".
NO_LEAD_BEFORE = regex(
    r"\b(?:associated|along|together|linked|related|dealing|interact\w*|compatible|consistent|start\w*|begin\w*|connected|integrat\w*|shared|share|one-to-many|many-to-one|one-to-one|many-to-many|paired|work\w*|combined|than|"
    r"aligned|comply|complies|replaced|populated|filled|sync\w*|communicat\w*|authenticated|to|not|comply|matched|signed|logged|user|users|a|the|an|audit|medical|health|academic|single|historical|new|immutable|each)\s+$",
    _I,
)  # fmt: skip

# Words that no name of a column has: a piece with one is part of a sentence.
STOP = regex(
    r"\b(?:a|an|the|of|is|are|was|and|or|to|for|with|by|on|in|as|at|that|which|when|if|must|may|can|should|has|have|be|not|no|all|"
    r"each|every|its|their|various|other|others|many|multiple|several|list|etc)\b", _I,
)  # fmt: skip
# "an attendance record for a student": the word is a noun.
NO_LEAD_BEHIND = regex(
    r"(?:records?|tracks?|stores?|holds?|captures?)\s+(?:of|for|in|about|that|which|linking|between|rather|instead)\b",
    _I,
)
# What starts like this is no name of a column.
NO_NOUN = regex(
    r"(?:for|of|in|by|at|per)\s|(?:from|to|with|on|about|into)\s+(?:an?|the|its|their|each|every|one|this|that)\s",
    _I,
)
# A bracket with one of these says how values are and lists none.
QUALITY = regex(
    r"(?:globally )?unique|required|optional|mandatory|nullable|not null|immutable|read-only|indexed|hashed|encrypted|masked|"
    r"case[- ](?:in)?sensitive|auto-?generated|generated|auto|internal|sensitive|(?:always )?positive|non-?empty|non-?negative|"
    r"único|única|obligatorio|obrigatório|opcional|eindeutig|pflicht|optionnel|obligatoire|unico|必填|唯一|可选|必須|任意", _I,
)  # fmt: skip

# A piece of a list ends where one of these starts.
CUT = regex(
    r"\s+(?:that|which|who|whose|where|when|while|used|using|based|via|through|during|after|before|because|so|shown|displayed|describing|indicating|representing|showing|"
    r"referencing|pointing|linking|containing|including|such|like|between|against|across|than|once|unless|without|plus|along|whether|depending|being|only|not|computed|derived|calculated|defaulting|determined|marking|"
    r"needed|required to|associated|belonging|set|assigned|generated|chosen|selected|stored|given|provided|identifying|denoting|tracking|tied|linked|expressed|scoped|"
    r"que|como|desde|cuando|wenn|dass|qui)\b.*$|\s+(?:it|they|he|she)\s+\w+.*$|\s*[—–→].*$|\s+-\s+.*$|\s*[:：].*$",
    _I | re.DOTALL,
)  # fmt: skip
# So does a longer one at a preposition; `weight in kg`, `received on` and `price per night` are names.
PREPOSITION = regex(
    r"\s+(?:for|to|from|by|in|on|at|within|per|as|if|until|under|over|para|por|en|für|zur|zum|aus|bei|pour|dans|par)\b.*$",
    _I | re.DOTALL,
)

# A finite verb behind a noun starts a new clause: what follows is no list any more.
CLAUSE = regex(
    r"\s(?:is|are|was|were|can|may|must|should|will|has|have|belongs|cannot|does|do|gets|becomes|remains|references|moves|appears|contains|es|son|ist|sind|est|sont)\s",
    _I,
)
# A relative clause swallows the pieces that "and" ties to it.
RELATIVE = regex(
    r"\s(?:that|which|who|whose|where|when|while|because|if|whether|until|once|so|que|wenn|dass|qui)\s", _I
)

# Words in front of a name that are not part of it.
FRONT = regex(
    r"^(?:(?:a|an|the|its|their|his|her|each|any|some|one|this|that|these|those|own|optional(?:ly)?|unique|required|mandatory|zero or more|one or more|at least one|exactly one|at most one|multiple|several|many|all|both|new(?!\s+(?:value|quantity|stat(?:e|us)|price|balance|role|email|name|owner|amount|stage|version|level|date|password)\b)|only|given|specific|particular|same|having|including|storing|carrying|recording|associated|related|"
    r"corresponding|respective|human-readable|user-facing|free-form|free-text|possibly|also|either|and|or|plus|with|contains|includes|carries|has(?=\s+(?:an?|the|one|many|its)\b)|list of|set of|collection of|array of|series of|"
    r"history of|list|pair of|nullable|globally unique|system-generated|non-empty|"
    r"el|la|los|las|un|una|unos|su|sus|cada|o|os|as|um|uma|seu|sua|der|die|das|ein|eine|einen|sein|ihre|le|les|des|une|son|sa|ses|il|lo|gli|uno|y|e|und|et|ed|ou|opcional(?:mente)?|único|única|l'|d')\s+)+",
    _I,
)  # fmt: skip

# Nouns that stand for attributes without naming one; what they hold stands in the bracket behind them.
GENERIC = frozenset(
    """detail details information info data metadata attribute attributes field fields property properties setting
    settings configuration value values timestamps record records content contents relationship relationships
    reference references association associations characteristics characteristic specification specifications
    item items thing things aspects elements element parameters parameter detail-fields identifiers credentials
    statistics history rule rules constraint constraints lifecycle behavior support access capability
    capabilities ability way means context set list group datos información detalles dados informações detalhes
    daten informationen details données informations operations functionality responsibilities entities entity
    type-specific audit-fields dates basics essentials logic limits restrictions permissions-model scope column
    columns key keys""".split()
)
# Of these, the ones that a bracket behind them spells out.
SPELLED_OUT = frozenset(
    """detail details information info data metadata identity attribute attributes field fields property properties setting settings characteristics parameters detail-fields datos información dados daten données
    informations détails dettagli informazioni dati details columns""".split()
)
# Words with which a sentence starts that is no attribute.
VERBS = frozenset(
    """linked associated related owned assigned tied connected attached referenced scoped bound grouped stored shared
    managed linking belonging derived computed identified can may must should will is are was belongs has have
    contains references represents manages supports allows enables provides ensures used uses created updated
    deleted cannot stores tracks owns does do links relates determines validates shows displays holds serves
    acts applies triggers generates requires inherits extends defines describes includes maps aggregates
    identifies groups replaces may-have persists remains never always only no not none if when each every all
    any what how where who it they this that these those there once multiple one-to-many many-to-one puede debe
    tiene contiene pertenece kann muss hat gehört peut doit""".split()
)
# A last word by which a noun is plainly a column.
COLUMN_NOUN = regex(
    r"(?:\b|_)(?:date|time|name|id|identifier|number|amount|price|email|phone|address|title|description|status|type|code|url|at|count|total|rate|timestamp|flag|notes?|label|key|color|colour|hash|reason|version|quantity|score|balance)s?$|\b\w+ (?:from|to|until|on|by|at)$", _I,
)  # fmt: skip

# Says what a thing is to another: the verb class, and how many.
TO_ONE = regex(
    r"\b(?:belong(?:s|ing)?\s+(?:to|in)|owned\s+by|owner|part\s+of|child\s+of|within|inside|under|references?(?:\s+to)?|referencing|refers?\s+to|points?\s+(?:to|at)|linked\s+(?:to|with)|links?\s+(?:to|back\s+to)|associated\s+(?:with|to)|related\s+to|assigned\s+to|"
    r"attached\s+to|tied\s+to|connected\s+to|bound\s+to|created\s+by|made\s+by|placed\s+by|submitted\s+by|written\s+by|posted\s+by|uploaded\s+by|performed\s+by|scoped\s+to|for|of|from|by|against|on|relates\s+to|applies\s+to|mapped\s+to|pertains\s+to|"
    r"links?|connect(?:s|ing)|joins?|about|between|in|to|specific\s+to|at|corresponden?\s+a|von|vom|du|de|del|da|do|di|appartiene\s+a\w*|pertenece\s+a|pertence\s+a|d'une?|appartengono\s+a|pour|asociad[oa]\s+(?:a|con)|associad[oa]\s+a|vinculad[oa]\s+a|gehört\s+zu|verweist\s+auf|zugeordnet|appartient\s+à|lié[es]*\s+à|associé[es]*\s+à|rattaché[es]*\s+à)\b|属于|关联|に属する|に紐づく|принадлежит|связан",
    _I,
)  # fmt: skip
WEAK_TO_ONE = frozenset(
    """at de del da do di du von vom pour d'un d'une for of from by against on in to within inside under about between
    owner""".split()
)
TO_MANY = regex(
    r"\b(?:has|have|having|contains?|containing|owns?|groups?|grouping|includes?|including|consists?\s+of|comprises?|composed\s+of|holds?|holding|with|parent\s+of|collection\s+of|list\s+of|set\s+of|series\s+of|sequence\s+of|container\s+(?:for|of)|aggregates?|organi[sz]es?|"
    r"manages?|creates?|places?|receives?|referenced\s+by|shared\s+by|used\s+by|tracks?|hosts?|produces?|generates?|submits?|writes?|stores?|made\s+up\s+of|can\s+have|may\s+have|spawns?|maintains?|"
    r"tiene|contiene|possui|tem|contém|incluye|inclui|hat|enthält|umfasst|contient|possède|comprend|regroupe)\b|包含|拥有|を持つ|含む|имеет|содержит",
    _I,
)  # fmt: skip
MANY = regex(
    r"\b(?:many|multiple|several|zero[- ]or[- ]more|one[- ]or[- ]more|0\.\.\*|1\.\.\*|0 or more|1 or more|any number of|at least one|all|various|numerous|a (?:list|set|collection|series|number) of|ordered|muchos|muchas|varios|varias|muitos|muitas|vários|várias|viele|mehrere|plusieurs|multiples|more than one|two or more|up to \d+|[2-9]\d*)\s+(?:\w+\s+){0,2}$|(?:多个|多個|複数の?)\s*$",
    _I,
)
SINGLE = regex(
    r"\b(?:one|exactly one|a single|single|at most one|only one|zero or one|0\.\.1|un|una|uno|um|uma|ein|einem|einer|genau ein\w*|un seul|une seule|1)\s+(?:\w+\s+){0,2}$|(?:一个|一つの?)\s*$",
    _I,
)
ONLY_ONE = regex(
    r"\b(?:exactly one|one|a single|single|at most one|only one|zero or one|its own)\s+(?:\w+\s+){0,1}$", _I
)
