"""分类: what of theirs is not what ours is, number by number, found by the database in one pass over both.

`found` has a row for each settlement number that is not 相符: `settlement_no`, our `record_id`, their
`line_no` and how many `times` it stands in their file, `kind`, `mask` (bit by bit the compared columns that
differ) and `amount_fen` (ours less theirs, fund and account). The order of their rows changes nothing.
"""

from __future__ import annotations

from django.db import connection

from settlement.reconciliation.both_sides import Sides, in_order
from settlement.reconciliation.fields import FIELDS, FieldKind, Part
from settlement.reconciliation.kinds import DiscrepancyKind

IN_TURN = (
    (Part.REVERSAL, DiscrepancyKind.REVERSAL_DIFFERS),
    (Part.OWNER, DiscrepancyKind.OWNER_DIFFERS),
    (Part.PERIOD, DiscrepancyKind.PERIOD_DIFFERS),
    (Part.AMOUNT, DiscrepancyKind.AMOUNT_DIFFERS),
)


def found_stage(sides: Sides) -> None:
    """Make `found` out of ours and `theirs`."""
    ours, params = sides.ours
    worth_of_ours, worth_of_theirs = sides.worth(alone=False)
    differs = " OR ".join(condition for _, condition in sides.differing) or "1 = 0"
    with connection.cursor() as cursor:
        _repeats(sides)
        cursor.execute(
            f"""
            CREATE TEMPORARY TABLE found AS
            SELECT number AS settlement_no, record_id, line_no, times, mask, {_kind(sides)} AS kind,
              coalesce(worth_of_ours, 0) - coalesce(worth_of_theirs, 0) AS amount_fen
            FROM (
              SELECT coalesce(o.settlement_no, t.settlement_no) AS number, o.id AS record_id, t.line_no,
                CASE WHEN t.line_no IS NULL THEN 0 ELSE 1 END AS times, {_mask(sides)} AS mask,
                {_whole(worth_of_ours)} AS worth_of_ours, {worth_of_theirs} AS worth_of_theirs
              FROM {ours} AS o FULL JOIN theirs AS t ON t.settlement_no = o.settlement_no {sides.joins}
              WHERE o.id IS NULL OR t.line_no IS NULL OR {differs}
            ) AS pair
            WHERE NOT EXISTS (SELECT 1 FROM their_repeats AS r WHERE r.settlement_no = pair.number)
            UNION ALL
            SELECT number, record_id, line_no, times, mask, '{DiscrepancyKind.DUPLICATE.value}',
              coalesce(worth_of_ours, 0) - worth_of_theirs
            FROM (
              SELECT t.settlement_no AS number, o.id AS record_id, t.line_no, r.times, {_mask(sides)} AS mask,
                {worth_of_ours} AS worth_of_ours, r.worth AS worth_of_theirs
              FROM their_repeats AS r JOIN theirs AS t ON t.line_no = r.shown_line
              LEFT JOIN {ours} AS o ON o.settlement_no = t.settlement_no {sides.joins}
            ) AS repeated""",
            [*params, *params],
        )


def _whole(worth: str) -> str:
    """Ours when they have nothing under the number: all of it, whatever columns their file has."""
    return f"CASE WHEN t.line_no IS NULL THEN o.fund_total_fen + o.personal_account_pay_fen ELSE {worth} END"


def _repeats(sides: Sides) -> None:
    """`their_repeats`: the numbers that stand twice or more often in their file, what they are worth
    together, the first of their lines, and the one whose content is shown: the least by its content, so that
    the order of rows does not matter."""
    content = ", ".join(
        f"t.{field.column} NULLS FIRST"
        if field.kind is FieldKind.FEN
        else f"{in_order(f't.{field.column}')} NULLS FIRST"
        for field in FIELDS
    )
    _, worth = sides.worth(alone=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """CREATE TEMPORARY TABLE their_numbers AS SELECT settlement_no FROM theirs
            GROUP BY settlement_no HAVING count(*) > 1"""
        )
        cursor.execute(
            f"""CREATE TEMPORARY TABLE their_repeats AS
            SELECT settlement_no, count(*) AS times, CAST(sum(worth) AS bigint) AS worth,
              min(line_no) AS first_line, min(CASE WHEN place = 1 THEN line_no END) AS shown_line
            FROM (
              SELECT t.settlement_no, t.line_no, {worth} AS worth,
                row_number() OVER (PARTITION BY t.settlement_no ORDER BY {content}, t.line_no) AS place
              FROM their_numbers AS n JOIN theirs AS t ON t.settlement_no = n.settlement_no {sides.joins}
            ) AS ranked GROUP BY settlement_no"""
        )
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE their_repeats")


def _mask(sides: Sides) -> str:
    """The compared columns that differ as bits, the first the lowest; 0 where there is nothing to compare."""
    bits = " + ".join(
        f"CASE WHEN {condition} THEN {1 << bit} ELSE 0 END"
        for bit, (_, condition) in enumerate(sides.differing)
    )
    return f"CASE WHEN o.id IS NULL OR t.line_no IS NULL THEN 0 ELSE {bits or '0'} END"


def columns_of(sides: Sides, mask: int) -> list[str]:
    """The names of the columns that a mask stands for."""
    return [field.name for bit, field in enumerate(sides.shape.compared) if mask >> bit & 1]


def _kind(sides: Sides) -> str:
    """The first class that applies (interfaces: Reconciliation classes)."""
    whens = [
        f"WHEN line_no IS NULL THEN '{DiscrepancyKind.ONLY_OURS.value}'",
        f"WHEN record_id IS NULL THEN '{DiscrepancyKind.ONLY_THEIRS.value}'",
    ]
    for part, kind in IN_TURN:
        bits = sum(1 << bit for bit, field in enumerate(sides.shape.compared) if field.part is part)
        whens.append(f"WHEN mask & {bits} <> 0 THEN '{kind.value}'")
    return f"CASE {' '.join(whens)} END"
