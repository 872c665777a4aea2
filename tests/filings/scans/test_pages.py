"""Looking at scans, taking them away and back: who may, what the log keeps, what never happens."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.test import Client
from PIL import Image

from agency.errors import DomainError, NotAllowed
from agency.journal.models import AuditEntry
from agency.organisation.roles import Level, Role
from filings.filing.services import filing_approve
from filings.filing.states import FilingState
from filings.scans import store
from filings.scans.models import Scan
from filings.scans.services import scan_restore, scan_withdraw
from tests.filings.making import make_draft, make_in_force, make_submitted, stored
from tests.filings.scans import files
from tests.filings.scans.files import make_scan
from tests.support.world import World, make_user

Login = Callable[[object], Client]


def looked() -> list[tuple[str, dict[str, object]]]:
    rows = AuditEntry.objects.filter(action="scan_viewed").order_by("seq")
    return [(row.by.username, row.detail) for row in rows]


def test_a_reviewer_turns_the_pages_by_keys_and_each_look_is_logged(world: World, as_user: Login) -> None:
    filing, client = make_submitted(world), as_user(world.reviewer)
    make_scan(world, filing, pages=2)
    make_scan(world, filing, "valid_identity_card", "green")
    viewer = f"/filings/{filing.filing_no}/scans/"

    assert f'href="{viewer}"' in client.get(f"/filings/{filing.filing_no}/").content.decode()
    first = client.get(viewer).content.decode()
    last = client.get(f"{viewer}?at=1.2").content.decode()
    odd = client.get(f"{viewer}?at=9.9%27").content.decode()

    assert "1 / 3" in first and "有效身份证件" in first and 'data-key="J"' in first
    assert f'href="{viewer}?at=1.1" data-key="J"' in first and 'data-key="K"' not in first
    assert "3 / 3" in last and "已是最后一页" in last and f'href="{viewer}?at=1.1" data-key="K"' in last
    assert "1 / 3" in odd
    assert looked() == []
    picture = client.get(f"{viewer}1/2.jpg")
    assert picture.status_code == 200 and picture.content[:3] == b"\xff\xd8\xff"
    assert looked() == [("reviewer", {"scan": 1, "page": 2})]
    small = client.get(f"{viewer}1/2.small.jpg")
    assert small.status_code == 200 and len(small.content) < len(picture.content)
    for answer in (picture, small):
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"].startswith("inline; filename=")
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert "no-store" in answer["Cache-Control"]
    assert client.get(f"{viewer}1/3.jpg").status_code == client.get(f"{viewer}7/1.jpg").status_code == 404
    assert len(looked()) == 1


def test_only_the_insured_region_sees_scans(world: World, as_user: Login) -> None:
    """长春 pays, 吉林 treats: it sees the filing in force, not the papers; 延边 sees neither."""
    filing = make_in_force(world, province="220000", city="220200")
    make_scan(world, filing)
    page, viewer = f"/filings/{filing.filing_no}/", f"/filings/{filing.filing_no}/scans/"
    hall = {"level": Level.COUNTER, "region": "220200", "counter": "220200-01"}
    treats = as_user(make_user("jilin_all", Role.INTAKE, Role.REVIEW, Role.AUDIT, **hall))
    stranger, finance = as_user(world.yanbian_clerk), as_user(world.prov_finance)

    assert treats.get(page).status_code == 200
    assert "扫描件" not in treats.get(page).content.decode()
    for client in (treats, stranger):
        for url in (viewer, f"{viewer}1/1.jpg", f"{viewer}1/1.small.jpg"):
            assert client.get(url).status_code == 404
        for act in ("add/", "1/withdraw/", "1/restore/"):
            assert client.post(viewer + act, {"reason": "x"}).status_code == 404
    assert finance.get(viewer).status_code == finance.get(f"{viewer}1/1.jpg").status_code == 403
    reader = as_user(world.auditor)
    assert reader.get(viewer).status_code == reader.get(f"{viewer}1/1.jpg").status_code == 200
    assert reader.post(f"{viewer}add/").status_code == reader.post(f"{viewer}1/withdraw/").status_code == 403
    assert as_user(world.prov_auditor).get(f"{viewer}1/1.jpg").status_code == 200
    assert {by for by, _ in looked()} == {"auditor", "prov_auditor"}


def test_a_scan_is_taken_away_with_a_reason_and_put_back(world: World, as_user: Login) -> None:
    filing, client = make_submitted(world), as_user(world.clerk)
    make_scan(world, filing)
    make_scan(world, filing, colour="green")
    base = f"/filings/{filing.filing_no}/scans/1/"

    refused = client.post(f"{base}withdraw/", {"reason": " "})
    assert "第 1 件没有撤下：请写明原因。" in client.get(refused["Location"]).content.decode()
    assert client.post(f"{base}withdraw/", {"reason": "拿错了别人的"})["Location"].endswith("#scans")

    scan = Scan.objects.get(filing=filing, number=1)
    assert (scan.withdrawn_by, scan.withdrawn_reason) == (world.clerk, "拿错了别人的")
    assert store.digest_on_disk(scan.pages.get().digest)
    page = client.get(f"/filings/{filing.filing_no}/").content.decode()
    assert "已撤下 1 件" in page and "拿错了别人的" in page and "逐页看 1 件" in page
    # what was taken away may be another person's: the reviewer reads that it was, and does not see it
    assert client.get(f"{base}1.jpg").status_code == 200
    assert as_user(world.auditor).get(f"{base}1.jpg").status_code == 200
    reviewer = as_user(world.reviewer)
    assert "拿错了别人的" in reviewer.get(f"/filings/{filing.filing_no}/").content.decode()
    assert reviewer.get(f"{base}1.jpg").status_code == reviewer.get(f"{base}1.small.jpg").status_code == 404

    client.post(f"{base}restore/")
    assert not Scan.objects.get(pk=scan.pk).is_withdrawn
    acts = AuditEntry.objects.filter(action__startswith="scan_").exclude(action="scan_viewed")
    assert [(row.action, row.detail) for row in acts.order_by("seq")] == [
        ("scan_withdrawn", {"scan": 1, "reason": "拿错了别人的"}),
        ("scan_restored", {"scan": 1}),
    ]


def test_taking_away_and_back_is_refused_where_it_makes_no_sense(world: World) -> None:
    filing = make_draft(world)
    scan = make_scan(world, filing)
    act = {"by": world.clerk, "at": world.now}

    with pytest.raises(DomainError, match="没有撤下，不用恢复"):
        scan_restore(scan, **act)
    with pytest.raises(DomainError, match="请写明撤下的原因"):
        scan_withdraw(scan, reason="  ", **act)
    scan_withdraw(scan, reason="模糊", **act)
    with pytest.raises(DomainError, match="第 1 件已由clerk撤下"):
        scan_withdraw(scan, reason="模糊", **act)
    again = make_scan(world, filing)
    with pytest.raises(DomainError, match=f"已重新上传为第 {again.number} 件"):
        scan_restore(scan, **act)
    closed = make_scan(world, make_in_force(world))
    for refused in (
        lambda: scan_withdraw(closed, reason="模糊", **act),
        lambda: scan_restore(closed, **act),
    ):
        with pytest.raises(DomainError, match="扫描件只能看"):
            refused()
    with pytest.raises(NotAllowed):
        scan_withdraw(again, by=world.yanbian_clerk, at=world.now, reason="x")
    assert Scan.objects.filter(withdrawn_at__isnull=False).count() == 1


def test_whoever_brought_a_scan_does_not_review(world: World) -> None:
    filing = make_submitted(world)
    hall = {"level": Level.COUNTER, "region": "220100", "counter": "220100-01"}
    both = make_user("both", Role.INTAKE, Role.REVIEW, **hall)
    scan = make_scan(world, filing)
    Scan.objects.bulk_create([Scan(**{**values(scan), "number": 2, "digest": "b" * 64, "uploaded_by": both})])

    with pytest.raises(NotAllowed):
        filing_approve(stored(filing), by=both, at=world.now)
    assert stored(filing).state == FilingState.UNDER_REVIEW

    assert filing_approve(stored(filing), by=world.reviewer, at=world.now).state == FilingState.IN_FORCE


def values(scan: Scan) -> dict[str, object]:
    """The columns of a scan, to make another like it."""
    names = [field.name for field in Scan._meta.fields if field.name not in ("id", "source_digest")]
    return {name: getattr(scan, name) for name in names} | {"source_digest": "c" * 64}


def test_a_damaged_or_lost_file_is_told_and_not_shown(world: World, as_user: Login) -> None:
    scan = make_scan(world, make_draft(world), colour="purple")
    path = store.path_of(scan.pages.get().digest)
    whole = path.read_bytes()
    url = f"/filings/{scan.filing.filing_no}/scans/1/1.jpg"

    for damage in (lambda: path.write_bytes(whole + b"x"), path.unlink):
        damage()
        answer = as_user(world.clerk).get(url)
        assert answer.status_code == 422 and "文件丢失或被改动" in answer.content.decode()
    store.path_of(scan.pages.get().digest, small=True).unlink()
    assert as_user(world.clerk).get(url.replace(".jpg", ".small.jpg")).status_code == 404
    assert "看不到这一页" in as_user(world.clerk).get(url.replace("1/1.jpg", "")).content.decode()
    assert looked() == []


def test_the_section_costs_the_same_for_many_scans(
    world: World, as_user: Login, django_assert_num_queries: Callable[..., object]
) -> None:
    from filings.scans.sections import scans_section

    few, many = make_draft(world), make_draft(world)
    make_scan(world, few)
    for number in range(6):
        make_scan(world, many, colour=f"#{number}0{number}0{number}0", pages=2)

    for filing in (few, many):
        with django_assert_num_queries(13):
            assert scans_section(world.clerk, filing, world.today) is not None


def test_the_admin_shows_scans_to_be_read(world: World, as_user: Login) -> None:
    scan = make_scan(world, make_draft(world))

    client = as_user(world.prov_supervisor)

    assert client.get(f"/admin/filings/scan/?q={scan.filing.filing_no}").status_code == 200
    assert client.get(f"/admin/filings/scan/{scan.pk}/change/").status_code == 200
    assert client.get("/admin/filings/scan/add/").status_code == 403
    assert client.post(f"/admin/filings/scan/{scan.pk}/delete/").status_code == 403


def test_the_small_picture_shows_no_number_and_its_look_is_not_logged(world: World, as_user: Login) -> None:
    """One that was kept when they were 320 wide, so that a number could be read, is made small on the way."""
    filing = make_draft(world)
    scan = files.make_scan(world, filing)
    digest = scan.pages.get().digest
    store.path_of(digest, small=True).write_bytes(files.saved(files.drawn(320, 200), "JPEG"))
    url = f"/filings/{filing.filing_no}/scans/1/1"

    small = as_user(world.clerk).get(f"{url}.small.jpg")

    with Image.open(io.BytesIO(small.content)) as picture:
        assert picture.size == (48, 30)
    assert not AuditEntry.objects.filter(action="scan_viewed").exists()
    as_user(world.clerk).get(f"{url}.jpg")
    assert AuditEntry.objects.filter(action="scan_viewed").count() == 1


def test_the_viewer_turns_and_zooms_by_buttons_with_keys(world: World, as_user: Login) -> None:
    filing = make_draft(world)
    files.make_scan(world, filing)

    page = as_user(world.clerk).get(f"/filings/{filing.filing_no}/scans/").content.decode()

    for what, key in {"left": "L", "right": "R", "out": "-", "in": "+", "fit": "F", "reset": "0"}.items():
        assert f'data-glass="{what}" data-key="{key}"' in page
    assert f'data-page="{filing.filing_no}/1.1" data-width="400" data-height="200"' in page
    assert "js/viewer.js" in page and "style=" not in page


def test_the_paper_is_chosen_before_the_files_and_the_browser_asks_for_it(
    world: World, as_user: Login
) -> None:
    page = as_user(world.clerk).get(f"/filings/{make_draft(world).filing_no}/").content.decode()
    form = page[page.index('<form class="intake"') :]

    assert "novalidate" not in form.partition(">")[0]
    assert 'data-needs="请先选择这是哪一种材料，选好的文件还在。" required' in form
    assert form.index('data-key="U"') < form.index('type="file"')
