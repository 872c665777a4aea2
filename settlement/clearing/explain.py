"""这个数怎么来的: a figure's formula in words with its amounts, and its parts by region and by kind of care.

From any figure of a sheet or a notice: the regions behind it, their cases, a case's file, line and filing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Q, Sum
from django.urls import reverse

from agency.organisation.models import PoolingRegion
from agency.policy.care import CareKind
from settlement.clearing.behind import OUTSIDE, Figure, Part, coded
from settlement.clearing.models import ClearingLine, ClearingPeriod
from settlement.clearing.rules import FUNDS, LINE_FIELDS, PLATFORM, Parties, Party
from settlement.clearing.sheets import DIRECTIONS

SUMS = LINE_FIELDS[4:]
LABELS = {field.name: str(field.verbose_name) for field in ClearingLine._meta.fields}
DUE = (
    ("+", "fund_total_fen"),
    ("+", "personal_account_pay_fen"),
    ("−", "deduction_fen"),
    ("+", "carried_in_fen"),
    ("−", "carried_out_fen"),
)
SUM_OF = {
    ("due_fen",): DUE,
    ("fund_total_fen",): tuple(("+", name) for name in FUNDS),
    ("fund_total_fen", "personal_account_pay_fen"): DUE[:2],
}


def explain_url(
    form: str,
    month: ClearingPeriod | str,
    region: PoolingRegion | Party | str | None,
    row_key: str,
    column_key: str,
    **narrowed: str,
) -> str:
    """Where a figure is explained: of form 9 (no region) or 10–13 of a region (or its code).

    `row_key` "" is the total, the start of a key a sub-total, a counterpart's code all rows with it.
    """
    where = {"period": month if isinstance(month, str) else month.period, "form": form}
    if region is not None:
        where["region_code"] = region if isinstance(region, str) else region.code
    asked = {"row": row_key, "column": column_key, **narrowed}
    return f"{reverse('settlement:sheet_cases', kwargs=where)}?{urlencode(asked)}"


class Term(NamedTuple):
    """One addend in words: `+ 基金支付合计 1,400.00`. The first of a formula shows no plus."""

    sign: str
    label: str
    amount: int


@dataclass(frozen=True)
class Formula:
    """`label` = its terms; amounts in fen, or cases."""

    label: str
    terms: tuple[Term, ...]
    result: int


@dataclass(frozen=True)
class Share:
    """What one region, or one kind of care, adds to a figure. `code` narrows the cases to it.

    `share` is empty where the parts have both signs.
    """

    code: str
    name: str
    value: int
    share: str
    cases: int


@dataclass(frozen=True)
class Explained:
    """A figure with its formula and its parts; parts that are one alone are not listed."""

    figure: Figure
    value: int
    formulas: tuple[Formula, ...]
    by_region: tuple[Share, ...]
    by_kind: tuple[Share, ...]


class _Sum(NamedTuple):
    """The sums of the lines of one part of a figure, with one counterpart, of one kind of care."""

    part: Part
    region_id: int
    care_kind: str
    sums: dict[str, int]


def narrowed(figure: Figure, parties: Parties, code: str, kind: str) -> Figure:
    """What of a figure comes from one region (`code`) and one kind of care; empty: all of it."""
    names = []
    parts = list(figure.parts)
    if code:
        other = coded(parties, code)
        names.append(other.name)
        parts = [replace(part, narrowed=part.narrowed & _with(part, other), only=other) for part in parts]
    if kind in CareKind.values:
        names.append(str(CareKind(kind).label))
        parts = [replace(part, narrowed=part.narrowed & Q(care_kind=kind)) for part in parts]
    label = " · ".join([figure.label, *(f"其中{name}" for name in names)])
    return replace(figure, parts=tuple(parts), label=label)


def _region_of(part: Part) -> str:
    """By whose regions a part is told: its party's counterparts; of all parties, the parties themselves."""
    other = "insured_region" if part.side == "in" else "care_region"
    own = "care_region" if part.side == "in" else "insured_region"
    return own if part.party is None else other


def _with(part: Part, other: Party) -> Q:
    field = _region_of(part)
    if other is PLATFORM:
        return OUTSIDE["in" if field == "care_region" else "out"]
    return Q(**{field: other.id})


