"""核对: what a row takes from, and of which kind; then whether it is new, known, or there twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from agency.organisation import access
from agency.organisation.models import Institution, User
from agency.periods import last_day
from agency.policy.care import CareKind
from agency.policy.insurance import INSURANCE_BY_TEXT
from agency.tabular.read import Row
from settlement.deductions import parse as p
from settlement.deductions.content import content_of, digest_of
from settlement.deductions.models import DeductionKind
from settlement.deductions.selectors import CaseOfDeduction
from settlement.records.intake import RowRefused
from settlement.records.reference import Reference

KINDS = {label: value for value, label in DeductionKind.choices}
CARE_KINDS = {label: value for value, label in CareKind.choices}


@dataclass(frozen=True, slots=True)
class Parties:
    """What a deduction takes from: one case, or a group of them."""

    record_id: int | None
    insured_region_id: int
    care_region_id: int
    insurance_type: str
    care_kind: str
    institution_id: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that stands by itself."""

    row: Row
    stated_period: str
    period: str
    parties: Parties
    kind: str
    reason: str
    amount_fen: int
    external_no: str
    digest: str


class RowChecker:
    """Judges one row after the other by the same tables."""

    def __init__(self, reference: Reference, by: User) -> None:
        self.reference, self.by = reference, by
        self.institutions = dict(Institution.objects.values_list("code", "pk"))

    def check(
        self, row: Row, texts: Sequence[str], amount_fen: int, cases: dict[str, CaseOfDeduction]
    ) -> Candidate:
        """The row as a Candidate; RowRefused for `unknown_settlement` and `unknown_kind`."""
        settlement_no, period = texts[p.SETTLEMENT_NO], texts[p.PERIOD]
        parties = self._of_case(settlement_no, cases) if settlement_no else self._of_group(texts)
        kind = KINDS.get(texts[p.KIND])
        if kind is None:
            why = f"不是已知的扣款类别，应为{'、'.join(KINDS)}之一。"
            raise RowRefused("unknown_kind", p.KIND, texts[p.KIND], why)
        codes = self.reference.region_codes
        content = content_of(
            period=period,
            settlement_no=settlement_no,
            group=(
                codes[parties.insured_region_id],
                codes[parties.care_region_id],
                parties.insurance_type,
                parties.care_kind,
                texts[p.INSTITUTION],
            ),
            kind=kind,
            reason=texts[p.REASON],
            amount_fen=amount_fen,
            external_no=texts[p.EXTERNAL_NO],
        )
        return Candidate(
            row=row,
            stated_period=period,
            period=self.reference.period_of(period),
            parties=parties,
            kind=kind,
            reason=texts[p.REASON],
            amount_fen=amount_fen,
            external_no=texts[p.EXTERNAL_NO],
            digest=digest_of(content),
        )

    def _of_case(self, settlement_no: str, cases: dict[str, CaseOfDeduction]) -> Parties:
        case = cases.get(settlement_no)
        if case is None or not self._is_ours(case.insured_region_id, case.care_region_id):
            why = "库中没有这笔结算，或它不属于本统筹区。请先导入结算明细，或核对编号。"
            raise RowRefused("unknown_settlement", p.SETTLEMENT_NO, settlement_no, why)
        return Parties(
            case.pk,
            case.insured_region_id,
            case.care_region_id,
            case.insurance_type,
            case.care_kind,
            case.institution_id,
        )

    def _is_ours(self, insured: int, care: int) -> bool:
        return access.sees_all(self.by) or self.by.region_id in (insured, care)

    def _of_group(self, texts: Sequence[str]) -> Parties:
        """The group by its codes, read at the last day of the month; all of it must be known."""
        on = last_day(texts[p.PERIOD])
        insured = self._region(texts, p.INSURED_AREA, on)
        care = self._region(texts, p.CARE_AREA, on)
        insurance_type = INSURANCE_BY_TEXT.get(texts[p.INSURANCE_TYPE])
        if insurance_type is None:
            raise self._unknown(texts, p.INSURANCE_TYPE, "不是已知的险种：310 或 职工，390 或 居民。")
        care_kind = CARE_KINDS.get(texts[p.CARE_TYPE]) or self.reference.care_kind(texts[p.CARE_TYPE], on)
        if care_kind is None:
            raise self._unknown(texts, p.CARE_TYPE, f"不是医疗类别代码，也不是{'、'.join(CARE_KINDS)}之一。")
        institution = self.institutions.get(texts[p.INSTITUTION])
        if institution is None:
            raise self._unknown(texts, p.INSTITUTION, "没有登记过这家医药机构，请核对编号。")
        return Parties(None, insured, care, insurance_type.value, care_kind, institution)

    def _region(self, texts: Sequence[str], column: int, on: dt.date) -> int:
        region = self.reference.areas.region_id(texts[column], on)
        if region is None:
            raise self._unknown(texts, column, "在区划对照表中找不到所属统筹区，请核对六位区划代码。")
        if column == p.CARE_AREA:
            insured = self.reference.areas.region_id(texts[p.INSURED_AREA], on) or 0
            if self.reference.outside.issuperset((insured, region)):
                raise self._unknown(texts, column, "参保地和就医地都在外省，不是本省的结算。")
            if not self._is_ours(insured, region):
                raise self._unknown(texts, column, "参保地和就医地都不是本统筹区，请由有关统筹区导入。")
        return region

    def _unknown(self, texts: Sequence[str], column: int, why: str) -> RowRefused:
        return RowRefused("unknown_settlement", column, texts[column], why)
