"""两版比对: what differs between two versions of a month: lines, deductions, and which sheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agency.policy.care import CareKind
from agency.policy.insurance import InsuranceType
from agency.sheets.digest import digest
from settlement.clearing.filling import MonthBook, all_sheets
from settlement.clearing.models import ClearingLine
from settlement.clearing.rules import LINE_FIELDS, DeductionRow, Line, LineKey, Parties, Party

LABELS = {field.name: str(field.verbose_name) for field in ClearingLine._meta.fields}
FIGURES = LINE_FIELDS[4:]


@dataclass(frozen=True)
class Changed:
    """One figure of one line in both versions; fen where `is_money`."""

    line: str
    column: str
    before: int
    after: int
    is_money: bool

    @property
    def difference(self) -> int:
        return self.after - self.before


@dataclass(frozen=True)
class ChangedSheet:
    """A sheet that says something else in the two versions."""

    form: str
    party: Party | None
    before: str
    after: str


def changed_lines(before: MonthBook, after: MonthBook) -> Iterator[Changed]:
    """Every figure that differs, line by line in the order of the sheets; a line that is missing has nils."""
    old = {line.key: line for line in before.lines}
    new = {line.key: line for line in after.lines}
    parties = after.parties
    for key in sorted({*old, *new}, key=parties.line_order):
        named = _named(key, parties)
        for name in FIGURES:
            was, now = _figure(old.get(key), name), _figure(new.get(key), name)
            if was != now:
                yield Changed(named, LABELS[name], was, now, name.endswith("_fen"))


def _figure(line: Line | None, name: str) -> int:
    return getattr(line, name) if line is not None else 0


def _named(key: LineKey, parties: Parties) -> str:
    insured, care = parties.party(key.insured_region_id), parties.party(key.care_region_id)
    kind = f"{InsuranceType(key.insurance_type).label} {CareKind(key.care_kind).label}"
    return f"{insured.name} → {care.name} {kind}"


def changed_totals(before: MonthBook, after: MonthBook) -> list[Changed]:
    """The sums over all lines of both versions, whether they differ or not."""
    return [
        Changed(
            "合计", LABELS[name], _sum(before.lines, name), _sum(after.lines, name), name.endswith("_fen")
        )
        for name in ("cases", "total_fee_fen", "fund_total_fen", "deduction_fen", "due_fen")
    ]


def _sum(lines: Iterable[Line], name: str) -> int:
    return sum(getattr(line, name) for line in lines)


def changed_deductions(before: MonthBook, after: MonthBook) -> tuple[list[DeductionRow], list[DeductionRow]]:
    """The deductions that only the first version lists, and those that only the second does."""
    old, new = set(before.deductions), set(after.deductions)
    return sorted(old - new), sorted(new - old)


def changed_sheets(before: MonthBook, after: MonthBook, own: int | None) -> Iterator[ChangedSheet]:
    """The sheets with another digest: all of them, or those of one region (`own`)."""
    old = _digests(before, own)
    for (form, region_id), (party, now) in _digests(after, own).items():
        was = old.get((form, region_id), (party, ""))[1]
        if was != now:
            yield ChangedSheet(form, party, was, now)


def _digests(book: MonthBook, own: int | None) -> dict[tuple[str, int | None], tuple[Party | None, str]]:
    chosen = (
        (form, party, data)
        for form, party, data in all_sheets(book)
        if own is None or (party is not None and party.id == own)
    )
    return {(form, party.id if party else None): (party, digest(data)) for form, party, data in chosen}
