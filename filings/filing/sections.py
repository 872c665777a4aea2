"""一份备案的各栏: what other slices show on the page of a filing, and do when one takes effect.

A slice that stands above filings (scans, follow-ups, stays …) joins here, so that the filing stays ignorant
of it. A section is a CardSection; its template gets `section` and the page's context.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agency.registry import Registry

# (user, filing, today) -> CardSection | None, drawn under the filing's own cards
SECTIONS: Registry[Callable[..., Any]] = Registry("sections of a filing")
# (user, filing, today) -> Iterable[Action], the forms that print with the filing's person and content
FORMS: Registry[Callable[..., Any]] = Registry("forms of a filing")
# (user, filing, today) -> Iterable[Action], buttons beside the filing's own
ACTIONS: Registry[Callable[..., Any]] = Registry("actions of a filing")
# (filing, *, by, at) -> None, inside the transaction that puts a filing in force
TAKES_EFFECT: Registry[Callable[..., Any]] = Registry("when a filing takes effect")
