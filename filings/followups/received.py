"""收到材料: a promised paper becomes one that was shown, on the filing itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from agency.errors import DomainError
from agency.organisation.models import User
from filings.filing.kinds import GivenAs
from filings.filing.models import Filing, FilingMaterial
from filings.filing.services.common import log
from filings.filing.states import FilingState
from filings.followups.rules import DEFERRED
from filings.materials.models import MaterialKind

LIVING = (FilingState.IN_FORCE, FilingState.AWAITING_SUPPLEMENT)
PROMISED = [GivenAs.COMMITMENT, GivenAs.DEFERRED]


@transaction.atomic
def material_received(filing: Filing, *, codes: Sequence[str], how: str, by: User, at: dt.datetime) -> Filing:
    """Write each paper as handed in; with the last deferred one the dates of 容缺 are over.

    The caller has locked the filing. `not_living`: it ended, and no paper helps any more.
    """
    state = filing.state_on(timezone.localdate(at))
    if state not in LIVING:
        raise DomainError("not_living", f"{filing.filing_no} 已是“{state.label}”，收到材料也不再改变它。")
    kinds = {kind.code: kind for kind in MaterialKind.objects.filter(code__in=codes)}
    for code in codes:
        FilingMaterial.objects.update_or_create(
            filing=filing, material=kinds[code], defaults={"given_as": how}
        )
    fields = ["version"]
    filing.version += 1
    if not filing.materials.filter(given_as=DEFERRED).exists():
        filing.proof_due_on = filing.proof_lapses_on = None
        fields += ["proof_due_on", "proof_lapses_on"]
    filing.save(update_fields=fields)
    log("material_received", filing, by=by, at=at, what="、".join(kinds[code].name for code in codes))
    return filing
