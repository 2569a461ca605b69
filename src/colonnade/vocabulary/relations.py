"""Wordings and signs of relations between entities, as (pattern, kind told from the left or from the subject)."""

from __future__ import annotations

import re

from colonnade.vocabulary.regex import regex

_I = re.IGNORECASE

# Between or before two names: what the left one is to the right one. The first that matches counts.
PHRASES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("many-to-many", regex(
        r"\bmany[- ]to[- ]many\b|\bM\s?[:∶]\s?[NM]\b|\bN\s?[:∶]\s?[MN]\b|\bM2M\b|\bN\s?[-–—]\s?[NM]\b|\b(?:\*|N|many)\s?(?:↔|<->|<-->|⟷|⇔)\s?(?:\*|N|many)|\bmuchos a muchos\b|\bmuitos[- ]para[- ]muitos\b|"
        r"\bviele[- ]zu[- ]viele\b|\bplusieurs[- ]à[- ]plusieurs\b|\bn:m\b|多対多|多对多|다대다|многие[- ]ко[- ]многим|\bbelongs? to many\b|\bn-n\b|\*\s?[-:]\s?\*", _I)),
    ("one-to-one", regex(
        r"\bone[- ]to[- ](?:zero[- ]or[- ])?one\b|\bone[- ]to[- ]one\b|\b1\s?[:∶]\s?1\b|\b1\s?[-–—]\s?1\b|\b1\s?[:∶]\s?0\.\.1\b|\bone-to-zero-or-one\b|\buno a uno\b|\bum[- ]para[- ]um\b|\beins[- ]zu[- ]eins\b|\bun[- ]à[- ]un\b|"
        r"一対一|一对一|일대일|один[- ]к[- ]одному|\b1-1\b|\b0\.\.1\s?[:-]\s?1\b|\b1:0\.\.1\b|\bhas (?:exactly |at most |only )?one\b(?! or (?:more|many))|\bhas a single\b|1対1", _I)),
    ("many-to-one", regex(
        r"\bmany[- ]to[- ](?:zero[- ]or[- ])?one\b|\b[NM*]\s?[:∶]\s?1\b|\b[NM*]\s?[-–—]\s?1\b|\bmuchos a uno\b|\bmuitos[- ]para[- ]um\b|\bviele[- ]zu[- ]eins\b|\bn[- ]zu[- ]1\b|\bplusieurs[- ]à[- ]un\b|多対一|多对一|多対1|N対1|다대일|"
        r"многие[- ]к[- ]одному|\bbelongs? to\b|\bowned by\b|\bis part of\b|\bpart of\b|\bchild of\b|\breferences?\b|\bassociated with (?:a|one|exactly one|an|the)\b|\bpertenece a\b|\bpertence a\b|\bgehört zu\b|\bgehört\b|\bappartient à\b|属于|所属|"
        r"принадлежит|\bbelonging to\b|\blinked to (?:a|one|exactly one|an|the|its)\b|\btied to (?:a|one|exactly one|an)\b|\bbelongs in\b|\bM2O\b|\bassigned to (?:a|one|exactly one|an)\b|\bcreated by\b|\bscoped to\b|\brefers to\b|\bpoints? to\b|"
        r"\bwritten by\b|\bplaced by\b|\bmade by\b|\bsubmitted by\b|\buploaded by\b|\bposted by\b|\brelated to (?:a|one|exactly one|an)\b", _I)),
    ("one-to-many", regex(
        r"\bone[- ]to[- ](?:zero[- ]or[- ])?many\b|\b1\s?[:∶]\s?(?:N|M|\*|many|0\.\.[*nN])|\b1\s?[-–—]{1,2}>?\s?(?:N\b|M\b|\*|many\b)|\b1\s?[:∶]\s?\(0\.\.[nN*]\)|\buno a muchos\b|\bum[- ]para[- ]muitos\b|\beins[- ]zu[- ](?:viele|n)\b|\bun[- ]à[- ]plusieurs\b|"
        r"一対多|一对多|1対多|1対N|일대다|один[- ]ко[- ]многим|\bhas[- ]?(?:zero or more|one or more|many|multiple|several|0\.\.\*|0 or more|a list of|a collection of)\b|\bhave (?:many|multiple|zero or more|one or more|several)\b|"
        r"\bcontains? (?:many|multiple|zero or more|one or more|several)?|\bowns?\b|\bcan (?:have|own|contain|be referenced by|create) (?:many|multiple|zero or more|one or more|several)\b|\b0\.\.\*|\bO2M\b|\bparent of\b|"
        r"\btiene (?:muchos|muchas|varios|varias)\b|\bpossui (?:muitos|muitas|vários|várias)\b|\btem (?:muitos|muitas)\b|\bhat (?:viele|mehrere)\b|\ba plusieurs\b|包含|拥有|имеет много|\bconsists of\b|\bcomprises\b|\bcomposed of\b|\bgroups\b", _I)),
)  # fmt: skip

# Signs for what each end of a line carries: `(1)`, `0..*`, `N`, `||`, `o{`.
MANY_END = regex(
    r"\(?\b(?:N|M|n|m|many|0\.\.[*nN]|1\.\.[*nN]|0\.\.N|\d+\.\.\*)\b\)?|\(?\*\)?|[o|]\{|\}[o|]|>│|<", re.IGNORECASE
)
ONE_END = regex(r"\(?\b(?:1|one|0\.\.1)\b\)?|\|\||\|o|o\|", re.IGNORECASE)

CASCADE = regex(
    r"\b(?:delet\w+|remov\w+)\b.{0,80}?\b(?:cascad\w*|also (?:delet\w+|remov\w+)|(?:delet\w+|remov\w+) (?:all|their|its|every|any|associated))\b|\bcascad\w+\b|"
    r"\ball (?:of )?(?:their|its|the)?.{0,60}?\b(?:are|is|must be|will be) (?:also )?(?:deleted|removed)\b|\b(?:delete|remove) all\b.{0,60}\bwhen\b.{0,60}\b(?:deleted|removed)\b",
    re.IGNORECASE,
)  # fmt: skip
