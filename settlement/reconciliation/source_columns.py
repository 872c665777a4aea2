"""列对照 of small sources: which heading of a file is which of our columns; proposed, agreed to.

A source says its columns as `Words`, {our column: what files call it otherwise}. A mapping is {our column:
their heading}; our own names go before other words, and no heading serves twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agency.errors import DomainError
from agency.tabular.read import Table, header_name, open_table

Words = Mapping[str, tuple[str, ...]]
_BRACKETS = str.maketrans("()", "（）")


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
