"""The log page: for auditors and supervisors, region by region; refusals stand in it."""

from collections.abc import Callable

from django.test import Client

from agency.journal import audit
from agency.journal.models import AuditEntry
from tests.support.world import World


def test_a_region_reads_its_own_entries(world: World, as_user: Callable[..., Client]) -> None:
    audit.record("printed", by=world.clerk, at=world.now, subject_no="F2026110001", region=world.changchun)
    audit.record(
        "printed", by=world.yanbian_clerk, at=world.now, subject_no="F2026110002", region=world.yanbian
    )

    own = as_user(world.auditor).get("/log/").content.decode()
    all_of_it = as_user(world.prov_auditor).get("/log/").content.decode()

    assert "F2026110001" in own
    assert "F2026110002" not in own
    assert "F2026110002" in all_of_it


def test_a_page_that_is_refused_is_logged_without_what_was_typed(
    world: World, as_user: Callable[..., Client]
) -> None:
    response = as_user(world.clerk).get("/log/")

    entry = AuditEntry.objects.get(action="refused")
    assert response.status_code == 403
    assert (entry.by, entry.detail) == (world.clerk, {"code": "not_allowed", "view": "agency:journal"})


def test_the_second_page_follows_the_first_without_counting(
    world: World, as_user: Callable[..., Client], django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(120):
        audit.record("printed", by=world.clerk, at=world.now, subject_no=f"F{number}", region=world.changchun)
    client = as_user(world.auditor)

    with django_assert_max_num_queries(14):
        first = client.get("/log/")
    second = client.get(first.context["page"].older_url)
    back = client.get(second.context["page"].newer_url)

    assert [e.subject_no for e in first.context["page"].rows][:2] == ["F119", "F118"]
    assert [e.subject_no for e in second.context["page"].rows][:2] == ["F69", "F68"]
    assert [e.pk for e in back.context["page"].rows] == [e.pk for e in first.context["page"].rows]
