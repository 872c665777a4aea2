"""参保人卡片: one page per person; every slice that knows something of the person adds its section."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from agency.organisation import access
from agency.organisation.models import CertificateType
from agency.organisation.roles import May
from agency.registry import CARD
from agency.web.access import needs
from agency.web.request import StaffRequest
from filings.people.selectors import people_visible


@needs(May.READ_PEOPLE)
@require_GET
def person_card(request: StaffRequest, person_no: str) -> HttpResponse:
    """Who it is, how insured, what was filed; the next step is a new filing."""
    person = get_object_or_404(people_visible(request.user), person_no=person_no)
    found = (entry.function(request.user, person, request.today) for entry in CARD)
    cert_type = CertificateType.objects.filter(code=person.cert_type).first()
    context = {
        "person": person,
        "cert_type": str(cert_type or person.cert_type),
        "sections": [section for section in found if section is not None],
        "may_unmask": access.allowed(request.user, May.UNMASK),
        "may_take_in": access.allowed(request.user, May.TAKE_IN_FILINGS) and request.user.region is not None,
    }
    return render(request, "filings/card/detail.html", context)
