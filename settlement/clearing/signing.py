"""签发的前后: what other slices join to a signature, in the order of what happens.

`SIGNED` runs inside the signing transaction; `REOPENING` may refuse with a DomainError before a month is
opened again, `REOPENED` follows inside that transaction; `AFTER_SIGNING` tells the month's page what came of
the signature.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agency.registry import Registry

SIGNED: Registry[Callable[..., Any]] = Registry("signed")  # (month, by, at) -> None
REOPENING: Registry[Callable[..., Any]] = Registry("reopening")  # (month) -> None, or raises
REOPENED: Registry[Callable[..., Any]] = Registry("reopened")  # (month, by, at) -> None
AFTER_SIGNING: Registry[Callable[..., Any]] = Registry("after signing")  # (month, by) -> [stage dict]
