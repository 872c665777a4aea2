"""挂账: cases that a region disputes, which stay out of the clearing until they are decided, and what both
parties say of them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from agency.journal.workflow import Machine
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.policy.care import CareKind
from agency.policy.insurance import InsuranceType
from settlement.holding.states import HELD_MACHINE, TONES, HeldState
from settlement.records.models import SettlementRecord

UNDECIDED = Q(state__in=[HeldState.HELD, HeldState.WITHDRAWN])


class HeldCaseQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> HeldCaseQuerySet:
        """Held cases to which the actor's region is a party; the province sees all."""
        if access.sees_all(by):
            return self
        return self.filter(Q(insured_region=by.region_id) | Q(care_region=by.region_id))

    def standing(self) -> HeldCaseQuerySet:
        """All but those that were taken back as if they had never been held."""
        return self.exclude(state=HeldState.WITHDRAWN)


class HeldCase(models.Model):
    """挂账: one case that stays out of the clearing from `held_from` (期别, the month in which it counts)
    until it is released into `decided_period`; rejected, it never enters.

    Number, correction number and the key of its line are those of the case. `record` is empty only where a
    dispute was taken back and the case's batch undone after that. `taken_back`: released because the region
    that disputed it took that back after its month was signed.
    """

    machine: ClassVar[Machine] = HELD_MACHINE
    journal_field: ClassVar[str] = "held_no"

    held_no = models.CharField("挂账编号", max_length=13, unique=True)
    record = models.ForeignKey(
        SettlementRecord,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="结算明细",
        related_name="held_cases",
    )
    settlement_no = models.CharField("结算编号", max_length=40)
    correction_no = models.PositiveSmallIntegerField("更正序号", default=0)
    insured_region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="参保地", related_name="+")
    care_region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="就医地", related_name="+")
    insurance_type = models.CharField("险种", max_length=8, choices=InsuranceType)
    care_kind = models.CharField("医疗类别", max_length=20, choices=CareKind)
    held_from = models.CharField("挂账期别", max_length=6)
    region = models.ForeignKey(
        PoolingRegion, models.PROTECT, verbose_name="提出争议的统筹区", related_name="+"
    )
    reason = models.CharField("争议原因", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="提出人", related_name="+")
    at = models.DateTimeField("提出时间")
    state = models.CharField("状态", max_length=10, choices=HeldState, default=HeldState.HELD)
    decided_period = models.CharField("裁定计入期别", max_length=6, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="裁定人",
        related_name="+",
    )
    decided_at = models.DateTimeField("裁定时间", null=True, blank=True)
    decided_reason = models.CharField("裁定理由", max_length=200, blank=True)
    taken_back = models.BooleanField("由提出方撤回", default=False)

    objects = HeldCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "挂账"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["record"],
                condition=~Q(state=HeldState.WITHDRAWN),
                name="held_case_once_per_record",
                violation_error_message="这笔结算已经挂账。",
            ),
            models.CheckConstraint(condition=Q(state__in=HeldState.values), name="held_case_state_is_known"),
            models.CheckConstraint(
                condition=Q(record__isnull=False) | Q(state=HeldState.WITHDRAWN),
                name="held_case_has_its_record",
            ),
            models.CheckConstraint(
                condition=(UNDECIDED & Q(decided_period="", decided_by__isnull=True, decided_at__isnull=True))
                | (
                    ~UNDECIDED
                    & Q(decided_period__gte=F("held_from"), decided_by__isnull=False)
                    & Q(decided_at__isnull=False)
                ),
                name="held_case_decided_in_full",
            ),
            models.CheckConstraint(
                condition=Q(taken_back=False) | Q(state=HeldState.RELEASED),
                name="held_case_taken_back_is_released",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(taken_back=True) | ~Q(decided_by=F("by")),
                name="held_case_decided_by_second_person",
                violation_error_message="提出争议的人不能自己裁定。",
            ),
            models.CheckConstraint(
                condition=~Q(insured_region=F("care_region")), name="held_case_of_two_parties"
            ),
            models.CheckConstraint(
                condition=Q(region=F("insured_region")) | Q(region=F("care_region")),
                name="held_case_disputed_by_a_party",
            ),
            models.CheckConstraint(
                condition=Q(insurance_type__in=InsuranceType.values), name="held_case_insurance_is_known"
            ),
            models.CheckConstraint(
                condition=Q(care_kind__in=CareKind.values), name="held_case_care_kind_is_known"
            ),
        ]
        indexes = [
            # serves what a month carries, and the list of a month
            models.Index(fields=["state", "held_from"], name="held_case_by_state"),
        ]

    def __str__(self) -> str:
        return self.held_no

    @property
    def journal_no(self) -> str:
        return self.held_no

    @property
    def tone(self) -> str:
        return TONES[HeldState(self.state)]

    @property
    def returns_in(self) -> str:
        """The month in which the case enters the clearing again; empty while, or if, it never does."""
        return self.decided_period if self.state == HeldState.RELEASED else ""

    @property
    def other_region(self) -> PoolingRegion:
        """The party that did not dispute."""
        return self.care_region if self.region_id == self.insured_region_id else self.insured_region


class Answer(models.TextChoices):
    """答复: what a party says to the dispute; empty: only a note."""

    AGREES = "agrees", "同意"
    DISAGREES = "disagrees", "不同意"


class HeldNote(models.Model):
    """挂账说明: what one party (or the province: no region) said of a held case; append-only."""

    case = models.ForeignKey(HeldCase, models.PROTECT, verbose_name="挂账", related_name="notes")
    region = models.ForeignKey(
        PoolingRegion, models.PROTECT, null=True, blank=True, verbose_name="统筹区", related_name="+"
    )
    answer = models.CharField("答复", max_length=10, choices=Answer, blank=True)
    text = models.CharField("说明", max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="填写人", related_name="+")
    at = models.DateTimeField("填写时间")

    class Meta:
        verbose_name = verbose_name_plural = "挂账说明"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer__in=["", *Answer.values]), name="held_note_answer_is_known"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="held_note_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.at:%Y-%m-%d}"
