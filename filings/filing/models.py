"""备案: filings, the terms of their kinds, and the materials handed in."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from agency.journal.workflow import Machine
from agency.organisation import access
from agency.organisation.models import Counter, Dated, PoolingRegion, User, dates_in_order
from agency.policy.insurance import InsuranceType
from filings.filing.kinds import Channel, FilingKind, GivenAs, Term
from filings.filing.states import (
    CAME_INTO_FORCE,
    FILING_MACHINE,
    INCOMPLETE,
    REFUSED_OR_DROPPED,
    WAITING,
    FilingState,
)
from filings.materials.models import MaterialKind
from filings.people.choices import PersonCategory
from filings.people.models import InsuredPerson

S = FilingState


class KindTerms(Dated):
    """备案类型的期限: how long a kind is valid, locked and whether it is reviewed, by date [S4, N22]."""

    kind = models.CharField("备案类型", max_length=24, choices=FilingKind)
    term = models.CharField("长期/临时", max_length=10, choices=Term)
    validity_months = models.PositiveSmallIntegerField(
        "有效月数", null=True, blank=True, help_text="空着表示长期"
    )
    lock_months = models.PositiveSmallIntegerField("变更锁定月数", null=True, blank=True)
    offered = models.BooleanField("窗口受理", default=True)
    needs_review = models.BooleanField("须复核", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "备案类型期限"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "valid_from"], name="kind_terms_one_per_start"),
            models.CheckConstraint(condition=Q(kind__in=FilingKind.values), name="kind_terms_kind_is_known"),
            models.CheckConstraint(condition=Q(term__in=Term.values), name="kind_terms_term_is_known"),
            models.CheckConstraint(
                condition=Q(term=Term.LONG_TERM) | Q(validity_months__isnull=False, validity_months__gte=1),
                name="kind_terms_temporary_has_months",
                violation_error_message="临时备案必须有有效月数，至少 1 个月。",
            ),
            dates_in_order("kind_terms"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class FilingQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> FilingQuerySet:
        """Filings of the actor's insured region; those in force also for the care region, read-only."""
        if access.sees_all(by):
            return self
        return self.filter(
            Q(insured_region=by.region_id) | Q(care_region=by.region_id, state__in=CAME_INTO_FORCE)
        )

    def editable_by(self, by: User) -> FilingQuerySet:
        """Filings that the actor's agency takes in: those of its own insured region."""
        return self if access.sees_all(by) else self.filter(insured_region=by.region_id)

    def in_force(self, on: dt.date) -> FilingQuerySet:
        """Filings in force on a day, by their dates: right at any moment, without a nightly job.

        One that was cancelled counts for the days before its cancellation.
        """
        return self.sharing_days(on, on)

    def sharing_days(self, begins: Any, ends: Any) -> FilingQuerySet:
        """Filings with at least one valid day between two (`ends` None: from `begins` on).

        A cancelled one is valid to its last day; without one it never was (cancelled before it began).
        """
        lasting = Q(state__in=CAME_INTO_FORCE) & (Q(ends_on__isnull=True) | Q(ends_on__gte=begins))
        stopped = Q(state=S.CANCELLED, effective_at__isnull=False, ends_on__gte=begins)
        rows = self.filter(lasting | stopped)
        return rows if ends is None else rows.filter(begins_on__lte=ends)

    def in_state(self, state: str, on: dt.date) -> FilingQuerySet:
        """Filings whose `state_on(on)` is `state`."""
        over = Q(state=S.IN_FORCE, ends_on__lt=on)
        too_late = Q(state__in=WAITING, deadline_on__lt=on)
        if state == S.EXPIRED:
            return self.filter(Q(state=S.EXPIRED) | over)
        if state == S.LAPSED:
            return self.filter(Q(state=S.LAPSED) | too_late)
        return self.filter(state=state).exclude(over if state == S.IN_FORCE else too_late)


