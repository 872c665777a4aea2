"""Writes of the year: compute it, close it; a closed year never changes."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from django.db import transaction

from agency.errors import DomainError
from agency.journal import audit, workflow
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.periods import period_label
from settlement.clearing.locks import hold_months_from, hold_still
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.rules import LINE_FIELDS
from settlement.clearing.selectors import first_month
from settlement.clearing.services import plain_parties, provincial_agency
from settlement.records.locks import records_written
from settlement.year_end import rules, selectors
from settlement.year_end.applications import applications_follow
from settlement.year_end.models import YearEnd, YearEndLine
from settlement.year_end.rules import YearLine
from settlement.year_end.signals import CLOSED
from settlement.year_end.states import YearState


class Figures(NamedTuple):
    """What a year comes to now: its lines, and the months of the next year that it took in."""

    lines: list[YearLine]
    late_through: str
    through: str

    @property
    def digest(self) -> str:
        return rules.digest_of([rules.lines_digest(self.lines), self.late_through])


def year_figures(year: str, at: dt.datetime) -> Figures:
    """The year out of its months, payments until `at`; nothing is written."""
    late = selectors.late_months_of(year)
    sums = selectors.year_sums(year, late)
    monthly, assessed = sums.monthly, sums.assessed
    noticed = selectors.noticed_of(year, at)
    parties = selectors.year_parties(year, [*monthly.values(), *assessed.values()])
    unnoticed = selectors.unnoticed_of(monthly, parties, noticed)
    lines = rules.year_lines(monthly, assessed, selectors.open_of(noticed, unnoticed), parties)
    return Figures(lines, late[-1] if late else "", late[-1] if late else f"{year}12")


@transaction.atomic
def year_compute(*, year: str, by: User, at: dt.datetime) -> YearEnd:
    """计算年终清算: again as often as needed until the year is closed; the same months give the same figures.

    Errors: NotAllowed, `bad_year`, `nothing_on_record`, `months_unsigned`, `earlier_year_open`,
    `already_closed`.
    """
    access.require(by, May.COMPUTE_YEAR_END)
    year_end = _year_to_compute(year, by=by, at=at)
    figures = year_figures(year, at)
    is_same = year_end.state == YearState.COMPUTED and year_end.digest == figures.digest
    if is_same:
        return year_end
    fields = _fields(year, figures, by=by, at=at)
    workflow.move(year_end, YearState.COMPUTED, by=by, at=at, **fields)
    YearEndLine.objects.filter(year_end=year_end).delete()
    YearEndLine.objects.bulk_create([_row(year_end, row) for row in figures.lines], batch_size=500)
    applications_follow(year_end, by=by, at=at)
    _log("year_computed", year_end, by=by, at=at)
    return year_end


def _year_to_compute(year: str, *, by: User, at: dt.datetime) -> YearEnd:
    require_year(year)
    hold_months_from(f"{year}01")
    year_end = _held(year)
    if year_end is not None and year_end.is_closed:
        raise AlreadyClosed(year_end)
    _require_signed(year)
    _require_earlier_closed(year)
    if year_end is None:
        year_end = YearEnd.objects.create(year=year)
        workflow.begin(year_end, by=by, at=at)
    return year_end


class AlreadyClosed(DomainError):
    """The year is closed; nothing changes any more."""

    def __init__(self, year_end: YearEnd) -> None:
        super().__init__("already_closed", f"{year_end.label}已关账，不能再改。")
        self.year_end = year_end


def require_year(year: str) -> None:
    if not rules.is_year(year):
        raise DomainError("bad_year", f"“{year}”不是年度：请写成四位年份，如 2026。", field="year")


def _require_signed(year: str) -> None:
    first = first_month()
    if not rules.expected_months(year, first):
        raise DomainError("nothing_on_record", f"{year}年没有清算月份，不能做年终清算。")
    missing = selectors.unsigned_of(year)
    if missing:
        names = "、".join(period_label(month) for month in missing)
        raise DomainError("months_unsigned", f"{year}年还有月份没有签发：{names}。签发之后再做年终清算。")


def _require_earlier_closed(year: str) -> None:
    """Years are closed in their order: a year takes out what the one before has counted as its own."""
    earlier = selectors.open_years_before(year)
    if earlier:
        raise DomainError(
            "earlier_year_open", f"{earlier[0]}年还没有关账：先关{earlier[0]}年，再做{year}年的年终清算。"
        )


def _held(year: str) -> YearEnd | None:
    return YearEnd.objects.filter(year=year).select_for_update(no_key=True).order_by("pk").first()


def _fields(year: str, figures: Figures, *, by: User, at: dt.datetime) -> dict[str, Any]:
    lines = [row.line for row in figures.lines]
    parties = selectors.year_parties(year, lines)
    return {
        "late_through": figures.late_through,
        "through": figures.through,
        "monthly_fen": sum(row.monthly_fen for row in figures.lines),
        "assessed_fen": sum(line.due_fen for line in lines),
        "digest": figures.digest,
        "names": {
            "organisation": provincial_agency(),
            "parties": plain_parties(parties),
            "prepared_by": str(by),
        },
        "computed_at": at,
        "computed_by": by,
    }


def _row(year_end: YearEnd, row: YearLine) -> YearEndLine:
    values = dict(zip(LINE_FIELDS, row.line, strict=True))
    more = {"monthly_fen": row.monthly_fen, "received_fen": row.received_fen, "paid_fen": row.paid_fen}
    return YearEndLine(year_end=year_end, **values, **more)


# --- close --------------------------------------------------------------------------------------------------


@transaction.atomic
def year_close(*, year: str, by: User, at: dt.datetime, seen_digest: str | None = None) -> YearEnd:
    """批准关账: by another person than computed it; the figures as computed stay, the next year opens.

    Errors: NotAllowed, `bad_year`, `not_computed`, `already_closed`, `applications_pending`,
    `shown_is_outdated` (months were signed or opened since it was computed).
    """
    access.require(by, May.CLOSE_YEAR)
    require_year(year)
    hold_still()
    hold_months_from(f"{year}01")
    year_end = _held(year)
    if year_end is None or year_end.state == YearState.OPEN:
        raise DomainError("not_computed", f"{year}年的年终清算还没有计算，请先计算。")
    if year_end.is_closed:
        raise AlreadyClosed(year_end)
    access.require_second_person(by, year_end.computed_by)
    _require_nothing_pending(year_end)
    _require_as_computed(year_end, seen_digest)
    names = {**year_end.names, "closed_by": str(by)}
    workflow.move(year_end, YearState.CLOSED, by=by, at=at, closed_by=by, closed_at=at, names=names)
    _open_next(year_end, by=by, at=at)
    records_written()  # a file that was checked before has to be checked again: months before our books close
    for entry in CLOSED:
        entry.function(year_end, by, at)
    _log("year_closed", year_end, by=by, at=at)
    return year_end


def _require_nothing_pending(year_end: YearEnd) -> None:
    count = selectors.pending_of(selectors.application_counts(year_end))
    if count:
        raise DomainError("applications_pending", f"{year_end.label}还有 {count} 份年终清算申请没有办结。")


def _require_as_computed(year_end: YearEnd, seen_digest: str | None) -> None:
    """Figures are those of the computing, payments until then; months signed since want a new computing."""
    assert year_end.computed_at is not None  # a constraint of the table
    _require_signed(year_end.year)
    now = year_figures(year_end.year, year_end.computed_at).digest
    if now != year_end.digest or seen_digest not in (None, year_end.digest):
        told = f"{year_end.label}计算之后月份有变化，没有关账；请重新计算，看过再关。"
        raise DomainError("shown_is_outdated", told)


def _open_next(year_end: YearEnd, *, by: User, at: dt.datetime) -> None:
    following, is_new = YearEnd.objects.get_or_create(year=rules.year_after(year_end.year))
    if is_new:
        workflow.begin(following, by=by, at=at)


def reopening_refuse(month: ClearingPeriod) -> None:
    """A month that a closed year rests on is not opened again."""
    year_end = (
        YearEnd.objects.filter(state=YearState.CLOSED, through__gte=month.period).order_by("year").first()
    )
    if year_end is not None:
        label = period_label(month.period)
        told = f"{year_end.label}已关账，{label}不能重开；更正请记入未签发的月份。"
        raise DomainError("year_closed", told)


def _log(action: str, year_end: YearEnd, *, by: User, at: dt.datetime) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject_kind="year_end",
        subject_no=year_end.year,
        digest=year_end.digest,
        late_through=year_end.late_through,
    )
