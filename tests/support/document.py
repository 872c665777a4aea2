"""Tables of a Markdown document, so that a document and its test cannot part."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


@dataclass(frozen=True)
class Table:
    """A table: its header row and its data rows, each cell as text; amounts without thousands separators."""

    header: list[str]
    rows: list[list[str]]

    @property
    def records(self) -> list[dict[str, str]]:
        return [dict(zip(self.header, row, strict=True)) for row in self.rows]


def tables_of(path: Path) -> dict[str, Table]:
    """The tables by the heading that each stands under; at most one under each."""
    found: dict[str, Table] = {}
    heading, lines = "", list[list[str]]()
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if line.startswith("|"):
            lines.append([_cell(text) for text in line.strip("|").split("|")])
        elif lines:
            assert heading not in found, f"two tables under “{heading}”"
            found[heading] = Table(lines[0], lines[2:])
            lines = []
        if line.startswith("#"):
            heading = line.lstrip("# ")
    return found


def quotes_of(path: Path) -> list[str]:
    """What the document quotes, line by line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("> ") for line in lines if line.startswith("> ")]


def _cell(text: str) -> str:
    text = text.strip()
    is_amount = text.lstrip("-")[:1].isdigit() and text[-3:-2] == "."
    return text.replace(",", "") if is_amount and " " not in text else text
