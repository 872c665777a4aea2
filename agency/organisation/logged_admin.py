"""后台管理的底子: pages whose every change stands in the log, that delete nothing and keep regions apart."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from agency.journal import audit
from agency.organisation.models import Agency, Counter, PoolingRegion, User
from agency.organisation.roles import Level

# How a choice leads to its region, where a region's supervisor may only choose the own one.
OWN_REGION: dict[type[Model], str] = {PoolingRegion: "pk", Agency: "region", Counter: "agency__region"}


class LoggedAdmin(admin.ModelAdmin):
    """Every change through the admin stands in the log; nothing is deleted; regions see their own rows."""

    region_path = ""  # lookup that leads to the region; empty = rows that belong to nobody

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        """Filters in the URL are those of the list; nobody reads a password's hash letter by letter."""
        return "password" not in lookup and super().lookup_allowed(lookup, value, request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A region's supervisor chooses, and can post, only what belongs to that region."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        user = request.user
        path = OWN_REGION.get(db_field.related_model)
        if field is not None and path and isinstance(user, User) and user.level != Level.PROVINCE:
            field.queryset = db_field.related_model.objects.filter(**{path: user.region_id})
            field.required = field.required or db_field.related_model is PoolingRegion
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        user = request.user
        if self.region_path and isinstance(user, User) and user.level != Level.PROVINCE:
            return rows.filter(**{self.region_path: user.region_id})
        return rows

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The log comes last: its lock is held until the end of the transaction."""
        self.save_rows(request, form, formsets, change)
        subject = self.logged(request, form, formsets)
        audit.record(
            audit.REFERENCE_CHANGED if change else audit.REFERENCE_ADDED,
            by=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
            subject_kind=subject.kind,
            subject_no=subject.number,
            region=subject.region,
            **subject.detail,
        )

    def save_rows(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """What belongs to a saved row, without the log: for whoever saves many and logs them last."""
        super().save_related(request, form, formsets, change)

    def logged(self, request: HttpRequest, form: Any, formsets: Any) -> audit.Subject:
        """What the log says of a saved form."""
        changed = sorted(
            {*form.changed_data, *(formset.prefix for formset in formsets if formset.has_changed())}
        )
        return audit.Subject(
            kind=audit.subject_kind(form.instance),
            number=str(form.instance.pk),
            region=request.user.region,  # type: ignore[union-attr]
            detail={"columns": changed, **self.logged_facts(form.instance)},
        )

    def logged_facts(self, row: Any) -> dict[str, Any]:
        """What else the log should know about a changed row."""
        return {}


class ReadOnlyAdmin(LoggedAdmin):
    """For what only the program writes: looked at here, never changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
