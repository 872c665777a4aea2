"""名录的纯规则: what somebody typed, levels, and how words in Chinese name places and connections."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

CODE = re.compile(r"[HP][0-9]{11}")
CODE_BEGINNING = re.compile(r"[HP][0-9]{0,11}")
CODE_LENGTH = 12
SHORTEST_BEGINNING = 5  # H or P and four figures: a prefecture
LEVELS = [("三级", "三级"), ("二级", "二级"), ("一级", "一级")]
SCOPE_WORDS = {"in_province": "省内", "cross_province": "跨省"}


class Sort(StrEnum):
    """Hospital or pharmacy; the first letter of the code."""

    HOSPITAL = "H"
    PHARMACY = "P"


class Standing(StrEnum):
    """What an institution is on a day [S4]."""

    DESIGNATED = "designated"
    ENDED = "ended"
    NOT_YET = "not_yet"
    STUB = "stub"


STANDING_LABELS = {
    Standing.DESIGNATED: "定点",
    Standing.ENDED: "已终止",
    Standing.NOT_YET: "未开始",
    Standing.STUB: "待完善",
}


@dataclass(frozen=True, slots=True)
class Term:
    """What was typed: the beginning of a code, or words that stand in the name."""

    code: str = ""
    words: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.code or self.words)


def read_term(text: str) -> Term:
    """A beginning of a code (`h2201`), else words of a name; full-width figures are read as figures."""
    plain = unicodedata.normalize("NFKC", text).strip()
    compact = plain.replace(" ", "").upper()
    if CODE_BEGINNING.fullmatch(compact):
        return Term(code=compact)
    return Term(words=tuple(plain.split()))


def code_span(beginning: str) -> tuple[str, str]:
    """The first and the last code with this beginning: a span that every index and collation can walk."""
    return beginning.ljust(CODE_LENGTH, "0"), beginning.ljust(CODE_LENGTH, "9")


def read_code(text: str) -> str | None:
    """A whole code, as it stands in a page's URL; None for anything else."""
    return text if CODE.fullmatch(text) else None


def standing(*, is_stub: bool, begins: dt.date, ends: dt.date | None, on: dt.date) -> Standing:
    """What an institution is on a day; of a stub nothing is known [S4]."""
    if is_stub:
        return Standing.STUB
    if ends is not None and ends < on:
        return Standing.ENDED
    return Standing.DESIGNATED if begins <= on else Standing.NOT_YET


def span_word(begins: dt.date, ends: dt.date | None, on: dt.date) -> str:
    """What a dated connection or qualification is on a day."""
    if ends is not None and ends < on:
        return "已停"
    return "在用" if begins <= on else "未开始"


def overlapping(spans: list[tuple[dt.date, dt.date | None]]) -> bool:
    """Whether two of these spans (both ends inclusive, None = open) share a day."""
    ordered = sorted(spans, key=lambda span: span[0])
    return any(
        end is None or end >= after for (_, end), (after, _) in zip(ordered, ordered[1:], strict=False)
    )
