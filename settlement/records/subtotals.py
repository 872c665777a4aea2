"""小计行: what a file says of its parts, each beside what was read of that part.

A row of a part that names a region or an insurance type, once in the file, is compared with all that was read
of it. One that names neither, or what other rows name too, or something finer (an institution, a county), is
compared with the rows that stand above it up to the row of sums before; they must be of one region. Otherwise
nobody can tell what it is of: it is not compared, and that is told [P].
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from agency.policy.insurance import InsuranceType
from settlement.records.carried import CARE, INSURED, Of, TotalsRow, lines_told
from settlement.records.reference import Reference

Cases = tuple[tuple[int, int], str, int]  # both regions (keys), insurance type, section between rows of sums
Sums = dict[Cases, list[int]]
Totals = dict[tuple[int | None, int | None, str], list[int]]  # by side, region and type; None and "": any
MOST_SHOWN = 200


class Section(NamedTuple):
    """The rows between two rows of sums."""

    insured: set[int]
    care: set[int]
    totals: Totals

    def only(self, side: int) -> int | None:
        """The one region of that side of all its rows; None when there are several, or no rows."""
        regions = self.care if side == CARE else self.insured
        return next(iter(regions)) if len(regions) == 1 else None


def parts_compared(
    rows: Sequence[tuple[int, TotalsRow]], sums: Sums, keys: Sequence[str], reference: Reference
) -> tuple[list[dict[str, Any]], list[str]]:
    """Each row of a part, with the number of the section that it ends, as stated and as read (figures by key,
    {line, group, stated, ours}); and what is to be told. Of very many, those that differ are kept."""
    if not rows:
        return [], []
    found: list[dict[str, Any]] = []
    unknown: list[int] = []
    for row, of, ours in _each(rows, sums):
        if ours is None:
            unknown.append(row.line_no)
            continue
        read = {key: ours[index] for index, key in enumerate(keys) if key in row.figures}
        found.append(
            {"line": row.line_no, "group": _named(of, reference), "stated": row.figures, "ours": read}
        )
    found.sort(key=lambda part: part["stated"] == part["ours"])
    shown = sorted(found[:MOST_SHOWN], key=lambda part: int(part["line"]))
    return shown, _told(unknown, len(found) - len(shown))


def _told(unknown: Sequence[int], left_out: int) -> list[str]:
    notes = []
    if unknown:
        why = "看不出是哪个统筹区的（没有写明，上面的明细也不都是同一个统筹区的）"
        notes.append(f"{lines_told(unknown)}的小计{why}，没有对照，请人工核对。")
    if left_out:
        notes.append(
            f"小计行太多，控制合计里只列出 {MOST_SHOWN} 行（有差异的在先），另有 {left_out} 行没有列。"
        )
    return notes


def _each(
    rows: Sequence[tuple[int, TotalsRow]], sums: Sums
) -> Iterator[tuple[TotalsRow, Of, list[int] | None]]:
    """Each row, what it is of, and what was read of that; None when nobody can tell."""
    sections, whole = _sections(sums)
    empty = Section(set(), set(), {})
    placed = [(row, _placed(row.of, sections.get(index, empty)), index) for index, row in rows]
    times = Counter(of[:3] for row, of, _ in placed if _is_named(row.of, of))
    for row, of, index in placed:
        section = sections.get(index, empty)
        if _is_named(row.of, of) and times[of[:3]] == 1:
            yield row, of, whole.get(of[:3], [0, 0, 0, 0])
        elif of.side is not None and section.only(of.side) == of.region:
            yield row, of, section.totals.get(of[:3], [0, 0, 0, 0])
        else:
            yield row, of, None


def _is_named(said: Of, of: Of) -> bool:
    """Whether the row itself says of what it is: a region, or a type of all regions; and nothing finer."""
    return not said.finer and (said.region is not None or (of.region is None and said.insurance_type != ""))


def _sections(sums: Sums) -> tuple[dict[int, Section], Totals]:
    sections: dict[int, Section] = {}
    whole: Totals = {}
    for (regions, insurance_type, number), values in sums.items():
        section = sections.setdefault(number, Section(set(), set(), {}))
        section.insured.add(regions[INSURED])
        section.care.add(regions[CARE])
        places = ((None, None), (INSURED, regions[INSURED]), (CARE, regions[CARE]))
        for side, region in places:
            for kind in ("", insurance_type):
                for totals in (section.totals, whole):
                    into = totals.setdefault((side, region, kind), [0, 0, 0, 0])
                    for index, value in enumerate(values):
                        into[index] += value
    return sections, whole


def _placed(of: Of, above: Section) -> Of:
    """With the region of the rows above, where the row names none, and with its side, where it says none."""
    if of.region is None:
        for side in (INSURED, CARE):
            if (region := above.only(side)) is not None:
                return of._replace(side=side, region=region)
        return of
    if of.side is None:
        is_care = above.only(CARE) == of.region != above.only(INSURED)
        return of._replace(side=CARE if is_care else INSURED)
    return of


def _named(of: Of, reference: Reference) -> str:
    """延边州 职工, 就医地 吉林市."""
    kind = InsuranceType(of.insurance_type).label if of.insurance_type else ""
    if of.region is None:
        return kind
    name = reference.region_names[reference.region_codes[of.region]]
    return " ".join(filter(None, ("就医地" if of.side == CARE else "", name, kind)))
