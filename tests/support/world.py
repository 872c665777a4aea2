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


def make_world() -> World:
    """Create the people; the regions come from the seeds."""
    by_code = {region.code: region for region in PoolingRegion.objects.all()}
    hall = {"level": Level.COUNTER, "region": "220100", "counter": "220100-01"}
    yanbian_hall = {"level": Level.COUNTER, "region": "222400", "counter": "222400-01"}
    province = {"level": Level.PROVINCE}
    return World(
        changchun=by_code["220100"],
        jilin=by_code["220200"],
        yanbian=by_code["222400"],
        liaoning=by_code["210000"],
        system=system_account(),
        clerk=make_user("clerk", Role.INTAKE, **hall),
        reviewer=make_user("reviewer", Role.REVIEW, **hall),
        supervisor=make_user("supervisor", Role.SUPERVISOR, region="220100"),
        auditor=make_user("auditor", Role.AUDIT, region="220100"),
        changchun_clearing=make_user("changchun_clearing", Role.CLEARING, region="220100"),
        changchun_clearing_2=make_user("changchun_clearing_2", Role.CLEARING, region="220100"),
        jilin_clearing=make_user("jilin_clearing", Role.CLEARING, region="220200"),
        yanbian_clearing=make_user("yanbian_clearing", Role.CLEARING, region="222400"),
        yanbian_clerk=make_user("yanbian_clerk", Role.INTAKE, **yanbian_hall),
        yanbian_reviewer=make_user("yanbian_reviewer", Role.REVIEW, **yanbian_hall),
        prov_clearing=make_user("prov_clearing", Role.CLEARING, **province),
        prov_clearing_2=make_user("prov_clearing_2", Role.CLEARING, **province),
        prov_finance=make_user("prov_finance", Role.FINANCE, **province),
        prov_supervisor=make_user("prov_supervisor", Role.SUPERVISOR, **province),
        prov_auditor=make_user("prov_auditor", Role.AUDIT, **province),
        prov_system=make_user("prov_system", Role.SYSTEM, **province),
    )
