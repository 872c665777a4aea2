"""一次就医的各栏: what other slices show on the page of a stay.

A slice that stands above stays (reimbursements, forms 3 and 4) joins here, so that the stay stays ignorant of
it. A section is a CardSection; its template gets `section` and the page's context.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agency.registry import Registry

# (user, stay, verdict, today) -> CardSection | None, drawn under the stay's own cards
STAY_SECTIONS: Registry[Callable[..., Any]] = Registry("sections of a stay")
# (user, stay, verdict, today) -> Iterable[Action], buttons beside the stay's own
STAY_ACTIONS: Registry[Callable[..., Any]] = Registry("actions of a stay")
