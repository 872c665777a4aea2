"""What the entry pages share that begin with a person: stays, injury statements, outside care.

They are opened from a person's card (?person=), a filing (?filing=) or a stay (?stay=); without any of these
they ask for the person first. Only our own numbers stand in a URL.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from agency.errors import DomainError, DomainErrors, NotAllowed, SomeoneElseWasFirst
from agency.organisation.models import PoolingRegion
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from filings.filing.models import Filing
from filings.filing.selectors import WITH_NAMES
from filings.people.models import InsuredPerson
from filings.people.selectors import people_visible
from filings.stays.forms import NEW, PersonForm, StayChoice, StayForm, filing_initial
from filings.stays.models import RecordOfStay, Stay
from filings.stays.selectors import filings_to_choose, stays_of, stays_visible
from filings.stays.services import AlreadyRecorded, StayEntry


@dataclass(frozen=True)
class Subject:
    """Whose record is written, and from which filing or stay the page was opened."""

    person: InsuredPerson
    region: PoolingRegion
    filing: Filing | None = None
    stay: Stay | None = None


def own_region(request: StaffRequest) -> PoolingRegion:
    region = request.user.region
    if region is None:
        raise NotAllowed("就医登记由统筹区的窗口办理，您的账户没有统筹区。")
    return region


def subject_of(request: StaffRequest) -> Subject | None:
    """The subject that the URL names, None when it names none; 404 when it may not be seen."""
    region, asked = own_region(request), request.GET
    if asked.get("stay"):
        stay = get_object_or_404(stays_visible(request.user), stay_no=asked["stay"])
        if stay.insured_region_id != region.pk:
            raise Http404
        return Subject(stay.person, region, stay.filing, stay)
    if asked.get("filing"):
        rows = Filing.objects.editable_by(request.user).select_related(*WITH_NAMES)
        filing = get_object_or_404(rows, filing_no=asked["filing"], insured_region=region)
        return Subject(filing.person, region, filing)
    if asked.get("person"):
        person = get_object_or_404(people_visible(request.user), person_no=asked["person"])
        return Subject(person, region)
    return None


def ask_person(request: StaffRequest, title: str) -> HttpResponse:
    """Whose: the number is posted, the page is then opened for the person."""
    form = PersonForm(request.POST if request.method == "POST" else None, by=request.user)
    if form.is_valid():
        return redirect(f"{request.path}?person={form.cleaned_data['person'].person_no}")
    status = 422 if form.is_bound else 200
    return render(request, "filings/stays/ask_person.html", {"form": form, "title": title}, status=status)


class StayPart:
    """哪次就医 on an entry page: the choice among the person's stays, and the fields of a new one."""

    def __init__(self, request: StaffRequest, subject: Subject, *, chosen: Stay | None = None) -> None:
        data = request.POST if request.method == "POST" else None
        stays = stays_of(subject.person, request.user)
        own = [stay for stay in stays if stay.insured_region_id == subject.region.pk]
        named = chosen or subject.stay
        if named is not None and named not in own:  # an older one than those shown
            own.append(named)
        first = chosen or subject.stay or _of_filing(own, subject.filing) or (own[0] if own else None)
        self.is_first, self.may_add = not own, chosen is None
        self.choice = StayChoice(
            data, stays=own, may_add=self.may_add, initial={"stay": first.stay_no if first else NEW}
        )
        filings = filings_to_choose(subject.person, subject.region, request.user)
        initial = filing_initial(subject.filing, filings, request.today)
        self.form = StayForm(data, prefix="stay", filings=filings, initial=initial)

    def is_valid(self) -> bool:
        """Whether a stay was chosen, or a new one whole; the fields of a new one count only when it is
        wanted."""
        chosen = self.choice.is_valid()
        if chosen and not self.choice.wants_new:
            self.form = StayForm(prefix="stay", filings=list(self.form.filings.values()))
            return True
        return self.form.is_valid() and chosen

    def clear(self) -> None:
        """What was typed so far, without a word on what is missing yet."""
        self.choice.errors.clear()
        self.form.errors.clear()

    def shown(self) -> StayForm | StayChoice:
        """The form beside which reasons about the stay stand: that of a new one, or the choice."""
        return self.form if self.choice.wants_new else self.choice

    def stay(self) -> Stay | None:
        return self.choice.chosen()

    def entry(self) -> StayEntry | None:
        """The new stay, None when one was chosen."""
        return self.form.entry() if self.choice.wants_new else None


def _of_filing(stays: list[Stay], filing: Filing | None) -> Stay | None:
    return next((stay for stay in stays if filing is not None and stay.filing_id == filing.pk), None)


def subject_to_correct(record: RecordOfStay, region: PoolingRegion) -> Subject:
    """Whose record is corrected, from the stay it is of; 404 when another region took that in."""
    stay = record.stay
    if stay.insured_region_id != region.pk:
        raise Http404
    return Subject(stay.person, region, stay.filing, stay)


def corrected(record: RecordOfStay, version: int) -> str:
    """What to tell after a correction of the version that the actor saw."""
    if record.version == version:
        return "没有改动。"
    return f"{record} 已更正，打印过的请重新打印。"


def saved(
    request: StaffRequest, save: Callable[[], tuple[str, str]], *forms: Any, detail: str
) -> HttpResponse | None:
    """What follows when `save` wrote a record and gave its number and what to tell: on to its page `detail`,
    also when this very form was saved before. None when it was refused: each reason stands beside its field
    in `forms`."""
    try:
        number, told = save()
    except NotAllowed:
        raise
    except AlreadyRecorded as error:
        messages.info(request, error.message)
        return redirect(detail, error.facts["number"])
    except DomainError as error:
        record_refusal(request, error)
        put_errors(error, *forms)
        return None
    messages.success(request, told)
    return redirect(detail, number)


def token_of(request: StaffRequest) -> UUID:
    """The mark of one opened form; a new one when the page does not bring any."""
    try:
        return UUID(request.POST.get("form_token", ""))
    except ValueError:
        return uuid4()


def version_of(request: StaffRequest) -> int:
    """The version that this person saw; a page that does not say so is refused."""
    text = request.POST.get("version", "")
    if text.isascii() and text.isdigit() and len(text) < 9:
        return int(text)
    raise SomeoneElseWasFirst("看不出您看到的是哪一版内容，没有改动。请重新打开再改。")


def put_errors(error: DomainError, *forms: Any) -> None:
    """Each reason beside its field, in the first form that has it; else above the last form."""
    for reason in error.errors if isinstance(error, DomainErrors) else [error]:
        for form in forms:
            if reason.field in form.fields:
                form.add_error(reason.field, reason.message)
                break
        else:
            forms[-1].add_error(None, reason.message)
