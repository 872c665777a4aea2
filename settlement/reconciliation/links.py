"""去哪里办: from a difference to our record, what was held, corrected or deducted of it, filing, import."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from agency.money import yuan
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.corrections.models import Correction
from settlement.corrections.selectors import CorrectionFilter, corrections_listed
from settlement.deductions.models import Deduction
from settlement.holding.selectors import held_of_record
from settlement.holding.services import why_not
from settlement.matching.selectors import filing_opened, mark_of
from settlement.reconciliation.kinds import DETAILS, DiscrepancyKind, Remedy
from settlement.reconciliation.models import Discrepancy
from settlement.records.models import SettlementRecord
from settlement.records.selectors import record_shown

SHOWN = 5


@dataclass(frozen=True)
class Link:
    """A way on: what lies there (`label`), its number or what to do, and what is to be known of it."""

    label: str
    text: str
    url: str
    note: str = ""
    remedy: str = ""  # the verdict that this is the way of


def links_of(by: User, row: Discrepancy) -> list[Link]:
    """Everything this person may open that has to do with a difference of a case, and where its remedies are
    done."""
    if row.run.source not in DETAILS or not access.allowed(by, May.READ_CASES):
        return []
    record = _record(by, row)
    found = list(_of_record(by, record)) if record is not None else []
    return found + list(_ways(by, row, record))


def _record(by: User, row: Discrepancy) -> SettlementRecord | None:
    """Our record as it was compared, or what we have of the number by now."""
    records = {record.correction_no: record for record in record_shown(by, row.subject)}
    if row.our_correction_no is not None:
        return records.get(row.our_correction_no)
    return next((record for record in reversed(records.values()) if not record.is_reversal), None)


def _of_record(by: User, record: SettlementRecord) -> Iterator[Link]:
    number, version = record.settlement_no, record.correction_no
    url = reverse("settlement:record_detail", kwargs={"settlement_no": number})
    yield Link("我方明细", number, f"{url}?version={version}", f"{record.period} 清算")
    held = held_of_record(record)
    if held is not None and access.allowed(by, May.READ_CLEARING):
        held_url = reverse("settlement:held_detail", kwargs={"held_no": held.held_no})
        yield Link("挂账", held.held_no, held_url, str(held.get_state_display()), Remedy.HOLD)
    for correction in _corrections(by, number):
        url = reverse("settlement:correction_detail", kwargs={"proposal_no": correction.proposal_no})
        yield Link("更正", correction.proposal_no, url, str(correction.get_state_display()), Remedy.CORRECT)
    deductions = Deduction.objects.visible_to(by).filter(record__settlement_no=number)
    for deduction in deductions.order_by("pk")[:SHOWN]:
        url = reverse("settlement:deduction_detail", kwargs={"deduction_no": deduction.deduction_no})
        yield Link("扣款", deduction.deduction_no, url, f"{yuan(deduction.amount_fen)} 元")
    yield from _filing(by, record)


def _corrections(by: User, number: str) -> list[Correction]:
    rows = corrections_listed(by, CorrectionFilter(settlement_no=number))
    return list(rows.order_by("-pk")[:SHOWN])


def _filing(by: User, record: SettlementRecord) -> Iterator[Link]:
    """The filing behind the case, where there is one that this person may open; else only the mark."""
    mark = mark_of(record)
    if mark is None:
        return
    opens = filing_opened(by, mark)
    if opens:
        url = reverse("filings:filing_detail", kwargs={"filing_no": opens})
        yield Link("备案", opens, url, str(mark.get_mark_display()))
    else:
        url = reverse("settlement:record_detail", kwargs={"settlement_no": record.settlement_no})
        yield Link("备案", str(mark.get_mark_display()), url)


def _ways(by: User, row: Discrepancy, record: SettlementRecord | None) -> Iterator[Link]:
    """Where what a verdict says is done."""
    if record is None:
        if row.kind == DiscrepancyKind.ONLY_THEIRS and access.allowed(by, May.LOAD_CASES):
            url = reverse("agency:batch_new", kwargs={"kind": "settlements"})
            yield Link("补导入", "导入结算明细", url, "向平台要这一笔的明细", Remedy.IMPORT)
        return
    number = {"settlement_no": record.settlement_no}
    confirms = by.region_id is not None and access.allowed(by, May.CONFIRM_CLEARING)
    if confirms and why_not(by, record) is None:
        url = reverse("settlement:held_dispute", kwargs=number)
        yield Link("挂账", "提出争议", url, "整笔转出，等双方说明", Remedy.HOLD)
    if access.allowed(by, May.LOAD_CASES):
        url = f"{reverse('settlement:conflict_list')}?settlement_no={record.settlement_no}"
        yield Link("更正", "冲突与更正", url, "导入正确的一行，再提出更正", Remedy.CORRECT)
