"""清算的算术: lines, parties, netting, orders and digests. Pure: no database, no clock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from agency.policy.care import CareKind
from agency.policy.insurance import InsuranceType

TYPE_ORDER = {value: place for place, value in enumerate(InsuranceType.values)}
KIND_ORDER = {value: place for place, value in enumerate(CareKind.values)}
PLATFORM_NAME = "跨省（省平台）"
PLATFORM_CODE = "platform"


class LineKey(NamedTuple):
    """Which line: who pays, who treated, for which insurance, what kind of care."""

    insured_region_id: int
    care_region_id: int
    insurance_type: str
    care_kind: str


class Line(NamedTuple):
    """清算行 without the ORM: the key, the counts, and amounts in fen, in the order of the table."""

    insured_region_id: int
    care_region_id: int
    insurance_type: str
    care_kind: str
    cases: int
    records: int
    total_fee_fen: int
    in_scope_fen: int
    pooling_pay_fen: int
    critical_illness_pay_fen: int
    large_expense_pay_fen: int
    civil_servant_pay_fen: int
    enterprise_pay_fen: int
    medical_assistance_pay_fen: int
    other_pay_fen: int
    fund_total_fen: int
    personal_account_pay_fen: int
    deduction_fen: int
    carried_in_fen: int
    carried_out_fen: int
    due_fen: int

    @property
    def key(self) -> LineKey:
        return LineKey(*self[:4])


LINE_FIELDS = Line._fields
RECORD_SUMS = LINE_FIELDS[6:17]  # the amounts that a line adds up from its records
FUNDS = LINE_FIELDS[8:15]  # the seven funds


class DeductionRow(NamedTuple):
    """扣款 without the ORM, as sheet 14 shows it: amounts in fen, the institution named as it was then."""

    deduction_no: str
    insured_region_id: int
    care_region_id: int
    insurance_type: str
    care_kind: str
    institution_code: str
    institution: str
    settlement_no: str
    kind: str
    reason: str
    amount_fen: int


def due(line: Line) -> int:
    """应收（应付）金额 = 基金支付合计 + 个人账户 − 扣款 + 上期挂账转入 − 本期挂账转出."""
    return (
        line.fund_total_fen
        + line.personal_account_pay_fen
        - line.deduction_fen
        + line.carried_in_fen
        - line.carried_out_fen
    )


def fund_total(line: Line) -> int:
    """基金支付合计: the seven funds."""
    return sum(line[8:15])


@dataclass(frozen=True, slots=True)
class Party:
    """一方: a pooling region or another province, named as it was when the month was computed."""

    id: int
    code: str
    name: str
    is_outside: bool
    in_force: bool


@dataclass(frozen=True)
class Parties:
    """各方, in the order of the sheets: pooling regions by position, then provinces by code."""

    ordered: tuple[Party, ...]
    by_id: dict[int, Party] = field(init=False)
    places: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {party.id: party for party in self.ordered})
        object.__setattr__(self, "places", {party.id: at for at, party in enumerate(self.ordered)})

    def party(self, region_id: int) -> Party:
        """The party, or one that says that it is not of this month."""
        return self.by_id.get(region_id) or Party(
            region_id, f"?{region_id}", f"非本期统筹区 {region_id}", True, False
        )

    def place(self, region_id: int) -> int:
        return self.places.get(region_id, len(self.ordered))

    @property
    def pooling(self) -> list[Party]:
        """The rows of sheet 9, without the platform's."""
        return [party for party in self.ordered if not party.is_outside]

    @property
    def must_confirm(self) -> list[Party]:
        """The regions whose confirmation a signature needs."""
        return [party for party in self.pooling if party.in_force]

    def line_order(self, key: LineKey) -> tuple[int, int, int, int]:
        """职工 first, then 居民; in each the insured, then the care party; then the kinds in their order."""
        return (
            TYPE_ORDER[key.insurance_type],
            self.place(key.insured_region_id),
            self.place(key.care_region_id),
            KIND_ORDER[key.care_kind],
        )

    def line_label(self, key: LineKey) -> str:
        """How a line is named: 长春市→吉林市 职工 住院."""
        insured, care = self.party(key.insured_region_id), self.party(key.care_region_id)
        kind = f"{InsuranceType(key.insurance_type).label} {CareKind(key.care_kind).label}"
        return f"{insured.name}→{care.name} {kind}"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of sheet 9 of one party: cases and amounts by insurance type, and what was deducted."""

    employee_cases: int = 0
    employee_fen: int = 0
    resident_cases: int = 0
    resident_fen: int = 0
    deduction_fen: int = 0

    @property
    def sum_fen(self) -> int:
        return self.employee_fen + self.resident_fen


@dataclass(frozen=True, slots=True)
class NetRow:
    """A row of sheet 9: what a party is owed, what it owes, and the difference."""

    party: Party
    receivable: Side
    payable: Side

    @property
    def net_fen(self) -> int:
        return self.receivable.sum_fen - self.payable.sum_fen

    @property
    def word(self) -> str:
        """收 where 轧差 > 0, 付 where < 0, blank at 0."""
        return "收" if self.net_fen > 0 else "付" if self.net_fen < 0 else ""


PLATFORM = Party(0, PLATFORM_CODE, PLATFORM_NAME, True, True)


def side_of(lines: Iterable[Line]) -> Side:
    """The sums of one side, both insurance types apart."""
    cases = dict.fromkeys(InsuranceType.values, 0)
    due_fen = dict.fromkeys(InsuranceType.values, 0)
    deducted = 0
    for line in lines:
        cases[line.insurance_type] += line.cases
        due_fen[line.insurance_type] += line.due_fen
        deducted += line.deduction_fen
    employee, resident = InsuranceType.EMPLOYEE.value, InsuranceType.RESIDENT.value
    return Side(cases[employee], due_fen[employee], cases[resident], due_fen[resident], deducted)


def net(lines: Sequence[Line], parties: Parties) -> list[NetRow]:
    """轧差: a row per pooling region of the month, and one for the platform [N22].

    The platform stands in for every other province: its 应收 is what regions owe for care outside, its 应付
    what they are owed for treating outsiders.
    """
    as_care: dict[int, list[Line]] = {}
    as_insured: dict[int, list[Line]] = {}
    for line in lines:
        care, insured = parties.party(line.care_region_id), parties.party(line.insured_region_id)
        as_care.setdefault(PLATFORM.id if care.is_outside else care.id, []).append(line)
        as_insured.setdefault(PLATFORM.id if insured.is_outside else insured.id, []).append(line)
    return [
        NetRow(party, side_of(as_care.get(party.id, ())), side_of(as_insured.get(party.id, ())))
        for party in [*parties.pooling, PLATFORM]
    ]


def lines_digest(lines: Iterable[Line], parties: Parties) -> str:
    """The SHA-256 (hex) of the lines with the parties' codes, in the order of the sheets."""
    content = [
        [parties.party(line.insured_region_id).code, parties.party(line.care_region_id).code, *line[2:]]
        for line in sorted(lines, key=lambda line: parties.line_order(line.key))
    ]
    return digest_of(content)


NOT_CONFIRMED = "not_confirmed"


def confirmation_key(code: str) -> str:
    """The checklist's line of a region's confirmation, by the region's code."""
    return f"{NOT_CONFIRMED}:{code}"


def skip_digest(key: str, seen: str) -> str:
    """What a skip of the checklist is bound to: the line and the fact that was seen."""
    return digest_of([key, seen])


def digest_of(content: object) -> str:
    """The SHA-256 (hex) of plain values."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def sheets_digest(sheets: Iterable[tuple[str, str, str]]) -> str:
    """One digest over (form, region code or "", digest of the sheet), whatever their order."""
    return digest_of(sorted(sheets))
