"""Words by which values are known that nobody should read who need not, and what is to be done with them."""

from __future__ import annotations

import re

from colonnade.vocabulary.regex import regex

MARK = "Sensitive"

# What a column holds by its name, and what its comment says; the first row that matches decides.
KINDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (regex(rf"(.*_)?(?:{pattern})(_.*)?"), advice)
    for pattern, advice in (
        (r"password|passwd|passphrase|passcode|pin_code", "only a slow salted hash is stored, never the value"),
        (
            r"(access|refresh|reset|auth|api|bearer|session|verification|invite|invitation|remember|csrf)_tokens?|token"
            r"|secret|api_?key|private_?key|client_secret|otp|totp|recovery_codes?|backup_codes?",
            "a hash is stored where it is only compared, otherwise the application encrypts it",
        ),
        (
            r"ssn|social_security(_number)?|national_id(entification)?(_number)?|national_insurance(_number)?|passport_(number|no)"
            r"|tax_id(entification)?(_number)?|personal_id(entity)?_number|driving_licen[cs]e_number"
            r"|(credit_|debit_|payment_)?card_number|cvv|cvc|card_security_code|iban|bank_account(_number)?",
            "the application encrypts it before it is stored",
        ),
    )
)

# Names that only sound so: counts, times, flags and references about a secret are none.
HARMLESS = regex(
    r".*_(at|on|count|counts|used|limit|limits|expires|expiry|expires_in|type|kind|name|hint|last4|last_four|length"
    r"|attempts|enabled|required|changed|verified)|(is|has|requires?)_.*|max_.*|min_.*|total_.*|(prompt|completion)_tokens?"
    r"|token_(symbol|address|standard)|.*(token|secret|key|password|otp|number)_ids?"
)

# What a description says of such a value, whatever the column is called.
WORDING = regex(
    r"\b(sensitive|confidential|secret value|(must|to) be encrypted|stored encrypted|encrypted at rest|hashed|bcrypt|argon2|scrypt"
    r"|never (be )?(shown|logged|returned|exposed)|personally identifiable)\b",
    re.IGNORECASE,
)
WORDED = "the application hashes or encrypts it before it is stored"


def advice(column: str, description: str) -> str | None:
    """What is to be done with the values of `column`, a snake_case name, or None where they are not sensitive."""
    name = column.lower()
    named = next((text for pattern, text in KINDS if pattern.fullmatch(name)), None)
    if named and not HARMLESS.fullmatch(name):
        return named
    return WORDED if WORDING.search(description) and not HARMLESS.fullmatch(name) else None
