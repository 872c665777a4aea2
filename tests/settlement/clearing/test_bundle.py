"""打包: all papers of a month as one PDF or as files; by the worker, for who asked, again at once."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from agency.batches.models import KeptFile
from agency.batches.services import kept_path
from agency.errors import DomainError
from agency.jobs.models import Job
from agency.jobs.services import job_run
from agency.jobs.states import JobState
from agency.journal.models import AuditEntry, PrintedForm
from agency.organisation.models import User
from agency.sheets.as_pdf import as_pdf
from settlement.clearing.binding import Binding, bind_pdf
from settlement.clearing.bundle import BUNDLE, papers_coded, papers_of
from settlement.clearing.bundling import bundle_make
from settlement.clearing.filling import MonthBook, sheet_data
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.pictures import Pair, lying_bars
from tests.support.world import World

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("laid_signed")]
AsUser = Callable[..., Client]
URL = "/clearing/202610/bundles/"
Made = Callable[..., dict[str, Any]]


@pytest.fixture
def make(world: World) -> Made:
    """Make a bundle of 吉林市, as its own clearing staff unless told otherwise."""

    def run(kind: str, code: str = "220200", by: User | None = None) -> dict[str, Any]:
        who = by or world.jilin_clearing
        return bundle_make(period="202610", region_code=code, kind=kind, by=who, at=world.now)

    return run


@pytest.fixture
def with_a_notice() -> Iterator[None]:
    """A higher slice adds a paper of 吉林市, one of 长春市, and one that is nobody's."""

    def notices(month: ClearingPeriod, by: User) -> Iterable[tuple[Any, ...]]:
        pdf = as_pdf(sheet_data("9", month, None))
        yield "通知书 甲", pdf, "220200"
        yield "通知书 乙", pdf, "220100"
        yield "通知书/丙", pdf

    BUNDLE.register("test notices")(notices)
    yield
    del BUNDLE._entries["test notices"]


def content(result: dict[str, Any]) -> bytes:
    return kept_path(KeptFile.objects.get(digest=result["file"])).read_bytes()


def test_a_region_has_its_sheets_as_files(signed: ClearingPeriod, world: World, make: Made) -> None:
    result = make("zip")

    package = zipfile.ZipFile(io.BytesIO(content(result)))
    names = package.namelist()
    assert len(names) == 6 * 3 + 1 + 2
    assert names[18] == "吉林市/表7 收款通知书 2026-2.pdf"
    assert names[:3] == [f"吉林市/表10 收款清算表.{end}" for end in ("pdf", "xlsx", "csv")]
    assert names[15:18] == [f"吉林市/表9附 往来表.{end}" for end in ("pdf", "xlsx", "csv")]
    rows = list(csv.DictReader(io.StringIO(package.read("目录.csv").decode("utf-8-sig"))))
    assert {row["文件"]: row["文件摘要"] for row in rows} == {
        name: hashlib.sha256(package.read(name)).hexdigest() for name in names[:-2]
    }
    assert f"{rows[0]['文件摘要']}  {rows[0]['文件']}\n" in package.read("SHA256SUMS.txt").decode()
    assert {row["验证码"] for row in rows} == set(PrintedForm.objects.values_list("code", flat=True))
    assert package.infolist()[0].date_time == (2026, 11, 20, 13, 0, 0)  # the signature


def test_a_sheet_of_the_bundle_is_the_one_that_is_exported(
    signed: ClearingPeriod, world: World, make: Made, as_user: AsUser
) -> None:
    package = zipfile.ZipFile(io.BytesIO(content(make("zip"))))
    client = as_user(world.jilin_clearing)

    for extension in ("pdf", "xlsx", "csv"):
        alone = client.get(f"/clearing/202610/sheets/10/220200.{extension}").content
        assert package.read(f"吉林市/表10 收款清算表.{extension}") == alone


def test_one_pdf_has_a_list_pages_bookmarks_and_pictures(
    signed: ClearingPeriod, world: World, make: Made
) -> None:
    result = make("pdf")

    reader = PdfReader(io.BytesIO(content(result)))
    own, appendix = reader.outline[0], reader.outline[2]
    papers = [item["/Title"] for item in reader.outline[1]]
    assert (own["/Title"], appendix["/Title"]) == ("吉林市", "附")
    assert papers == [
        "表10 收款清算表", "表11 付款清算表", "表12 职工基金明细表", "表13 居民基金明细表",
        "表14 扣款分项明细表", "表9附 往来表", "表7 收款通知书 2026-2",
    ]  # fmt: skip
    assert reader.page_labels[:3] == ["目录1", "1", "2"]
    assert len(reader.pages) == result["pages"] == 1 + 7 + 2
    texts = [page.extract_text() for page in reader.pages]
    assert "共 8 份、9 页" in texts[0]
    assert "1 / 9" in texts[1] and "收款清算表" in texts[1]
    assert "6 / 9" in texts[6] and "往来表" in texts[6]
    assert "7 / 9" in texts[7] and "陆佰元整" in texts[7]
    assert "吉林市与各方的应收、应付" in texts[8]
    assert reader.metadata is not None and reader.metadata["/CreationDate"] == "D:20261120050000Z"


