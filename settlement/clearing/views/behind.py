"""What is behind one figure: regions, cases, file and line, filing; on paper, and as a list to take out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from agency.journal.papers import Printable
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.exporting import KINDS, exported
from agency.web.keyset import keyset_page
from agency.web.papers import answer_with_page, answer_with_pdf
from agency.web.request import StaffRequest
from settlement.clearing import behind
from settlement.clearing.behind import Figure
from settlement.clearing.cases_behind import NAMED, cases_shown, columns_of, count_behind, lines_behind
from settlement.clearing.explain import explain_url, explained, narrowed
from settlement.clearing.explanation import CASES_SHOWN, ToExplain, explanation, in_words
from settlement.clearing.filling import party_named_as_then
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.rules import Party
from settlement.clearing.selectors import lines_sum, parties_of
from settlement.clearing.views.sheets import month_and_region
from settlement.deductions.models import Deduction
from settlement.holding.selectors import disputable_among, held_among

DEDUCTIONS_SHOWN = 200
EXPORT_LIMIT = 20_000


@dataclass
class Asked:
    """The figure that a page is about; `narrowed`: what of it is meant, one region (`with`), one `kind`."""

    form: str
    month: ClearingPeriod
    region: PoolingRegion | None
    party: Party | None
    row_key: str
    column_key: str
    narrowed: dict[str, str]

    @property
    def sheet_url(self) -> str:
        return reverse("settlement:sheet", kwargs=self.where)

    @property
    def sheet_label(self) -> str:
        """Where the figure stands: a region's 轧差 is what two of its sheets leave."""
        return (
            "表 10、表 11"
            if (self.form, self.column_key) == (behind.OF_NET, behind.NET)
            else f"表 {self.form}"
        )

    @property
    def where(self) -> dict[str, str]:
        where = {"period": self.month.period, "form": self.form}
        return where | ({"region_code": self.region.code} if self.region is not None else {})

    def url(self, **more: str) -> str:
        """The page of this figure, narrowed as it is or to something more."""
        asked = {**self.narrowed, **more}
        return explain_url(self.form, self.month, self.region, self.row_key, self.column_key, **asked)

    @property
    def whole_url(self) -> str:
        return explain_url(self.form, self.month, self.region, self.row_key, self.column_key)

    @property
    def query(self) -> str:
        return self.url().partition("?")[2]

    def figure(self) -> Figure:
        """DomainError when the sheet has no such figure. Form 14 lists deductions and has none."""
        figure = behind.figure_behind(self.form, self.month, self.party, self.row_key, self.column_key)
        code, kind = self.narrowed.get("with", ""), self.narrowed.get("kind", "")
        return narrowed(figure, parties_of(self.month), code, kind)


def asked_of(request: StaffRequest, period: str, form: str, region_code: str | None) -> Asked:
    """What the address asks for; 404 when the sheet is not this person's."""
    month, region = month_and_region(request.user, period, form, region_code)
    party = party_named_as_then(month, region) if region else None
    given = {name: request.GET.get(name, "") for name in ("row", "column", "with", "kind")}
    narrowing = {name: given[name] for name in ("with", "kind") if given[name]}
    return Asked(form, month, region, party, given["row"], given["column"], narrowing)


@needs(May.READ_CLEARING)
@require_GET
def sheet_cases(
    request: StaffRequest, period: str, form: str, region_code: str | None = None
) -> HttpResponse:
    """How a figure is made: formula, regions, kinds of care; then its records and deductions."""
    asked = asked_of(request, period, form, region_code)
    context: dict[str, Any] = {"asked": asked, "month": asked.month, "form": form, "party": asked.party}
    if form == "14":
        assert asked.party is not None
        deductions = behind.deductions_of_row(asked.month, asked.party, asked.row_key)
        context |= {"label": f"{asked.party.name} 扣款", "page": None, **_deductions(deductions, None)}
    else:
        context |= _figure(request, asked)
    return render(request, "settlement/clearing/cases.html", context)


def _figure(request: StaffRequest, asked: Asked) -> dict[str, Any]:
    figure, month = asked.figure(), asked.month
    records = behind.records_behind(figure, month)
    page = keyset_page(request, records.select_related(*NAMED, "batch"))
    told = _told(asked, figure)
    counts = lines_sum(month, figure.where)
    return {
        "figure": figure,
        "label": figure.label,
        "told": told,
        "formulas": [in_words(told, formula) for formula in told.explained.formulas],
        "by_region": [(share, asked.url(**{"with": share.code})) for share in told.explained.by_region],
        "by_kind": [(share, asked.url(kind=share.code)) for share in told.explained.by_kind],
        "proof": told.proof,
        "page": page,
        "rows": cases_shown(figure, page.rows, request.user),
        **_disputes(request.user, asked, [record.pk for record in page.rows]),
        "held_cases": [
            (case, behind.contribution(figure, case)) for case in behind.held_behind(figure, month)
        ],
        "records": f"{counts['records']:,}",
        **_deductions(behind.deductions_behind(figure, month), figure),
    }


