"""准入: the questions every view and service asks about the person who acts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from agency.errors import NotAllowed
from agency.organisation.roles import Level, May, grants

if TYPE_CHECKING:
    from agency.organisation.models import PoolingRegion, User

T = TypeVar("T")


def allowed(by: User, may: May) -> bool:
    """Whether `by` may do this at all; the system account may take every step."""
    if not by.is_active:
        return False
    return by.is_system_account or grants(by.roles, by.level, may)


def require(by: User, may: May, region: PoolingRegion | None = None) -> None:
    """Raise NotAllowed unless `by` may do this, and within `region` if one is given."""
    if not allowed(by, may):
        raise NotAllowed(f"您没有“{may.label}”的权限，请联系主管。", may=may.value)
    if region is not None and not within(by, region):
        raise NotAllowed(f"这条记录属于{region}，不在您的统筹区。", may=may.value)


def takes_in(by: User, region: PoolingRegion | None = None) -> bool:
    """Whether `by` takes in what people file, for a region of their own (the provincial agency has none);
    with `region`, whether for that one."""
    if by.region_id is None or not allowed(by, May.TAKE_IN_FILINGS):
        return False
    return region is None or within(by, region)


def sees_all(by: User) -> bool:
    """The provincial agency (and the system account) sees every region."""
    return by.is_system_account or by.level == Level.PROVINCE


def within(by: User, region: PoolingRegion) -> bool:
    """Whether `region` is the actor's own, or the actor sees all."""
    return sees_all(by) or by.region_id == region.pk


def require_second_person(by: User, maker: User | None) -> None:
    """复核与经办分离: whoever entered a record never approves it; only the system account may [P]."""
    if maker is not None and maker.pk == by.pk and not by.is_system_account:
        raise NotAllowed("录入人不能自己复核，请由另一位同事办理。", maker=maker.username)


def refusal(require: Callable[[User, T], None], by: User, subject: T) -> str:
    """Why `require` does not let `by` act on a record; empty when it does. For buttons that say so."""
    try:
        require(by, subject)
    except NotAllowed as error:
        return error.message
    return ""
