"""就医登记的核对: what must hold of stays and the rows they name."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, Q

from agency.registry import CHECKS
from agency.web.parts import Broken
from filings.stays.models import Stay

FILING_FITS = "就医登记与备案同一人"


@CHECKS.register(FILING_FITS, order=120)
def filing_is_of_the_person(period: str | None) -> Iterator[Broken]:
    """The filing that a stay rests on is of the same person and the same insured region."""
    other = ~Q(filing__person=F("person")) | ~Q(filing__insured_region=F("insured_region"))
    rows = Stay.objects.filter(filing__isnull=False).filter(other).order_by("pk")
    for number, filing_no in rows.values_list("stay_no", "filing__filing_no"):
        yield Broken(FILING_FITS, number, f"所记的备案 {filing_no} 是另一人或另一个参保地的")
