"""后台管理: institutions with their connections and qualifications; the queue of stubs to be completed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from agency.directory.rules import overlapping, read_code
from agency.interchange.admin import InUseInline, ReferenceAdmin
from agency.interchange.exchange import Exchange
from agency.organisation.admin import REGION_EDITS
from agency.organisation.backends import grant_admin
from agency.organisation.models import (
    Institution,
    InstitutionConnection,
    InstitutionQualification,
    Place,
    Qualification,
    User,
)
from agency.organisation.roles import Level


class InstitutionForm(forms.ModelForm):
    """An institution that is no stub says who and where it is."""

    class Meta:
        model = Institution
        fields = [
            "code",
            "name",
            "level",
            "region",
            "place",
            "address",
            "designated_from",
            "designated_to",
            "is_stub",
        ]
        help_texts = {
            "code": "H（医院）或 P（药店）加 11 位数字；保存后不能再改，结算文件靠它认机构",
            "is_stub": "由结算文件自动登记的机构，核实并补全后去掉勾；去掉以后才算定点机构",
        }

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip().upper()
        if read_code(code) is None:
            raise forms.ValidationError("编码是 H 或 P 加 11 位数字，共 12 位，请核对。")
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("is_stub"):
            if not data.get("name"):
                self.add_error("name", "请填写名称；还没有核实的，请勾选“待完善”。")
            if "region" in self.fields and data.get("region") is None and "region" not in self.errors:
                self.add_error("region", "请选统筹区或外省；还没有核实的，请勾选“待完善”。")
        self._judge_place(data.get("region"), data.get("place"), bool(data.get("is_stub")))
        return data

    def _judge_place(self, region: Any, place: Place | None, is_stub: bool) -> None:
        """In another province it lies there; a pooling region's lies in Jilin, maybe in a city of another."""
        if region is None:
            return
        if place is not None:
            fits = place.province_id == region.pk if region.is_outside else place.province_id is None
            if not fits:
                self.add_error("place", f"{place}不在{region if region.is_outside else '吉林省'}，请重选。")
        elif not is_stub and not (region.is_outside and not Place.objects.filter(province=region).exists()):
            self.add_error("place", "请选所在的市州；窗口按市查机构时靠它。")


class SpanFormSet(forms.BaseInlineFormSet):
    """Dated rows of one institution: those of one kind never share a day."""

    same: tuple[str, ...] = ()

    def clean(self) -> None:
        super().clean()
        spans: dict[tuple[Any, ...], list[tuple[dt.date, dt.date | None]]] = {}
        for form in self.forms:
            data = form.cleaned_data if form.is_valid() else {}
            if data.get("valid_from"):
                key = tuple(data.get(name) for name in self.same)
                spans.setdefault(key, []).append((data["valid_from"], data.get("valid_to")))
        if any(overlapping(found) for found in spans.values()):
            raise forms.ValidationError("同一项有两行的日期重叠：先给旧的一行填失效日期，再加新的一行。")


class ConnectionFormSet(SpanFormSet):
    same = ("care_kind", "scope")


class QualificationFormSet(SpanFormSet):
    """That somebody is a regional centre at provincial level or above is for the province to say [P]."""

    same = ("qualification",)
    province_only = False

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            before, after = form.initial.get("qualification"), form.cleaned_data.get("qualification")
            if self.province_only and form.has_changed() and Qualification.REGIONAL_CENTRE in (before, after):
                raise forms.ValidationError("省级以上区域医疗中心由省级主管登记，统筹区不能增改。")


class ConnectionInline(InUseInline):
    model = InstitutionConnection
    formset = ConnectionFormSet
    fields = ["care_kind", "scope", "valid_from", "valid_to", "source", "mended_why"]


class QualificationInline(InUseInline):
    model = InstitutionQualification
    formset = QualificationFormSet
    fields = ["qualification", "valid_from", "valid_to", "source", "mended_why"]

    def get_formset(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        user = request.user
        formset.province_only = isinstance(user, User) and user.level != Level.PROVINCE
        return formset


@admin.register(Institution)
class InstitutionAdmin(ReferenceAdmin):
    """A region's supervisor keeps the institutions of that region; stubs, of which no region is known yet,
    and those of other provinces are the province's. `待完善 = 是` in the filter is the queue of stubs."""

    exchanges = (
        Exchange(Institution, key=("code",)),
        Exchange(
            InstitutionConnection,
            key=("institution", "care_kind", "scope", "valid_from"),
            parent="institution",
        ),
        Exchange(
            InstitutionQualification,
            key=("institution", "qualification", "valid_from"),
            parent="institution",
        ),
    )
    form = InstitutionForm
    inlines = [ConnectionInline, QualificationInline]
    region_path = "region"
    list_display = ["code", "name", "level", "region", "place", "designated_from", "designated_to", "is_stub"]
    list_select_related = ["region", "place"]
    list_filter = ["is_stub", "level", "qualifications__qualification", "region"]
    search_fields = ["code", "name"]
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Files and cases know an institution by its code: once stored it stays."""
        return () if obj is None else ("code",)

    def logged_facts(self, row: Institution) -> dict[str, Any]:
        return {"code": row.code}


for model in (Institution, InstitutionConnection, InstitutionQualification):
    grant_admin(model._meta.label, REGION_EDITS)
