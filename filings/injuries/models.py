"""外伤承诺书: what a patient (or somebody for them) says of an injury, form 3."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from filings.stays.models import RecordOfStay, Stay


class ProxyRole(models.TextChoices):
    """签字人身份: in what capacity somebody signs for the patient."""

    GUARDIAN = "guardian", "监护人"
    PROXY = "proxy", "代理人"


class InjuryStatement(RecordOfStay):
    """外伤无第三方责任承诺书: that no third party answers for an injury treated in one stay [S2]."""

    statement_no = models.CharField("承诺书编号", max_length=12, unique=True)
    stay = models.ForeignKey(Stay, models.PROTECT, verbose_name="就医登记", related_name="injury_statements")
    injured_on = models.DateField("受伤日期", null=True, blank=True)
    injured_time = models.TimeField("受伤时刻", null=True, blank=True)
    place = models.CharField("受伤地点", max_length=200)
    course = models.CharField("受伤经过", max_length=600)
    proxy_name = models.CharField("代理人姓名", max_length=50, blank=True)
    proxy_relation = models.CharField("与患者关系", max_length=20, blank=True)
    proxy_phone = models.CharField("代理人电话", max_length=30, blank=True)
    proxy_cert_no = models.CharField("代理人证件号码", max_length=30, blank=True)

    proxy_role = models.CharField("签字人身份", max_length=10, choices=ProxyRole, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "外伤承诺书"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(place="") & ~Q(course=""), name="injury_says_where_and_how"),
            models.CheckConstraint(
                condition=Q(injured_time__isnull=True) | Q(injured_on__isnull=False),
                name="injury_time_has_its_day",
                violation_error_message="填了受伤时刻，请一并填写受伤日期。",
            ),
            models.CheckConstraint(
                condition=Q(proxy_name="", proxy_relation="", proxy_phone="", proxy_cert_no="")
                | (~Q(proxy_name="") & ~Q(proxy_relation="")),
                name="injury_proxy_has_name_and_relation",
                violation_error_message="有代理人的，姓名和与患者关系都要填。",
            ),
            models.CheckConstraint(
                condition=Q(proxy_role="") | (Q(proxy_role__in=ProxyRole.values) & ~Q(proxy_name="")),
                name="injury_proxy_role_is_known",
            ),
        ]
        # serves the lists on the card and on the stay
        indexes = [models.Index(fields=["stay", "-id"], name="injury_of_stay")]

    def __str__(self) -> str:
        return self.statement_no

    @property
    def has_proxy(self) -> bool:
        return bool(self.proxy_name)
