"""参保登记: insured persons (identity, once) and their enrolments."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.policy.insurance import InsuranceType
from filings.people.choices import EnrolmentStatus, PersonCategory, Sex


class InsuredPersonQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> InsuredPersonQuerySet:
        """Persons enrolled in the actor's region, or with a filing submitted there; the province sees all.

        A draft opens nobody's register: anybody can begin one with any number.
        """
        if access.sees_all(by):
            return self
        here = Enrolment.objects.filter(person=OuterRef("pk"), region=by.region_id)
        filed = self.model._base_manager.filter(
            pk=OuterRef("pk"), filings__insured_region=by.region_id, filings__submitted_at__isnull=False
        )
        return self.filter(Exists(here) | Exists(filed))


class InsuredPerson(models.Model):
    """参保人: one person, known by certificate type and number; text everywhere."""

    person_no = models.CharField("内部编号", max_length=12, unique=True)
    cert_type = models.CharField("证件类型", max_length=2)
    cert_no = models.CharField("证件号码", max_length=30)
    name = models.CharField("姓名", max_length=50)
    sex = models.CharField("性别", max_length=8, choices=Sex, default=Sex.UNKNOWN)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    platform_no = models.CharField("人员编号", max_length=30, blank=True)

    objects = InsuredPersonQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "参保人"
        ordering = ["person_no"]
        constraints = [
            models.UniqueConstraint(fields=["cert_type", "cert_no"], name="insured_person_once"),
            models.CheckConstraint(condition=Q(sex__in=Sex.values), name="insured_person_sex_is_known"),
        ]
        indexes = [
            # serves a whole number and the beginning of one
            models.Index(
                fields=["cert_no", "id"],
                name="insured_person_by_cert_no",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            ),
            # serves the search by the beginning of a name (see people/selectors.begins_with)
            models.Index(
                fields=["name", "id"],
                name="insured_person_by_name",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            ),
            # serves the question whether the same person stands here twice (people/alike.py)
            models.Index(fields=["name", "birth_date"], name="insured_person_by_birth"),
        ]

    def __str__(self) -> str:
        return self.name


class PersonInitials(models.Model):
    """拼音首字母: every reading of a name (surnames are read in several ways), for the search box."""

    person = models.ForeignKey(InsuredPerson, models.PROTECT, related_name="initials")
    letters = models.CharField("首字母", max_length=50)

    class Meta:
        verbose_name = verbose_name_plural = "拼音首字母"
        constraints = [
            models.UniqueConstraint(
                fields=["letters", "person"],
                name="person_initials_once",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            ),
        ]

    def __str__(self) -> str:
        return self.letters


class SearchKey(models.Model):
    """检索词: a name, a certificate number or initials of a person whom a region may know.

    A region finds its own few among the many of the province by reading this alone. Written by triggers
    (people/guards.py) when somebody is enrolled in a region or a filing is submitted there; it stays when the
    enrolment goes, so that each hit is still asked of `InsuredPersonQuerySet.visible_to`.
    """

    region = models.ForeignKey(PoolingRegion, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(InsuredPerson, models.PROTECT, related_name="search_keys")
    text = models.CharField("检索词", max_length=50)

    class Meta:
        verbose_name = verbose_name_plural = "检索词"
        constraints = [
            models.UniqueConstraint(
                fields=["region", "text", "person"],
                name="search_key_once",
                opclasses=["int8_ops", "varchar_pattern_ops", "int8_ops"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.person_id}"


class Enrolment(models.Model):
    """参保关系: a person's insurance in one region and of one type, with status and dates."""

    person = models.ForeignKey(
        InsuredPerson, models.PROTECT, verbose_name="参保人", related_name="enrolments"
    )
    region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="参保地", related_name="+")
    area_code = models.CharField("参保地区划", max_length=6)
    insurance_type = models.CharField("险种", max_length=8, choices=InsuranceType)
    category = models.CharField("人员类别", max_length=8, choices=PersonCategory)
    status = models.CharField("参保状态", max_length=9, choices=EnrolmentStatus)
    begins_on = models.DateField("参保日期")
    ends_on = models.DateField("终止日期", null=True, blank=True)
    employer = models.CharField("单位", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "参保关系"
        ordering = ["person", "begins_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "region", "insurance_type"], name="enrolment_one_per_region_and_type"
            ),
            models.CheckConstraint(
                condition=Q(insurance_type__in=InsuranceType.values), name="enrolment_insurance_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=EnrolmentStatus.values), name="enrolment_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(category__in=PersonCategory.values), name="enrolment_category_is_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("begins_on")),
                name="enrolment_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.get_insurance_type_display()} {self.get_status_display()}"

    def in_force(self, on: dt.date) -> bool:
        """Whether this insurance is in force on a day [P]."""
        return (
            self.status == EnrolmentStatus.NORMAL
            and self.begins_on <= on
            and (self.ends_on is None or on <= self.ends_on)
        )
