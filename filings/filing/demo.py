"""演示备案: filings of every state, brought about by the services in the order in which they happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils import timezone

from agency.organisation.models import User
from agency.policy.workdays import is_workday
from agency.seeding import Tally, day, read_rows
from filings.filing.entry import FilingEntry
from filings.filing.kinds import Channel
from filings.filing.models import Filing
from filings.filing.places import province_of
from filings.filing.services import (
    filing_approve,
    filing_cancel,
    filing_change_begin,
    filing_decline,
    filing_draft_save,
    filing_return,
    filing_submit,
)
from filings.filing.states import OPEN, FilingState
from filings.filing.timekeeping import filings_record_time
from filings.materials.rules import missing
from filings.materials.selectors import groups_of
from filings.people.models import Enrolment, InsuredPerson

SHANGHAI = ZoneInfo("Asia/Shanghai")
S = FilingState
MINUTE = dt.timedelta(minutes=1)
ONE_DAY = dt.timedelta(days=1)
OPENS = dt.timedelta(hours=8, minutes=40)  # until the counter opens, the day before is the newest


@dataclass(order=True)
class _Event:
    """One act at its moment; `turn` keeps acts of one moment in their order."""

    at: dt.datetime
    turn: int
    act: Callable[[dt.datetime], object]


def demo_filings(seeds: Path, tally: Tally, now: dt.datetime) -> None:
    """All rows of demo/filings.csv that are not there yet, told as one story in the order of time."""
    rows = list(read_rows(seeds / "demo" / "filings.csv"))
    users = {user.username: user for user in User.objects.all()}
    people = {person.cert_no: person for person in InsuredPerson.objects.all()}
    shift = _last_workday(timezone.localdate(now - OPENS)) - max(_day(row["received_on"]) for row in rows)
    events: list[_Event] = []
    for number, row in enumerate(rows):
        person, clerk = people[row["cert_no"]], users[row["by"]]
        if Filing.objects.filter(person=person, taken_in_by=clerk).exists():
            tally.same += 1
            continue
        story = _Story(row, number, person, clerk, users.get(row["reviewed_by"]), shift)
        events += story.events(now)
        tally.created += 1
    for event in sorted(events):
        event.act(event.at)


def _day(text: str) -> dt.date:
    found = day(text)
    if found is None:
        raise ValueError("a date is missing in demo/filings.csv")
    return found


def _last_workday(on: dt.date) -> dt.date:
    while not is_workday(on):
        on -= ONE_DAY
    return on


class _Story:
    """What happened to one filing, from its row."""

    def __init__(
        self,
        row: dict[str, str],
        number: int,
        person: InsuredPerson,
        clerk: User,
        reviewer: User | None,
        shift: dt.timedelta,
    ) -> None:
        self.row, self.number, self.person = row, number, person
        self.clerk, self.reviewer = clerk, reviewer
        self.wanted = FilingState(row["state"])
        self.filing: Filing | None = None
        # What is still open stays open however late the demo is set up; the past stays where it was.
        self.moved = shift if self.wanted in OPEN else dt.timedelta()
        self.received_on = _day(row["received_on"])
        if self.moved:
            self.received_on = _last_workday(self.received_on + self.moved)

    def events(self, now: dt.datetime) -> Iterable[_Event]:
        """The acts with their moments, none of them later than now."""
        begun = dt.datetime.combine(self.received_on, dt.time(), SHANGHAI) + OPENS
        begun += MINUTE * (self.number * 37 % 430)
        told: list[tuple[dt.datetime, Callable[[dt.datetime], object]]] = [(begun, self._save)]
        if self.wanted not in (S.DRAFT, S.LAPSED):
            told.append((begun + 6 * MINUTE, self._submit))
        reviewed = self._review_moment(begun)
        if self.wanted in (S.IN_FORCE, S.EXPIRED, S.CANCELLED, S.SUPERSEDED) and self.reviewer is not None:
            told.append((reviewed, self._approve))
        if self.wanted == S.SUPERSEDED:
            changed = dt.datetime.combine(_day(self.row["valid_to"]) + ONE_DAY, dt.time(9, 30), SHANGHAI)
            told += [(changed, self._change), (changed + 20 * MINUTE, self._approve)]
        if self.wanted == S.AWAITING_SUPPLEMENT:
            told += [(reviewed, self._return), (reviewed + 9 * MINUTE, self._correct)]
        if self.wanted == S.DECLINED:
            told.append((reviewed, self._decline))
        if self.wanted == S.CANCELLED:
            told.append(
                (dt.datetime.combine(_day(self.row["valid_to"]), dt.time(14, 20), SHANGHAI), self._cancel)
            )
        if self.wanted == S.EXPIRED:
            told.append((self._night_after(_day(self.row["valid_to"])), self._record_time))
        if self.wanted == S.LAPSED:
            told.append((self._night_after(self.received_on + dt.timedelta(days=100)), self._record_time))
        for turn, (at, act) in enumerate(told):
            latest = now - MINUTE * (len(told) - turn)
            yield _Event(min(at, latest), self.number * 10 + turn, partial(self._run, act))

    def _run(self, act: Callable[[dt.datetime], object], at: dt.datetime) -> None:
        if self.filing is not None:
            self.filing = Filing.objects.get(pk=self.filing.pk)
        act(at)

    def _review_moment(self, begun: dt.datetime) -> dt.datetime:
        """At the counter while the person waits; what came through a platform on the next working day."""
        if self.row["channel"] == Channel.COUNTER:
            return begun + (18 + self.number % 9) * MINUTE
        following = begun.date() + ONE_DAY
        while not is_workday(following):
            following += ONE_DAY
        return dt.datetime.combine(following, dt.time(9, 10), SHANGHAI) + self.number * MINUTE

    def _night_after(self, on: dt.date) -> dt.datetime:
        return dt.datetime.combine(on + ONE_DAY, dt.time(2, 10), SHANGHAI)

    def _entry(self, materials: dict[str, str]) -> FilingEntry:
        row = self.row
        enrolment = Enrolment.objects.filter(
            person=self.person, region=self.clerk.region, status="normal"
        ).first()
        code = row["care_area_code"]
        begins_on = day(row["valid_from"])
        if begins_on is not None and self.moved:
            begins_on = self.received_on
        if begins_on is None and self.wanted == S.DECLINED:
            begins_on = self.received_on
        return FilingEntry(
            cert_type=self.person.cert_type,
            cert_no=self.person.cert_no,
            name=self.person.name,
            insurance_type=enrolment.insurance_type if enrolment is not None else "",
            phone=row["phone"],
            kind=row["kind"],
            province="220000" if code.startswith("22") else f"{code[:2]}0000",
            city=code,
            begins_on=begins_on,
            address=row["address"],
            referring_institution=row["referring"],
            diagnosis=row["diagnosis"],
            referred_on=self.received_on if row["referring"] else None,
            materials=materials,
            channel=row["channel"],
        )

    def _given(self) -> dict[str, str]:
        """Code → how it was given; `code=deferred` for a paper that is to come (容缺)."""
        papers = [paper.partition("=") for paper in self.row["materials"].split("|") if paper]
        return {code: how or "original" for code, _, how in papers}

    def _whole(self) -> dict[str, str]:
        """What was ticked at first for a filing that came back: the papers, and those that proved missing."""
        given = self._given()
        code = self.row["care_area_code"]
        scope = "in_province" if province_of(code, None) and code.startswith("22") else "cross_province"
        for lack in missing(
            groups_of(self.row["kind"], scope=scope, region=self.clerk.region, on=self.received_on), given
        ):
            given |= dict.fromkeys(lack.lacking or lack.group.alternatives[0], "original")
        return given

    def _save(self, at: dt.datetime) -> None:
        returned = self.wanted == S.AWAITING_SUPPLEMENT
        entry = self._entry(self._whole() if returned else self._given())
        self.filing = filing_draft_save(by=self.clerk, at=at, entry=entry)

    def _submit(self, at: dt.datetime) -> None:
        filing_submit(self._known(), by=self.clerk, at=at)

    def _approve(self, at: dt.datetime) -> None:
        filing_approve(self._known(), by=self._colleague(), at=at)

    def _return(self, at: dt.datetime) -> None:
        filing_return(self._known(), by=self._colleague(), at=at, reason=self.row["reason"])

    def _correct(self, at: dt.datetime) -> None:
        """The clerk takes back what was ticked but not on the table."""
        entry = self._entry(self._given())
        filing_draft_save(by=self.clerk, at=at, entry=entry, filing=self._known())

    def _decline(self, at: dt.datetime) -> None:
        filing_decline(self._known(), by=self._colleague(), at=at, reason=self.row["reason"])

    def _cancel(self, at: dt.datetime) -> None:
        filing_cancel(self._known(), by=self.clerk, at=at, reason=self.row["reason"])

    def _change(self, at: dt.datetime) -> None:
        """The person moves on: a successor for the place in `changes_to`."""
        draft = filing_change_begin(self._known(), by=self.clerk, at=at)
        moved = {**self.row, "care_area_code": self.row["changes_to"], "valid_from": str(at.date())}
        self.row = moved
        entry = self._entry(self._given())
        self.filing = filing_draft_save(by=self.clerk, at=at, entry=entry, filing=draft)
        filing_submit(self._known(), by=self.clerk, at=at)

    def _record_time(self, at: dt.datetime) -> None:
        filings_record_time(at=at)

    def _known(self) -> Filing:
        if self.filing is None:
            raise LookupError(f"demo row {self.number} was never saved")
        return self.filing

    def _colleague(self) -> User:
        if self.reviewer is None:
            raise LookupError(f"demo row {self.number} names no reviewer")
        return self.reviewer
