"""无表头: files that name no columns, whose order somebody has published."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class HeaderlessLayout:
    """The declared order of the columns of a tab-separated file without a header.

    `source` says who declares it. `signs` are patterns of some columns; a file is of this layout when its
    first row has as many cells and each of these matches whole. `null` stands in the file for an empty cell.
    """

    title: str
    columns: tuple[str, ...]
    source: str
    signs: Mapping[str, str] = field(default_factory=dict)
    null: str = "null"

    def values(self, cells: Sequence[str]) -> list[str]:
        """The cells with the empty ones empty; a last empty cell too many (a tab at the end) is dropped."""
        values = ["" if cell.strip() == self.null else cell for cell in cells]
        if len(values) == len(self.columns) + 1 and not values[-1].strip():
            values.pop()
        return values

    def fits(self, cells: Sequence[str]) -> bool:
        """Whether a row is one of this layout."""
        values = self.values(cells)
        return len(values) == len(self.columns) and all(
            re.fullmatch(sign, values[self.columns.index(name)].strip()) for name, sign in self.signs.items()
        )
