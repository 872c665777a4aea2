"""Reads of import batches, narrowed to what a person may see."""

from __future__ import annotations

from django.db.models import QuerySet

from agency.batches.models import Batch
from agency.organisation import access
from agency.organisation.models import User
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
