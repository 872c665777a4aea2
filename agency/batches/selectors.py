"""Reads of import batches, narrowed to what a person may see."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from agency.batches.models import Batch
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May, grants
from agency.registry import BATCH_KINDS


def batches_visible(by: User) -> QuerySet[Batch]:
    """Batches of the actor's own region (the province sees all) and of kinds that the actor may load."""
    kinds = [
        entry.name
        for entry in BATCH_KINDS
        if access.allowed(by, entry.function().may_load) or access.allowed(by, entry.function().may_read)
    ]
    rows = Batch.objects.filter(kind__in=kinds).select_related("created_by", "confirmed_by", "file", "region")
    return rows if access.sees_all(by) else rows.filter(region=by.region_id)


def confirmers(batch: Batch, most: int) -> list[User]:
    """Colleagues who may see and confirm a batch, at most so many: those of its region first, then the
    province's."""
    kind = BATCH_KINDS[batch.kind]()
    asked = [may for may in (May.READ_BATCHES, May.RELEASE_BATCHES, kind.may_confirm) if may is not None]
    rows = User.objects.filter(Q(region=batch.region_id) | Q(region__isnull=True), is_active=True)
    rows = rows.exclude(pk=batch.created_by_id).exclude(is_system_account=True)
    found = []
    for user in rows.order_by(F("region").desc(nulls_last=True), "username").prefetch_related("staff_roles"):
        roles = frozenset(held.role for held in user.staff_roles.all())
        reads = any(grants(roles, user.level, may) for may in (kind.may_load, kind.may_read))
        if reads and all(grants(roles, user.level, may) for may in asked):
            found.append(user)
    return found[:most]
