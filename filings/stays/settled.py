"""已直接结算: whether a stay was settled at the hospital, asked of what knows settled cases."""

from __future__ import annotations

from collections.abc import Callable

from agency.registry import Registry
from filings.stays.models import Stay

# (Stay) -> str, the settlement number of a case of this very stay that was not reversed, or nothing
DIRECT_SETTLEMENT: Registry[Callable[[Stay], str]] = Registry("direct settlement of a stay")


def settled_directly(stay: Stay) -> str:
    """The number of the direct settlement of this stay; empty when none is known."""
    return next((number for entry in DIRECT_SETTLEMENT if (number := entry.function(stay))), "")
