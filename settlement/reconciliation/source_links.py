"""去哪里看: of a difference that is not about one case: our sheet, a group's details, notices, bank lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse

from agency.money import yuan
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.clearing.families import sheet_url
from settlement.notices.models import BankLine, Notice
from settlement.reconciliation.kinds import DiscrepancyKind, Remedy, SourceKind
from settlement.reconciliation.links import Link
from settlement.reconciliation.models import Discrepancy

NOTICES, LINES = "通知书", "流水"  # of evidence and of both sides of a bank difference
SHOWN = 5


def source_links_of(by: User, row: Discrepancy) -> list[Link]:
    """What this person may open to find out about a difference of a sheet, of totals or of a statement."""
    ways = {SourceKind.SHEET: _of_sheet, SourceKind.TOTALS: _of_totals, SourceKind.BANK: _of_bank}
    way = ways.get(SourceKind(row.run.source))
    return list(way(by, row)) if way is not None else []


def _of_sheet(by: User, row: Discrepancy) -> Iterator[Link]:
    """Our sheet, each figure of which opens its cases."""
    run = row.run
    if access.allowed(by, May.READ_CLEARING):
        whose = f"{run.scope_region} " if run.scope_region else ""
        url = sheet_url(run.form_no, run.period, run.scope_region)
        yield Link("我方的表", f"{whose}表 {run.form_no}", url, "点数字看背后的明细")


def _of_totals(by: User, row: Discrepancy) -> Iterator[Link]:
    """The upload of details, of the same month and, where the group is of one, the same institution."""
    if access.allowed(by, May.RECONCILE):
        said = {"period": row.run.period}
        if row.institution_code:
            said |= {"scope_institution": row.institution_code, "source": SourceKind.HOSPITAL.value}
        url = f"{reverse('settlement:reconciliation_source_details')}?{urlencode(said)}"
        yield Link("找出是哪几笔", "明细对账", url, "要对方这一组的明细")


def _of_bank(by: User, row: Discrepancy) -> Iterator[Link]:
    """The notices that it speaks of, the registered line, else where lines are registered."""
    if not access.allowed(by, May.READ_NOTICES):
        return
    named = {text for side in (row.evidence, row.ours) for text in str(side.get(NOTICES, "")).split("、")}
    notices = Notice.objects.visible_to(by).filter(notice_no__in=named - {""}).order_by("year", "serial")
    for notice in notices[:SHOWN]:
        url = reverse("settlement:notice_detail", kwargs={"notice_no": notice.key})
        yield Link("通知书", notice.notice_no, url, f"{notice.region_name} {yuan(notice.total_fen)} 元")
    lines = list(_lines(by, row))
    for line in lines:
        url = reverse("settlement:bank_line_detail", kwargs={"bank_line_no": line.line_no})
        yield Link("银行流水", line.reference, url, f"{line.booked_on:%Y-%m-%d} {yuan(line.amount_fen)} 元")
    missing = row.kind == DiscrepancyKind.ONLY_THEIRS and not lines
    if missing and access.allowed(by, May.LOAD_BANK):
        url = reverse("agency:batch_new", kwargs={"kind": "bank"})
        yield Link("补导入", "导入银行流水", url, "导入这份对账单", Remedy.IMPORT)


def _lines(by: User, row: Discrepancy) -> Iterator[BankLine]:
    """The registered lines of the account that a difference is about: by day and 流水号, or those that paid a
    notice."""
    of_account = BankLine.objects.visible_to(by).filter(region=row.run.region).order_by("pk")
    day, _, reference = row.subject.partition(" ")
    if reference:
        try:
            yield from of_account.filter(booked_on=dt.date.fromisoformat(day), reference=reference)
        except ValueError:
            return
    else:
        paid = [text for text in str(row.theirs.get(LINES, "")).split("、") if text]
        yield from of_account.filter(reference__in=paid)[:SHOWN]
