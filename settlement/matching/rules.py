"""为什么是这个结果: a mark told as a sentence. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from settlement.matching.models import FilingMark

M = FilingMark


@dataclass(frozen=True, slots=True)
class CaseDays:
    """The day a case is judged by (admission, else settlement), and that of its settlement."""

    admitted_on: dt.date | None
    settled_on: dt.date

    @property
    def day(self) -> dt.date:
        return self.admitted_on or self.settled_on

    @property
    def told(self) -> str:
        return f"{'入院日' if self.admitted_on is not None else '结算日'} {self.day}"


@dataclass(frozen=True, slots=True)
class NamedFiling:
    """The filing that a mark speaks of, as far as it is told."""

    number: str
    begins_on: dt.date | None
    last_day: dt.date | None
    place_name: str
    care_kind_label: str = ""


def why(mark: str, days: CaseDays, place: str, care_kind_label: str, filing: NamedFiling | None) -> str:
    """The sentence behind a mark; `filing` is None where none is named, or the reader may not see it."""
    if mark == M.NONE:
        return f"{days.told}前后，参保地没有为此人办到{place}的备案，或参保登记里没有此人。"
    if filing is None:
        return f"{days.told}：{FilingMark(mark).label}。"
    valid = f"{filing.begins_on} 起{f'至 {filing.last_day}' if filing.last_day else '长期'}有效"
    if mark == M.IN_FORCE:
        return f"备案 {filing.number}（{filing.place_name}）{valid}，{days.told}在其中。"
    if mark == M.LATE:
        return (
            f"备案 {filing.number} {valid}，晚于{days.told}，不晚于结算日 {days.settled_on}："
            "医院结算前补办的可以直接结算。"
        )
    if mark == M.EXPIRED:
        return f"备案 {filing.number} {valid}，{days.told}不在其中。"
    if mark == M.OTHER_PLACE:
        return f"{days.told}有效的备案 {filing.number} 就医地是{filing.place_name}，这笔结算在{place}。"
    return f"备案 {filing.number} 只为{filing.care_kind_label}，这笔结算是{care_kind_label}。"
