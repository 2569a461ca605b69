"""What a text must hold to say something of a column: quick to look for, so that most texts are passed over.

Each sign is in lower case and holds for texts in ASCII; of other texts nothing is said beforehand. A pattern that is
looked for behind a sign is listed with it in tests/test_signs.py, which draws texts from the pattern.
"""

from __future__ import annotations

import re

from colonnade.vocabulary.regex import regex

FLAGS = regex(
    r"nul|prima|p\W?k|clave|llave|chave|chiave|birincil|@id|nn|requ|mandator|empty|blank|oblig|pflicht|erforder|obbligat|"
    r"zorunlu|verplicht|option|opcion|opzion|optio|facult|facolt|valgfri|when set|if |falls|uniq|eindeut|uk|uq|univoc|benzersiz"
)
ON_DELETE = regex(r"null|cascad|delete|restrict|protect|default|action")
DEFAULT = regex(r"default|defecto|predetermin|standard|vorgabe|predefinito|varsay")
UNSTORED = regex(
    r"stored|persist|saved|materiali|column|\bdb\b|database|comput|calculat|deriv|virtual|memory|transient|only|almacena|guarda|"
    r"armazenad|gespeichert|stock"
)
REMARK = regex(r"mail|ur[li]|phone|e\.164|iso|slug|hex")
REFERENCE = regex(
    r"fk|foreign|clave|llave|chave|fremd|chiave|yabanc|refe|refs|ref\b|->|=>|rel|link|point|verweist|bezieh|1:1|one-to-one"
)
CONDITION = regex(
    r"overlap|double|conflict|twice|once|zero|0|differ|equal|same|[<>=]|after|before|earlier|later|than|least|most|exceed|above|"
    r"below|only|unless|until|when|if|\bin\s*\(|\bone\b|once|either"
)
RULE = regex(
    r"must|shall|can|not|forbid|prohibit|disallow|never|most|least|no |exactly|multipl|limit|max|min|reg|immutable|zero|match|"
    r"deb|puede|deve|pode|muss|darf|doit|peut|up to|only|may"
)
LIMIT = regex(r"\d|negati|positiv|zero")
LIST = regex(r"[,/|'\"`]|or")


def may(sign: re.Pattern[str], text: str) -> bool:
    """Whether `text` may say what `sign` stands for."""
    return not text.isascii() or sign.search(text.lower()) is not None
