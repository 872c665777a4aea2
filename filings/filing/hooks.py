"""Where filings join shared pages: search, unmasking, the person's card, seed and demo."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.urls import reverse
from django.utils import timezone

from agency.journal.actions import label_actions
from agency.masking import mask_id
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import CARD, DEMO, SEARCH, SEEDERS, STATEFUL, UNMASK
from agency.seeding import Tally, day, read_rows, yes
from agency.web.parts import CardSection, SearchGroup, SearchRow, Unmasked
from filings.filing import demo
from filings.filing.models import Filing, KindTerms
from filings.filing.selectors import filings_of, filings_visible
from filings.filing.shown import shown, state_label
from filings.filing.states import TONES
from filings.people.models import InsuredPerson
from filings.people.selectors import begins_with

label_actions(
    {
        "filing_saved": "保存备案",
        "filing_submitted": "提交复核",
        "filing_in_force": "备案生效",
        "filing_returned": "退回补正",
        "filing_declined": "不予受理",
        "filing_cancelled": "撤销备案",
        "filing_change_begun": "开始变更",
        "filing_superseded": "备案被变更",
        "filing_revived": "变更撤回，恢复生效",
        "lock_waived": "准予提前变更",
        "material_received": "收到补交材料",
        "time_recorded": "记录到期与失效",
    }
)

SEARCH_SHOWN = 10


def _detail_url(filing: Filing) -> str:
    return reverse("filings:filing_detail", kwargs={"filing_no": filing.filing_no})


@SEARCH.register("filings", order=20)
def search_filings(user: User, term: str) -> SearchGroup | None:
    """Filings by the beginning of their number (at least the month)."""
    number = term.strip().upper()
    if not access.allowed(user, May.READ_FILINGS) or len(number) < 7 or not _is_number(number):
        return None
    today = timezone.localdate()
    found = list(filings_visible(user).filter(begins_with("filing_no", number))[: SEARCH_SHOWN + 1])
    rows = [_search_row(filing, today) for filing in found[:SEARCH_SHOWN]]
    return SearchGroup("备案", rows, too_many=len(found) > SEARCH_SHOWN)


def _is_number(text: str) -> bool:
    return text[:1] == "F" and text[1:].isascii() and text[1:].isdigit()


def _search_row(filing: Filing, today: dt.date) -> SearchRow:
    return SearchRow(
        url=_detail_url(filing),
        number=filing.filing_no,
        title=filing.person.name,
        detail=f"{mask_id(filing.person.cert_no)} · {filing.care_place_name}",
        badge=state_label(filing, today),
        badge_tone=TONES[filing.state_on(today)],
    )


@UNMASK.register("filings", order=20)
def unmask_by_filing(user: User, number: str) -> Unmasked | None:
    """The whole certificate number of the person of a filing that this user may look at."""
    if not access.allowed(user, May.READ_FILINGS) or not _is_number(number):
        return None
    filing = filings_visible(user).filter(filing_no=number).first()
    if filing is None:
        return None
    return Unmasked("filing", filing.filing_no, filing.person.cert_no, filing.insured_region)


@CARD.register("filings", order=20)
def filings_on_card(user: User, person: InsuredPerson, today: dt.date) -> CardSection | None:
    """Every filing of the person that may be seen, with its state of today."""
    if not access.allowed(user, May.READ_FILINGS):
        return None
    rows = shown(filings_of(person, user), today)
    return CardSection("备案", "filings/filing/_card.html", {"rows": rows})


@STATEFUL.register("filing", order=110)
def filing_model() -> type:
    return Filing


@SEEDERS.register("filing_kinds", order=40)
def seed_kinds(seeds: Path, tally: Tally) -> None:
    """How long each kind is valid."""
    for row in read_rows(seeds / "filing_kinds.csv"):
        tally.upsert(
            KindTerms,
            key={"kind": row["kind"], "valid_from": day(row["valid_from"])},
            values={
                "valid_to": day(row["valid_to"]),
                "term": row["term"],
                "validity_months": int(row["validity_months"]) if row["validity_months"] else None,
                "lock_months": int(row["lock_months"]) if row["lock_months"] else None,
                "settlements_allowed": int(row["settlements_allowed"] or 0) or None,
                "offered": yes(row["offered"]),
                "needs_review": yes(row["needs_review"]),
                "source": row["source"],
            },
        )


@DEMO.register("filings", order=30)
def demo_filings(seeds: Path, tally: Tally, now: dt.datetime) -> None:
    """Filings of every state."""
    demo.demo_filings(seeds, tally, now)
