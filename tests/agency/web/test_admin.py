"""The Django admin for supervisors: in Chinese, by role, region by region, nothing deleted."""

from collections.abc import Callable

from django.contrib import admin
from django.test import Client
from django.urls import reverse

from agency.journal.models import AuditEntry
from agency.organisation.models import Agency, Counter, StaffRole, User
from agency.policy.models import Parameter
from tests.support.world import World


def lists() -> list[str]:
    return [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
    ]


def test_the_provincial_supervisor_opens_every_list_and_searches_it(
    world: World, as_user: Callable[..., Client]
) -> None:
    client = as_user(world.prov_supervisor)

    answers = {
        url: (client.get(url).status_code, client.get(url, {"q": "220100"}).status_code) for url in lists()
    }

    assert len(answers) > 10
    assert {url: codes for url, codes in answers.items() if codes != (200, 200)} == {}


def test_nobody_else_opens_any(world: World, as_user: Callable[..., Client]) -> None:
    opened = [
        (user.username, url)
        for user in (world.clerk, world.reviewer, world.auditor, world.prov_clearing, world.prov_auditor)
        for client in [as_user(user)]
        for url in lists()
        if client.get(url).status_code != 302
    ]

    assert opened == []
    stranger = Client()
    for url in lists():
        assert stranger.get(url, follow=True).redirect_chain[-1][0].startswith("/login/?next="), url


def test_a_regions_supervisor_sees_the_staff_of_that_region_only(
    world: World, as_user: Callable[..., Client]
) -> None:
    page = as_user(world.supervisor).get(reverse("admin:agency_user_changelist")).content.decode()
    yanbian = as_user(world.supervisor).get(
        reverse("admin:agency_user_change", args=[world.yanbian_clerk.pk])
    )

    assert "changchun_clearing" in page
    assert "yanbian_clerk" not in page
    assert yanbian.status_code == 302


def new_account(**changes: object) -> dict[str, object]:
    return {
        "username": "cc_new",
        "display_name": "新人",
        "level": "region",
        "is_active": "on",
        "new_password": "Jingyue-Pine-38",
        "staff_roles-TOTAL_FORMS": "1",
        "staff_roles-INITIAL_FORMS": "0",
        "staff_roles-0-role": "clearing",
        **changes,
    }


def test_a_new_account_gets_its_role_and_must_change_its_password(
    world: World, as_user: Callable[..., Client]
) -> None:
    response = as_user(world.supervisor).post(
        reverse("admin:agency_user_add"), new_account(region=world.changchun.pk)
    )

    user = User.objects.get(username="cc_new")
    assert response.status_code == 302
    assert (user.must_change_password, user.check_password("Jingyue-Pine-38")) == (True, True)
    assert list(StaffRole.objects.filter(user=user).values_list("role", flat=True)) == ["clearing"]
    detail = AuditEntry.objects.get(action="reference_added").detail
    assert (detail["username"], detail["roles"]) == ("cc_new", ["clearing"])


def test_a_role_that_does_not_fit_the_level_is_refused(world: World, as_user: Callable[..., Client]) -> None:
    response = as_user(world.supervisor).post(
        reverse("admin:agency_user_add"),
        new_account(region=world.changchun.pk, **{"staff_roles-0-role": "intake"}),
    )

    assert "“窗口经办”只能给窗口人员" in response.content.decode()
    assert not User.objects.filter(username="cc_new").exists()


def test_an_account_of_another_region_is_refused(world: World, as_user: Callable[..., Client]) -> None:
    as_user(world.supervisor).post(reverse("admin:agency_user_add"), new_account(region=world.yanbian.pk))

    assert not User.objects.filter(username="cc_new").exists()


def test_an_account_whose_unit_does_not_fit_its_level_is_told_in_chinese(
    world: World, as_user: Callable[..., Client]
) -> None:
    counter = Counter.objects.get(code="220100-01")
    response = as_user(world.supervisor).post(
        reverse("admin:agency_user_add"), new_account(region=world.changchun.pk, counter=counter.pk)
    )

    assert "统筹区人员只填统筹区" in response.content.decode()


