"""One filing: its columns, what the database keeps of it, and its state on a day."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from agency.batches.models import Batch
from agency.journal.workflow import Machine
from agency.organisation.models import Counter, Institution, PoolingRegion
from agency.policy.care import CareKind
from agency.policy.insurance import InsuranceType
from filings.filing.kinds import Channel, FilingKind
from filings.filing.models.charge import CHARGE, IN_WORK_UNTIL
from filings.filing.models.indexes import INDEXES
from filings.filing.models.querysets import FilingQuerySet
from filings.filing.states import (
    CAME_INTO_FORCE,
    FILING_MACHINE,
    IN_HAND,
    INCOMPLETE,
    LASTING,
    STOPPED,
    WAITING,
    FilingState,
)
from filings.people.choices import PersonCategory
from filings.people.models import InsuredPerson

S = FilingState


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
    care_institution = models.ForeignKey(
        Institution,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="就诊医药机构",
        related_name="+",
        help_text="转诊的转入医院；其他备案可空",
    )
    care_kind = models.CharField("就医类别", max_length=20, choices=CareKind, blank=True)
    referring_institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, verbose_name="转出医院", related_name="+"
    )
    diagnosis = models.CharField("诊断", max_length=200, blank=True)
    referred_on = models.DateField("转诊日期", null=True, blank=True)
    settlements_allowed = models.PositiveSmallIntegerField(
        "可直接结算次数", null=True, blank=True, help_text="空着表示有效期内不限次数"
    )
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
    review_days_left = models.PositiveSmallIntegerField(
        "余下的复核工作日", null=True, blank=True, help_text="退回补正时停表，补正后接着算"
    )
    proof_due_on = models.DateField("容缺材料期限", null=True, blank=True)
    proof_lapses_on = models.DateField(
        "容缺逾期失效日", null=True, blank=True, help_text="逾期未补先转待补正，过了这一天失效"
    )
    green_channel = models.BooleanField("绿色通道", default=False, help_text="排在队列最前，欢迎代办")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="当前承办人",
        related_name="filings_assigned",
    )
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name="变更自", related_name="successors"
    )
    lock_until = models.DateField(
        "原就医地锁定至",
        null=True,
        blank=True,
        editable=False,
        help_text="要离开的就医地从这一天起才能变更；空着表示没有离开被锁定的就医地",
    )
    lock_waived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="准予提前变更的主管",
        related_name="+",
    )
    lock_waived_reason = models.CharField("提前变更的理由", max_length=300, blank=True)
    lock_waived_area_code = models.CharField("准予变更到的区划", max_length=6, blank=True)
    batch = models.ForeignKey(
        Batch, models.PROTECT, null=True, blank=True, verbose_name="导入批次", related_name="filings"
    )
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
    in_work_until = models.GeneratedField(
        verbose_name="在办至",
        expression=IN_WORK_UNTIL,
        output_field=models.DateField(null=True),
        db_persist=True,
        help_text="最后一个在办的日子；不在办的为空",
    )
    charge = models.GeneratedField(
        verbose_name="在办于",
        expression=CHARGE,
        output_field=models.BigIntegerField(null=True),
        db_persist=True,
        help_text="统筹区与承办人合成的一个数（charge.py）；不在办的为空",
    )
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
            models.UniqueConstraint(
                fields=["replaces"],
                condition=Q(replaces__isnull=False, state__in=[S.UNDER_REVIEW, S.IN_FORCE, S.EXPIRED]),
                name="filing_changed_once",
                violation_error_message="这份备案已经有一份变更在办或已生效。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=IN_HAND) | Q(deadline_on__isnull=False),
                name="filing_open_has_a_deadline",
            ),
            models.CheckConstraint(
                condition=Q(care_kind__in=[*CareKind.values, ""]), name="filing_care_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(lock_waived_by__isnull=True) | ~Q(lock_waived_reason=""),
                name="filing_lock_waived_with_reason",
                violation_error_message="准予提前变更须写明理由。",
            ),
            models.CheckConstraint(
                condition=Q(proof_due_on__isnull=True, proof_lapses_on__isnull=True)
                | Q(proof_due_on__isnull=False, proof_lapses_on__gte=F("proof_due_on")),
                name="filing_proof_dates_in_order",
            ),
        ]
        indexes = INDEXES

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
        """Whether it stands without a single valid day: refused, lapsed, stopped or fallen too early."""
        if self.effective_at is None:
            return self.state in STOPPED
        return self.state not in LASTING and self.ends_on is None

    @property
    def has_been_valid(self) -> bool:
        """Whether it took effect before: one that is open again only lacks a promised paper (容缺)."""
        return self.effective_at is not None

    @property
    def is_lock_waived(self) -> bool:
        """Whether a supervisor lets it leave a locked place for the one that it names now."""
        return self.lock_waived_by_id is not None and self.lock_waived_area_code == self.care_area_code

    @property
    def to_replace(self) -> Filing | None:
        """变更: the filing whose place it is still to take; once it took effect it has done so."""
        return None if self.has_been_valid else self.replaces

    @property
    def never_valid_because(self) -> str:
        """Why it has no valid day: 没有生效, or stopped on its first day or before."""
        if self.effective_at is None:
            return "没有生效"
        when = "生效当天" if self.state == S.SUPERSEDED else "生效前"
        return f"没有有效日：{when}{self.get_state_display()}"

    def state_on(self, on: dt.date) -> FilingState:
        """The state as it is on a day, whether or not time's part was recorded already.

        A filing whose last day has passed is expired, an open one whose deadline has passed has lapsed; one
        whose promised paper did not come awaits its supplement, then lapses.
        """
        state = FilingState(self.state)
        if state == S.IN_FORCE:
            return self._in_force_on(on)
        if state in WAITING and self.deadline_on is not None and self.deadline_on < on:
            return S.LAPSED
        return state

    def _in_force_on(self, on: dt.date) -> FilingState:
        due_on, ends_on = self.proof_due_on, self.ends_on
        if due_on is not None and due_on < on and (ends_on is None or due_on < ends_on):
            overdue = self.proof_lapses_on is not None and self.proof_lapses_on < on
            return S.LAPSED if overdue else S.AWAITING_SUPPLEMENT
        return S.EXPIRED if ends_on is not None and ends_on < on else S.IN_FORCE
