"""Where leaflets and the forms of filings join the list of forms; the forms of one filing on its page."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from agency.formlist.entries import FORM_PAGES, MORE_PAPERS
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.web.parts import Action, CardSection
from filings.filing.form1 import Form1
from filings.filing.kinds import FilingKind
from filings.filing.models import Filing
from filings.filing.sections import FORMS, SECTIONS


@FORM_PAGES.register("1")
def filing_form_page(user: User) -> Action | None:
    """Form 1 is filled by a new filing."""
    if access.takes_in(user):
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


@FORMS.register("1", order=10)
def form1_of_filing(user: User, filing: Filing, today: dt.date) -> list[Action]:
    """Form 1 prints from the draft on."""
    url = reverse("filings:filing_form1", kwargs={"filing_no": filing.filing_no})
    return [Action(f"表 1 {Form1.TITLE}", url)]


@SECTIONS.register("forms", order=90)
def forms_of_filing(user: User, filing: Filing, today: dt.date) -> CardSection | None:
    """What can be printed of a filing; the insured region's business alone."""
    if not access.within(user, filing.insured_region):
        return None
    rows = [form for entry in FORMS for form in entry.function(user, filing, today)]
    return CardSection("表单", "filings/leaflets/_of_filing.html", {"rows": rows})


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
    return CardSection("承诺与容缺", "agency/formlist/_papers.html", {"papers": papers})
