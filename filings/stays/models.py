"""就医登记: one stay of one person, on which late filing, reimbursement and forms 3 and 4 rest."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from agency.organisation import access
from agency.organisation.models import Institution, PoolingRegion, User
from filings.filing.models import Filing
from filings.people.models import InsuredPerson
from filings.stays.rules import StayDates


class Recorded(models.Model):
    """Who wrote a record down, when it was changed last, and which version that was."""

    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间")
    changed_at = models.DateTimeField("最近更正时间")
    version = models.PositiveIntegerField("版本", default=1)
    form_token = models.UUIDField(
        "表单标记", null=True, blank=True, unique=True, editable=False, help_text="同一张登记表只存一次"
    )

    class Meta:
        abstract = True


class StayQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> StayQuerySet:
        """Stays that the actor's own region took in; the province sees all."""
        return self if access.sees_all(by) else self.filter(insured_region=by.region_id)


class Stay(Recorded):
    """就医登记: one stay (住院) or visit of a person at one institution, taken in by the insured region."""

    stay_no = models.CharField("就医登记号", max_length=12, unique=True)
    person = models.ForeignKey(InsuredPerson, models.PROTECT, verbose_name="参保人", related_name="stays")
    insured_region = models.ForeignKey(
        PoolingRegion, models.PROTECT, verbose_name="参保地", related_name="stays_insured"
    )
    institution = models.ForeignKey(
        Institution, models.PROTECT, verbose_name="医疗机构", related_name="stays"
    )
    admission_no = models.CharField("住院号", max_length=40)
    department = models.CharField("科室", max_length=50, blank=True)
    admitted_on = models.DateField("入院日期")
    discharged_on = models.DateField("出院日期", null=True, blank=True, help_text="空着表示还在住院")
    settled_on = models.DateField(
        "结算日期", null=True, blank=True, help_text="医院结算或本人垫付的日期；空着表示还没有结算"
    )
    filing = models.ForeignKey(
        Filing, models.PROTECT, null=True, blank=True, verbose_name="备案", related_name="stays"
    )

    objects = StayQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "就医登记"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "institution", "admission_no"],
                name="stay_admission_once",
                violation_error_message="此人在这家机构的这个住院号已经登记过。",
            ),
            models.CheckConstraint(condition=~Q(admission_no=""), name="stay_has_admission_no"),
            models.CheckConstraint(
                condition=Q(discharged_on__isnull=True) | Q(discharged_on__gte=F("admitted_on")),
                name="stay_discharged_after_admission",
                violation_error_message="出院日期不能早于入院日期。",
            ),
            models.CheckConstraint(
                condition=Q(settled_on__isnull=True) | Q(settled_on__gte=F("admitted_on")),
                name="stay_settled_after_admission",
                violation_error_message="结算日期不能早于入院日期。",
            ),
        ]
        # serves the person's card and the choice of a stay on forms 3 and 4
        indexes = [models.Index(fields=["person", "-id"], name="stay_of_person")]

    def __str__(self) -> str:
        return self.stay_no

    @property
    def dates(self) -> StayDates:
        return StayDates(self.admitted_on, self.discharged_on, self.settled_on)


class RecordOfStayQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> RecordOfStayQuerySet:
        """Records of stays that the actor's own region took in; the province sees all."""
        return self if access.sees_all(by) else self.filter(stay__insured_region=by.region_id)


class RecordOfStay(Recorded):
    """A record that says more of one stay (forms 3 and 4); each kind has its own `stay`."""

    stay: models.ForeignKey[Any, Stay]

    objects = RecordOfStayQuerySet.as_manager()

    class Meta:
        abstract = True
