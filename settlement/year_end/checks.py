"""核对: what must hold of every year: annual = Σ of the twelve signed months + corrections."""

from __future__ import annotations

from collections.abc import Iterator

from agency.money import yuan
from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.clearing.rules import Line, LineKey
from settlement.clearing.selectors import signed_periods
from settlement.notices.models import Category, Notice
from settlement.notices.rules import Figures
from settlement.notices.states import NoticeState
from settlement.year_end import rules
from settlement.year_end.applications import FIGURES, figures_of
from settlement.year_end.filling import YearBook, region_year, region_years
from settlement.year_end.models import YearEnd, YearEndApplication
from settlement.year_end.noticing import year_owed
from settlement.year_end.rules import YearLine
from settlement.year_end.selectors import (
    expected_of,
    late_counted,
    lines_stored,
    noticed_of,
    open_of,
    parties_kept,
    unnoticed_of,
    year_sums,
)
from settlement.year_end.states import ApplicationState, YearState

ADDS_UP = "年终核定等于各月合计加更正"
MONTHS = "已关账年度各月都已签发"
BALANCED = "年终应收等于应付"
PAID = "年终已收已付与核销一致"
APPLICATIONS = "年终清算申请由不同的人办理"
APPLIED = "已批准的申请等于年终清算"
NOTICED = "年终通知书等于没有通知的余额"
LABELS = {field.name: str(field.verbose_name) for field in YearEndApplication._meta.fields}


def _years(period: str | None, *states: YearState) -> list[YearEnd]:
    """Years to look at: all, or the one of a month."""
    rows = YearEnd.objects.filter(state__in=states or [YearState.CLOSED]).order_by("year")
    return list(rows.filter(year=period[:4]) if period else rows)


@CHECKS.register(MONTHS, order=760)
def months_stay_signed(period: str | None) -> Iterator[Broken]:
    """All months that a closed year rests on are signed."""
    signed = signed_periods()
    for year_end in _years(period):
        for month in [*expected_of(year_end.year), *late_counted(year_end)]:
            if month not in signed:
                yield Broken(MONTHS, f"{year_end.label}", f"{month} 没有签发")


@CHECKS.register(ADDS_UP, order=761)
def years_add_up(period: str | None) -> Iterator[Broken]:
    """Every line of a closed year, figure by figure: the months' stored lines plus what moved between years,
    counted again from the records up."""
    for year_end in _years(period):
        sums = year_sums(year_end.year, late_counted(year_end))
        stored = lines_stored(year_end)
        assessed = sums.assessed
        yield from _differing(year_end, {row.line.key: row for row in stored}, sums.monthly, assessed)
        digest = rules.digest_of([rules.lines_digest(stored), year_end.late_through])
        if digest != year_end.digest:
            yield Broken(ADDS_UP, year_end.label, "清算行的摘要与关账时不同")


def _differing(
    year_end: YearEnd,
    stored: dict[LineKey, YearLine],
    monthly: dict[LineKey, Line],
    assessed: dict[LineKey, Line],
) -> Iterator[Broken]:
    parties = YearBook(year_end).parties
    for key in sorted({*stored, *monthly, *assessed}):
        row = stored.get(key)
        wanted = assessed.get(key) or rules.empty_line(key)
        month_fen = monthly[key].due_fen if key in monthly else 0
        subject = f"{year_end.label} {parties.line_label(key)}"
        if row is None:
            yield Broken(ADDS_UP, subject, f"没有这一行，应为 {yuan(wanted.due_fen)}")
        elif row.line != wanted or row.monthly_fen != month_fen:
            told = f"月度合计 {yuan(row.monthly_fen)}、核定 {yuan(row.line.due_fen)}"
            yield Broken(ADDS_UP, subject, f"{told}，应为 {yuan(month_fen)}、{yuan(wanted.due_fen)}")


@CHECKS.register(BALANCED, order=762)
def years_balance(period: str | None) -> Iterator[Broken]:
    """Σ应收 = Σ应付 with the platform counted in, by the months and as assessed."""
    for year_end in _years(period, YearState.COMPUTED, YearState.CLOSED):
        rows = region_years(YearBook(year_end))
        for name, kept in (("monthly_fen", year_end.monthly_fen), ("assessed_fen", year_end.assessed_fen)):
            receivable = sum(getattr(row.receivable, name) for row in rows)
            payable = sum(getattr(row.payable, name) for row in rows)
            if not receivable == payable == kept:
                told = f"应收 {yuan(receivable)}，应付 {yuan(payable)}，记为 {yuan(kept)}"
                yield Broken(BALANCED, year_end.label, told)


