"""后台管理: regions, area codes, counters, institutions, staff."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.forms import ReadOnlyPasswordHashField
from django.contrib.auth.password_validation import validate_password
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from agency.interchange.admin import ReferenceAdmin
from agency.interchange.exchange import Exchange
from agency.organisation.backends import EDIT, READ, grant_admin
from agency.organisation.logged_admin import LoggedAdmin
from agency.organisation.models import (
    Agency,
    AreaCode,
    CertificateType,
    Counter,
    Place,
    PoolingRegion,
    RegionPair,
    StaffRole,
    User,
)
from agency.organisation.roles import ROLE_LEVELS, Level, Role

PROVINCE_EDITS = {
    (Role.SUPERVISOR, Level.PROVINCE): EDIT,
    (Role.SUPERVISOR, Level.REGION): READ,
    (Role.SYSTEM, Level.PROVINCE): READ,
}
REGION_EDITS = {
    (Role.SUPERVISOR, Level.PROVINCE): EDIT,
    (Role.SUPERVISOR, Level.REGION): EDIT,
    (Role.SYSTEM, Level.PROVINCE): READ,
}
ACCOUNTS = {
    (Role.SUPERVISOR, Level.PROVINCE): EDIT,
    (Role.SUPERVISOR, Level.REGION): EDIT,
    (Role.SYSTEM, Level.PROVINCE): EDIT,
}


@admin.register(PoolingRegion)
class PoolingRegionAdmin(ReferenceAdmin):
    exchanges = (Exchange(PoolingRegion, key=("code",)),)
    list_display = ["code", "name", "short_name", "kind", "position", "valid_from", "valid_to", "source"]
    list_filter = ["kind"]
    search_fields = ["code", "name"]


@admin.register(AreaCode)
class AreaCodeAdmin(ReferenceAdmin):
    exchanges = (Exchange(AreaCode, key=("area_code", "valid_from")),)
    list_display = ["area_code", "name", "region", "valid_from", "valid_to", "source"]
    list_select_related = ["region"]
    list_filter = ["region"]
    search_fields = ["area_code", "name"]
    autocomplete_fields = ["region"]


@admin.register(RegionPair)
class RegionPairAdmin(ReferenceAdmin):
    exchanges = (
        Exchange(
            RegionPair,
            key=("region_a", "region_b", "valid_from"),
            told={"region_pair_of_two": "统筹区甲和统筹区乙不能是同一个。"},
        ),
    )
    list_display = ["region_a", "region_b", "is_cross_region", "valid_from", "valid_to", "source"]
    list_select_related = ["region_a", "region_b"]


@admin.register(Place)
class PlaceAdmin(ReferenceAdmin):
    exchanges = (
        Exchange(
            Place,
            key=("code",),
            told={"place_in_one_party": "外省和本省统筹区两列必须填一列，也只能填一列。"},
        ),
    )
    list_display = ["code", "name", "province", "region"]
    list_select_related = ["province", "region"]
    search_fields = ["code", "name"]


@admin.register(Agency)
class AgencyAdmin(ReferenceAdmin):
    exchanges = (Exchange(Agency, key=("code",)),)
    region_path = "region"
    list_display = ["code", "name", "region"]
    list_select_related = ["region"]
    search_fields = ["code", "name"]


@admin.register(Counter)
class CounterAdmin(ReferenceAdmin):
    exchanges = (Exchange(Counter, key=("code",)),)
    region_path = "agency__region"
    list_display = ["code", "name", "agency", "address", "valid_from", "valid_to"]
    list_select_related = ["agency"]
    search_fields = ["code", "name", "address"]
    list_filter = ["agency"]


@admin.register(CertificateType)
class CertificateTypeAdmin(ReferenceAdmin):
    exchanges = (Exchange(CertificateType, key=("code",)),)
    list_display = ["code", "name"]


class StaffForm(forms.ModelForm):
    """An account with an optional new password; its owner changes it at the next login."""

    password = ReadOnlyPasswordHashField(label="现有密码")
    new_password = forms.CharField(
        label="新密码",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="填写后，此人下次登录须自己改密码。至少 10 位，不能是常见密码，不能全是数字。",
    )

    class Meta:
        model = User
        fields = ["username", "display_name", "level", "region", "counter", "is_active", "password"]

    def clean_new_password(self) -> str:
        value = self.cleaned_data["new_password"]
        if value:
            validate_password(value, self.instance)
        return value

    def clean(self) -> dict[str, Any]:
        """A counter lies in the region, and the roles already held fit the level."""
        data = super().clean() or self.cleaned_data
        counter, region, level = data.get("counter"), data.get("region"), data.get("level")
        if counter is not None and counter.agency.region_id != getattr(region, "pk", None):
            self.add_error("counter", f"{counter}不在{region or '省级'}，请选本统筹区的窗口。")
        if level and self.instance.pk:
            for role in Role:
                if role.value in self.instance.roles and level not in ROLE_LEVELS[role]:
                    self.add_error("level", f"此人有“{role.label}”角色，不能改为这一层级，请先去掉该角色。")
        return data

    def save(self, commit: bool = True) -> Any:
        user = super().save(commit=False)
        if self.cleaned_data["new_password"]:
            user.set_password(self.cleaned_data["new_password"])
            user.must_change_password = True
        elif not user.password:
            user.set_unusable_password()
        if commit:
            user.save()
        return user


class RoleFormSet(forms.BaseInlineFormSet):
    """A role fits the level of its account (domain rule 1)."""

    def clean(self) -> None:
        super().clean()
        level = self.instance.level
        for form in self.forms:
            role = form.cleaned_data.get("role")
            if role and not form.cleaned_data.get("DELETE") and level not in ROLE_LEVELS[Role(role)]:
                fits = "、".join(Level(item).label for item in ROLE_LEVELS[Role(role)])
                raise forms.ValidationError(f"“{Role(role).label}”只能给{fits}人员。")


class RoleInline(admin.TabularInline):
    """Roles are given by supervisors; who keeps the accounts sees them only."""

    model = StaffRole
    formset = RoleFormSet
    extra = 1

    def may_give(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and Role.SUPERVISOR in request.user.roles

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may_give(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may_give(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may_give(request)


@admin.register(User)
class UserAdmin(LoggedAdmin):
    """Staff. A region's supervisor sees and makes accounts of that region only."""

    form = StaffForm
    inlines = [RoleInline]
    region_path = "region"
    list_display = ["username", "display_name", "level", "region", "counter", "role_names", "is_active"]
    list_select_related = ["region", "counter"]
    list_filter = ["level", "is_active", "region"]
    search_fields = ["username", "display_name"]

    @admin.display(description="角色")
    def role_names(self, user: User) -> str:
        return user.role_labels

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).filter(is_system_account=False).prefetch_related("staff_roles")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes the own account here: not its roles, level or unit."""
        own = isinstance(obj, User) and obj.pk == request.user.pk
        return not own and super().has_change_permission(request, obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        user = request.user
        if "level" in form.base_fields and isinstance(user, User) and user.level != Level.PROVINCE:
            levels: Any = form.base_fields["level"]
            levels.choices = [(level.value, level.label) for level in (Level.REGION, Level.COUNTER)]
        return form

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if obj.date_joined is None:
            obj.date_joined = timezone.now()
        super().save_model(request, obj, form, change)

    def logged_facts(self, row: User) -> dict[str, Any]:
        roles = StaffRole.objects.filter(user=row).values_list("role", flat=True)
        return {"username": row.username, "roles": sorted(roles)}


REFERENCE: tuple[type[Model], ...] = (
    PoolingRegion,
    AreaCode,
    RegionPair,
    Place,
    CertificateType,
)
OWN_UNIT: tuple[type[Model], ...] = (Agency, Counter)
PEOPLE: tuple[type[Model], ...] = (User, StaffRole)
for models_of, grants in ((REFERENCE, PROVINCE_EDITS), (OWN_UNIT, REGION_EDITS), (PEOPLE, ACCOUNTS)):
    for model in models_of:
        grant_admin(model._meta.label, grants)