def test_a_drawing_of_all_counterparts_stands_under_its_title(signed: ClearingPeriod, world: World) -> None:
    """Not on a page of its own, behind one that has nothing but the title."""
    pairs = [Pair(f"第 {number} 区", number * 10_000_000, 10_000_000) for number in range(1, 14)]
    pictures = [
        lying_bars(key, f"与{key}方", pairs[:many], ("应收", "应付")) for key, many in (("甲", 13), ("乙", 5))
    ]
    book, target = MonthBook(signed), io.BytesIO()
    papers = papers_of(book, book.parties.party(world.jilin.pk), world.jilin_clearing)[:1]

    bound = bind_pdf(Binding("题目", papers, world.now, pictures=pictures), target)

    assert bound.pages == 1 + 1 + 2
    first, second = (page.extract_text() for page in PdfReader(target).pages[2:])
    assert all(word in first for word in ("题目", "与甲方", "第 13 区"))
    assert "与乙方" in second


def test_the_province_has_all_regions(signed: ClearingPeriod, world: World) -> None:
    book = MonthBook(signed)

    papers = papers_of(book, None, world.prov_clearing)

    assert len(papers) == 1 + 12 * 5 + 3
    assert [(paper.group, paper.name) for paper in papers[:2]] == [
        ("全省", "表9 清算表"), ("省直", "表10 收款清算表")
    ]  # fmt: skip


def test_the_same_papers_give_the_same_bytes(signed: ClearingPeriod, world: World, make: Made) -> None:
    first = {kind: make(kind) for kind in ("pdf", "zip")}

    again = {kind: make(kind) for kind in ("pdf", "zip")}  # no job is done yet: made anew

    assert [first[kind]["file"] for kind in first] == [again[kind]["file"] for kind in again]
    assert "again" not in again["pdf"]


def test_a_higher_slice_joins_its_papers(
    signed: ClearingPeriod, world: World, with_a_notice: None, make: Made
) -> None:
    book = MonthBook(signed)
    jilin = book.parties.party(world.jilin.pk)

    whole = [paper.name for paper in papers_of(book, None, world.prov_clearing) if paper.pdf]
    of_province = [paper.name for paper in papers_of(book, jilin, world.prov_clearing) if paper.pdf]
    of_region = [paper.name for paper in papers_of(book, jilin, world.jilin_clearing) if paper.pdf]
    reader = PdfReader(io.BytesIO(content(make("pdf"))))

    assert sorted(whole) == ["通知书 乙", "通知书 甲", "通知书-丙"]
    assert of_province == ["通知书 甲"]
    assert of_region == ["通知书 甲", "通知书-丙"]
    assert [item["/Title"] for item in reader.outline[1]][-2:] == ["通知书 甲", "通知书-丙"]


def test_the_worker_makes_it_and_who_asked_takes_it_away(
    signed: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    client = as_user(world.jilin_clearing)
    assert client.post(URL, {"region_code": "220200", "format": "zip"})["Location"] == URL
    job = Job.objects.get(kind="month_bundle")
    assert f'hx-get="/jobs/{job.job_no}/"' in client.get(URL).content.decode()
    assert client.get(f"{URL}{job.job_no}/").status_code == 404

    job_run(job.job_no)

    job.refresh_from_db()
    assert (job.state, job.done, job.result["papers"]) == (JobState.DONE, job.done, 7)
    taken = client.get(f"{URL}{job.job_no}/")
    assert hashlib.sha256(b"".join(taken.streaming_content)).hexdigest() == job.result["file"]
    assert "attachment" in taken["Content-Disposition"]
    for other in (world.yanbian_clearing, world.prov_clearing):
        assert as_user(other).get(f"{URL}{job.job_no}/").status_code == 404
        assert job.job_no not in as_user(other).get(URL).content.decode()


def test_nothing_is_made_anew_while_nothing_has_changed(
    signed: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    jobs = []
    for name in ("jilin_clearing", "prov_clearing"):
        as_user(getattr(world, name)).post(URL, {"region_code": "220200", "format": "zip"})
        jobs.append(Job.objects.order_by("-pk")[0])
        job_run(jobs[-1].job_no)
        jobs[-1].refresh_from_db()

    assert jobs[0].result["file"] == jobs[1].result["file"]
    assert [job.result.get("again") for job in jobs] == [None, True]
    assert AuditEntry.objects.filter(action="exported", subject_kind="period").count() == 2
    assert AuditEntry.objects.filter(action="printed").count() == 7


def test_a_second_click_starts_no_second_job(signed: ClearingPeriod, world: World, as_user: AsUser) -> None:
    client = as_user(world.jilin_clearing)

    for _ in range(2):
        client.post(URL, {"region_code": "220200", "format": "pdf"})

    assert Job.objects.filter(kind="month_bundle").count() == 1


@pytest.mark.parametrize("asked", [{}, {"region_code": "220100", "format": "zip"}, {"format": "zip"}])
def test_a_region_asks_only_for_its_own(
    signed: ClearingPeriod, world: World, as_user: AsUser, asked: dict[str, str]
) -> None:
    response = as_user(world.jilin_clearing).post(URL, asked)

    assert response.status_code == 422
    assert not Job.objects.exists()


@pytest.mark.parametrize(("code", "kind"), [("", "pdf"), ("220100", "pdf"), ("220200", "doc")])
def test_the_service_refuses_what_is_not_ones_own(
    signed: ClearingPeriod, world: World, make: Made, code: str, kind: str
) -> None:
    with pytest.raises(DomainError):
        make(kind, code)

    assert not PrintedForm.objects.exists()


def test_a_form_is_bound_with_the_sheets(signed: ClearingPeriod, world: World) -> None:
    papers = papers_coded(papers_of(MonthBook(signed), None, world.system)[:2], by=world.system, at=world.now)

    assert [bool(paper.code) for paper in papers] == [True, True]
    assert all(paper.is_bound_with_others for paper in papers)
