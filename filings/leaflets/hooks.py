"""Where leaflets and the forms of filings join the list of forms."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from agency.formlist.entries import FORM_PAGES, MORE_PAPERS
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.web.parts import Action, CardSection
from filings.filing.kinds import FilingKind


@FORM_PAGES.register("1")
def filing_form_page(user: User) -> Action | None:
    """Form 1 is filled by a new filing."""
    if access.allowed(user, May.TAKE_IN_FILINGS) and user.region_id is not None:
        return Action("新办备案", reverse("filings:filing_new"))
    if not access.allowed(user, May.READ_FILINGS):
        return None
    return Action("备案台账", reverse("filings:filing_list"))


@FORM_PAGES.register("2")
def letter_page(user: User) -> Action | None:
    """Form 2 is printed from the filing that rests on a promise."""
    if not access.allowed(user, May.READ_FILINGS):
        return None
    return Action("承诺与容缺", reverse("filings:follow_up_list"))


@MORE_PAPERS.register("leaflets", order=10)
def leaflets(user: User, today: dt.date) -> CardSection | None:
    """One leaflet per kind of filing."""
    if not access.allowed(user, May.READ_FILINGS):
        return None
    kinds = [
        (str(label), reverse("filings:one_time_notice", kwargs={"kind": value}))
        for value, label in FilingKind.choices
    ]
    return CardSection("一次性告知单", "filings/leaflets/_list.html", {"kinds": kinds})


@MORE_PAPERS.register("letters", order=20)
def letters(user: User, today: dt.date) -> CardSection | None:
    """The papers of follow-ups that are not among the twenty."""
    if not access.allowed(user, May.READ_FILINGS):
        return None
    papers = [("容缺", "异地就医备案容缺受理告知承诺书"), ("催办", "异地就医备案材料催办单")]
    return CardSection("承诺与容缺", "filings/leaflets/_letters.html", {"papers": papers})
