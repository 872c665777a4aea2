"""承办 on the page of a filing: who is in charge, who was, and the way to give it to somebody else."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from agency.journal.models import AuditEntry
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.web.parts import Action, CardSection
from filings.filing.models import Filing
from filings.filing.sections import ACTIONS, SECTIONS
from filings.filing.services.charge import ASSIGNED, holder_of
from filings.queues.selectors import is_in_work

TEMPLATE = "filings/queues/_section.html"
SHOWN = 5


@SECTIONS.register("queues", order=5)
def holder_section(user: User, filing: Filing, today: dt.date) -> CardSection | None:
    """For the insured region, while there is something to do or once somebody else was put in charge."""
    if not access.within(user, filing.insured_region):
        return None
    if not is_in_work(filing, today) and filing.assigned_to_id is None:
        return None
    given = AuditEntry.objects.filter(
        subject_kind=Filing.machine.kind, subject_no=filing.filing_no, action=ASSIGNED
    )
    rows = list(given.select_related("by").order_by("-seq")[:SHOWN])
    names = {name for row in rows for name in (row.detail["from"], row.detail["to"])}
    people = {user.username: user for user in User.objects.filter(username__in=names)}
    steps = [
        {
            "from": people.get(row.detail["from"], row.detail["from"]),
            "to": people.get(row.detail["to"], row.detail["to"]),
            "by": row.by,
            "at": row.at,
            "note": row.detail["note"],
        }
        for row in rows
    ]
    return CardSection("承办", TEMPLATE, {"holder": holder_of(filing), "steps": steps})


@ACTIONS.register("queues", order=5)
def hand_over_action(user: User, filing: Filing, today: dt.date) -> list[Action]:
    """移交, for whoever may give it away."""
    mine = holder_of(filing).pk == user.pk
    right = May.HAND_OVER_FILINGS if mine else May.ASSIGN_FILINGS
    if not (
        is_in_work(filing, today)
        and access.within(user, filing.insured_region)
        and access.allowed(user, right)
    ):
        return []
    return [Action("移交", reverse("filings:filing_assign", kwargs={"filing_no": filing.filing_no}))]