def test_a_parameter_is_changed_by_the_province_only_and_logged(
    world: World, as_user: Callable[..., Client]
) -> None:
    row = Parameter.objects.get(key="filing.lapse_months")
    form = {
        "key": row.key,
        "value": "4",
        "value_type": "int",
        "unit": "月",
        "label": row.label,
        "source": "[P]",
        "valid_from": "2000-01-01",
        "note": row.note,
        "mended_why": "录错",
    }
    url = reverse("admin:agency_parameter_change", args=[row.pk])

    refused = as_user(world.supervisor).post(url, form)
    allowed = as_user(world.prov_supervisor).post(url, form)

    assert (refused.status_code, allowed.status_code) == (403, 302)
    row.refresh_from_db()
    assert row.value == "4"
    entry = AuditEntry.objects.get(action="reference_changed")
    assert entry.detail["columns"] == ["source", "value"]
    assert (entry.detail["reason"], entry.detail["before"]) == ("录错", {"value": "3"})


def test_nothing_is_deleted_in_the_admin(world: World, as_user: Callable[..., Client]) -> None:
    row = Parameter.objects.get(key="filing.lapse_months")

    response = as_user(world.prov_supervisor).post(
        reverse("admin:agency_parameter_delete", args=[row.pk]), {"post": "yes"}
    )

    assert response.status_code == 403
    assert Parameter.objects.filter(pk=row.pk).exists()


def test_nobody_changes_the_own_account(world: World, as_user: Callable[..., Client]) -> None:
    for user in (world.supervisor, world.prov_supervisor, world.prov_system):
        url = reverse("admin:agency_user_change", args=[user.pk])
        response = as_user(user).post(
            url, new_account(username=user.username, level=user.level, region=user.region_id or "")
        )
        assert response.status_code == 403
        assert StaffRole.objects.filter(user=user).count() == 1


def test_who_keeps_the_accounts_gives_no_roles(world: World, as_user: Callable[..., Client]) -> None:
    as_user(world.prov_system).post(reverse("admin:agency_user_add"), new_account(region=world.changchun.pk))

    assert User.objects.filter(username="cc_new").exists()
    assert not StaffRole.objects.filter(user__username="cc_new").exists()


def test_a_password_hash_cannot_be_read_through_filters(world: World, as_user: Callable[..., Client]) -> None:
    response = as_user(world.supervisor).get(
        reverse("admin:agency_user_changelist"), {"password__startswith": "!"}
    )

    assert response.status_code == 400


def test_a_regions_supervisor_cannot_write_for_another_region(
    world: World, as_user: Callable[..., Client]
) -> None:
    client = as_user(world.supervisor)
    before = set(Agency.objects.values_list("code", flat=True))

    for region in (world.yanbian.pk, ""):
        client.post(reverse("admin:agency_agency_add"), {"code": "x", "name": "x", "region": region})
    client.post(
        reverse("admin:agency_counter_add"),
        {
            "code": "x",
            "name": "x",
            "valid_from": "2000-01-01",
            "agency": Agency.objects.get(region=world.yanbian).pk,
        },
    )

    assert set(Agency.objects.values_list("code", flat=True)) == before
    assert not Counter.objects.filter(code="x").exists()


def test_a_level_that_the_roles_do_not_fit_is_refused_without_the_role_form(
    world: World, as_user: Callable[..., Client]
) -> None:
    user = world.changchun_clearing
    response = as_user(world.supervisor).post(
        reverse("admin:agency_user_change", args=[user.pk]),
        {
            "username": user.username,
            "display_name": "x",
            "level": "counter",
            "is_active": "on",
            "region": world.changchun.pk,
            "counter": Counter.objects.get(code="220100-01").pk,
            "staff_roles-TOTAL_FORMS": "0",
            "staff_roles-INITIAL_FORMS": "0",
        },
    )

    assert "此人有“结算”角色" in response.content.decode()
    user.refresh_from_db()
    assert user.level == "region"


def test_a_parameter_of_the_wrong_type_is_refused(world: World, as_user: Callable[..., Client]) -> None:
    row = Parameter.objects.get(key="filing.lapse_months")
    response = as_user(world.prov_supervisor).post(
        reverse("admin:agency_parameter_change", args=[row.pk]),
        {
            "key": row.key,
            "value": "六个月",
            "value_type": "int",
            "unit": "月",
            "label": row.label,
            "source": row.source,
            "valid_from": "2000-01-01",
            "note": row.note,
        },
    )

    assert "这个参数是整数，应写成如 6" in response.content.decode()
