"""Writes of applications (form 15): a region drafts and applies, the province reviews, another approves."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction

from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst
from agency.journal import audit, workflow
from agency.journal.numbers import next_number
from agency.organisation import access
from agency.organisation.models import Agency, PoolingRegion, User
from agency.organisation.roles import May
from settlement.year_end.filling import RegionYear, YearBook, book_of, party_in, region_year
from settlement.year_end.models import YearEnd, YearEndApplication
from settlement.year_end.states import HANDED_IN, ApplicationState

S = ApplicationState
FIGURES_CHANGED = "年终清算重新计算，本区的数字有变动，请重新填写。"
FIGURES = ("receivable_fen", "payable_fen", "received_fen", "paid_fen", "deducted_in_fen", "deducted_out_fen")


def figures_of(row: RegionYear) -> dict[str, int]:
    """What form 15 says of a region's year, in fen."""
    ours, theirs = row.receivable, row.payable
    return {
        "receivable_fen": ours.assessed_fen,
        "payable_fen": theirs.assessed_fen,
        "received_fen": ours.settled_fen,
        "paid_fen": theirs.settled_fen,
        "deducted_in_fen": ours.deduction_fen,
        "deducted_out_fen": theirs.deduction_fen,
    }


def figures_now(year: str, region: PoolingRegion) -> tuple[YearEnd, dict[str, Any]]:
    """A region's figures of the year as computed; DomainError when there are none, or the year is closed."""
    book = book_of(year)
    if book.year_end.is_closed:
        raise DomainError("already_closed", f"{book.year_end.label}已关账，不能再申请。")
    party = party_in(book, region)
    found: dict[str, Any] = {**figures_of(region_year(book, party)), "region_name": party.name}
    return book.year_end, {**found, "basis_digest": book.year_end.digest}


@transaction.atomic
def application_draft(
    *, year: str, region: PoolingRegion, reason: str, contact: str, phone: str, by: User, at: dt.datetime
) -> YearEndApplication:
    """填写申请: with the figures of now; again while it is a draft or was returned.

    Errors: NotAllowed, `not_computed`, `not_in_month`, `already_closed`, `not_editable`,
    SomeoneElseWasFirst.
    """
    access.require(by, May.APPLY_YEAR_END, region)
    year_end, figures = figures_now(year, region)
    values: dict[str, Any] = {**figures, "reason": reason.strip(), "contact": contact.strip()}
    values |= {"phone": phone.strip(), "drafted_by": by, "drafted_at": at}
    known = _held(year_end, region)
    if known is None:
        return _create(year_end, region, values, by=by, at=at)
    if not known.is_editable:
        raise DomainError("not_editable", f"{known} {known.get_state_display()}，不能再改。")
    YearEndApplication.objects.filter(pk=known.pk).update(**values)
    known.refresh_from_db()
    _log("application_drafted", known, by=by, at=at)
    return known


def _create(
    year_end: YearEnd, region: PoolingRegion, values: dict[str, Any], *, by: User, at: dt.datetime
) -> YearEndApplication:
    agency = Agency.objects.filter(region=region).order_by("code").first()
    number = f"NQ{year_end.year}-{next_number(f'year-end-{year_end.year}'):03d}"
    try:
        with transaction.atomic():
            application = YearEndApplication.objects.create(
                application_no=number,
                year_end=year_end,
                region=region,
                unit_name=agency.name if agency else region.name,
                **values,
            )
    except IntegrityError as error:
        raise SomeoneElseWasFirst("同事刚填写了本区的申请，请刷新后再看。") from error
    workflow.begin(application, by=by, at=at)
    _log("application_drafted", application, by=by, at=at)
    return application


@transaction.atomic
def application_submit(*, application: YearEndApplication, by: User, at: dt.datetime) -> YearEndApplication:
    """提交: the figures must be those of now. Errors: NotAllowed, `figures_changed`, `already_closed`."""
    access.require(by, May.APPLY_YEAR_END, application.region)
    _require_as_now(application)
    _move(application, S.APPLIED, by=by, at=at, applied_by=by, applied_at=at)
    return application


