"""Amounts: integer fen inside, yuan at the edges, 人民币大写 on printed forms."""

import re
from collections.abc import Sequence
from decimal import Decimal

from agency.errors import DomainError

MAX_DIGITS = 16
_LIMIT_FEN = 10**MAX_DIGITS

_FOLD = str.maketrans("０１２３４５６７８９．，－−", "0123456789.,--", "\u200b\ufeff")
_AMOUNT = re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]{1,2})?")
_plain = r"(?:-?[0-9]{1,12}\.[0-9]{2})?"
_PLAIN_ROW = re.compile(rf"{_plain}(?:\|{_plain})*")
_TOO_FINE = re.compile(r"-?[0-9,]+\.[0-9]{3,}")

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")


class MoneyError(DomainError):
    """金额有误: the text is no amount in yuan and fen; nothing was rounded or guessed."""

    def __init__(self, message: str) -> None:
        super().__init__("bad_number", message)


def parse_yuan(amount: str | int | Decimal) -> int:
    """元转分: an amount in yuan, as typed or as read from a file, in fen.

    Takes `1234.5`, `1,234.50`, `１２３４．５０`, `-12.30`, whole yuan as int, and Decimal. Raises MoneyError
    for everything else: more than two decimals, exponents, words, misplaced separators, nothing at all, more
    than 16 digits. Never rounds, never falls back to 0. Excel's numbers come by `tabular.values.to_fen`.
    """
    if type(amount) is str:
        if amount == "0.00":  # every second amount of a settlement file
            return 0
        if amount[-3:-2] == "." and len(amount) <= MAX_DIGITS:  # the way nearly every amount in a file looks
            digits = amount[:-3] + amount[-2:]
            if len(digits) > 2 and digits.isascii() and digits.isdigit():
                return int(digits)
        return _parse_text(amount)
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
        raise TypeError(f"parse_yuan takes str, int or Decimal, not {type(amount).__name__}")
    return _parse_number(amount)


def parse_yuan_row(amounts: Sequence[str]) -> list[int]:
    """`parse_yuan` of many amounts at once, in fen; nothing is nil. MoneyError for the first that is none.

    Quick where all look alike, as in nearly every row of nearly every file.
    """
    row = "|".join(amounts)
    if _PLAIN_ROW.fullmatch(row):
        return [int(digits) if digits else 0 for digits in row.replace(".", "").split("|")]
    return [parse_yuan(amount) if amount else 0 for amount in amounts]


def _parse_text(text: str) -> int:
    folded = text.translate(_FOLD).strip()
    if not folded:
        raise MoneyError("金额是空的，请填元，例如 1234.50。")
    if len(folded) > 40 or not _AMOUNT.fullmatch(folded):
        if _TOO_FINE.fullmatch(folded):
            raise MoneyError(
                f"“{_quoted(text)}”的小数超过两位：金额精确到分，系统不作四舍五入，请核对后重填。"
            )
        raise MoneyError(f"“{_quoted(text)}”不是金额：请填元，最多两位小数，例如 1234.50 或 1,234.50。")
    whole, _, cents = folded.replace(",", "").partition(".")
    return _within_limit(int(whole + cents.ljust(2, "0")), text)


def _parse_number(number: int | Decimal) -> int:
    if isinstance(number, Decimal):
        if not number.is_finite():
            raise MoneyError(f"“{number}”不是金额：请填元，例如 1234.50。")
        if number.adjusted() >= MAX_DIGITS:
            raise MoneyError(_too_long(str(number)))
        numerator, denominator = number.as_integer_ratio()
    else:
        numerator, denominator = number, 1
    fen, rest = divmod(numerator * 100, denominator)
    if rest:
        raise MoneyError(f"“{_quoted(str(number))}”的小数超过两位：金额精确到分，系统不作四舍五入，请核对。")
    return _within_limit(fen, str(number))


def _within_limit(fen: int, text: str) -> int:
    if abs(fen) >= _LIMIT_FEN:
        raise MoneyError(_too_long(text))
    return fen


def _too_long(text: str) -> str:
    return f"“{_quoted(text)}”太大：金额连角分最多 {MAX_DIGITS} 位数字，请核对。"


def _quoted(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 30 else text[:30] + "…"


def yuan(fen: int) -> str:
    """For people: `1,234.50`, `-12.30`."""
    whole, cents = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{cents:02d}"


def plain_yuan(fen: int) -> str:
    """For programs (files, JSON, form fields): `1234.50`, `-12.30`."""
    whole, cents = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{cents:02d}"


def capitals(fen: int) -> str:
    """人民币大写: `壹仟零壹拾元壹角`, `零元整`, `负壹拾贰元叁角`.

    整 closes an amount without 角 and 分; one that ends in 角 needs none. A missing 角 before 分 is read 零
    (`壹亿元零伍分`), except below one yuan, where nothing stands before it (`伍分`).
    """
    if abs(fen) >= _LIMIT_FEN:
        raise ValueError(f"more than {MAX_DIGITS} digits")
    whole, cents = divmod(abs(fen), 100)
    jiao, last = divmod(cents, 10)
    text = "负" if fen < 0 else ""
    if whole or not cents:
        text += (_whole_number(whole) or "零") + "元"
    if not cents:
        return text + "整"
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif whole:
        text += "零"
    if last:
        text += _DIGITS[last] + "分"
    return text


def _whole_number(number: int) -> str:
    """The number in capitals without leading or trailing 零; empty for 0."""
    for size, unit in ((10**8, "亿"), (10**4, "万")):
        if number >= size:
            high, low = divmod(number, size)
            gap = "零" if 0 < low < size // 10 else ""
            return _whole_number(high) + unit + gap + _whole_number(low)
    text = ""
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += _DIGITS[digit] + _PLACES[place]
        elif text and number % 10**place >= 10 ** (place - 1) and not text.endswith("零"):
            text += "零"
    return text