def explained(figure: Figure, month: ClearingPeriod, parties: Parties) -> Explained:
    """From the stored lines, a query for each part (two at most)."""
    found = [row for part in figure.parts for row in _sums(part, month)]
    by_region = _shares(figure, found, "region_id", parties)
    by_kind = _shares(figure, found, "care_kind", parties)
    return Explained(
        figure,
        sum(_value(figure, row) for row in found),
        tuple(_formulas(figure, found)),
        by_region if len(by_region) > 1 else (),
        by_kind if len(by_kind) > 1 else (),
    )


def _sums(part: Part, month: ClearingPeriod) -> Iterable[_Sum]:
    keys = (_region_of(part), "care_kind")
    rows = ClearingLine.objects.filter(part.where, period=month).order_by().values(*keys)
    added = rows.annotate(**{f"s_{name}": Sum(name) for name in SUMS})
    for region_id, kind, *sums in added.values_list(*keys, *(f"s_{name}" for name in SUMS)):
        yield _Sum(part, region_id, kind, {name: int(n) for name, n in zip(SUMS, sums, strict=True)})


def _value(figure: Figure, row: _Sum) -> int:
    return row.part.sign * sum(row.sums[name] for name in figure.fields)


def _shares(figure: Figure, found: list[_Sum], by: str, parties: Parties) -> tuple[Share, ...]:
    """The parts in the order of the sheets, each with its share of the whole."""
    values: dict[int | str, list[int]] = {}
    for row in found:
        told = values.setdefault(getattr(row, by), [0, 0])
        told[0] += _value(figure, row)
        told[1] += row.sums["cases"]
    whole = sum(value for value, _ in values.values())
    is_whole = all(value * whole >= 0 for value, _ in values.values())  # else shares of it say nothing
    places = {kind: place for place, kind in enumerate(CareKind.values)}

    def place(key: int | str) -> int:
        return parties.place(key) if isinstance(key, int) else places[key]

    return tuple(
        Share(*_named(key, parties), value, share_of(value, whole) if is_whole else "", cases)
        for key, (value, cases) in sorted(values.items(), key=lambda item: place(item[0]))
    )


def _named(key: int | str, parties: Parties) -> tuple[str, str]:
    if isinstance(key, str):
        return key, str(CareKind(key).label)
    party = parties.party(key)
    return party.code, party.name


def share_of(value: int, whole: int) -> str:
    """`12.3%` of the same sign, rounded half up; empty where there is nothing to be a part of."""
    if not whole:
        return ""
    tenths = (abs(value) * 2000 + abs(whole)) // (2 * abs(whole))
    return f"{tenths // 10}.{tenths % 10}%"


def _formulas(figure: Figure, found: list[_Sum]) -> Iterable[Formula]:
    """How the parts make the figure, then how each part is made from its cases."""
    made = [(part, [row for row in found if row.part is part]) for part in figure.parts]
    if len(made) > 1:
        terms = [
            Term("−" if part.sign < 0 else "+", DIRECTIONS[part.side], _total(figure.fields, rows))
            for part, rows in made
        ]
        yield Formula(figure.column.title, tuple(terms), sum(_value(figure, row) for row in found))
    for part, rows in made:
        label = DIRECTIONS[part.side] if len(made) > 1 else figure.column.heading
        yield from _from_cases(figure, label, rows)


def _total(names: Iterable[str], rows: list[_Sum]) -> int:
    return sum(row.sums[name] for name in names for row in rows)


def _from_cases(figure: Figure, label: str, rows: list[_Sum]) -> Iterable[Formula]:
    result = _total(figure.fields, rows)
    if figure.fields == ("cases",):
        records = _total(("records",), rows)
        reversals = (records - result) // 2
        yield Formula(label, (Term("+", "结算", records - reversals), Term("−", "退费", reversals)), result)
        return
    addends = SUM_OF.get(figure.fields) or tuple(("+", name) for name in figure.fields)
    terms = tuple(Term(sign, LABELS[name], _total((name,), rows)) for sign, name in addends)
    if len(terms) > 1:
        yield Formula(label, terms, result)
