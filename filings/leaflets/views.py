"""一次性告知单: on screen, as print page and PDF. Blank of personal data, so nothing is logged."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from agency.journal.papers import blank_page, blank_paper
from agency.organisation.models import PoolingRegion, RegionKind, User
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.papers import inline_pdf
from agency.web.request import StaffRequest
from filings.filing.kinds import FilingKind
from filings.filing.validity import CROSS_PROVINCE
from filings.leaflets.content import SCOPES, Leaflet, leaflet_of


class ScopeForm(forms.Form):
    """For places where, and whose rules; what cannot be read falls back to the usual."""

    scope = forms.ChoiceField(label="就医地", choices=list(SCOPES.items()), required=False)
    region = forms.ChoiceField(label="参保地", required=False)

    def __init__(self, *args: Any, by: User, **options: Any) -> None:
        super().__init__(*args, **options)
        if by.region_id is not None:
            del self.fields["region"]
        else:
            rows = PoolingRegion.objects.filter(kind=RegionKind.POOLING).values_list("code", "name")
            cast(forms.ChoiceField, self.fields["region"]).choices = [("", "全省通用"), *rows]


@needs(May.READ_FILINGS)
@require_GET
def one_time_notice(request: StaffRequest, kind: str) -> HttpResponse:
    """The leaflet of a kind, to be read out or printed."""
    form, said = _leaflet(request, kind)
    context = {
        "form": form,
        "said": said,
        "kind": kind,
        "kinds": FilingKind.choices,
        "query": _query(request),
    }
    return render(request, "filings/leaflets/notice.html", context)


@needs(May.READ_FILINGS)
@require_GET
def one_time_notice_page(request: StaffRequest, kind: str) -> HttpResponse:
    """The print page."""
    return HttpResponse(blank_page(_leaflet(request, kind)[1]))


@needs(May.READ_FILINGS)
@require_GET
def one_time_notice_pdf(request: StaffRequest, kind: str) -> HttpResponse:
    """The PDF."""
    paper = blank_paper(_leaflet(request, kind)[1])
    return inline_pdf(paper, f"notice-{kind}")


def _leaflet(request: StaffRequest, kind: str) -> tuple[ScopeForm, Leaflet]:
    if kind not in FilingKind.values:
        raise Http404
    form = ScopeForm({"scope": CROSS_PROVINCE, **request.GET.dict()}, by=request.user)
    form.is_valid()
    region = request.user.region
    if region is None and form.cleaned_data.get("region"):
        region = PoolingRegion.objects.filter(code=form.cleaned_data["region"]).first()
    scope = form.cleaned_data.get("scope") or CROSS_PROVINCE
    return form, leaflet_of(FilingKind(kind), scope=scope, region=region, on=request.today)


def _query(request: StaffRequest) -> str:
    kept = request.GET.copy()
    for name in set(kept) - {"scope", "region"}:
        del kept[name]
    return kept.urlencode()
