"""列对照 that people agreed to and keep for the next file of the same source: saved under a name, retired."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from agency.errors import DomainError, NotAllowed, clean_reason
from agency.journal import audit
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.reconciliation.kinds import DETAILS
from settlement.reconciliation.mapping import check_columns
from settlement.reconciliation.models import ColumnMapping

NAME_LENGTH = 40


@transaction.atomic
def mapping_save(
    *, name: str, source: str, columns: Mapping[str, str], headings: Sequence[str], by: User, at: dt.datetime
) -> ColumnMapping:
    """Keep a column mapping that a person has agreed to, under a new name, for one's own region (the
    province's for all); one in use never changes: it is retired and another one saved.

    Errors: NotAllowed, `name_missing`, `name_too_long`, `name_taken`, of details those of `check_columns`.
    """
    access.require(by, May.RECONCILE)
    name = clean_reason(name, NAME_LENGTH, field="name", what="名称", missing="请给列对照起个名称。")
    if source in DETAILS:
        check_columns(columns)
    if ColumnMapping.objects.filter(name=name).exists():
        raise DomainError("name_taken", f"已经有名为“{name}”的列对照，请换个名称。", field="name")
    region = None if access.sees_all(by) else by.region
    said = {"columns": dict(columns), "headings": list(headings)}
    saved = ColumnMapping.objects.create(name=name, source=source, region=region, by=by, at=at, **said)
    _record("column_mapping_saved", saved, by=by, at=at, columns=len(columns))
    return saved


@transaction.atomic
def mapping_retire(mapping: ColumnMapping, *, by: User, at: dt.datetime) -> None:
    """停用列对照: it is offered no more; runs that used it keep it. By its own region, or the province.

    Errors: NotAllowed.
    """
    access.require(by, May.RECONCILE, mapping.region)
    if mapping.region is None and not access.sees_all(by):
        raise NotAllowed(f"列对照“{mapping}”是省级的，由省级停用。")
    ColumnMapping.objects.filter(pk=mapping.pk).update(is_retired=True)
    _record("column_mapping_retired", mapping, by=by, at=at)


def _record(action: str, mapping: ColumnMapping, *, by: User, at: dt.datetime, **more: Any) -> None:
    subject: dict[str, Any] = {
        "subject_kind": "column_mapping",
        "subject_no": mapping.name,
        "region": mapping.region,
    }
    audit.record(action, by=by, at=at, **subject, **more)