@transaction.atomic
def application_review(
    *, application: YearEndApplication, by: User, at: dt.datetime, note: str = ""
) -> YearEndApplication:
    """审核: the province, not whoever applied. Errors as of submitting."""
    access.require(by, May.REVIEW_YEAR_END)
    access.require_second_person(by, application.applied_by)
    _require_as_now(application)
    fields = {"reviewed_by": by, "reviewed_at": at, "review_note": note.strip()}
    _move(application, S.REVIEWED, by=by, at=at, reason=note, **fields)
    return application


@transaction.atomic
def application_approve(
    *, application: YearEndApplication, by: User, at: dt.datetime, note: str = ""
) -> YearEndApplication:
    """批准: neither whoever applied nor whoever reviewed. Errors as of submitting."""
    access.require(by, May.APPROVE_YEAR_END)
    access.require_second_person(by, application.applied_by)
    access.require_second_person(by, application.reviewed_by)
    _require_as_now(application)
    fields = {"approved_by": by, "approved_at": at, "approval_note": note.strip()}
    _move(application, S.APPROVED, by=by, at=at, reason=note, **fields)
    return application


@transaction.atomic
def application_return(
    *, application: YearEndApplication, by: User, at: dt.datetime, reason: str
) -> YearEndApplication:
    """退回: to the region with a reason; who reviewed stays in the history only. One that is approved goes
    back only by other figures. Errors: NotAllowed, `already_approved`, `no_such_step`, `reason_missing`."""
    if not (access.allowed(by, May.REVIEW_YEAR_END) or access.allowed(by, May.APPROVE_YEAR_END)):
        raise NotAllowed
    if application.state == S.APPROVED:
        raise DomainError(
            "already_approved", f"{application} 已批准，不能退回；重新计算后数字有变动的才退回。"
        )
    fields = {"reviewed_by": None, "reviewed_at": None, "review_note": ""}
    _move(application, S.RETURNED, by=by, at=at, reason=reason, **fields)
    return application


def applications_follow(year_end: YearEnd, *, by: User, at: dt.datetime) -> int:
    """Send back what was handed in, approved ones too, with other figures than the year has now; how many.
    Called by whoever computes the year: its right stands for these steps."""
    rows = YearEndApplication.objects.filter(year_end=year_end, state__in=HANDED_IN)
    found = list(rows.select_related("region").select_for_update(of=("self",), no_key=True).order_by("pk"))
    book = YearBook(year_end)
    changed = [
        row for row in found if _differs(row, figures_of(region_year(book, party_in(book, row.region))))
    ]
    undone: dict[str, Any] = dict.fromkeys(("reviewed_by", "reviewed_at", "approved_by", "approved_at"))
    undone |= {"review_note": "", "approval_note": ""}
    for state in HANDED_IN:
        moving = [row for row in changed if row.state == state]
        workflow.move_many(
            moving,
            S.RETURNED,
            by=by,
            at=at,
            reason=FIGURES_CHANGED,
            may=May.COMPUTE_YEAR_END,
            **undone,
        )
    for row in changed:
        _log("application_returned", row, by=by, at=at)
    return len(changed)


def _differs(application: YearEndApplication, figures: dict[str, Any]) -> bool:
    return any(getattr(application, name) != figures[name] for name in FIGURES)


def _held(year_end: YearEnd, region: PoolingRegion) -> YearEndApplication | None:
    rows = YearEndApplication.objects.filter(year_end=year_end, region=region)
    return rows.select_for_update(no_key=True).order_by("pk").first()


def _require_as_now(application: YearEndApplication) -> None:
    """What is applied for is what the year comes to: computed again with other figures, it goes back."""
    _, figures = figures_now(application.year_end.year, application.region)
    if _differs(application, figures):
        raise DomainError(
            "figures_changed", f"{application} 的数字与现在的年终清算不同，请由统筹区重新填写。"
        )


def _move(application: YearEndApplication, to: str, *, by: User, at: dt.datetime, **more: Any) -> None:
    workflow.move(application, to, by=by, at=at, **more)
    _log(f"application_{to}", application, by=by, at=at)


def _log(action: str, application: YearEndApplication, *, by: User, at: dt.datetime) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject_kind="year_end_application",
        subject_no=application.application_no,
        region=application.region,
        year=application.year_end.year,
    )
