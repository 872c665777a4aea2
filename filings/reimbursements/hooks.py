"""Where manual reimbursement joins shared pages: side bar, home, search, a stay's page, seed, demo."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.urls import reverse

from agency.formlist.entries import MORE_PAPERS
from agency.journal.actions import label_actions
from agency.masking import mask_id
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import DEMO, HOME, NAV, SEARCH, SEEDERS, STATEFUL
from agency.seeding import Tally, day, read_rows
from agency.web.parts import Action, CardSection, HomePart, NavItem, SearchGroup, SearchRow, Tile
from filings.card.sections import PRINTED_OF
from filings.people.models import InsuredPerson
from filings.reimbursements.models import ManualReimbursement, ReimbursementPaper
from filings.reimbursements.notice import ReimbursementNotice
from filings.reimbursements.printing import NOTICE
from filings.reimbursements.selectors import papers_to_bring, reimbursements_visible, waiting_count
from filings.reimbursements.services import reimbursement_open
from filings.reimbursements.states import TONES, ReimbursementState
from filings.stays.models import Stay
from filings.stays.rules import Verdict
from filings.stays.sections import STAY_SECTIONS
from filings.stays.selectors import judged
from filings.stays.settled import settled_directly

PRINTS_OF = 50

label_actions(
    {
        "reimbursement_opened": "列入手工报销",
        "reimbursement_taken": "承办手工报销",
        "reimbursement_done": "手工报销办结",
        "reimbursement_withdrawn": "不再手工报销",
        "reimbursement_reopened": "重新列入手工报销",
    }
)


@NAV.register("reimbursements", order=30)
def nav(user: User) -> list[NavItem]:
    """The queue with how many wait in it."""
    if not access.allowed(user, May.READ_FILINGS):
        return []
    url = reverse("filings:reimbursement_list")
    return [NavItem("窗口", "手工报销", url, count=waiting_count(user))]


@HOME.register("reimbursements", order=30)
def home(user: User, today: dt.date) -> HomePart:
    """How many stays wait to be reimbursed by hand."""
    part = HomePart()
    if access.takes_in(user):
        url = reverse("filings:reimbursement_list")
        part.tiles.append(Tile("手工报销", waiting_count(user), url, note="医院结算后才备案的"))
    return part


@PRINTED_OF.register("reimbursements")
def printed_reimbursements(user: User, person: InsuredPerson) -> list[tuple[str, str]]:
    """What the person had reimbursed by hand lately: the notice."""
    if not access.allowed(user, May.READ_FILINGS):
        return []
    rows = ManualReimbursement.objects.visible_to(user).filter(stay__person=person).order_by("-pk")
    numbers = rows.values_list("reimbursement_no", flat=True)[:PRINTS_OF]
    return [(ManualReimbursement.machine.kind, number) for number in numbers]


@SEARCH.register("reimbursements", order=31)
def search_reimbursements(user: User, term: str) -> SearchGroup | None:
    """One of the queue by its number."""
    if not access.allowed(user, May.READ_FILINGS):
        return None
    rows = []
    for found in reimbursements_visible(user).filter(reimbursement_no=term.strip().upper()):
        state = ReimbursementState(found.state)
        rows.append(
            SearchRow(
                url=reverse(
                    "filings:reimbursement_detail", kwargs={"reimbursement_no": found.reimbursement_no}
                ),
                number=found.reimbursement_no,
                title=found.stay.person.name,
                detail=f"{mask_id(found.stay.person.cert_no)} · {found.stay.institution}",
                badge=str(state.label),
                badge_tone=TONES[state],
            )
        )
    return SearchGroup("手工报销", rows)


@STAY_SECTIONS.register("reimbursements", order=10)
def on_stay(user: User, stay: Stay, verdict: Verdict, today: dt.date) -> CardSection | None:
    """What to bring and the way into the queue, where the stay is reimbursed by hand or once was to be."""
    known = ManualReimbursement.objects.filter(stay=stay).first()
    if known is None and not verdict.is_manual:
        return None
    takes_in = access.allowed(user, May.TAKE_IN_FILINGS) and access.within(user, stay.insured_region)
    settled_no = settled_directly(stay)
    context = {
        "stay": stay,
        "case": known,
        "settled_no": settled_no,
        "tone": TONES[ReimbursementState(known.state)] if known is not None else "",
        "papers": papers_to_bring(today),
        "may_open": takes_in and known is None and not settled_no,
        "is_beside_direct": known is not None
        and known.state == ReimbursementState.WAITING
        and not verdict.is_manual,
    }
    return CardSection("手工报销", "filings/reimbursements/_on_stay.html", context)


@MORE_PAPERS.register("reimbursements", order=30)
def notice_among_papers(user: User, today: dt.date) -> CardSection | None:
    """The notice, blank with the papers to bring; filled it prints from the queue."""
    if not access.allowed(user, May.READ_FILINGS):
        return None
    context = {
        "papers": [(NOTICE, ReimbursementNotice.TITLE)],
        "page": Action("从手工报销队列打印填好的", reverse("filings:reimbursement_list")),
    }
    return CardSection("手工报销", "agency/formlist/_papers.html", context)


@STATEFUL.register("reimbursement", order=230)
def reimbursement_model() -> type:
    return ManualReimbursement


@SEEDERS.register("reimbursement_papers", order=40)
def seed_papers(seeds: Path, tally: Tally) -> None:
    """What to bring for manual reimbursement [S0, S2, S3]."""
    for row in read_rows(seeds / "reimbursement_papers.csv"):
        tally.upsert(
            ReimbursementPaper,
            key={"code": row["code"], "valid_from": day(row["valid_from"])},
            values={
                "name": row["name"],
                "note": row["note"],
                "position": int(row["position"]),
                "valid_to": day(row["valid_to"]),
                "source": row["source"],
            },
        )


@DEMO.register("reimbursements", order=41)
def demo_reimbursements(seeds: Path, tally: Tally, now: dt.datetime) -> None:
    """The demo stays that were filed too late wait to be reimbursed by hand."""
    rows = Stay.objects.filter(manual_reimbursement__isnull=True)
    waiting = rows.select_related("insured_region", "filing", "recorded_by", "person").order_by("pk")
    for found in judged(waiting, now.date()):
        if found.verdict.is_manual and found.stay.filing is not None:
            at = min(now, found.stay.recorded_at + dt.timedelta(minutes=5))
            reimbursement_open(found.stay, by=found.stay.recorded_by, at=at)
            tally.created += 1
