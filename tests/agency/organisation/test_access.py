"""Who may do what: roles at levels, regions, the second person."""

import pytest

from agency.errors import NotAllowed
from agency.organisation import access
from agency.organisation.roles import May
from tests.support.world import World


@pytest.mark.parametrize(
    ("username", "may", "expected"),
    [
        ("clerk", May.TAKE_IN_FILINGS, True),
        ("clerk", May.REVIEW_FILINGS, False),
        ("reviewer", May.REVIEW_FILINGS, True),
        ("reviewer", May.TAKE_IN_FILINGS, False),
        ("clerk", May.READ_CASES, False),
        ("changchun_clearing", May.CONFIRM_CLEARING, True),
        ("changchun_clearing", May.SIGN_CLEARING, False),
        ("changchun_clearing", May.COMPUTE_CLEARING, False),
        ("prov_clearing", May.SIGN_CLEARING, True),
        ("prov_clearing", May.CONFIRM_CLEARING, False),
        ("auditor", May.READ_JOURNAL, True),
        ("auditor", May.LOAD_CASES, False),
        ("prov_system", May.USE_ADMIN, True),
        ("prov_system", May.READ_PEOPLE, False),
        ("prov_finance", May.READ_CLEARING, True),
        ("prov_finance", May.UNMASK, False),
        ("system", May.SIGN_CLEARING, True),
    ],
)
def test_a_role_at_its_level(world: World, username: str, may: May, expected: bool) -> None:
    user = next(u for u in vars(world).values() if getattr(u, "username", "") == username)

    assert access.allowed(user, may) is expected


def test_an_account_that_is_off_may_nothing(world: World) -> None:
    world.clerk.is_active = False

    assert access.allowed(world.clerk, May.TAKE_IN_FILINGS) is False


def test_a_region_is_its_own_and_the_province_sees_all(world: World) -> None:
    assert access.within(world.clerk, world.changchun)
    assert not access.within(world.clerk, world.yanbian)
    assert access.within(world.prov_clearing, world.yanbian)


def test_another_regions_record_is_refused_by_name(world: World) -> None:
    with pytest.raises(NotAllowed) as refused:
        access.require(world.clerk, May.TAKE_IN_FILINGS, world.yanbian)

    assert refused.value.message == "这条记录属于延边州，不在您的统筹区。"


def test_the_maker_never_approves_but_the_system_account_may(world: World) -> None:
    access.require_second_person(world.reviewer, world.clerk)
    access.require_second_person(world.system, world.system)

    with pytest.raises(NotAllowed):
        access.require_second_person(world.clerk, world.clerk)
