"""Parts and buttons of a case's page that other slices bring."""

from __future__ import annotations

from collections.abc import Callable

from agency.organisation.models import User
from agency.registry import Registry
from agency.web.parts import Action, CardSection
from settlement.records.models import SettlementRecord

# (user, record) -> CardSection | None; `aside` ones stand in the narrow column
RECORD_SECTIONS: Registry[Callable[[User, SettlementRecord], CardSection | None]] = Registry(
    "parts of a case's page"
)
# (user, record) -> Action | None: a button at the head of the page
RECORD_ACTIONS: Registry[Callable[[User, SettlementRecord], Action | None]] = Registry("buttons of a case")


def actions_of(user: User, record: SettlementRecord) -> list[Action]:
    """What else may be done with a case, in order."""
    found = (entry.function(user, record) for entry in RECORD_ACTIONS)
    return [action for action in found if action is not None]


def sections_of(user: User, record: SettlementRecord) -> list[CardSection]:
    """What the slices have to say of a case, in order."""
    found = (entry.function(user, record) for entry in RECORD_SECTIONS)
    return [section for section in found if section is not None]
