"""流水的别的用途: what beside payments uses money of bank lines, as an adjustment of the fund does; slices
above join."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from agency.organisation.models import User
from agency.registry import Registry
from agency.web.parts import Action
from settlement.notices.models import BankLine

# () -> rows with their `line` and `used_fen` (below nil: given back)
LINE_USES: Registry[Callable[[], QuerySet[Any]]] = Registry("what uses bank lines beside payments")
# (line with its rest, by) -> what uses it, or could, each with its page
LINE_TOLD: Registry[Callable[[BankLine, User], list[Action]]] = Registry("what the page of a line tells")
