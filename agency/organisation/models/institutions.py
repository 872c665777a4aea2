"""Designated institutions, whom they settle for directly, and what else they may do."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from agency.organisation.models.dated import Dated, dates_in_order
from agency.organisation.models.regions import Place, PoolingRegion
from agency.policy.care import CareKind


class InstitutionQuerySet(models.QuerySet):
    def designated(self, on: dt.date) -> InstitutionQuerySet:
        """Institutions that are designated on a day; a stub is one of which nothing is known [S4]."""
        return self.filter(
            Q(designated_to__isnull=True) | Q(designated_to__gte=on), is_stub=False, designated_from__lte=on
        )


class Institution(models.Model):
    """定点医药机构: a hospital (H…) or pharmacy (P…). A stub is one we only know from a case file."""

    code = models.CharField("编码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=100, blank=True)
    level = models.CharField("等级", max_length=20, blank=True)
    region = models.ForeignKey(
        PoolingRegion, models.PROTECT, null=True, blank=True, verbose_name="统筹区", related_name="+"
    )
    place = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="所在地",
        related_name="institutions",
        help_text="所在的市州",
    )
    address = models.CharField("地址", max_length=200, blank=True)
    designated_from = models.DateField("定点起", default=dt.date(2000, 1, 1))
    designated_to = models.DateField("定点止", null=True, blank=True, help_text="空着表示仍是定点")
    is_stub = models.BooleanField("待完善", default=False, help_text="由结算文件自动登记，名称等待补全")

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "定点医药机构"
        ordering = ["code"]
        indexes = [  # the directory: of a city, of a region or province, by exact name; each in its order
            models.Index(fields=["place", "code"], name="institution_by_place"),
            models.Index(fields=["region", "code"], name="institution_by_region"),
            models.Index(fields=["name", "code"], name="institution_by_name"),
            models.Index(fields=["code"], condition=Q(is_stub=True), name="institution_stubs"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(designated_to__isnull=True) | Q(designated_to__gte=F("designated_from")),
                name="institution_designation_in_order",
                violation_error_message="定点止不能早于定点起。",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.code

    @property
    def is_pharmacy(self) -> bool:
        return self.code.startswith("P")

    def designated_on(self, on: dt.date) -> bool:
        """Whether it is a designated institution on a day [S4]."""
        ended = self.designated_to is not None and self.designated_to < on
        return not self.is_stub and self.designated_from <= on and not ended


class ConnectionScope(models.TextChoices):
    """联网范围: for whose insured an institution settles directly."""

    IN_PROVINCE = "in_province", "省内异地"
    CROSS_PROVINCE = "cross_province", "跨省异地"


class InstitutionConnection(Dated):
    """联网结算: a kind of care that an institution settles directly for people insured elsewhere [S0]."""

    institution = models.ForeignKey(
        Institution, models.PROTECT, verbose_name="医药机构", related_name="connections"
    )
    care_kind = models.CharField("医疗类别", max_length=20, choices=CareKind)
    scope = models.CharField("联网范围", max_length=16, choices=ConnectionScope)

    class Meta:
        verbose_name = verbose_name_plural = "联网结算"
        ordering = ["institution", "care_kind", "scope", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "care_kind", "scope", "valid_from"],
                name="institution_connection_one_per_start",
            ),
            models.CheckConstraint(
                condition=Q(care_kind__in=CareKind.values), name="institution_connection_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(scope__in=ConnectionScope.values), name="institution_connection_scope_is_known"
            ),
            dates_in_order("institution_connection"),
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.get_care_kind_display()} {self.get_scope_display()}"


class Qualification(models.TextChoices):
    """资格: what an institution may do beside treating."""

    REFERRAL = "referral", "转诊资格"
    REGIONAL_CENTRE = "regional_centre", "省级以上区域医疗中心"


class InstitutionQualification(Dated):
    """机构资格: who may send the insured of its region elsewhere for treatment [S0, S2]."""

    institution = models.ForeignKey(
        Institution, models.PROTECT, verbose_name="医药机构", related_name="qualifications"
    )
    qualification = models.CharField("资格", max_length=16, choices=Qualification)

    class Meta:
        verbose_name = verbose_name_plural = "机构资格"
        ordering = ["institution", "qualification", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "qualification", "valid_from"],
                name="institution_qualification_one_per_start",
            ),
            models.CheckConstraint(
                condition=Q(qualification__in=Qualification.values),
                name="institution_qualification_is_known",
            ),
            dates_in_order("institution_qualification"),
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.get_qualification_display()}"
