"""分类: what of theirs is not what ours is, number by number, found by the database.

`found` has a row for each settlement number that may not be 相符: `settlement_no`, our `record_id`, where
their row is (`at_row`) and how many `times` it stands in their file. Whether it is, and what it is, the
meanings of its words decide when it is written (writing.py). The order of their rows changes nothing.
"""

from __future__ import annotations

from django.db import connection

from settlement.reconciliation.both_sides import OURS, Beside, Sides
from settlement.reconciliation.dialect import analyze, at_row, in_order
from settlement.reconciliation.fields import FIELDS, FieldKind, Part, Shape
from settlement.reconciliation.kinds import DiscrepancyKind
from settlement.reconciliation.side_text import list_text
from settlement.reconciliation.tables import create_as

IN_TURN = (
    (Part.REVERSAL, DiscrepancyKind.REVERSAL_DIFFERS),
    (Part.OWNER, DiscrepancyKind.OWNER_DIFFERS),
    (Part.PERIOD, DiscrepancyKind.PERIOD_DIFFERS),
    (Part.AMOUNT, DiscrepancyKind.AMOUNT_DIFFERS),
)


def found_stage(sides: Sides) -> None:
    """Make `found` out of ours and `theirs`: two joins, since PostgreSQL lets several processes work at each,
    as it does not at a FULL JOIN."""
    _repeats(sides)
    ours, params = sides.ours(*OURS)
    numbers, more_params = sides.ours("id", "settlement_no")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""CREATE TEMPORARY TABLE our_apart AS
            SELECT o.settlement_no, o.id AS record_id, {at_row("t")} AS at_row
            FROM {ours} AS o LEFT JOIN theirs AS t ON t.settlement_no = o.settlement_no
            WHERE t.settlement_no IS NULL OR {sides.apart()}""",
            params,
        )
        cursor.execute(
            f"""CREATE TEMPORARY TABLE their_apart AS
            SELECT t.settlement_no, {at_row("t")} AS at_row FROM theirs AS t
            WHERE NOT EXISTS (SELECT 1 FROM {numbers} AS o WHERE o.settlement_no = t.settlement_no)""",
            more_params,
        )
    create_as(
        sides.run,
        "found",
        f"""SELECT settlement_no, record_id, at_row, CASE WHEN at_row IS NULL THEN 0 ELSE 1 END AS times
        FROM (
          SELECT settlement_no, record_id, at_row FROM our_apart
          UNION ALL SELECT settlement_no, CAST(NULL AS bigint), at_row FROM their_apart
        ) AS apart
        WHERE NOT EXISTS (SELECT 1 FROM their_repeats AS r WHERE r.settlement_no = apart.settlement_no)
        UNION ALL
        SELECT r.settlement_no, o.id, r.at_row, r.times
        FROM their_repeats AS r LEFT JOIN {numbers} AS o ON o.settlement_no = r.settlement_no""",
        more_params,
    )


def _repeats(sides: Sides) -> None:
    """`their_twins`: the rows of theirs whose number stands twice or more often in their file. And
    `their_repeats`: these numbers, what they are worth together, the first of their lines, and the one whose
    content is shown: the least by its content, so that the order of rows does not matter."""
    content = ", ".join(
        field.of_theirs if field.kind is FieldKind.FEN else f"{in_order(field.of_theirs)} NULLS FIRST"
        for field in FIELDS
    )
    _, worth = sides.worth(Beside.NOTHING)
    with connection.cursor() as cursor:
        cursor.execute(
            """CREATE TEMPORARY TABLE their_twins AS SELECT t.* FROM theirs AS t WHERE EXISTS (
              SELECT 1 FROM theirs AS other
              WHERE other.settlement_no = t.settlement_no AND other.line_no <> t.line_no)"""
        )
        analyze("their_twins")
    create_as(
        sides.run,
        "their_repeats",
        f"""SELECT settlement_no, count(*) AS times, CAST(sum(worth) AS bigint) AS worth,
          min(line_no) AS first_line, min(CASE WHEN turn = 1 THEN at_row END) AS at_row
        FROM (
          SELECT t.settlement_no, t.line_no, {at_row("t")} AS at_row, {worth} AS worth,
            row_number() OVER (PARTITION BY t.settlement_no ORDER BY {content}, t.line_no) AS turn
          FROM their_twins AS t {sides.joins}
        ) AS ranked GROUP BY settlement_no""",
    )


def columns_text(shape: Shape) -> str:
    """The names of the columns that a `mask` stands for (see both_sides.Sides.mask), as a JSON list."""
    return list_text((f"mask & {1 << bit} <> 0", field.name) for bit, field in enumerate(shape.compared))


def kind_of(shape: Shape) -> str:
    """The first class that applies (interfaces: Reconciliation classes), by `times`, `our_correction_no` and
    the `mask`."""
    alone = {
        "times > 1": DiscrepancyKind.DUPLICATE,
        "times = 0": DiscrepancyKind.ONLY_OURS,
        "our_correction_no IS NULL": DiscrepancyKind.ONLY_THEIRS,
    }
    compared = list(enumerate(shape.compared))
    pairs = {
        f"mask & {sum(1 << bit for bit, field in compared if field.part is part)} <> 0": kind
        for part, kind in IN_TURN
        if shape.of(part)
    }
    cases = " ".join(f"WHEN {when} THEN '{kind.value}'" for when, kind in (alone | pairs).items())
    return f"CASE {cases} END"
