"""What the year brings to others: reopening is refused, commands, side bar, home page, list of forms."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from agency.formlist.entries import FORM_PAGES
from agency.journal.actions import label_actions, label_details
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import HOME, NAV, STATEFUL
from agency.web.parts import Action, HomePart, NavItem, TodoRow
from settlement.clearing.signing import REOPENING
from settlement.records.periods import signed_periods
from settlement.year_end import families as families  # joins MORE_SHEETS
from settlement.year_end import noticing as noticing  # joins CLOSED
from settlement.year_end.models import YearEnd, YearEndApplication
from settlement.year_end.selectors import closed_months
from settlement.year_end.services import reopening_refuse
from settlement.year_end.states import YearState
from settlement.year_end.waiting import closable_years, waiting_applications, years_to_apply_for

label_actions(
    {
        "year_computed": "计算年终清算",
        "year_closed": "年终关账",
        "application_drafted": "填写年终清算申请",
        "application_applied": "提交年终清算申请",
        "application_reviewed": "审核年终清算申请",
        "application_approved": "批准年终清算申请",
        "application_returned": "退回年终清算申请",
    }
)
label_details({"late_through": "迟到费用计至"})
signed_periods.also(closed_months)
REOPENING.register("year_end", order=60)(reopening_refuse)


@STATEFUL.register("year_end", order=460)
def year_model() -> type:
    return YearEnd


@STATEFUL.register("year_end_application", order=465)
def application_model() -> type:
    return YearEndApplication


@NAV.register("year_end", order=340)
def nav(user: User) -> list[NavItem]:
    if not access.allowed(user, May.READ_CLEARING):
        return []
    return [NavItem("结算", "年终清算", reverse("settlement:year_list"))]


@HOME.register("year_end", order=340)
def home(user: User, today: dt.date) -> HomePart:
    """For the province: a year whose months are all signed; for a region: one to apply for; for both:
    applications that wait for this person."""
    part = HomePart()
    part.todo += [_to_apply(year_end, draft) for year_end, draft in years_to_apply_for(user)]
    if access.allowed(user, May.COMPUTE_YEAR_END) or access.allowed(user, May.CLOSE_YEAR):
        part.todo += [_year(user, year) for year in closable_years() if _is_theirs(user, year)]
    part.todo += [_application(row) for row in waiting_applications(user)]
    return part


def _is_theirs(user: User, year_end: YearEnd) -> bool:
    """Whether the next step of a year is this person's."""
    if year_end.state == YearState.OPEN:
        return access.allowed(user, May.COMPUTE_YEAR_END)
    return access.allowed(user, May.CLOSE_YEAR) and year_end.computed_by_id != user.pk


def _year(user: User, year_end: YearEnd) -> TodoRow:
    is_open = year_end.state == YearState.OPEN
    return TodoRow(
        badge="待计算" if is_open else "待关账",
        badge_tone="warn",
        number="",
        url=reverse("settlement:year_detail", kwargs={"year": year_end.year}),
        title=f"{year_end.label}年终清算",
        detail="各月都已签发" if is_open else "已计算，等第二人批准",
    )


def _to_apply(year_end: YearEnd, draft: YearEndApplication | None) -> TodoRow:
    url = reverse("settlement:year_apply", kwargs={"year": year_end.year})
    if draft is not None:
        url = reverse("settlement:year_application", kwargs={"application_no": draft.application_no})
    return TodoRow(
        badge=str(draft.get_state_display()) if draft is not None else "待申请",
        badge_tone="warn",
        number=draft.application_no if draft is not None else "",
        url=url,
        title=f"{year_end.label}年终清算（表 15）",
        detail="已填写，还没有提交" if draft is not None else "已计算：核对表 17、表 18，填写申请",
    )


def _application(row: YearEndApplication) -> TodoRow:
    return TodoRow(
        badge=str(row.get_state_display()),
        badge_tone=row.tone,
        number=row.application_no,
        url=reverse("settlement:year_application", kwargs={"application_no": row.application_no}),
        title=f"{row.region_name}{row.year_end.label}年终清算申请",
    )


def _year_page(user: User) -> Action | None:
    if not access.allowed(user, May.READ_CLEARING):
        return None
    return Action("年终清算", reverse("settlement:year_list"))


for _form in ("15", "16", "17", "18"):
    FORM_PAGES.register(_form)(_year_page)
