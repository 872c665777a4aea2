"""两边: the SQL of both sides of a reconciliation, and of what it means that they differ.

`o` is a row of ours, `t` one of `theirs`; which columns are set beside each other the Shape says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import F

from agency.periods import last_day
from settlement.reconciliation.fields import ACCOUNT_PAY, FUND, Field, Part, Shape
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.places import INSURANCE, is_reversal, joins
from settlement.reconciliation.selectors import ours_of
from settlement.records import columns as c
from settlement.records.content import AMOUNT_FIELDS

OURS = (
    "id", "settlement_no", "cert_no", "person_name", "person_no", "insurance_type", "insured_region_id",
    "care_region_id", "care_kind", "is_reversal", "settled_at", "content_digest", *AMOUNT_FIELDS,
)  # fmt: skip
IN_ORDER = {"postgresql": ' COLLATE "C"', "sqlite": ""}  # texts by their bytes, on both databases
LOCAL = {
    "postgresql": "to_char({} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')",
    "sqlite": "datetime({}, '+8 hours')",
}


def in_order(column: str) -> str:
    """A text column as it is sorted."""
    return column + IN_ORDER[connection.vendor]


def local(moment: str) -> str:
    """A moment as text, in Shanghai."""
    return LOCAL[connection.vendor].format(moment)


@dataclass(frozen=True)
class Sides:
    """Both sides of one run. `account_inside`: whether some region delivers the account inside the fund."""

    run: ReconciliationRun
    shape: Shape
    account_inside: bool

    @cached_property
    def ours(self) -> tuple[str, tuple[Any, ...]]:
        """Ours as a subquery, with its parameters."""
        named = {"institution_code": F("institution__code")}
        sql, params = ours_of(self.run).annotate(**named).values_list(*OURS, *named).query.sql_with_params()
        return f"({sql})", params

    @property
    def joins(self) -> str:
        return joins(last_day(self.run.period))

    @property
    def differing(self) -> list[tuple[Field, str]]:
        """Each compared field with the condition that both sides differ in it."""
        return [(field, self._differs(field)) for field in self.shape.compared]

    def _differs(self, field: Field) -> str:
        if field.part is Part.AMOUNT:
            return f"o.{field.column} <> {self.theirs(field, alone=False)}"
        if field.part is Part.REVERSAL:
            return f"o.is_reversal <> {is_reversal(self.shape)}"
        if field.part is Part.PERIOD:
            month = f"{self.run.period[:4]}-{self.run.period[4:]}"
            return f"coalesce(substr(t.settled_at, 1, 7), '') <> '{month}'"
        return _OWNER_DIFFERS[field.index]

    def worth(self, *, alone: bool) -> tuple[str, str]:
        """What a row of ours and of theirs is worth, fund and account, as far as their file says either;
        `alone`: where theirs stands without ours beside it."""
        said = [field for field in (FUND, ACCOUNT_PAY) if self.shape.has(field.index)]
        ours = " + ".join(f"o.{field.column}" for field in said)
        theirs = " + ".join(self.theirs(field, alone=alone) for field in said)
        return ours or "0", theirs or "0"

    def theirs(self, field: Field, *, alone: bool) -> str:
        """An amount of theirs, nothing being 0.00. 基金支付总额 comes without the account, as ours is kept,
        where the region delivers it inside [P]: their region, or ours where theirs is not said."""
        said = f"coalesce(t.{field.column}, 0)"
        if field is not FUND or not self.account_inside or not self.shape.has(ACCOUNT_PAY.index):
            return said
        region, day = "insured.region_id", f"coalesce(t.settled_at, '{last_day(self.run.period)}')"
        if not alone:
            region = "coalesce(insured.region_id, o.insured_region_id)"
            day = f"coalesce(t.settled_at, {local('o.settled_at')})"
        return (
            f"({said} - CASE WHEN EXISTS (SELECT 1 FROM account_inside AS i WHERE i.region_id = {region}"
            f" AND substr({day}, 1, 10) BETWEEN i.begins AND i.ends)"
            f" THEN coalesce(t.{ACCOUNT_PAY.column}, 0) ELSE 0 END)"
        )


def _masked(column: str) -> str:
    """Whether a text differs from ours; a `*` of theirs is any one letter (张*, 2201**********123X)."""
    as_pattern = f"replace(replace(t.{column}, '_', ''), '*', '_')"
    return (
        f"(o.{column} IS DISTINCT FROM t.{column} AND"
        f" NOT (coalesce(t.{column}, '') LIKE '%%*%%' AND o.{column} LIKE {as_pattern}))"
    )


_OWNER_DIFFERS = {
    c.CERT_NO: _masked("cert_no"),
    c.PERSON_NAME: (
        f"({_masked('person_name')} AND replace(o.person_name, ' ', '')"
        " IS DISTINCT FROM replace(t.person_name, ' ', ''))"
    ),
    c.PERSON_NO: "o.person_no <> coalesce(t.person_no, '')",
    c.INSURANCE_TYPE: f"o.insurance_type IS DISTINCT FROM {INSURANCE}",
    c.INSURED_AREA: "o.insured_region_id IS DISTINCT FROM insured.region_id",
    c.CARE_AREA: "o.care_region_id IS DISTINCT FROM care.region_id",
    c.INSTITUTION: "o.institution_code IS DISTINCT FROM t.institution_code",
    c.CARE_TYPE: "o.care_kind IS DISTINCT FROM kind.care_kind",
}
