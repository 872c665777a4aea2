"""列: our columns as both sides of a reconciliation carry them, and which of them decide what class.

Both sides are tables of the database: ours the stored cases, theirs the table `theirs` (see
staging.py), which calls its columns by the same names. Which columns are compared depends on what their file
has; `Shape` says it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from settlement.records import columns as c
from settlement.records.content import AMOUNT_FIELDS
from settlement.records.rules import ACCOUNT, FUND_TOTAL


class FieldKind(Enum):
    TEXT = "text"
    FEN = "fen"
    MOMENT = "moment"
    FLAG = "flag"


class Part(Enum):
    """Of which class a field decides; nothing: it is shown and not compared."""

    NOTHING = "nothing"
    REVERSAL = "reversal"
    OWNER = "owner"
    PERIOD = "period"
    AMOUNT = "amount"


@dataclass(frozen=True)
class Field:
    """`index` in records' COLUMNS, `name` in files, `column` in the tables of both sides."""

    index: int
    name: str
    column: str
    kind: FieldKind
    part: Part

    @property
    def of_theirs(self) -> str:
        """What a row `t` of theirs says, in SQL: an amount that it does not say is 0.00."""
        return f"coalesce(t.{self.column}, 0)" if self.kind is FieldKind.FEN else f"t.{self.column}"


_COLUMNS = (
    "settlement_no", "cert_type", "cert_no", "person_name", "insurance_type", "insured_area_code",
    "care_area_code", "institution_code", "care_type_code", "settled_at", *AMOUNT_FIELDS, "person_no",
    "institution_name", "admitted_on", "discharged_on", "reversal_flag", "reverses_no", "medical_record_no",
    "diagnosis",
)  # fmt: skip
OWNER = (
    c.CERT_NO, c.PERSON_NAME, c.PERSON_NO, c.INSURANCE_TYPE, c.INSURED_AREA, c.CARE_AREA, c.INSTITUTION,
    c.CARE_TYPE,
)  # fmt: skip
_PARTS = {
    **dict.fromkeys(OWNER, Part.OWNER),
    **dict.fromkeys(range(c.FIRST_AMOUNT, c.LAST_AMOUNT + 1), Part.AMOUNT),
    c.SETTLED_AT: Part.PERIOD,
    c.REVERSAL_FLAG: Part.REVERSAL,
}
_KINDS = {
    **dict.fromkeys(range(c.FIRST_AMOUNT, c.LAST_AMOUNT + 1), FieldKind.FEN),
    c.SETTLED_AT: FieldKind.MOMENT,
    c.REVERSAL_FLAG: FieldKind.FLAG,
}

FIELDS = tuple(
    Field(index, name, column, _KINDS.get(index, FieldKind.TEXT), _PARTS.get(index, Part.NOTHING))
    for index, (name, column) in enumerate(zip(c.NAMES, _COLUMNS, strict=True))
)
BY_NAME = {field.name: field for field in FIELDS}
NUMBER = FIELDS[c.SETTLEMENT_NO]
TOTAL_FEE, FUND, ACCOUNT_PAY = (FIELDS[c.FIRST_AMOUNT + at] for at in (0, FUND_TOTAL, ACCOUNT))


@dataclass(frozen=True)
class Shape:
    """What their file says at all: the fields it has (amounts as columns, texts with a value somewhere)."""

    fields: tuple[Field, ...]

    def has(self, index: int) -> bool:
        return any(field.index == index for field in self.fields)

    @property
    def has_place(self) -> bool:
        """Whether it says at least one of the regions of a case."""
        return self.has(c.INSURED_AREA) or self.has(c.CARE_AREA)

    @cached_property
    def compared(self) -> tuple[Field, ...]:
        """The fields that are set beside ours, in the order of our columns. A person is who the identity
        number says, by that name; where there are no identity numbers, the person number."""
        by_number = self.has(c.CERT_NO)
        return tuple(
            field
            for field in self.fields
            if field.part is not Part.NOTHING and not (by_number and field.index == c.PERSON_NO)
        )

    def of(self, part: Part) -> tuple[Field, ...]:
        return tuple(field for field in self.compared if field.part is part)


def shape_of(indexes: Iterable[int]) -> Shape:
    return Shape(tuple(FIELDS[index] for index in sorted(indexes)))
