"""控制合计: the totals of a file of cases, and the totals row that it may carry at its end."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from agency.batches.control import Control, ControlColumn
from agency.money import MoneyError, parse_yuan
from agency.policy.insurance import InsuranceType
from agency.tabular.values import Cell, as_shown
from settlement.records import columns as c
from settlement.records import rules
from settlement.records.check import Candidate
from settlement.records.reference import Reference

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
GRAND, PARTIAL = frozenset({"总计", "共计"}), frozenset({"小计"})
WORDS = frozenset({"合计"}) | GRAND | PARTIAL
MOST_TOTALS = 10_000  # more are refused as rows
TOLD_AT_MOST = 5
_COUNT = re.compile(r"(?:共|计|共计)?([0-9][0-9,]{0,8})(?:笔|条|例|行|人次)?")
# Where digits alone are a count: in any other column they may be a code, a flag or a date.
_COUNTS = (c.SETTLEMENT_NO, c.PERSON_NAME, c.INSTITUTION_NAME, c.DIAGNOSIS)
_AMOUNTS = {
    "total_fee_fen": c.FIRST_AMOUNT + rules.TOTAL,
    "fund_fen": c.FIRST_AMOUNT + rules.FUND_TOTAL,
    "account_fen": c.FIRST_AMOUNT + rules.ACCOUNT,
}
_OF_A_CASE = (c.CERT_NO, c.SETTLED_AT, c.CARE_AREA, c.INSURED_AREA)


Group = tuple[int, str]  # insured region (its key) and insurance type


def group_of(region_code: str, insurance_type: str) -> str:
    """The control group of an insured region and an insurance type."""
    return f"{region_code}_{insurance_type}"


class FileTotals:
    """Adds up the rows that the books have already of a file. Amounts are as delivered: where a region
    delivers 个人账户 inside 基金支付总额 on the day of a case, it stands in there."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self.sums: dict[Group, list[int]] = {}
        self.carried = CarriedTotals()

    def add(self, row: Candidate) -> None:
        """One unchanged row."""
        total, _, account, delivered = row.sums
        sums = self.sums.setdefault((row.regions[0], row.insurance_type), [0, 0, 0, 0])
        for index, value in enumerate((1, total, delivered, account)):
            sums[index] += value

    def totals(self, new: Iterable[tuple[Group, Sequence[int]]]) -> dict[str, dict[str, int]]:
        """With the sums of the new rows, by group: all, each insurance type that occurs, and each of an
        insured region."""
        codes, found = self.reference.region_codes, {"all": [0, 0, 0, 0]}
        for (region, insurance_type), values in (*self.sums.items(), *new):
            for group in ("all", insurance_type, group_of(codes[region], insurance_type)):
                sums = found.setdefault(group, [0, 0, 0, 0])
                for index, value in enumerate(values):
                    sums[index] += value
        return {group: dict(zip(KEYS, sums, strict=True)) for group, sums in sorted(found.items())}

    def preview(self, new: Iterable[tuple[Group, Sequence[int]]]) -> dict[str, object]:
        """What the preview keeps of it; `new` are the sums of the rows to be written."""
        grand, totals = self.carried.grand(), self.totals(new)
        return {
            "control": totals,
            "control_groups": self._finer_groups(totals),
            "carried": {"all": grand} if grand else {},
            "carried_lines": self.carried.lines,
        }

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


class CarriedTotals:
    """合计行: the rows of a file that are sums of others, of which one at most is the sum of all [P].

    Of several it is the last one when that is called 总计 or 共计 and no other is, when it is the sum of
    those before it, or when all say the same. Otherwise nobody can tell which it is: none is compared, and
    that is told. A 小计 is never the sum of all.
    """

    def __init__(self) -> None:
        self.lines: list[int] = []
        self.last: dict[str, int] = {}
        self.last_label = ""
        self.before: dict[str, int] = {}  # what the rows before the last one say together
        self.grand_labels = 0
        self.all_same = True

    def takes(self, line_no: int, cells: Sequence[Cell]) -> bool:
        """Whether a row that is no case (cells in the order of COLUMNS) is a totals row, kept then."""
        found = totals_row(cells) if len(self.lines) < MOST_TOTALS else None
        if found is None:
            return False
        label, figures = found
        if self.lines:
            self.all_same = self.all_same and figures == self.last
            known = self.before.keys() & self.last.keys() if self.before else self.last.keys()
            self.before = {key: self.before.get(key, 0) + self.last[key] for key in known}
        self.lines.append(line_no)
        self.last, self.last_label = figures, label
        self.grand_labels += label in GRAND
        return True

    def grand(self) -> dict[str, int]:
        """What the file says of all its rows; empty when no row says so."""
        return self.last if self._last_is_grand() else {}

    def _last_is_grand(self) -> bool:
        if not self.lines or self.last_label in PARTIAL:
            return False
        if len(self.lines) == 1 or self.all_same:
            return True
        if self.grand_labels:
            return self.grand_labels == 1 and self.last_label in GRAND
        shared = self.before.keys() & self.last.keys()
        return bool(shared) and all(self.before[key] == self.last[key] for key in shared)

    def notes(self) -> list[str]:
        """What the person who loads should know: which of several rows was compared, or that none was."""
        if not self.lines or (len(self.lines) == 1 and self.grand()):
            return []
        shown = "、".join(map(str, self.lines[:TOLD_AT_MOST]))
        more = "等" if len(self.lines) > TOLD_AT_MOST else ""
        told = f"文件里有 {len(self.lines)} 行合计（第 {shown} 行{more}），都不作明细"
        if self.grand():
            return [f"{told}；与预览对照的是最后一行（第 {self.lines[-1]} 行）。"]
        return [f"{told}；看不出哪一行是全部的合计，没有拿来对照：请由上传人填写控制合计。"]


def totals_row(cells: Sequence[Cell]) -> tuple[str, dict[str, int]] | None:
    """What a totals row is called and what it says: 合计 stands in a cell beside the amounts, nothing of a
    case does, and its amounts can be read. None for any other row."""
    texts = ["".join(as_shown(cell).split()) for cell in cells]
    beside = [*texts[: c.FIRST_AMOUNT], *texts[c.LAST_AMOUNT + 1 :]]
    label = next((text.strip("：:") for text in beside if text.strip("：:") in WORDS), "")
    if not label or any(texts[column] for column in _OF_A_CASE if texts[column].strip("：:") not in WORDS):
        return None
    found: dict[str, int] = {}
    for key, column in _AMOUNTS.items():
        if texts[column]:
            try:
                found[key] = parse_yuan(texts[column])
            except MoneyError:
                return None
    count = _count(texts)
    if count is not None:
        found["cases"] = count
    return (label, found) if found else None


def _count(texts: Sequence[str]) -> int | None:
    """How many cases a totals row says: 共2笔 in any column beside the amounts, bare digits where no code
    stands."""
    for column, text in enumerate(texts):
        match = None if c.FIRST_AMOUNT <= column <= c.LAST_AMOUNT else _COUNT.fullmatch(text)
        if match and (column in _COUNTS or match[1] != text):
            return int(match[1].replace(",", ""))
    return None
