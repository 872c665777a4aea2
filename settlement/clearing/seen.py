"""所见: what a region was shown and confirmed, which of its sheets were looked at, and what changed since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from agency.money import yuan
from agency.organisation.models import User
from agency.sheets.declare import Column, Kind, Sheet, Value
from agency.sheets.digest import digest
from agency.sheets.filled import SheetData
from settlement.clearing.consents import SheetLook
from settlement.clearing.models import ClearingPeriod, RegionConfirmation
from settlement.clearing.rules import Party

Content = dict[str, Any]


# --- what was confirmed -------------------------------------------------------------------------------------


def content_of(sheets: Iterable[SheetData]) -> Content:
    """The rows of a region's sheets as a confirmation keeps them: form → columns, and rows by key."""
    return {
        data.sheet.form: {
            "columns": [column.key for column in _columns(data.sheet)],
            "rows": [
                [row.key, *(row.values.get(column.key) for column in _columns(data.sheet))]
                for row in data.rows
            ],
        }
        for data in sheets
    }


def last_voided(month: ClearingPeriod, party: Party) -> RegionConfirmation | None:
    """The newest confirmation of a region that no longer stands."""
    rows = RegionConfirmation.objects.filter(period=month, region=party.id, voided_at__isnull=False)
    return rows.select_related("by", "voided_by").order_by("-pk").first()


# --- what changed since -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CellChange:
    """One figure or text: before → now; empty where the row was not there."""

    title: str
    before: str
    now: str
    is_number: bool


@dataclass(frozen=True)
class RowChange:
    """A row that is new, gone, or not what it was."""

    form: str
    label: str
    word: str
    cells: tuple[CellChange, ...]


def changes_between(content: Content, sheets: Iterable[SheetData]) -> list[RowChange]:
    """What differs between the rows that were confirmed and those of now, in the order of the sheets."""
    return [change for data in sheets for change in _of_sheet(content.get(data.sheet.form, {}), data)]


def _of_sheet(kept: Content, data: SheetData) -> Iterator[RowChange]:
    names = kept.get("columns", [])
    before = {row[0]: dict(zip(names, row[1:], strict=True)) for row in kept.get("rows", [])}
    for row in data.rows:
        was = before.pop(row.key, None)
        cells = tuple(_cells(data.sheet, was or {}, dict(row.values)))
        if was is None or cells:
            yield RowChange(data.sheet.form, _label(data.sheet, row.values), "变动" if was else "新增", cells)
    for was in before.values():
        yield RowChange(
            data.sheet.form, _label(data.sheet, was), "不再有", tuple(_cells(data.sheet, was, {}))
        )


def _cells(sheet: Sheet, was: dict[str, Value], now: dict[str, Value]) -> Iterator[CellChange]:
    """The columns that differ; of a row that is new or gone, its figures that are not nil."""
    for column in _columns(sheet):
        before, after = was.get(column.key), now.get(column.key)
        if before == after or (not (was and now) and not (column.is_totalled and (before or after))):
            continue
        yield CellChange(column.title, _shown(column, before), _shown(column, after), column.is_totalled)


def _label(sheet: Sheet, values: Any) -> str:
    """What a row is about: all it says that is no figure."""
    said = (values.get(column.key) for column in _columns(sheet) if not column.is_totalled)
    return " ".join(str(value) for value in said if value)


def _shown(column: Column, value: Value) -> str:
    if value is None or value == "":
        return ""
    return yuan(int(value)) if column.kind is Kind.MONEY else str(value)


def _columns(sheet: Sheet) -> list[Column]:
    return [column for column in sheet.leaves if column.kind is not Kind.SEQ]


# --- which sheets were looked at ----------------------------------------------------------------------------


def looks_at(month: ClearingPeriod, party: Party, sheets: Iterable[SheetData]) -> dict[str, list[SheetLook]]:
    """By form: who of the region looked at the sheet as it is now, first things first."""
    now = {data.sheet.form: digest(data) for data in sheets}
    rows = SheetLook.objects.filter(period=month, region=party.id).select_related("by").order_by("pk")
    found: dict[str, list[SheetLook]] = {form: [] for form in now}
    for look in rows:
        if now.get(look.form_no) == look.digest:
            found[look.form_no].append(look)
    return found


def looked_at(month: ClearingPeriod, party: Party, by: User, sheets: list[SheetData]) -> list[str]:
    """The forms that one person looked at as they are now, in order."""
    looks = looks_at(month, party, sheets)
    return [form for form, found in looks.items() if any(look.by_id == by.pk for look in found)]
