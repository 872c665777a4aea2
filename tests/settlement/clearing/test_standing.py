"""验证码: a printed sheet, matrix or explanation counts as signed only if it says what was signed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from agency.journal.models import PrintedForm
from agency.organisation.models import PoolingRegion
from settlement.clearing.export import sheet_printed
from settlement.clearing.filling import MonthBook, matrix_data, party_named_as_then, sheet_data
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.services import period_sign
from settlement.clearing.standing import standing_of_sheet
from tests.settlement.records.files import row
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_month")
DRAFT = ("草稿，尚未签发", False)
OTHER = ("草稿，与签发的不同，以签发的为准", False)
SIGNED = ("已签发", True)


def standing(printed: PrintedForm) -> tuple[str, bool]:
    found = standing_of_sheet(printed)
    assert found is not None
    return found.label, found.is_effective


def printed(month: ClearingPeriod, region: PoolingRegion, form: str, world: World) -> PrintedForm:
    book, party = MonthBook(month), party_named_as_then(month, region)
    data = matrix_data(month, party, book) if form == "9附" else sheet_data(form, month, party, book)
    coded = sheet_printed(data, region, book=book, by=world.prov_clearing, at=world.now)
    return PrintedForm.objects.get(code=coded.code)


def test_a_draft_of_other_figures_is_not_what_was_signed(
    month: ClearingPeriod,
    world: World,
    load: Callable[..., object],
    compute: Callable[..., ClearingPeriod],
    confirm_all: Callable[..., None],
) -> None:
    papers = {
        (form, region.name): printed(month, region, form, world)
        for form in ("10", "9附")
        for region in (world.jilin, world.yanbian)
    }
    assert {standing(paper) for paper in papers.values()} == {DRAFT}

    load([row("S9")])  # 长春 in 吉林: 延边's sheets stay as they are
    confirm_all(compute())
    period_sign(period="202610", by=world.prov_clearing, at=world.now)

    told = {key: standing(paper) for key, paper in papers.items()}
    assert told[("10", "吉林市")] == told[("9附", "吉林市")] == OTHER
    assert told[("10", "延边州")] == told[("9附", "延边州")] == SIGNED


def test_an_explanation_counts_from_the_signature_on(
    month: ClearingPeriod,
    world: World,
    as_user: Callable[[object], Client],
    confirm_all: Callable[..., None],
) -> None:
    where = {"period": "202610", "form": "10", "region_code": "220200"}
    url = f"{reverse('settlement:explanation_print', kwargs=where)}?row=&column=due"

    def explained() -> PrintedForm:
        assert as_user(world.jilin_clearing).get(url).status_code == 200
        return PrintedForm.objects.filter(form_no="数字").latest("pk")

    draft = explained()
    assert standing(draft) == DRAFT
    confirm_all(month)
    period_sign(period="202610", by=world.prov_clearing, at=world.now - dt.timedelta(hours=1))
    PrintedForm.objects.filter(pk=draft.pk).update(at=world.now - dt.timedelta(hours=2))

    assert standing(PrintedForm.objects.get(pk=draft.pk)) == OTHER
    assert standing(explained()) == SIGNED
