"""往来矩阵: which party owes which how much in a month. Pure: no database, no clock.

A cell is what one party (its row, 参保地) owes another (its column, 就医地): the sum of the lines between
the two, in fen. Other provinces are one party, the platform [N22]. A row adds up to what the party owes
(应付), a column to what it is owed (应收); the nets of all parties add up to nil.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from agency.sheets.declare import Column, Kind, Sheet, Value
from agency.sheets.filled import Row, SheetData
from settlement.clearing.rules import PLATFORM, Line, Parties, Party
from settlement.clearing.sheets import PAYABLE, RECEIVABLE, money

FORM = "9附"
TITLE = "吉林省异地医保业务费用往来矩阵"
OWN_TITLE = "吉林省{region}统筹区异地医保业务费用往来表"
REMARK = "行是参保地（应付一方），列是就医地（应收一方）；每格是应付金额，已减扣款。各方轧差合计为零。"
OWN_REMARK = "应收与表 10 的合计、应付与表 11 的合计相同。"


@dataclass(frozen=True)
class Matrix:
    """Who owes whom. `parties` are the pooling regions in the order of the sheets, the platform last."""

    parties: tuple[Party, ...]
    owed: Mapping[tuple[int, int], int]  # (who insures, who treats) → fen; absent: no line between them

    def amount(self, insured: Party, care: Party) -> int:
        """What `insured` owes `care`, in fen."""
        return self.owed.get((insured.id, care.id), 0)

    @cached_property
    def payable(self) -> dict[int, int]:
        """What each party owes all others: the sums of the rows."""
        return {one.id: sum(self.amount(one, care) for care in self.parties) for one in self.parties}

    @cached_property
    def receivable(self) -> dict[int, int]:
        """What each party is owed: the sums of the columns."""
        return {one.id: sum(self.amount(insured, one) for insured in self.parties) for one in self.parties}

    @cached_property
    def net(self) -> dict[int, int]:
        """轧差: what each is owed less what it owes."""
        return {one.id: self.receivable[one.id] - self.payable[one.id] for one in self.parties}

    @property
    def total(self) -> int:
        """All that is owed between the parties."""
        return sum(self.owed.values())

    @property
    def is_balanced(self) -> bool:
        """Rows and columns give the same total, and the nets cancel."""
        return sum(self.payable.values()) == sum(self.receivable.values()) == self.total and not sum(
            self.net.values()
        )


def matrix_of(lines: Iterable[Line], parties: Parties) -> Matrix:
    """The matrix that the lines of a month give."""
    owed: dict[tuple[int, int], int] = {}
    for line in lines:
        insured, care = (parties.party(side) for side in line[:2])
        key = (PLATFORM.id if insured.is_outside else insured.id, PLATFORM.id if care.is_outside else care.id)
        owed[key] = owed.get(key, 0) + line.due_fen
    return Matrix((*parties.pooling, PLATFORM), owed)


# --- as sheets ----------------------------------------------------------------------------------------------


def form_of(parties: Iterable[Party]) -> Sheet:
    """The blank form: a column for each party of the month, then the row's sums."""
    columns = tuple(
        Column(f"to_{party.code}", party.name, Kind.MONEY, break_at=2 if party is PLATFORM else 0)
        for party in parties
    )
    sums = money(payable="应付合计", receivable="应收合计", net="轧差")
    return Sheet(FORM, TITLE, (Column("region", "参保地＼就医地", width=7), *columns, *sums))


def matrix_sheet(heading: SheetData, matrix: Matrix) -> SheetData:
    """The matrix as a sheet, under the heading of sheet 9 of the same month."""
    rows = []
    for insured in matrix.parties:
        values: dict[str, Value] = {"region": insured.name}
        values |= {f"to_{care.code}": matrix.amount(insured, care) for care in matrix.parties}
        values |= {name: getattr(matrix, name)[insured.id] for name in ("payable", "receivable", "net")}
        rows.append(Row(insured.code, values, apart=insured is PLATFORM))
    return replace(heading, sheet=form_of(matrix.parties), rows=tuple(rows), remarks=(REMARK,), annexes=())


OWN_FORM = Sheet(
    FORM,
    OWN_TITLE,
    (
        Column("seq", "序号", Kind.SEQ),
        Column("counterpart", "对方统筹区", width=12),
        *money(receivable=RECEIVABLE, payable=PAYABLE, net="轧差"),
        Column("word", "收付", Kind.MARK),
    ),
)


def own_sheet(heading: SheetData, matrix: Matrix, party: Party) -> SheetData:
    """A region's own column and row, beside each other, under the heading of any sheet of that region."""
    rows = []
    for other in matrix.parties:
        if other.id == party.id:
            continue
        receivable, payable = matrix.amount(other, party), matrix.amount(party, other)
        net = receivable - payable
        values: dict[str, Value] = {
            "counterpart": other.name,
            "receivable": receivable,
            "payable": payable,
            "net": net,
            "word": "收" if net > 0 else "付" if net < 0 else "",
        }
        rows.append(Row(other.code, values, apart=other is PLATFORM))
    return replace(heading, sheet=OWN_FORM, rows=tuple(rows), remarks=(OWN_REMARK,), annexes=())
