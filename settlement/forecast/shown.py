"""What the pages say of a forecast: in how many days, on which day, in which tone. No database, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from agency.organisation.models import PoolingRegion
from agency.periods import last_day
from agency.policy.insurance import InsuranceType
from settlement.forecast.outlooks import Forecast, Running
from settlement.forecast.rules import Miss, Outlook, mean_error_permille, permille_text
from settlement.quotas.rules import Level
from settlement.quotas.use_models import TONES

NO_QUOTA, NO_BASIS, NEVER, REACHED = "没有额度", "无从预测", "本月不会", "已达到"


@dataclass(frozen=True)
class Told:
    """A line of the quota and when it is reached; `tone` as in components/_badge.html, "" where it is not."""

    text: str
    tone: str = ""


def reached(days: int | None, outlook: Outlook, running: Running, level: Level) -> Told:
    """In how many days from today, and on which day; `days` are counted from the last that is known."""
    if outlook.quota_fen is None:
        return Told(NO_QUOTA)
    if outlook.end_fen is None:
        return Told(NO_BASIS)
    if days is None:
        return Told(NEVER)
    if days == 0:
        return Told(REACHED, TONES[level])
    on = running.known_until + dt.timedelta(days=days)
    left = (on - running.today).days
    word = f"{left} 天后" if left > 0 else "预计已到" if left else "预计今天"
    return Told(f"{word}（{on.month}月{on.day}日）", TONES[level])


@dataclass(frozen=True)
class Shown:
    """One region's quota of one type, as a row of the list or the head of its page."""

    of: Forecast
    running: Running

    @property
    def outlook(self) -> Outlook:
        return self.of.outlook

    @property
    def region(self) -> PoolingRegion:
        return self.of.region

    @property
    def insurance_type(self) -> str:
        return self.of.insurance_type

    @property
    def type_label(self) -> str:
        return str(InsuranceType(self.of.insurance_type).label)

    @property
    def yellow(self) -> Told:
        return reached(self.outlook.to_yellow, self.outlook, self.running, Level.YELLOW)

    @property
    def red(self) -> Told:
        return reached(self.outlook.to_red, self.outlook, self.running, Level.RED)

    @property
    def use_tone(self) -> str:
        return TONES.get(self.outlook.use.level, "")

    @property
    def end_tone(self) -> str:
        end = self.outlook.end
        return TONES.get(end.level, "") if end else ""

    @property
    def error(self) -> str:
        return permille_text(mean_error_permille(self.of.misses))

    @property
    def has_part(self) -> bool:
        """In force at the month's end, or with a quota or a use all the same."""
        region, day = self.region, last_day(self.running.period)
        in_force = region.valid_from <= day and (region.valid_to is None or day <= region.valid_to)
        return in_force or self.outlook.quota_fen is not None or bool(self.outlook.use.used_fen)

    @property
    def is_coming(self) -> bool:
        """Whether a line that is not reached yet will be this month."""
        return bool(self.outlook.to_yellow or self.outlook.to_red)


def shown_of(found: Iterable[Forecast], running: Running) -> list[Shown]:
    return [Shown(one, running) for one in found]


def coming_first(rows: Iterable[Shown]) -> list[Shown]:
    """What will reach a line this month that it has not reached, the red ones first, then the soonest."""

    def order(row: Shown) -> tuple[bool, int]:
        days = row.outlook.to_red or row.outlook.to_yellow or 0
        return not row.outlook.to_red, days

    return sorted((row for row in rows if row.is_coming), key=order)


@dataclass(frozen=True)
class ErrorRow:
    """A past month: what it would have said and what came."""

    miss: Miss

    @property
    def error(self) -> str:
        return permille_text(self.miss.permille)


@dataclass(frozen=True)
class Sums:
    """The whole list together, in fen; what has no quota or no forecast adds nothing to these."""

    quota_fen: int
    used_fen: int
    end_fen: int


def sums_of(rows: Iterable[Shown]) -> Sums:
    found = [(row.outlook.quota_fen, row.outlook.use.used_fen, row.outlook.end_fen) for row in rows]
    return Sums(
        sum(quota or 0 for quota, _, _ in found),
        sum(used for _, used, _ in found),
        sum(end or 0 for _, _, end in found),
    )
