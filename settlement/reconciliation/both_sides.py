"""两边: the SQL of both sides of a reconciliation, and of what it means that they differ.

`o` is a row of ours, `t` one of `theirs`; which columns are set beside each other the Shape says.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.db.models import F

from agency.periods import last_day
from settlement.reconciliation.dialect import local
from settlement.reconciliation.fields import ACCOUNT_PAY, FIELDS, FUND, OWNER, Field, Part, Shape
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.places import INSURANCE, Places, is_reversal
from settlement.reconciliation.selectors import ours_of
from settlement.records import columns as c
from settlement.records.content import AMOUNT_FIELDS

OURS = (
    "id", "settlement_no", "cert_no", "person_name", "person_no", "insurance_type", "insured_area_code",
    "care_area_code", "care_type_code", "insured_region_id", "is_reversal", "settled_at", "institution_code",
    *AMOUNT_FIELDS,
)  # fmt: skip


class Beside(Enum):
    """What stands beside a row of theirs, and so how its insured region is known: by what it says itself, or
    where it does not say, or both say the same word, by ours."""

    NOTHING = "insured.region_id"
    OURS = (
        "CASE WHEN t.insured_area_code = o.insured_area_code THEN o.insured_region_id"
        " ELSE coalesce(insured.region_id, o.insured_region_id) END"
    )
    OURS_ALONE = "o.insured_region_id"  # before meanings are looked up: another word differs in any case


@dataclass(frozen=True)
class Sides:
    """Both sides of one run."""

    run: ReconciliationRun
    shape: Shape
    places: Places

    def ours(self, *names: str) -> tuple[str, tuple[Any, ...]]:
        """Ours as a subquery with these columns, and its parameters."""
        rows = ours_of(self.run)
        if "institution_code" in names:
            rows = rows.annotate(institution_code=F("institution__code"))
        sql, params = rows.values_list(*names).query.sql_with_params()
        return f"({sql})", params

    @property
    def joins(self) -> str:
        return self.places.joins

    def apart(self) -> str:
        """That a pair differs in some column before meanings are looked up: `o` is of `ours(*OURS)`."""
        conditions = (self._differs(field, Beside.OURS_ALONE) for field in self.shape.compared)
        return " OR ".join(conditions) or "1 = 0"

    def mask(self) -> str:
        """The compared columns in which a pair differs as bits, the first the lowest; `o` is a record, `i`
        its institution, and the meanings stand beside `t`."""
        bits = (
            f"CASE WHEN {self._differs(field, Beside.OURS)} AND {_MEANS_ANOTHER[field.index]}"
            f" THEN {1 << bit} ELSE 0 END"
            for bit, field in enumerate(self.shape.compared)
        )
        return " + ".join(bits).replace("o.institution_code", "i.code") or "0"

    def _differs(self, field: Field, beside: Beside) -> str:
        if field.part is Part.AMOUNT:
            return f"o.{field.column} <> {self.theirs(field, beside)}"
        if field.part is Part.REVERSAL:
            return f"o.is_reversal <> {is_reversal(self.shape)}"
        if field.part is Part.PERIOD:
            month = f"{self.run.period[:4]}-{self.run.period[4:]}"
            return f"(t.settled_at LIKE '{month}%%') IS NOT TRUE"
        return _OWNER_DIFFERS[field.index]

    def worth(self, beside: Beside) -> tuple[str, str]:
        """What a row of ours and of theirs is worth: fund and account, as far as their file says either."""
        said = [field for field in (FUND, ACCOUNT_PAY) if self.shape.has(field.index)]
        ours = " + ".join(f"o.{field.column}" for field in said)
        theirs = " + ".join(self.theirs(field, beside) for field in said)
        return ours or "0", theirs or "0"

    def theirs(self, field: Field, beside: Beside) -> str:
        """An amount of theirs, nothing being 0.00. 基金支付总额 comes without the account, as ours is kept,
        where the insured region delivers it inside [P]."""
        said = field.of_theirs
        if field is not FUND or not self.places.account_inside or not self.shape.has(ACCOUNT_PAY.index):
            return said
        ours = local("o.settled_at") if beside is not Beside.NOTHING else f"'{last_day(self.run.period)}'"
        return (
            f"({said} - CASE WHEN EXISTS (SELECT 1 FROM account_inside AS a"
            f" WHERE a.region_id = {beside.value}"
            f" AND substr(coalesce(t.settled_at, {ours}), 1, 10) BETWEEN a.begins AND a.ends)"
            f" THEN {ACCOUNT_PAY.of_theirs} ELSE 0 END)"
        )


def _masked(column: str) -> str:
    """Whether a text differs from ours; a `*` of theirs is any one letter (张*, 2201**********123X)."""
    as_pattern = f"replace(replace(t.{column}, '_', ''), '*', '_')"
    return (
        f"(o.{column} IS DISTINCT FROM t.{column} AND"
        f" NOT (coalesce(t.{column}, '') LIKE '%%*%%' AND o.{column} LIKE {as_pattern}))"
    )


_OWNER_DIFFERS = {
    **{index: f"o.{FIELDS[index].column} IS DISTINCT FROM t.{FIELDS[index].column}" for index in OWNER},
    c.CERT_NO: _masked("cert_no"),
    c.PERSON_NAME: (
        f"({_masked('person_name')} AND replace(o.person_name, ' ', '')"
        " IS DISTINCT FROM replace(t.person_name, ' ', ''))"
    ),
    c.PERSON_NO: "o.person_no <> coalesce(t.person_no, '')",
    c.INSURANCE_TYPE: f"o.insurance_type IS DISTINCT FROM {INSURANCE}",
}
# another word may mean the same; the same word always does
_MEANS_ANOTHER = dict.fromkeys(range(len(FIELDS)), "1 = 1") | {
    c.INSURED_AREA: "o.insured_region_id IS DISTINCT FROM insured.region_id",
    c.CARE_AREA: "o.care_region_id IS DISTINCT FROM care.region_id",
    c.CARE_TYPE: "o.care_kind IS DISTINCT FROM kind.care_kind",
}
