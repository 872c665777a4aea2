"""核对: what must hold of every correction: a pair that names its original and nets out, by two people."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, Q, QuerySet

from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.corrections import rules
from settlement.corrections.models import Correction
from settlement.corrections.states import CorrectionState
from settlement.records.content import CORRECTION as VERSION
from settlement.records.content import LOOKUPS, NUMBER, digest_of, joined, texts_of
from settlement.records.models import SettlementRecord
from settlement.records.selectors import chunks

PAIRS = "更正成对并与原记录相抵"
TWO_PEOPLE = "更正由两个人办理"

Key = tuple[str, int]


@CHECKS.register(PAIRS, order=205)
def corrections_are_pairs(period: str | None) -> Iterator[Broken]:
    """Each approved correction has its two records, as they follow from the corrected one and from what was
    proposed; and no record has a correction number without a correction."""
    yield from _orphans(_corrected(period))
    approved = Correction.objects.filter(state=CorrectionState.APPROVED).order_by("pk")
    if period:
        approved = approved.filter(Q(reversal__period=period) | Q(record__period=period))
    for block in chunks(list(approved.values_list("pk", flat=True))):
        rows = list(approved.filter(pk__in=block))
        contents = _contents({row.settlement_no for row in rows})
        for row in rows:
            message = _fault(row, contents)
            if message:
                yield Broken(PAIRS, f"更正 {row}", f"结算 {row.settlement_no}：{message}")


def _corrected(period: str | None) -> QuerySet[SettlementRecord]:
    rows = SettlementRecord.objects.filter(correction_no__gt=0).order_by("pk")
    return rows.for_period(period) if period else rows


def _orphans(rows: QuerySet[SettlementRecord]) -> Iterator[Broken]:
    """Records with a correction number that no correction brought in that place."""
    as_reversal = Q(is_reversal=True, reversing_correction__corrects_no=F("correction_no") - 1)
    as_record = Q(is_reversal=False, correction__corrects_no=F("correction_no") - 2)
    for number, version in rows.exclude(as_reversal | as_record).values_list(
        "settlement_no", "correction_no"
    ):
        yield Broken(PAIRS, f"结算 {number}", f"更正序号 {version} 的记录没有对应的更正")


def _contents(numbers: set[str]) -> dict[Key, list[str]]:
    rows = SettlementRecord.objects.filter(settlement_no__in=numbers).order_by("pk")
    contents = (texts_of(values) for values in rows.values_list(*LOOKUPS))
    return {(content[NUMBER], int(content[VERSION])): content for content in contents}


def _fault(row: Correction, contents: dict[Key, list[str]]) -> str:
    """What is wrong with one correction; empty when nothing is."""
    number, version = row.settlement_no, row.corrects_no
    stored = contents.get((number, version))
    if stored is None:
        return "被更正的记录不见了"
    if digest_of(joined(stored)) != row.seen_digest:
        return "被更正的记录与提出更正时不同"
    if contents.get((number, version + 1)) != rules.reversing(stored):
        return "冲正的一笔与被更正的记录不相抵"
    if contents.get((number, version + 2)) != rules.replacing(stored, row.content.split("\t")):
        return "更正后的一笔与审批的内容不同"
    return ""


@CHECKS.register(TWO_PEOPLE, order=206)
def two_people_correct(period: str | None) -> Iterator[Broken]:
    """Whoever decided a correction neither proposed it nor brought its file in; a command's file nobody who
    decides brought in."""
    decided = Correction.objects.filter(state__in=[CorrectionState.APPROVED, CorrectionState.REJECTED])
    if period:
        decided = decided.filter(Q(reversal__period=period) | Q(record__period=period))
    uploaded = Q(decided_by=F("batch__created_by"), batch__by_command=False) & Q(
        decided_by__is_system_account=False
    )
    told = {
        "提出人与审批人是同一人，或没有审批人": Q(decided_by=F("proposed_by")) | Q(decided_by__isnull=True),
        "审批人就是上传文件的人": uploaded,
    }
    for message, fault in told.items():
        for number in decided.filter(fault).order_by("pk").values_list("proposal_no", flat=True):
            yield Broken(TWO_PEOPLE, f"更正 {number}", message)
