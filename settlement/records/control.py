"""控制合计: the totals of a file of cases, beside those that it carries itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from agency.batches.control import Control, ControlColumn
from agency.policy.insurance import InsuranceType
from settlement.records.carried import CarriedTotals
from settlement.records.check import Candidate
from settlement.records.reference import Reference
from settlement.records.subtotals import Cases, Sums, parts_compared

CONTROL = Control(
    columns=(
        ControlColumn("cases", "明细数", is_money=False),
        ControlColumn("total_fee_fen", "医疗费总额"),
        ControlColumn("fund_fen", "基金支付总额"),
        ControlColumn("account_fen", "个人账户"),
    ),
    groups=(("all", "全部"), *InsuranceType.choices),
)
KEYS = tuple(column.key for column in CONTROL.columns)


def group_of(region_code: str, insurance_type: str) -> str:
    """The control group of an insured region and an insurance type."""
    return f"{region_code}_{insurance_type}"


class FileTotals:
    """Adds up the rows that the books have already of a file. Amounts are as delivered: where a region
    delivers 个人账户 inside 基金支付总额 on the day of a case, it stands in there."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self.sums: Sums = {}
        self.carried = CarriedTotals(reference)
        self._told: list[str] = []

    def add(self, row: Candidate) -> None:
        """One unchanged row."""
        total, _, account, delivered = row.sums
        section = self.carried.section(row.line_no)
        self._add((row.regions, row.insurance_type, section), (1, total, delivered, account))

    def _add(self, cases: Cases, values: Sequence[int]) -> None:
        sums = self.sums.setdefault(cases, [0, 0, 0, 0])
        for index, value in enumerate(values):
            sums[index] += value

    def totals(self) -> dict[str, dict[str, int]]:
        """By group: all, each insurance type that occurs, and each of an insured region."""
        codes, found = self.reference.region_codes, {"all": [0, 0, 0, 0]}
        for (regions, insurance_type, _), values in self.sums.items():
            for group in ("all", insurance_type, group_of(codes[regions[0]], insurance_type)):
                sums = found.setdefault(group, [0, 0, 0, 0])
                for index, value in enumerate(values):
                    sums[index] += value
        return {group: dict(zip(KEYS, sums, strict=True)) for group, sums in sorted(found.items())}

    def preview(self, new: Iterable[tuple[Cases, Sequence[int]]]) -> dict[str, object]:
        """What the preview keeps of it; `new` are the sums of the rows to be written, added once."""
        for cases, values in new:
            self._add(cases, values)
        grand, totals = self.carried.grand(), self.totals()
        parts, self._told = parts_compared(self.carried.parts(), self.sums, KEYS, self.reference)
        return {
            "control": totals,
            "control_groups": self._finer_groups(totals),
            "carried": {"all": grand.figures} if grand else {},
            "carried_lines": self.carried.lines,
            "carried_parts": parts,
        }

    def notes(self) -> list[str]:
        """What the person who loads should know, once the preview was made."""
        return [*self.carried.notes(), *self._told]

    def _finer_groups(self, occurring: Collection[str]) -> list[list[str]]:
        """Key and name of the groups that totals may be typed in for: of all our regions, so that one that
        is wholly missing from the file is noticed, and of the other provinces that occur."""
        outside = {self.reference.region_codes[region] for region in self.reference.outside}
        return [
            [group_of(code, insurance_type), f"{name} {label}"]
            for code, name in self.reference.region_names.items()
            for insurance_type, label in InsuranceType.choices
            if code not in outside or group_of(code, insurance_type) in occurring
        ]