def _disputes(user: User, asked: Asked, records: list[int]) -> dict[str, set[int]]:
    """Which of the records listed are disputed, and which this person may dispute."""
    party, month = asked.party, asked.month
    may = party is not None and party.id == user.region_id and access.allowed(user, May.CONFIRM_CLEARING)
    return {
        "held": held_among(records),
        "disputable": disputable_among(records) if may and not month.is_signed else set(),
    }


def _told(asked: Asked, figure: Figure, **more: Any) -> ToExplain:
    return ToExplain(
        sheet=asked.sheet_label,
        month=asked.month,
        region=asked.region,
        explained=explained(figure, asked.month, parties_of(asked.month)),
        proof=behind.proof_of(figure, asked.month),
        address=asked.query,
        **{"cases": [], "counted": "", **more},
    )


def _deductions(rows: QuerySet[Deduction], figure: Figure | None) -> dict[str, Any]:
    """The newest deductions, each with what it adds."""
    found = list(rows.select_related(*NAMED, "record").order_by("-pk")[: DEDUCTIONS_SHOWN + 1])
    shown = found[:DEDUCTIONS_SHOWN]
    return {
        "deductions": [
            (row, behind.contribution(figure, row) if figure else row.amount_fen) for row in shown
        ],
        "more_deductions": len(found) > DEDUCTIONS_SHOWN,
    }


# --- on paper, as a file ------------------------------------------------------------------------------------


def _printable(request: StaffRequest, period: str, form: str, region_code: str | None) -> Printable:
    asked = asked_of(request, period, form, region_code)
    figure = asked.figure()
    records = behind.records_behind(figure, asked.month).select_related(*NAMED, "batch")
    first = list(records.order_by("pk")[:CASES_SHOWN])
    sums = lines_sum(asked.month, figure.where)
    held = len(behind.held_behind(figure, asked.month))
    told = _told(
        asked,
        figure,
        cases=cases_shown(figure, first, request.user),
        counted=_counted(sums["records"], behind.deductions_behind(figure, asked.month).count(), held),
        holds=held > 0,
    )
    number = "/".join(asked.where.values())
    return explanation(told, number)


def _counted(records: int, deductions: int, held: int) -> str:
    """How many stand behind a figure: `明细 3 笔，扣款 1 条，挂账 1 笔`."""
    more = (f"，扣款 {deductions:,} 条" if deductions else "") + (f"，挂账 {held:,} 笔" if held else "")
    return f"明细 {records:,} 笔{more}"


@needs(May.READ_CLEARING)
@require_GET
def explanation_print(
    request: StaffRequest, period: str, form: str, region_code: str | None = None
) -> HttpResponse:
    """The explanation on one page of paper, with its code."""
    return answer_with_page(request, _printable(request, period, form, region_code))


@needs(May.READ_CLEARING)
@require_GET
def explanation_file(
    request: StaffRequest, period: str, form: str, region_code: str | None = None
) -> HttpResponse:
    """The same as PDF."""
    return answer_with_pdf(request, _printable(request, period, form, region_code), "清算数字说明")


@needs(May.READ_CLEARING)
@require_GET
def cases_export(
    request: StaffRequest, period: str, form: str, kind: str, region_code: str | None = None
) -> HttpResponse:
    """Every case and deduction behind the figure, as CSV or XLSX, without names and numbers of persons."""
    if kind not in KINDS or form == "14":
        raise Http404
    asked = asked_of(request, period, form, region_code)
    figure = asked.figure()
    if count_behind(figure, asked.month, EXPORT_LIMIT + 1) > EXPORT_LIMIT:
        messages.warning(
            request, f"这个数背后超过 {EXPORT_LIMIT:,} 条，没有导出。请先点一个统筹区或医疗类别再导出。"
        )
        return redirect(asked.url())
    return exported(
        request,
        lines_behind(figure, asked.month, request.user),
        kind=kind,
        title="明细",
        columns=columns_of(figure),
        subject_kind="sheet",
        what="figure_cases",
        filters={**asked.where, "row": asked.row_key, "column": asked.column_key, **asked.narrowed},
    )
