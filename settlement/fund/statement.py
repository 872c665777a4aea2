"""账户明细: opening, movements with their running balance, closing, of one holder for a span of days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from agency.money import yuan
from agency.organisation import access
from agency.organisation.models import PoolingRegion, RegionKind, User
from agency.periods import SHANGHAI
from agency.policy.insurance import InsuranceType
from agency.sheets.declare import Value
from agency.sheets.filled import Row, SheetData
from settlement.clearing.services import provincial_agency
from settlement.fund.models import BANK_LABEL, PLATFORM_LABEL, AccountKind, FundAccount
from settlement.fund.selectors import AccountEntry, balances, entries_between
from settlement.fund.sheets import STATEMENT

PLATFORM, BANK = "platform", "bank"
OF_PROVINCE = {PLATFORM: (AccountKind.PLATFORM, PLATFORM_LABEL), BANK: (AccountKind.BANK, BANK_LABEL)}
SIGNS = {
    AccountKind.REGION_FUND: "余额 = 贷方 − 借方：省级代该统筹区管的钱，负数是它还没有交来的。",
    AccountKind.PLATFORM: "余额 = 贷方 − 借方：统筹区应付与应收相抵之后，省平台对外省应付的，负数是应收的。",
    AccountKind.BANK: "余额 = 借方 − 贷方：省级账户里的钱，只算核销了的流水和调账。",
}


@dataclass(frozen=True)
class Holder:
    """户主: whose statement it is, with the accounts that it consists of."""

    code: str
    label: str
    kind: AccountKind
    region: PoolingRegion | None
    accounts: list[FundAccount]


def holder_of(code: str, by: User) -> Holder | None:
    """A region by its code, the platform or the bank; None where there is none or it is not this person's."""
    if code in OF_PROVINCE:
        kind, label = OF_PROVINCE[code]
        return _holder(code, label, kind, None) if access.sees_all(by) else None
    region = PoolingRegion.objects.filter(code=code, kind=RegionKind.POOLING).first()
    if region is None or not access.within(by, region):
        return None
    return _holder(code, region.name, AccountKind.REGION_FUND, region)


def _holder(code: str, label: str, kind: AccountKind, region: PoolingRegion | None) -> Holder:
    rows = FundAccount.objects.filter(kind=kind, region=region).select_related("region")
    return Holder(code, label, kind, region, list(rows.order_by("insurance_type")))


@dataclass(frozen=True)
class Statement:
    """One holder's span of days, worked out: fen by account at its two ends, and what lies between."""

    holder: Holder
    first: dt.date
    last: dt.date
    opening: Mapping[FundAccount, int]
    entries: Sequence[AccountEntry]
    closing: Mapping[FundAccount, int] = field(init=False)

    def __post_init__(self) -> None:
        closing = dict(self.opening)
        for entry in self.entries:
            closing[entry.account] += entry.signed_fen
        object.__setattr__(self, "closing", closing)

    @property
    def opening_fen(self) -> int:
        return sum(self.opening.values())

    @property
    def closing_fen(self) -> int:
        return sum(self.closing.values())

    @property
    def span(self) -> str:
        return f"{self.first} 至 {self.last}"

    @property
    def number(self) -> str:
        """How the log calls it: 220100/20261101-20261130."""
        return f"{self.holder.code}/{self.first:%Y%m%d}-{self.last:%Y%m%d}"


def statement_of(holder: Holder, first: dt.date, last: dt.date) -> Statement:
    before = balances(first - dt.timedelta(days=1))
    opening = {account: before[account] for account in holder.accounts}
    return Statement(holder, first, last, opening, entries_between(holder.accounts, first, last))


def statement_data(of: Statement, today: dt.date, links: Mapping[int, str] | None = None) -> SheetData:
    """The sheet; a draft while its last day is not over. `links`: where the cause of a movement is shown."""
    return SheetData(
        sheet=STATEMENT,
        organisation=provincial_agency(),
        period=f"{of.first:%Y%m%d}-{of.last:%Y%m%d}",
        period_label=of.span,
        region=of.holder.label,
        rows=tuple(_rows(of, links or {})),
        as_of=_as_of(of),
        prepared_on=of.last if of.last < today else None,
        state_label="" if of.last < today else "当日未了",
        remarks=tuple(_remarks(of)),
    )


def _as_of(of: Statement) -> dt.datetime:
    """The moment inside the file: of the newest movement, else the beginning of the last day."""
    start = dt.datetime.combine(of.last, dt.time(), SHANGHAI)
    return max((entry.movement.at for entry in of.entries), default=start)


def _rows(of: Statement, links: Mapping[int, str]) -> Iterator[Row]:
    yield _end("opening", of.first, "期初余额", of.opening_fen)
    running = accumulate((entry.signed_fen for entry in of.entries), initial=of.opening_fen)
    next(running)
    for entry, balance in zip(of.entries, running, strict=True):
        yield _entry_row(entry, balance, links)
    yield _end("closing", of.last, "期末余额", of.closing_fen)


def _end(key: str, day: dt.date, label: str, fen: int) -> Row:
    values: dict[str, Value] = {"day": str(day), "note": label, "debit": "", "credit": "", "balance": fen}
    return Row(key, values, counted=False)


def _entry_row(entry: AccountEntry, balance: int, links: Mapping[int, str]) -> Row:
    row, url = entry.movement, links.get(entry.movement.pk, "")
    side = "debit" if entry.debit_fen else "credit"
    values: dict[str, Value] = {
        "day": str(row.posted_on),
        "movement": row.movement_no,
        "insurance_type": entry.account.get_insurance_type_display() or _type_behind(entry),
        "cause": f"{row.get_cause_kind_display()} {row.cause_no}",
        "note": row.note,
        "debit": entry.debit_fen,
        "credit": entry.credit_fen,
        "balance": balance,
    }
    return Row(f"{row.movement_no}|{side}", values, links={"cause": url} if url else {})


def _type_behind(entry: AccountEntry) -> str:
    """The bank has no insurance type; whose money it is says which."""
    other = entry.movement.credit if entry.debit_fen else entry.movement.debit
    return str(other.get_insurance_type_display())


def _remarks(of: Statement) -> Iterator[str]:
    yield SIGNS[of.holder.kind]
    by_type = {account.insurance_type: fen for account, fen in of.closing.items() if account.insurance_type}
    if by_type:
        parts = (f"{InsuranceType(kind).label} {yuan(by_type.get(kind, 0))}" for kind in InsuranceType.values)
        yield f"期末余额中：{'，'.join(parts)}。"
