"""成行: their rows as lines that the database takes as they are: plain lines of a text untouched but for
their number and the points of amounts, every other row read by theirs.py.

A line is `line number ⇥ one cell per column of the file`, with the file's own delimiter in place of ⇥;
amounts are whole fen, an empty cell is nothing. An amount of 0.00 may come as nothing, which is the same here
and quicker: most amounts are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agency.tabular.plain import Run, plain_runs
from agency.tabular.read import Row
from settlement.reconciliation.fields import FIELDS, Field, FieldKind
from settlement.reconciliation.theirs import TheirFile
from settlement.records import columns as c
from settlement.records.check import shown_value
from settlement.records.intake import RowRefused

AT_ONCE = 2_000

# Cells that need no reading, in UTF-8. No point but in an amount: they are taken out of whole lines.
_CODE = rb"[0-9A-Za-z_-]*+"
_NAME = rb"(?:[0-9A-Za-z\x80-\xbf\xe4-\xe9]++|\xc2\xb7|\xef\xbc[\x88\x89])*+"  # 4000 to 9FFF, · （）
_WORD = rb"[0-9A-Za-z_\x80-\xbf\xe4-\xe9-]*+"
_SEEN = rb"!#-&(-+\-/-\[\]-~"
_TEXT = (  # as it is kept: no blank at either end, and full-width signs only after what is no Latin letter
    rb"(?! )(?:[" + _SEEN + rb"\x80-\xbf\xe4-\xe9]++| (?=[" + _SEEN + rb"\xe4-\xe9])"
    rb"|(?<=[\x80-\xbf])(?:\xef\xbc[\x81-\x8f\x9a-\xa0]|\xe3\x80[\x81\x82]))*+"
)
_UNKNOWN = rb'[^,"\\\t\r\n]*+'  # of a column that is not ours: nobody reads it
_AMOUNT = rb"0\.00|(?!0\.00)-?+[0-9]{1,12}+\.[0-9][0-9]|"  # the most frequent one first, and only so
_DAY = (
    rb"(?:19|20)[0-9][0-9]-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    rb"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
_MOMENT = _DAY + rb" (?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_KINDS = {FieldKind.FEN: _AMOUNT, FieldKind.MOMENT: _MOMENT, FieldKind.FLAG: b"[01]?+"}
_CODES = (c.PERSON_NO, c.INSTITUTION, c.REVERSES_NO)
_WORDS = (c.INSURANCE_TYPE, c.INSURED_AREA, c.CARE_AREA, c.CARE_TYPE)
_PLAIN = {
    **{field.index: _KINDS[field.kind] for field in FIELDS if field.kind in _KINDS},
    **dict.fromkeys(_CODES, _CODE),
    **dict.fromkeys(_WORDS, _WORD),
    c.SETTLEMENT_NO: rb"[0-9A-Za-z_-]{1,200}+",
    c.CERT_TYPE: b"[0-9][0-9]",
    c.CERT_NO: b"[0-9A-Z]*+",
    c.PERSON_NAME: _NAME,
}


@dataclass(frozen=True)
class Unread:
    """A row that could not be read: as in UnreadRow, and the settlement number that stands in it, if any."""

    line_no: int
    place: str
    code: str
    column: str
    value: str
    message: str
    number: str


@dataclass
class Lines:
    """The lines of a file in blocks; `unread` is told of each row that cannot be read. `rows` counts both."""

    their: TheirFile
    unread: Callable[[Unread], None]
    rows: int = 0

    @property
    def delimiter(self) -> str:
        raw = self.their.table.raw
        return raw.delimiter if raw is not None else "\t"

    def blocks(self) -> Iterator[bytes]:
        """Whole lines, each ending with a line feed; a backslash stands before what is no delimiter."""
        waiting: list[bytes] = []
        for piece in self._pieces():
            if isinstance(piece, Run):
                yield b"".join(waiting)
                waiting.clear()
                yield self._numbered(piece)
                continue
            self.rows += 1
            line = self._line(piece)
            if line:
                waiting.append(line)
            if len(waiting) >= AT_ONCE:
                yield b"".join(waiting)
                waiting.clear()
        yield b"".join(waiting)

    def _pieces(self) -> Iterator[Run | Row]:
        table = self.their.table
        if table.raw is None:
            return table.rows()
        by_place = {place: _PLAIN.get(index, _TEXT) for index, place in self.their.places.items()}
        cells = [by_place.get(place, _UNKNOWN) for place in range(len(table.header))]
        return plain_runs(table, table.raw, cells)

    def _numbered(self, run: Run) -> bytes:
        """Its lines, each behind its number, all filled in at once. A return ends a line, if there is one."""
        mark = self.delimiter.encode()
        amounts = run.data.replace(mark + b"0.00", mark)  # a point stands only in amounts, before two digits
        lines = amounts.translate(None, b".\r").replace(b"%", b"%%")
        self.rows += run.lines
        number = b"%d" + mark
        form = number + lines.replace(b"\n", b"\n" + number, run.lines - 1)
        return form % tuple(range(run.line_no, run.line_no + run.lines))

    def _line(self, row: Row) -> bytes:
        """One line; empty for a row that cannot be read."""
        try:
            texts = self.their.read(row)
        except RowRefused as refused:
            self.unread(self._unread(row, refused))
            return b""
        cells = [""] * len(self.their.table.header)
        for field, text in zip(self.their.fields, texts, strict=True):
            cells[self.their.places[field.index]] = text
        mark = self.delimiter
        escaped = (cell.replace("\\", "\\\\").replace(mark, f"\\{mark}") for cell in cells)
        return f"{mark.join([str(row.line_no), *escaped])}\n".encode()

    def _unread(self, row: Row, refused: RowRefused) -> Unread:
        field: Field = FIELDS[refused.column]
        shown = shown_value(field.index, refused.value)
        told = f"“{shown}”" if shown and refused.value not in refused.why else ""
        return Unread(
            line_no=row.line_no,
            place=row.address(self.their.places[field.index]) if row.sheet is not None else "",
            code=refused.code,
            column=field.name,
            value=shown,
            message=f"第 {row.line_no} 行，{field.name}{told}：{refused.why}",
            number=self.their.number(row),
        )