class Filing(models.Model):
    """备案: one person's filing for care away from the insured region.

    A draft may be incomplete; what it still needs is said by `filing.rules.submission_reasons`.
    """

    machine: ClassVar[Machine] = FILING_MACHINE
    journal_field: ClassVar[str] = "filing_no"

    filing_no = models.CharField("备案编号", max_length=12, unique=True)
    person = models.ForeignKey(InsuredPerson, models.PROTECT, verbose_name="参保人", related_name="filings")
    insured_region = models.ForeignKey(
        PoolingRegion, models.PROTECT, verbose_name="参保地", related_name="filings_insured"
    )
    insurance_type = models.CharField("险种", max_length=8, choices=InsuranceType, blank=True)
    category = models.CharField("人员类别", max_length=8, choices=PersonCategory, blank=True)
    kind = models.CharField("备案类型", max_length=24, choices=FilingKind, blank=True)
    channel = models.CharField("渠道", max_length=12, choices=Channel, default=Channel.COUNTER)
    care_region = models.ForeignKey(
        PoolingRegion,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="就医地（省或统筹区）",
        related_name="filings_care",
    )
    care_area_code = models.CharField("就医地区划", max_length=6, blank=True)
    care_place_name = models.CharField("就医地", max_length=80, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    address = models.CharField("异地居住地址", max_length=200, blank=True)
    received_on = models.DateField("受理日期")
    counter = models.ForeignKey(
        Counter, models.PROTECT, null=True, blank=True, verbose_name="受理窗口", related_name="+"
    )
    begins_on = models.DateField("生效日期", null=True, blank=True)
    ends_on = models.DateField(
        "截止日期",
        null=True,
        blank=True,
        help_text="最后一个有效日；空着表示长期有效，已撤销的表示没有有效日",
    )
    state = models.CharField("状态", max_length=20, choices=FilingState, default=FilingState.DRAFT)
    deadline_on = models.DateField("办理期限", null=True, blank=True)
    agent_name = models.CharField("代办人姓名", max_length=50, blank=True)
    agent_cert_no = models.CharField("代办人证件号码", max_length=30, blank=True)
    agent_phone = models.CharField("代办人电话", max_length=30, blank=True)
    agent_relation = models.CharField("与参保人关系", max_length=20, blank=True)
    external_no = models.CharField("外部编号", max_length=40, blank=True)
    taken_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="经办人", related_name="filings_taken_in"
    )
    taken_in_at = models.DateTimeField("录入时间")
    submitted_at = models.DateTimeField("首次提交时间", null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="复核人",
        related_name="+",
    )
    reviewed_at = models.DateTimeField("复核时间", null=True, blank=True)
    effective_at = models.DateTimeField("生效时间", null=True, blank=True, help_text="成为“已生效”的时刻")
    version = models.PositiveIntegerField("版本", default=1)
    form_token = models.UUIDField(
        "表单标记", null=True, blank=True, unique=True, editable=False, help_text="同一张新办表只存一次"
    )

    objects = FilingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "备案"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=FilingState.values), name="filing_state_is_known"),
            models.CheckConstraint(
                condition=Q(kind__in=[*FilingKind.values, ""]), name="filing_kind_is_known"
            ),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="filing_channel_is_known"),
            models.CheckConstraint(
                condition=Q(insurance_type__in=[*InsuranceType.values, ""]), name="filing_insurance_is_known"
            ),
            models.CheckConstraint(
                condition=Q(category__in=[*PersonCategory.values, ""]), name="filing_category_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=INCOMPLETE)
                | (
                    ~Q(kind="")
                    & ~Q(insurance_type="")
                    & ~Q(category="")
                    & ~Q(care_area_code="")
                    & Q(care_region__isnull=False, begins_on__isnull=False)
                ),
                name="filing_complete_once_submitted",
                violation_error_message="提交复核的备案必须填齐险种、备案类型、就医地和生效日期。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("begins_on")),
                name="filing_dates_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=CAME_INTO_FORCE) | Q(effective_at__isnull=False),
                name="filing_in_force_since_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("taken_in_by")),
                name="filing_reviewed_by_second_person",
                violation_error_message="录入人不能自己复核，请由另一位同事办理。",
            ),
            models.UniqueConstraint(
                fields=["person", "care_area_code", "kind", "begins_on"],
                condition=Q(state=FilingState.IN_FORCE),
                name="filing_in_force_begins_once",
                violation_error_message="此人在同一就医地已有同一天起的同类生效备案。",
            ),
            models.UniqueConstraint(
                fields=["channel", "external_no"],
                condition=~Q(external_no=""),
                name="filing_external_no_once",
            ),
        ]
        indexes = [
            # serve the list and the queues: a region's filings, of one state, newest first
            models.Index(fields=["insured_region", "-id"], name="filing_list_of_insured"),
            models.Index(fields=["insured_region", "state", "-id"], name="filing_queue_of_insured"),
            models.Index(fields=["care_region", "state", "-id"], name="filing_queue_of_care"),
            models.Index(fields=["person", "-id"], name="filing_of_person"),
            # serves the nightly recording of what time has ended, and the queue of what ends soon
            models.Index(fields=["state", "ends_on"], name="filing_by_end"),
        ]

    def __str__(self) -> str:
        return self.filing_no

    @property
    def journal_no(self) -> str:
        return self.filing_no

    @property
    def is_cross_province(self) -> bool:
        return self.care_region is not None and self.care_region.is_outside

    @property
    def has_agent(self) -> bool:
        return bool(self.agent_name)

    @property
    def never_valid(self) -> bool:
        """Whether it ended without a single valid day: refused, lapsed, or cancelled before it began."""
        if self.state == S.CANCELLED:
            return self.effective_at is None or self.ends_on is None
        return self.state in REFUSED_OR_DROPPED

    def state_on(self, on: dt.date) -> FilingState:
        """The state as it is on a day: a filing whose last day has passed is expired, an open one whose
        deadline has passed has lapsed, whether or not that was recorded already."""
        state = FilingState(self.state)
        if state == FilingState.IN_FORCE and self.ends_on is not None and self.ends_on < on:
            return FilingState.EXPIRED
        if state in WAITING and self.deadline_on is not None and self.deadline_on < on:
            return FilingState.LAPSED
        return state


class FilingMaterial(models.Model):
    """提交材料: one paper on a filing's checklist, and how it was given."""

    filing = models.ForeignKey(Filing, models.PROTECT, verbose_name="备案", related_name="materials")
    material = models.ForeignKey(MaterialKind, models.PROTECT, verbose_name="材料", related_name="+")
    given_as = models.CharField("提交方式", max_length=10, choices=GivenAs, default=GivenAs.ORIGINAL)

    class Meta:
        verbose_name = verbose_name_plural = "提交材料"
        ordering = ["filing", "material"]
        constraints = [
            models.UniqueConstraint(fields=["filing", "material"], name="filing_material_once"),
            models.CheckConstraint(
                condition=Q(given_as__in=GivenAs.values), name="filing_material_given_as_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.material}（{self.get_given_as_display()}）"