@CHECKS.register(PAID, order=763)
def years_are_paid_as_told(period: str | None) -> Iterator[Broken]:
    """已收, 已付 of a closed year are what notices and payments until its computing say."""
    for year_end in _years(period):
        sums = year_sums(year_end.year, late_counted(year_end))
        assert year_end.computed_at is not None  # a constraint of the table
        noticed = noticed_of(year_end.year, year_end.computed_at)
        parties = parties_kept(year_end)
        opened = open_of(noticed, unnoticed_of(sums.monthly, parties, noticed))
        wanted = {row.line.key: row for row in rules.year_lines(sums.monthly, sums.assessed, opened, parties)}
        for row in lines_stored(year_end):
            due = wanted.get(row.line.key)
            if due is not None and (row.received_fen, row.paid_fen) != (due.received_fen, due.paid_fen):
                told = f"已收 {yuan(row.received_fen)}、已付 {yuan(row.paid_fen)}"
                told += f"，应为 {yuan(due.received_fen)}、{yuan(due.paid_fen)}"
                yield Broken(PAID, f"{year_end.label} {parties.line_label(row.line.key)}", told)


@CHECKS.register(APPLICATIONS, order=764)
def applications_by_different_people(period: str | None) -> Iterator[Broken]:
    """Whoever applied did not review, whoever reviewed did not approve; the system account may."""
    rows = YearEndApplication.objects.filter(state=ApplicationState.APPROVED).order_by("pk")
    rows = rows.filter(year_end__year=period[:4]) if period else rows
    for row in rows.select_related("applied_by", "reviewed_by", "approved_by"):
        people = [row.applied_by, row.reviewed_by, row.approved_by]
        ids = [person.pk for person in people if person is not None and not person.is_system_account]
        if len(ids) != len(set(ids)):
            yield Broken(APPLICATIONS, f"申请 {row}", "申请、审核、批准有两步是同一人办的")


@CHECKS.register(APPLIED, order=765)
def approved_as_the_year(period: str | None) -> Iterator[Broken]:
    """What was approved is what the year came to."""
    for year_end in _years(period, YearState.COMPUTED, YearState.CLOSED):
        rows = YearEndApplication.objects.filter(year_end=year_end, state=ApplicationState.APPROVED)
        book = YearBook(year_end)
        for row in rows.select_related("region").order_by("pk"):
            party = book.parties.by_id.get(row.region_id)
            figures = figures_of(region_year(book, party)) if party else {}
            wrong = [name for name in FIGURES if getattr(row, name) != figures.get(name)]
            if wrong:
                label = LABELS[wrong[0]]
                has, due = getattr(row, wrong[0]), figures.get(wrong[0], 0)
                yield Broken(APPLIED, f"申请 {row}", f"{label}批准的是 {yuan(has)}，年终清算是 {yuan(due)}")


@CHECKS.register(NOTICED, order=766)
def years_ask_for_the_rest(period: str | None) -> Iterator[Broken]:
    """The year-end notices in force are those that the closing had to issue: not one more, not one less."""
    for year_end in _years(period):
        due = {party.id: (party.name, figures) for party, figures in year_owed(year_end)}
        rows = Notice.objects.filter(category=Category.YEAR_END, period=year_end.year)
        for notice in rows.filter(state=NoticeState.ISSUED).order_by("pk"):
            _, figures = due.pop(notice.region_id, ("", None))
            stored = Figures(*(getattr(notice, name) for name in Figures._fields))
            if stored != figures:
                told = f"记的是{notice.get_direction_display()} {yuan(notice.total_fen)}，应为 "
                told += yuan(figures.total_fen) if figures else "没有通知书"
                yield Broken(NOTICED, f"通知书 {notice}", told)
        for name, figures in due.values():
            yield Broken(
                NOTICED, f"{year_end.label} {name}", f"应有 {yuan(figures.total_fen)} 的通知书，没有"
            )
