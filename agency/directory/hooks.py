"""Where the directory joins shared pages: the side bar and the search box."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from agency.directory.rules import SHORTEST_BEGINNING, read_term
from agency.directory.selectors import institutions_beginning, institutions_meant
from agency.directory.shown import ShownInstitution, shown
from agency.organisation.models import User
from agency.registry import NAV, SEARCH
from agency.web.parts import NavItem, SearchGroup, SearchRow

SEARCH_SHOWN = 10


@NAV.register("directory", order=90)
def nav(user: User) -> list[NavItem]:
    return [NavItem("窗口", "定点机构", reverse("agency:institution_list"))]


@SEARCH.register("directory", order=90)
def search_institutions(user: User, term: str) -> SearchGroup | None:
    """Institutions by the beginning of their code (at least the prefecture), or by their exact name."""
    wanted = read_term(term)
    if wanted.code and len(wanted.code) < SHORTEST_BEGINNING:
        return None
    found = institutions_beginning(wanted.code, SEARCH_SHOWN) if wanted.code else institutions_meant(term)
    rows = [_search_row(row) for row in shown(found[:SEARCH_SHOWN], timezone.localdate())]
    return SearchGroup("定点机构", rows, too_many=len(found) > SEARCH_SHOWN)


def _search_row(row: ShownInstitution) -> SearchRow:
    one = row.institution
    return SearchRow(
        url=reverse("agency:institution_detail", kwargs={"institution_code": one.code}),
        number=one.code,
        title=one.name or "名称待补",
        detail=" · ".join(part for part in (one.level, row.place) if part),
        badge=row.label,
        badge_tone=row.tone,
    )
