"""控制合计: the totals of a file of cases, and the totals row that it may carry at its end."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence

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
Group = tuple[int, str, str]  # insured region (id), insurance type, month of settlement
KEYS = tuple(column.key for column in CONTROL.columns)
WORDS = frozenset({"合计", "总计", "共计"})
_COUNT = re.compile(r"(?:共|计|共计)?([0-9][0-9,]{0,8})(?:笔|条|例|行|人次)?")
# Where digits alone are a count: in any other column they may be a code, a flag or a date.
_COUNTS = (c.SETTLEMENT_NO, c.PERSON_NAME, c.INSTITUTION_NAME, c.DIAGNOSIS)
_AMOUNTS = {
    "total_fee_fen": c.FIRST_AMOUNT + rules.TOTAL,
    "fund_fen": c.FIRST_AMOUNT + rules.FUND_TOTAL,
    "account_fen": c.FIRST_AMOUNT + rules.ACCOUNT,
}
_OF_A_CASE = (c.CERT_NO, c.SETTLED_AT, c.CARE_AREA, c.INSURED_AREA)


class FileTotals:
    """Adds up the rows that the books have already of a file; keeps what its totals row says.

    Amounts are as delivered: where a region delivers 个人账户 inside 基金支付总额, it is put back in.
    """

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self.sums: dict[Group, list[int]] = {}
        self.carried: dict[str, int] = {}
        self.carried_line = 0

    def add(self, row: Candidate) -> None:
        """One unchanged row."""
        key = (row.regions[0], row.insurance_type, row.month)
        sums = self.sums.setdefault(key, [0, 0, 0, 0])
        total, fund, account = row.sums
        sums[0] += 1
        sums[1] += total
        sums[2] += fund
        sums[3] += account

    def takes(self, line_no: int, cells: Sequence[Cell]) -> bool:
        """Whether a row that is no case (cells in the order of COLUMNS) is the totals row, kept then."""
        carried = totals_row(cells)
        if carried is None:
            return False
        self.carried, self.carried_line = carried, line_no
        return True

    def totals(self, new: Iterable[tuple[Group, Sequence[int]]]) -> dict[str, dict[str, int]]:
        """With the sums of the new rows, by group: all, and each insurance type that occurs."""
        found: dict[str, list[int]] = {"all": [0, 0, 0, 0]}
        for (region, insurance_type, month), (cases, total, fund, account) in (*self.sums.items(), *new):
            day = dt.date(int(month[:4]), int(month[4:]), 1)
            inside = account if self.reference.account_inside(region, day) else 0
            for group in ("all", insurance_type):
                sums = found.setdefault(group, [0, 0, 0, 0])
                for index, value in enumerate((cases, total, fund + inside, account)):
                    sums[index] += value
        return {group: dict(zip(KEYS, sums, strict=True)) for group, sums in sorted(found.items())}

    def preview(self, new: Iterable[tuple[Group, Sequence[int]]]) -> dict[str, object]:
        """What the preview keeps of it; `new` are the sums of the rows to be written."""
        carried = {"all": self.carried} if self.carried_line else {}
        return {"control": self.totals(new), "carried": carried, "carried_line": self.carried_line}


def totals_row(cells: Sequence[Cell]) -> dict[str, int] | None:
    """What a totals row says: 合计 stands in a cell beside the amounts, nothing of a case does, and its
    amounts can be read. None for any other row."""
    texts = ["".join(as_shown(cell).split()) for cell in cells]
    beside = [*texts[: c.FIRST_AMOUNT], *texts[c.LAST_AMOUNT + 1 :]]
    labels = {text.strip("：:") for text in beside}
    if not labels & WORDS or any(
        texts[column] for column in _OF_A_CASE if texts[column].strip("：:") not in WORDS
    ):
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
    return found or None


def _count(texts: Sequence[str]) -> int | None:
    """How many cases a totals row says: 共2笔 in any column beside the amounts, bare digits where no code
    stands."""
    for column, text in enumerate(texts):
        match = None if c.FIRST_AMOUNT <= column <= c.LAST_AMOUNT else _COUNT.fullmatch(text)
        if match and (column in _COUNTS or match[1] != text):
            return int(match[1].replace(",", ""))
    return None
