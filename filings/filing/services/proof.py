"""补交材料: a paper that was promised (承诺) or deferred (容缺) has come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from agency.errors import DomainError
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from filings.filing.entry import given_materials
from filings.filing.judging import judge_stored
from filings.filing.kinds import GivenAs
from filings.filing.models import Filing, FilingMaterial
from filings.filing.services.common import lock, log
from filings.filing.states import FilingState
from filings.filing.timekeeping import NO_PROOF_DUE
from filings.materials.models import MaterialKind
from filings.materials.rules import deferred

SHOWN = (GivenAs.ORIGINAL, GivenAs.COPY)


@transaction.atomic
def material_received(filing: Filing, *, codes: Sequence[str], how: str, by: User, at: dt.datetime) -> Filing:
    """收到材料: papers of a filing in force come in; with the last one that was deferred its date is over.

    `how` is original or copy. Errors: `not_in_force` (one that fell back to 待补正 is supplemented on its
    form), `unknown_material`, `bad_given_as`.
    """
    access.require(by, May.TAKE_IN_FILINGS, filing.insured_region)
    lock(filing, at=at)
    on = timezone.localdate(at)
    state = filing.state_on(on)
    if state != FilingState.IN_FORCE:
        told = f"{filing.filing_no} 现在是“{state.label}”，材料请在备案表上补正后提交。"
        raise DomainError("not_in_force", told)
    if how not in SHOWN:
        raise DomainError("bad_given_as", "请选择收到的是原件还是复印件。", field="how")
    kinds = {kind.code: kind for kind in MaterialKind.objects.filter(code__in=codes)}
    if not kinds or len(kinds) != len(set(codes)):
        raise DomainError("unknown_material", "请选择收到的是哪一种材料。", field="codes")
    for kind in kinds.values():
        FilingMaterial.objects.update_or_create(filing=filing, material=kind, defaults={"given_as": how})
    filing.version += 1
    filing.save(update_fields=["version"])
    if filing.proof_due_on is not None and not deferred(
        judge_stored(filing, on).groups, given_materials(filing)
    ):
        for name, value in NO_PROOF_DUE.items():
            setattr(filing, name, value)
        filing.save(update_fields=list(NO_PROOF_DUE))
    log("material_received", filing, by=by, at=at, materials=sorted(kinds), how=how)
    return filing
