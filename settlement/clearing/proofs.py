"""证明: what stands above a sheet: it adds up, is what its records say, agrees with the other side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q, Sum
from django.utils import timezone

from agency.organisation.models import RegionKind
from agency.policy.insurance import InsuranceType
from agency.sheets.declare import Value
from agency.sheets.digest import digest
from agency.sheets.filled import LineKind, SheetData
from settlement.clearing.carries import with_carries
from settlement.clearing.filling import TYPE_OF_FORM, MonthBook, sheet_data
from settlement.clearing.models import SignedSheet
from settlement.clearing.rules import LINE_FIELDS, Line, Party, lines_digest
from settlement.clearing.selectors import (
    cleared_deductions,
    cleared_records,
    lines_sum,
)
from settlement.clearing.sheets import PAYABLE, RECEIVABLE, fields_of
from settlement.clearing.sums import month_sums
from settlement.clearing.versions import newest_version
from settlement.holding.selectors import Carry, carries_of

MIRRORED = {"10": "11", "11": "10"}
OTHER_SIDE = {"10": "各参保地付款表", "11": "各就医地收款表"}


@dataclass(frozen=True)
class Proof:
    """One proof: what was set beside what, whether it holds, and how many of how many."""

    label: str
    ok: bool
    value: str = ""


@dataclass
class SheetProof:
    """All proofs of one sheet. `book` is the whole month, as it is or as a version has it.

    The records are not counted on viewing: the lines are set beside those of the computing, which were added
    up from the records then; `recount` counts them anew.
    """

    data: SheetData
    book: MonthBook
    region: Party | None
    recount: bool = False

    def proofs(self) -> Iterator[Proof]:
        yield Proof("合计 = 各行之和", self._total_is_sum())
        if self.form != "14":
            yield self._rows_are_records()
        yield self._other_side()
        if self.book.month.is_signed:
            yield Proof("与签发时一致", self._is_as_signed())

    def cheap(self) -> Iterator[Proof]:
        """What needs no counting of records: asked before a sheet is given out."""
        yield Proof("合计 = 各行之和", self._total_is_sum())
        yield self._other_side()
        if self.book.month.is_signed:
            yield Proof("与签发时一致", self._is_as_signed())

    @property
    def form(self) -> str:
        return self.data.sheet.form

    @cached_property
    def _where(self) -> Q:
        """Which lines the sheet rests on."""
        if self.region is None:
            return Q()
        insured, care = Q(insured_region=self.region.id), Q(care_region=self.region.id)
        either = {"10": care, "11": insured}.get(self.form, insured | care)
        type_of_form = TYPE_OF_FORM.get(self.form)
        return either & Q(insurance_type=type_of_form) if type_of_form else either

    @cached_property
    def _lines(self) -> list[Line]:
        """The same lines, chosen from the book."""
        return [line for line in self.book.lines if self._is_on_it(line)]

    def _is_on_it(self, line: Line | Carry) -> bool:
        """Whether the sheet rests on a line, or on the line of a held case."""
        own = self.region.id if self.region else None
        type_of_form = TYPE_OF_FORM.get(self.form)
        places = {"10": ("care_region_id",), "11": ("insured_region_id",)}
        sides = places.get(self.form, ("care_region_id", "insured_region_id"))
        is_own = own is None or own in [getattr(line, side) for side in sides]
        return is_own and type_of_form in (None, line.insurance_type)

    @cached_property
    def _cases(self) -> int:
        return sum(line.cases for line in self._lines)

    def _total_is_sum(self) -> bool:
        """The printed total against a sum that the database makes."""
        total = self.data.total()
        if self.form == "9":
            due = self._sums(Q(), self.book.lines)["due_fen"]
            return total["in_sum"] == total["out_sum"] == due and total["net"] == 0
        if self.form == "14":
            return total["amount"] == self._deducted()
        sums = self._sums(self._where, self._lines)
        return all(
            total[column.key] == sum(sums[name] for name in fields_of(self.form, column.key))
            for column in self.data.sheet.leaves
            if column.is_totalled
        )

    def _sums(self, where: Q, lines: list[Line]) -> dict[str, int]:
        """The sums of lines: by the database, or of a version's own."""
        if self.book.version is None:
            return lines_sum(self.book.month, where)
        return {name: sum(getattr(line, name) for line in lines) for name in LINE_FIELDS[4:]}

    def _deducted(self) -> int:
        """What is deducted on either side of the region: by the database, or of a version's own rows."""
        assert self.region is not None
        if self.book.version is not None:
            rows = self.book.deductions
            return sum(
                row.amount_fen * [row.care_region_id, row.insured_region_id].count(self.region.id)
                for row in rows
            )
        cleared = cleared_deductions(self.book.month)
        sides = Q(care_region=self.region.id), Q(insured_region=self.region.id)
        return sum(cleared.filter(side).aggregate(n=Sum("amount_fen"))["n"] or 0 for side in sides)

    def _rows_are_records(self) -> Proof:
        """Each line is what was added up from the records behind it: when computed, or counted anew."""
        label = f"各行 = 明细 {self._cases:,} 人次"
        counted = self.book.version or newest_version(self.book.month)
        if self.recount or counted is None:
            return Proof(label, self._counted_anew(), "刚刚重新核对")
        now = lines_digest(self.book.lines, self.book.parties)
        at = timezone.localtime(self.book.month.computed_at)
        return Proof(label, now == counted.lines_digest, f"{at:%m-%d %H:%M} 计算时核对")

    def _counted_anew(self) -> bool:
        """Each line against a fresh count of the records and deductions behind it."""
        month = self.book.month
        records = cleared_records(month).filter(self._where)
        deductions = cleared_deductions(month).filter(self._where)
        carries = (carry for carry in carries_of(month.period) if self._is_on_it(carry))
        added = with_carries(month_sums(records, deductions, []).lines, carries)
        return added == {line.key: line for line in self._lines}

    def _other_side(self) -> Proof:
        if self.form == "9":
            return self._regions_agree()
        if self.form in MIRRORED:
            return self._counterparts_agree()
        ours, theirs = ("amount", "deducted") if self.form == "14" else ("due", "due")
        matches = all(
            self._part(direction, ours) == self._sum_of(form, theirs)
            for direction, form in ((RECEIVABLE, "10"), (PAYABLE, "11"))
        )
        return Proof("与表 10、11 的扣款相符" if self.form == "14" else "与表 10、11 相符", matches)

    def _part(self, direction: str, column: str) -> int:
        """The sum of one direction of forms 12–14."""
        rows = (row.values for row in self.data.rows if row.values["direction"] == direction)
        return sum(int(values[column] or 0) for values in rows)

    def _sum_of(self, form: str, column: str) -> int:
        """A column of form 10 or 11, of the insurance type of form 12 or 13."""
        type_of_form = TYPE_OF_FORM.get(self.form)
        label = InsuranceType(type_of_form).label if type_of_form else None
        rows = sheet_data(form, self.book.month, self.region, self.book).rows
        chosen = (row.values for row in rows if label in (None, row.values["insurance_type"]))
        return sum(int(values[column] or 0) for values in chosen)

    def _regions_agree(self) -> Proof:
        """Form 9 against the totals of every region's forms 10 and 11."""
        parties = self.book.parties.pooling
        matching = 0
        for party, row in zip(parties, self.data.rows, strict=False):
            totals = [sheet_data(f, self.book.month, party, self.book).total()["due"] for f in ("10", "11")]
            matching += totals == [row.values["in_sum"], row.values["out_sum"]]
        value = f"{matching} / {len(parties)}"
        return Proof("与各统筹区收款、付款表相符", matching == len(parties), value)

    def _counterparts_agree(self) -> Proof:
        """Our rows with each counterpart against its own sheet; other provinces together as the platform."""
        assert self.region is not None
        others = [party for party in self.book.parties.pooling if party.id != self.region.id]
        matching = sum(self._mirrors(party) for party in others) + self._platform_agrees()
        return Proof(
            f"与{OTHER_SIDE[self.form]}对应", matching == len(others) + 1, f"{matching} / {len(others) + 1}"
        )

    def _mirrors(self, other: Party) -> bool:
        assert self.region is not None
        theirs = sheet_data(MIRRORED[self.form], self.book.month, other, self.book)
        return _figures(self.data, other) == _figures(theirs, self.region)

    def _platform_agrees(self) -> bool:
        side = {"10": "insured_region", "11": "care_region"}[self.form]
        outside = {party.id: party.code for party in self.book.parties.ordered if party.is_outside}
        lines = [line for line in self._lines if getattr(line, f"{side}_id") in outside]
        sums = self._sums(self._where & Q(**{f"{side}__kind": RegionKind.OUTSIDE}), lines)
        codes = set(outside.values())
        rows = (row for row in self.data.rows if row.key.partition("|")[0] in codes)
        return sums["due_fen"] == sum(int(row.values["due"] or 0) for row in rows)

    def _is_as_signed(self) -> bool:
        region_id = self.region.id if self.region else None
        month = self.book.month
        kept = SignedSheet.objects.filter(period_id=month.pk, version=month.version, form_no=self.form)
        kept = kept.filter(region_id=region_id)
        return list(kept.values_list("digest", flat=True)) == [digest(self.data)]


def _figures(data: SheetData, counterpart: Party) -> dict[str, list[Value]]:
    """The rows with one counterpart: type and kind → figures, left to right."""
    columns = [column.key for column in data.sheet.leaves if column.is_totalled]
    found = {}
    for line in data.lines():
        if line.kind is LineKind.ROW and line.row is not None:
            code, _, rest = line.row.key.partition("|")
            if code == counterpart.code:
                found[rest] = [line.values[column] for column in columns]
    return found
