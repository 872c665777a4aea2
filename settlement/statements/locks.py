"""Who waits for whom: every write of a region's statements of a month holds its drawing."""

from __future__ import annotations

from agency.errors import DomainError
from agency.organisation.models import PoolingRegion
from settlement.statements.models import InstitutionStatement, StatementDrawing


def hold_drawing(period: str, region: PoolingRegion) -> StatementDrawing:
    """The drawing of a region and month, held until the end of the transaction."""
    rows = StatementDrawing.objects.filter(period__period=period, care_region=region)
    drawing = rows.select_for_update(of=("self",), no_key=True).order_by("pk").first()
    if drawing is None:
        raise DomainError("not_drawn", f"{region}这个月的对账单还没有生成。")
    return drawing


def as_it_is_now(statement: InstitutionStatement) -> InstitutionStatement:
    """The statement read again under the lock of its drawing."""
    hold_drawing(statement.period.period, statement.care_region)
    return InstitutionStatement.objects.select_related("period", "care_region").get(pk=statement.pk)
