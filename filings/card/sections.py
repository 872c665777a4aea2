"""此人一页的去处: how slices above join a person's card, beside the sections of agency.registry.CARD."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agency.registry import Registry

# (user, person, today) -> Iterable[Action], buttons in the head of the card
ACTIONS: Registry[Callable[..., Any]] = Registry("actions of a person")
# (user, person) -> Iterable[(subject_kind, subject_no)], the person's records whose prints are listed
PRINTED_OF: Registry[Callable[..., Any]] = Registry("printed records of a person")
