"""Odd input gets an answer, never a 500, and leaves nothing personal behind."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agency.journal.models import AuditEntry
from agency.web.logs import QuietFormatter
from tests.support.world import World


@pytest.mark.parametrize("path", ["/log/?subject=%00", "/jobs/%00/", "/imports/%00/", "/verify/%00/"])
def test_a_nul_in_a_url_is_a_bad_request(world: World, as_user: Callable[..., Client], path: str) -> None:
    assert as_user(world.prov_auditor).get(path).status_code == 400


@pytest.mark.parametrize("path", ["/search/", "/unmask/", "/verify/", "/login/"])
def test_a_nul_in_a_form_is_a_bad_request(world: World, as_user: Callable[..., Client], path: str) -> None:
    values = {"term": "a\0b", "subject": "a\0b", "code": "a\0b", "username": "a\0b", "password": "x"}

    assert as_user(world.clerk).post(path, values).status_code == 400


def test_a_nul_in_a_cookie_is_a_bad_request(client: Client, db: None) -> None:
    client.cookies["sessionid"] = "aaaaaaaaaa\0aaaa"

    assert client.get("/login/").status_code == 400


def test_a_very_long_login_name_gets_a_sentence(client: Client, db: None) -> None:
    response = client.post("/login/", {"username": "a" * 6000, "password": "x"})

    assert "登录名太长" in response.content.decode()


def test_a_login_page_that_leads_to_itself_leads_home(world: World, as_user: Callable[..., Client]) -> None:
    assert as_user(world.clerk).get("/login/?next=/login/")["Location"] == "/"


def test_a_large_body_from_nobody_is_refused_before_it_is_stored(client: Client, db: None) -> None:
    response = client.post("/login/", {"file": SimpleUploadedFile("a.csv", b"x" * 200_000)})

    assert response.status_code == 400


@pytest.mark.parametrize("value", ["99999999999999999999", "-1", "x", "²"])
def test_an_odd_page_key_is_ignored(world: World, as_user: Callable[..., Client], value: str) -> None:
    assert as_user(world.prov_auditor).get("/log/", {"before": value}).status_code == 200


def test_an_id_number_in_a_url_is_masked_in_the_log(world: World, as_user: Callable[..., Client]) -> None:
    as_user(world.prov_finance).get("/people/220102199001011234/")

    assert AuditEntry.objects.get(action="refused").subject_no == "2201**********1234"


def test_what_a_database_tells_of_a_row_stays_out_of_the_log() -> None:
    error = ValueError(
        'duplicate key value violates unique constraint "insured_person_once"\n'
        "DETAIL:  Key (cert_type, cert_no)=(01, 220102195604182784) already exists."
    )
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed", None, (ValueError, error, None))

    assert "220102195604182784" not in QuietFormatter("%(message)s").format(record)
    assert "insured_person_once" in QuietFormatter("%(message)s").format(record)


def test_a_flash_never_leads_to_another_site(world: World, as_user: Callable[..., Client]) -> None:
    response = as_user(world.prov_clearing).post("/books/", HTTP_REFERER="http://testserver//evil.example/x")

    assert "evil" not in response.headers.get("Location", "")


def test_too_many_files_and_too_large_a_body_are_told_apart(
    world: World, as_user: Callable[..., Client], settings: Any
) -> None:
    client, url = as_user(world.clerk), reverse("agency:batch_new", kwargs={"kind": "people"})
    settings.DATA_UPLOAD_MAX_NUMBER_FILES, settings.UPLOAD_MAX_BYTES = 2, 1024 * 1024

    many = client.post(url, {"file": [SimpleUploadedFile(f"{number}.csv", b"x") for number in range(3)]})
    large = client.post(url, {"file": SimpleUploadedFile("a.csv", b"x" * 1_200_000)})

    assert (many.status_code, large.status_code) == (400, 400)
    assert "超过 2 个，都没有收" in many.content.decode()
    assert "合计最多 1 MB），都没有收" in large.content.decode()


def test_who_may_not_is_told_why(world: World, as_user: Callable[..., Client]) -> None:
    page = as_user(world.changchun_clearing).get(reverse("filings:blank_list"))

    assert page.status_code == 403 and "您没有“导入备案”的权限，请联系主管。" in page.content.decode()
