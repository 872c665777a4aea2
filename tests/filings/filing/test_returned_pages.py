"""A filing that was sent back says what is asked for, on its page and where it is mended."""

from collections.abc import Callable

from django.test import Client

from filings.filing.services import filing_decline, filing_return
from tests.filings.making import make_submitted
from tests.support.world import World


def test_what_is_lacking_stands_on_both_pages(world: World, as_user: Callable[..., Client]) -> None:
    filing = make_submitted(world)
    filing_return(filing, by=world.reviewer, at=world.now, reason="缺居住证")
    client = as_user(world.clerk)

    for path in (f"/filings/{filing.filing_no}/", f"/filings/{filing.filing_no}/edit/"):
        page = client.get(path).content.decode()
        assert "<b>需要补正</b>缺居住证（reviewer 2026-11-20 12:00 退回，2026-11-27 前补齐）" in page


def test_mending_is_the_next_step_not_sending_it_back_unchanged(
    world: World, as_user: Callable[..., Client]
) -> None:
    filing = make_submitted(world)
    filing_return(filing, by=world.reviewer, at=world.now, reason="缺居住证")

    page = as_user(world.clerk).get(f"/filings/{filing.filing_no}/").content.decode()

    assert f'<a class="btn go" href="/filings/{filing.filing_no}/edit/">补正</a>' in page
    assert '<button class="btn" type="submit">不改，直接提交' in page


def test_why_a_filing_was_declined_stands_on_its_page(world: World, as_user: Callable[..., Client]) -> None:
    filing = make_submitted(world)
    filing_decline(filing, by=world.reviewer, at=world.now, reason="不在参保地")

    page = as_user(world.clerk).get(f"/filings/{filing.filing_no}/").content.decode()

    assert "<b>不予受理</b>不在参保地（reviewer 2026-11-20 12:00）" in page
