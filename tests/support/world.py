"""The world of the tests: 长春 pays, 吉林 treats, 延边 is the stranger."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from agency.organisation.models import Counter, PoolingRegion, StaffRole, User
from agency.organisation.roles import Level, Role
from agency.organisation.selectors import system_account

CHINA = dt.timezone(dt.timedelta(hours=8))
NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=CHINA)


def make_user(
    username: str, *roles: Role, level: Level = Level.REGION, region: str = "", counter: str = ""
) -> User:
    """An account of these roles; `region` and `counter` are codes."""
    user = User.objects.create(
        username=username,
        display_name=username,
        level=level,
        region=PoolingRegion.objects.get(code=region) if region else None,
        counter=Counter.objects.get(code=counter) if counter else None,
        password="!",
    )
    StaffRole.objects.bulk_create([StaffRole(user=user, role=role) for role in roles])
    return user


@dataclass
class World:
    """Regions and people by name; `now` is 2026-11-20 12:00 in Shanghai."""

    changchun: PoolingRegion
    jilin: PoolingRegion
    yanbian: PoolingRegion
    liaoning: PoolingRegion
    system: User
    clerk: User
    reviewer: User
    supervisor: User
    auditor: User
    changchun_clearing: User
    changchun_clearing_2: User
    jilin_clearing: User
    yanbian_clearing: User
    yanbian_clerk: User
    yanbian_reviewer: User
    prov_clearing: User
    prov_clearing_2: User
    prov_finance: User
    prov_supervisor: User
    prov_auditor: User
    prov_system: User
    now: dt.datetime = NOON

    @property
    def today(self) -> dt.date:
        return self.now.date()

    def everybody(self) -> list[User]:
        return [
            value for value in vars(self).values() if isinstance(value, User) and not value.is_system_account
        ]


HALL = {"level": Level.COUNTER, "region": "220100", "counter": "220100-01"}
YANBIAN_HALL = {"level": Level.COUNTER, "region": "222400", "counter": "222400-01"}
PROVINCE = {"level": Level.PROVINCE}
PEOPLE: dict[str, tuple[Role, dict[str, str]]] = {
    "clerk": (Role.INTAKE, HALL),
    "reviewer": (Role.REVIEW, HALL),
    "supervisor": (Role.SUPERVISOR, {"region": "220100"}),
    "auditor": (Role.AUDIT, {"region": "220100"}),
    "changchun_clearing": (Role.CLEARING, {"region": "220100"}),
    "changchun_clearing_2": (Role.CLEARING, {"region": "220100"}),
    "jilin_clearing": (Role.CLEARING, {"region": "220200"}),
    "yanbian_clearing": (Role.CLEARING, {"region": "222400"}),
    "yanbian_clerk": (Role.INTAKE, YANBIAN_HALL),
    "yanbian_reviewer": (Role.REVIEW, YANBIAN_HALL),
    "prov_clearing": (Role.CLEARING, PROVINCE),
    "prov_clearing_2": (Role.CLEARING, PROVINCE),
    "prov_finance": (Role.FINANCE, PROVINCE),
    "prov_supervisor": (Role.SUPERVISOR, PROVINCE),
    "prov_auditor": (Role.AUDIT, PROVINCE),
    "prov_system": (Role.SYSTEM, PROVINCE),
}


def make_world() -> None:
    """Create the people, once per database; the regions come from the seeds."""
    for name, (role, place) in PEOPLE.items():
        make_user(name, role, **place)


def the_world() -> World:
    """Regions and people as the database has them, fresh for each test."""
    regions = {region.code: region for region in PoolingRegion.objects.all()}
    people = User.objects.select_related("region", "counter").in_bulk(list(PEOPLE), field_name="username")
    return World(
        changchun=regions["220100"],
        jilin=regions["220200"],
        yanbian=regions["222400"],
        liaoning=regions["210000"],
        system=system_account(),
        **people,
    )
