"""参保人的纯规则: pinyin initials, what a search term is, and what words in files mean."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import product

from agency.identity import IdNumber, read_id_number
from agency.tabular.values import to_text
from filings.people.choices import EnrolmentStatus, PersonCategory

MOST_READINGS = 24
LONGEST = 50
WHOLE_NUMBER = 18
PREFIX_AT_LEAST = 6  # digits of a number that may stand for its beginning: the area of a resident ID

# How surnames are read where the tables of pypinyin know it of no character.
SURNAME_LETTERS = {"谌": "s", "费": "b", "缪": "l", "会": "g", "黑": "m"}

CATEGORY_BY_TEXT: dict[str, PersonCategory] = {
    "在职": PersonCategory.WORKING,
    "退休": PersonCategory.RETIRED,
    "居民": PersonCategory.RESIDENT,
    "城乡居民": PersonCategory.RESIDENT,
    "学生儿童": PersonCategory.STUDENT,
    "学生": PersonCategory.STUDENT,
    "儿童": PersonCategory.STUDENT,
}
STATUS_BY_TEXT: dict[str, EnrolmentStatus] = {
    "正常": EnrolmentStatus.NORMAL,
    "正常参保": EnrolmentStatus.NORMAL,
    "暂停": EnrolmentStatus.SUSPENDED,
    "暂停参保": EnrolmentStatus.SUSPENDED,
    "终止": EnrolmentStatus.ENDED,
    "终止参保": EnrolmentStatus.ENDED,
}


def read_certificate(cert_type: str, number: str, on: dt.date | None = None) -> IdNumber:
    """A certificate number of any type as it is stored: capitals, without spaces; else IdentityError.

    One person stays one person however the number of a passport was typed [P].
    """
    return read_id_number(cert_type, to_text(number).replace(" ", "").upper(), on)


def name_initials(name: str) -> list[str]:
    """拼音首字母: every way to type a name by its initials, the usual one first (`单雄信` → dxx, sxx, cxx).

    All readings of each character count, so that surnames (单, 仇, 尉迟) are found as they are read. Signs
    are left out, letters stand for themselves. The combinations end at 24: those of the surname, which is
    what varies first, are among them. Empty for a name without anything that can be typed.
    """
    letters = [found for char in unicodedata.normalize("NFKC", name) if (found := _letters_of(char))]
    if not letters:
        return []
    spelled: dict[str, None] = {}
    for combination in product(*reversed(letters)):  # the last of these, the surname, varies fastest
        spelled["".join(reversed(combination))[:LONGEST]] = None
        if len(spelled) == MOST_READINGS:
            break
    return list(spelled)


@lru_cache(maxsize=1 << 14)
def _letters_of(char: str) -> tuple[str, ...]:
    """The first letters a character can be read with, the usual one first; none for a sign."""
    from pypinyin import Style, pinyin  # costs 0.3 s, so it is loaded at the first name

    if char.isascii():
        return (char.lower(),) if char.isalnum() else ()
    readings = pinyin(char, style=Style.NORMAL, heteronym=True, errors="ignore")
    found = [reading[0] for reading in (readings[0] if readings else []) if reading]
    return tuple(dict.fromkeys([*found, *SURNAME_LETTERS.get(char, "")]))


@cache
def place_letters(name: str) -> str:
    """The initials of a place as it is read (`重庆市` → CQ), without what kind of place it is."""
    from pypinyin import Style, lazy_pinyin

    core = name.partition("（")[0]
    if len(core) > 2:
        core = core.removesuffix("省").removesuffix("市")
    return "".join(lazy_pinyin(core, style=Style.FIRST_LETTER)).upper()


class TermKind(StrEnum):
    """What somebody typed into the search box."""

    PERSON_NO = "person_no"
    CERT_NO = "cert_no"
    CERT_PREFIX = "cert_prefix"
    INITIALS = "initials"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Term:
    kind: TermKind
    text: str


def read_term(text: str) -> Term:
    """A search term is our number, a certificate number (whole, or at least its first six characters), the
    beginning of initials, or of a name."""
    plain = unicodedata.normalize("NFKC", text).strip()
    compact = plain.replace(" ", "")
    upper = compact.upper()
    if len(upper) == 9 and upper[0] == "P" and upper[1:].isdigit():
        return Term(TermKind.PERSON_NO, upper)
    if compact.isascii() and any(char.isdigit() for char in compact):
        is_part = PREFIX_AT_LEAST <= len(upper) < WHOLE_NUMBER
        return Term(TermKind.CERT_PREFIX if is_part else TermKind.CERT_NO, upper)
    if compact.isascii() and compact.isalpha():
        return Term(TermKind.INITIALS, compact.lower())
    return Term(TermKind.NAME, plain)
