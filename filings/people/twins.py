"""是不是同一人: which other numbers one person may stand under. Candidates are made, never searched for.

Nothing here decides anything: a clerk is told of a possible slip before the work starts [P].
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from agency.identity import RESIDENT_ID, IdentityError, IdNumber, check_digit, read_id_number

DIGITS = "0123456789"
CENTURIES = ("19", "18")  # the 15-digit numbers left it out


class Likeness(StrEnum):
    """Why two records may be one person."""

    NUMBER = "number"  # a digit differs, or two neighbours are swapped
    OLD_NUMBER = "old_number"  # 15 digits then, 18 now
    NAME = "name"  # the same name and birth date under another certificate
    NAME_ONLY = "name_only"  # the same name, and a certificate that says no birth date


LABELS = {
    Likeness.NUMBER: "证件号码只差一位，或相邻两位颠倒",
    Likeness.OLD_NUMBER: "15 位旧证件号码与 18 位号码相符",
    Likeness.NAME: "姓名和出生日期相同，证件不同",
    Likeness.NAME_ONLY: "姓名相同，证件不同，其中一份证件不含出生日期",
}


def near_numbers(number: str) -> frozenset[str]:
    """The valid resident numbers beside a valid one: any one of the first 17 digits differs or two neighbours
    are swapped, and the check digit follows. Empty for what is no such number."""
    if _read(number) is None:
        return frozenset()
    body = number[:17]
    return frozenset(_valid(other + check_digit(other) for other in _slips(body)) - {number})


def meant_numbers(typed: str) -> frozenset[str]:
    """The valid resident numbers that somebody may have meant who typed a wrong one: one character off, one
    left out or one too many, two neighbours swapped, or the check digit alone."""
    typed = unicodedata.normalize("NFKC", typed).replace(" ", "").upper()
    if not 17 <= len(typed) <= 19 or not typed.isascii() or not typed[:17].isdigit():
        return frozenset()
    if len(typed) == 17:
        longer = (typed[:at] + digit + typed[at:] for at in range(18) for digit in DIGITS + "X")
        return frozenset(_valid(longer))
    if len(typed) == 19:
        return frozenset(_valid(typed[:at] + typed[at + 1 :] for at in range(19)))
    if _read(typed) is not None:
        return frozenset()
    body, last = typed[:17], typed[17]
    offered = [other + last for other in _slips(body)]
    offered += [body + check_digit(body), body[:16] + last + body[16]]
    return frozenset(_valid(offered))


def old_number(number: str) -> str:
    """The 15 digits that an 18-digit number had before, or nothing."""
    if _read(number) is None or number[6:8] not in CENTURIES:
        return ""
    return number[:6] + number[8:17]


def new_numbers(number: str) -> frozenset[str]:
    """The 18-digit numbers that a 15-digit one became: births of the last century or the one before."""
    if len(number) != 15 or not (number.isascii() and number.isdigit()):
        return frozenset()
    bodies = [number[:6] + century + number[6:] for century in CENTURIES]
    return frozenset(_valid(body + check_digit(body) for body in bodies))


def other_numbers(number: str) -> frozenset[str]:
    """Every number under which the person of this one, typed or stored, may stand too."""
    old = old_number(number)
    found = near_numbers(number) | meant_numbers(number) | new_numbers(number)
    return found | {old} if old else found


def names_alike(one: str, other: str) -> bool:
    """Whether two names may be one misspelt: the same, one character apart, or sounding the same; an empty
    one says nothing against it."""
    one, other = plain_name(one), plain_name(other)
    if not one or not other or one == other:
        return True
    if len(one) == len(other) and len(one) > 1 and sum(a != b for a, b in zip(one, other, strict=True)) == 1:
        return True
    return _sound(one) == _sound(other)


@dataclass(frozen=True)
class Record:
    """What two records are compared by; the name may be missing, the number as somebody typed it."""

    number: str
    name: str
    birth_date: dt.date | None


def likeness(one: Record, other: Record) -> Likeness | None:
    """Why two records may be the same person's; None when nothing says so."""
    number, name, birth_date = one.number, one.name, one.birth_date
    its_number, its_name, its_birth = other.number, other.name, other.birth_date
    if its_number in (old_number(number), *new_numbers(number)):
        return Likeness.OLD_NUMBER
    if its_number in near_numbers(number) | meant_numbers(number) and names_alike(name, its_name):
        return Likeness.NUMBER
    if not name or plain_name(name) != plain_name(its_name):
        return None
    if birth_date is None or its_birth is None:
        return Likeness.NAME_ONLY
    return Likeness.NAME if birth_date == its_birth else None


def plain_name(name: str) -> str:
    """A name without the signs and spaces that people write or leave out."""
    kept = unicodedata.normalize("NFKC", name).upper()
    return "".join(char for char in kept if char.isalnum())


def _slips(body: str) -> set[str]:
    """17 digits with one of them different, or two neighbours swapped."""
    changed = {body[:at] + digit + body[at + 1 :] for at in range(17) for digit in DIGITS}
    swapped = {body[:at] + body[at + 1] + body[at] + body[at + 2 :] for at in range(16)}
    return (changed | swapped) - {body}


def _valid(numbers: Iterable[str]) -> set[str]:
    return {number for number in numbers if _read(number) is not None}


def _read(number: str) -> IdNumber | None:
    try:
        return read_id_number(RESIDENT_ID, number)
    except IdentityError:
        return None


def _sound(name: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin  # costs 0.3 s, so it is loaded at the first pair of names

    return tuple(lazy_pinyin(name))
