"""Reads of slips of outside care, narrowed to what a person may see."""

from __future__ import annotations

from django.db.models import QuerySet

from agency.organisation.models import User
from filings.outside_care.models import OutsideCare, OutsideCareItem
from filings.outside_care.rules import Item
from filings.people.models import InsuredPerson
from filings.stays.models import Stay

SHOWN = 50
WITH_NAMES = (
    "stay__person",
    "stay__institution",
    "stay__insured_region",
    "stay__filing",
    "outside_institution",
    "recorded_by",
)


def slips_visible(by: User) -> QuerySet[OutsideCare]:
    """Slips that `by` may look at, newest first."""
    return OutsideCare.objects.visible_to(by).select_related(*WITH_NAMES).order_by("-pk")


def slips_of_person(person: InsuredPerson, by: User) -> list[OutsideCare]:
    """A person's slips that `by` may look at, newest first."""
    return list(slips_visible(by).filter(stay__person=person)[:SHOWN])


def slips_of_stay(stay: Stay, by: User) -> list[OutsideCare]:
    """The slips of a stay that `by` may look at, newest first."""
    return list(slips_visible(by).filter(stay=stay)[:SHOWN])


def lines_of(slip: OutsideCare) -> list[OutsideCareItem]:
    """The lines of a slip as it stands now."""
    return list(OutsideCareItem.objects.filter(slip=slip, version=slip.version).order_by("line_no"))


def items_of(slip: OutsideCare) -> tuple[Item, ...]:
    """The lines of a slip as the rules see them."""
    return tuple(
        Item(
            name=line.name,
            code=line.code,
            spec=line.spec,
            quantity_milli=line.quantity_milli,
            unit_price_fen=line.unit_price_fen,
            reason=line.reason,
        )
        for line in lines_of(slip)
    )
