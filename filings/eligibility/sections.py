"""能否结算 on the page of a filing: the same person, for those who may see them."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from agency.organisation import access
from agency.organisation.models import User
from agency.web.parts import Action
from filings.filing.models import Filing
from filings.filing.sections import ACTIONS


@ACTIONS.register("eligibility", order=20)
def ask_of_person(user: User, filing: Filing, today: dt.date) -> list[Action]:
    """Of the insured region's own filings once they were submitted: a draft opens nobody's register."""
    if filing.submitted_at is None or not access.within(user, filing.insured_region):
        return []
    return [Action("能否结算", f"{reverse('filings:eligibility')}?person={filing.person.person_no}")]
