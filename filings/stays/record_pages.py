"""Where the records of a stay (forms 3 and 4) join shared pages, and from where a new one is begun."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic

from django.urls import reverse

from agency.masking import mask_id
from agency.organisation import access
from agency.organisation.models import Institution, User
from agency.organisation.roles import May
from agency.web.parts import Action, CardSection, SearchGroup, SearchRow
from filings.filing.models import Filing
from filings.people.models import InsuredPerson
from filings.stays.models import Stay
from filings.stays.recording import R


@dataclass(frozen=True)
class RecordPages(Generic[R]):
    """The pages of one kind of record, and how its lists are called."""

    group: str  # over what a search found
    section: str  # over the list on the card and on the stay
    template: str  # of that list
    detail_view: str
    new_view: str
    blank_view: str  # the form with the data of a stay
    of_person: Callable[[InsuredPerson, User], list[R]]
    of_stay: Callable[[Stay, User], list[R]]

    def found(self, user: User, rows: Iterable[R], where: Callable[[R], Institution]) -> SearchGroup | None:
        """What a search found: `where` is the institution that a row names."""
        if not access.allowed(user, May.READ_FILINGS):
            return None
        shown = [
            SearchRow(
                url=reverse(self.detail_view, args=[str(record)]),
                number=str(record),
                title=record.stay.person.name,
                detail=f"{mask_id(record.stay.person.cert_no)} · {where(record)}",
            )
            for record in rows
        ]
        return SearchGroup(self.group, shown)

    def on_card(self, user: User, person: InsuredPerson) -> CardSection | None:
        """The person's records."""
        if not access.allowed(user, May.READ_FILINGS):
            return None
        return self._section(
            self.of_person(person, user), self._new_url(user, f"?person={person.person_no}"), ""
        )

    def printed(self, user: User, person: InsuredPerson, kind: str) -> list[tuple[str, str]]:
        """The person's records as the log of prints names them; `kind` is theirs there."""
        if not access.allowed(user, May.READ_FILINGS):
            return []
        return [(kind, str(record)) for record in self.of_person(person, user)]

    def on_stay(self, user: User, stay: Stay) -> CardSection:
        """The records of the stay; without one the form prints with blanks."""
        blank_url = reverse(self.blank_view, kwargs={"stay_no": stay.stay_no})
        return self._section(
            self.of_stay(stay, user), self._new_url(user, f"?stay={stay.stay_no}"), blank_url
        )

    def on_filing(self, user: User, filing: Filing, label: str) -> list[Action]:
        """From the page of a filing: its person, and the stay that rests on it first."""
        if not access.takes_in(user, filing.insured_region):
            return []
        return [Action(label, self._new_url(user, f"?filing={filing.filing_no}"))]

    def form_page(self, user: User, label: str) -> Action | None:
        """The form is filled by writing down a record."""
        return Action(label, reverse(self.new_view)) if access.takes_in(user) else None

    def _new_url(self, user: User, of: str) -> str:
        return reverse(self.new_view) + of if access.takes_in(user) else ""

    def _section(self, rows: list[R], new_url: str, blank_url: str) -> CardSection:
        context: dict[str, Any] = {"rows": rows, "new_url": new_url, "blank_url": blank_url}
        return CardSection(self.section, self.template, context)
