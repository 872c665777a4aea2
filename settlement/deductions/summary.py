"""扣了谁多少: deductions summed by institution and kind; what was taken back is netted out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, QuerySet, Sum, Value, When

from agency.organisation.models import User
from settlement.deductions.models import Deduction, DeductionKind
from settlement.deductions.selectors import DeductionFilter, deductions_listed


@dataclass
class InstitutionSums:
    """One institution: count and sum (fen) of its deductions, less those taken back, and the sums by kind."""

    code: str
    name: str
    count: int = 0
    amount_fen: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)

    def kinds(self) -> list[tuple[str, int | None]]:
        """(kind, fen) in the order of the kinds; None where there is none of it."""
        return [(kind, self.by_kind.get(kind)) for kind in DeductionKind.values]

    def add(self, kind: str, count: int, amount_fen: int) -> None:
        self.count += count
        self.amount_fen += amount_fen
        self.by_kind[kind] = self.by_kind.get(kind, 0) + amount_fen


@dataclass(frozen=True)
class Summary:
    """The institutions, the largest sum first; `total` is of all of them."""

    rows: list[InstitutionSums]
    total: InstitutionSums


def deductions_by_institution(by: User, narrow: DeductionFilter) -> Summary:
    """Sums of what a person may see, narrowed; one GROUP BY."""
    rows: QuerySet[Deduction, Any] = deductions_listed(by, narrow).order_by()
    groups = rows.values_list("institution__code", "institution__name", "kind")
    found: dict[str, InstitutionSums] = {}
    total = InstitutionSums("", "合计")
    one = Case(When(withdraws__isnull=True, then=Value(1)), default=Value(-1))  # what takes back counts down
    for code, name, kind, count, amount_fen in groups.annotate(of=Sum(one), fen=Sum("amount_fen")):
        found.setdefault(code, InstitutionSums(code, name)).add(kind, count, amount_fen)
        total.add(kind, count, amount_fen)
    ordered = sorted(found.values(), key=lambda one: (-one.amount_fen, one.code))
    return Summary(ordered, total)
