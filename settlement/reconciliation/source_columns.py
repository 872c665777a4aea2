"""列对照 of small sources: which heading of a file is which of our columns; proposed, agreed to, kept.

A source says its columns as `Words`, {our column: what files call it otherwise}. A mapping is {our column:
their heading}; our own names go before other words, and no heading serves twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db.models import Q, QuerySet

from agency.errors import DomainError, clean_reason
from agency.journal import audit
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.tabular.read import Table, header_name, open_table
from settlement.reconciliation.models import ColumnMapping

Words = Mapping[str, tuple[str, ...]]
_BRACKETS = str.maketrans("()", "（）")
NAME_LENGTH = 40


def plain(heading: str) -> str:
    """A heading as it is compared: without spaces, small letters, one kind of brackets."""
    return header_name(heading).casefold().translate(_BRACKETS)


def open_source(content: bytes, file_name: str, words: Words) -> Table:
    """The file as a table, its header found by the words that a source knows."""
    expected = [*words, *(word for known in words.values() for word in known)]
    return open_table(content, filename=file_name, expected=expected)


def proposed(headings: Sequence[str], words: Words) -> dict[str, str]:
    """The mapping that a header speaks for: for a person to agree to, or to change."""
    free = {plain(heading): heading for heading in headings if heading}
    found: dict[str, str] = {}
    for spellings in ({name: (name,) for name in words}, words):
        for name, known in spellings.items():
            if name not in found:
                heading = next((free.pop(plain(word)) for word in known if plain(word) in free), None)
                if heading is not None:
                    found[name] = heading
    return {name: found[name] for name in words if name in found}


def columns_of(table: Table, words: Words, agreed: Mapping[str, str] | None) -> dict[str, str]:
    """The mapping of a file: what was agreed to, else what its header speaks for.

    Errors: `unknown_column`, `missing_column` (the file has no such heading), `column_used_twice`.
    """
    if agreed is None:
        return proposed(table.header, words)
    given = {name: heading for name, heading in agreed.items() if heading}
    known = {plain(heading): heading for heading in table.header if heading}
    unknown = [name for name in given if name not in words]
    missing = [heading for heading in given.values() if plain(heading) not in known]
    if unknown or missing:
        told = f"没有名为{'、'.join(unknown)}的列。" if unknown else f"文件里没有列{'、'.join(missing)}。"
        code = "unknown_column" if unknown else "missing_column"
        raise DomainError(code, f"{told}请核对列对照。", field="mapping")
    keys = [plain(heading) for heading in given.values()]
    twice = next((heading for heading in given.values() if keys.count(plain(heading)) > 1), "")
    if twice:
        raise DomainError("column_used_twice", f"文件的“{twice}”列对应了两个列，请只选一处。")
    return {name: known[plain(given[name])] for name in words if name in given}


def mappings_for(by: User, source: str) -> QuerySet[ColumnMapping]:
    """Saved mappings of a source: the province's, and those of the actor's own region."""
    rows = ColumnMapping.objects.filter(source=source, is_retired=False)
    return rows if access.sees_all(by) else rows.filter(Q(region__isnull=True) | Q(region=by.region_id))


def mapping_keep(
    *, name: str, source: str, columns: Mapping[str, str], headings: Sequence[str], by: User, at: dt.datetime
) -> ColumnMapping:
    """Keep a mapping that a person agreed to, for the own region (the province's: for all).

    Errors: NotAllowed, `name_missing`, `name_too_long`, `name_taken`.
    """
    access.require(by, May.RECONCILE)
    name = clean_reason(name, NAME_LENGTH, field="name", what="名称", missing="请给列对照起个名称。")
    if ColumnMapping.objects.filter(name=name).exists():
        raise DomainError("name_taken", f"已经有名为“{name}”的列对照，请换个名称。", field="name")
    region = None if access.sees_all(by) else by.region
    said = {"columns": dict(columns), "headings": list(headings)}
    kept = ColumnMapping.objects.create(name=name, source=source, region=region, by=by, at=at, **said)
    audit.record(
        "column_mapping_saved",
        by=by,
        at=at,
        subject_kind="column_mapping",
        subject_no=name,
        region=region,
        columns=len(columns),
    )
    return kept
