"""跟踪: what a filing in force still owes, and the marks of those whose promise was untrue."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from agency.journal.workflow import Machine
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from filings.filing.kinds import GivenAs
from filings.filing.models import Filing
from filings.filing.states import FilingState
from filings.followups.states import (
    FOLLOW_UP_MACHINE,
    SETTLED_BY_SOMEBODY,
    FollowUpKind,
    FollowUpState,
)
from filings.materials.rules import read_alternatives
from filings.people.models import InsuredPerson

S = FollowUpState
RECEIVED_AS = [GivenAs.ORIGINAL, GivenAs.COPY]
LIVING = [FilingState.IN_FORCE, FilingState.AWAITING_SUPPLEMENT, FilingState.UNDER_REVIEW]


def is_living(filing: Filing, on: dt.date) -> bool:
    """Whether there is still somebody to ask: the filing is in force, or its missing paper may yet come, or
    came and is looked at."""
    return filing.state_on(on) in LIVING


class FollowUpQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> FollowUpQuerySet:
        """The insured region's own; the care region has nothing to do with promises."""
        return self if access.sees_all(by) else self.filter(region=by.region_id)

    def waiting(self, on: dt.date) -> FollowUpQuerySet:
        """Open ones whose filing still lives on a day: right at any moment, without a nightly job."""
        due_on = "filing__proof_due_on"
        fallen = Q(filing__proof_due_on__lt=on) & (
            Q(filing__ends_on__isnull=True) | Q(filing__ends_on__gt=F(due_on))
        )
        firm = Q(filing__proof_due_on__isnull=True) | Q(filing__proof_due_on__gte=on)
        firm |= Q(filing__ends_on__lte=F(due_on))
        lasting = firm & (Q(filing__ends_on__isnull=True) | Q(filing__ends_on__gte=on))
        in_force = Q(filing__state=FilingState.IN_FORCE) & (
            lasting | fallen & Q(filing__proof_lapses_on__gte=on)
        )
        supplement = Q(filing__state=FilingState.AWAITING_SUPPLEMENT) & (
            Q(filing__deadline_on__isnull=True) | Q(filing__deadline_on__gte=on)
        )
        under_review = Q(filing__state=FilingState.UNDER_REVIEW)
        return self.filter(in_force | supplement | under_review, state=S.OPEN)

    def overdue(self, on: dt.date) -> FollowUpQuerySet:
        return self.waiting(on).filter(due_on__lt=on)

    def due_between(self, first: dt.date, last: dt.date) -> FollowUpQuerySet:
        """Those that wait on `first` and are due by `last`."""
        return self.waiting(first).filter(due_on__gte=first, due_on__lte=last)


class FollowUp(models.Model):
    """跟踪: one group of papers that was promised or deferred, or one spot check, due by a date."""

    machine: ClassVar[Machine] = FOLLOW_UP_MACHINE
    journal_field: ClassVar[str] = "follow_up_no"

    follow_up_no = models.CharField("跟踪编号", max_length=12, unique=True)
    filing = models.ForeignKey(Filing, models.PROTECT, verbose_name="备案", related_name="follow_ups")
    region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="参保地", related_name="+")
    kind = models.CharField("种类", max_length=12, choices=FollowUpKind)
    group_no = models.PositiveSmallIntegerField("材料组号", help_text="0 表示抽查整份承诺")
    group_label = models.CharField("材料组", max_length=60)
    papers = models.CharField("可补交的材料", max_length=400, blank=True)
    opened_on = models.DateField("起始日期")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="发起人", related_name="+"
    )
    due_on = models.DateField("到期日期", help_text="最后一天")
    lapses_on = models.DateField(
        "备案失效日期", null=True, blank=True, help_text="容缺材料逾期，过了这一天备案失效"
    )
    drawn_seed = models.CharField("抽样种子", max_length=40, blank=True)
    state = models.CharField("状态", max_length=12, choices=FollowUpState, default=FollowUpState.OPEN)
    received_papers = models.CharField("收到的材料", max_length=200, blank=True)
    received_as = models.CharField("提交方式", max_length=10, choices=GivenAs, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="办结人",
        related_name="+",
    )
    settled_at = models.DateTimeField("办结时间", null=True, blank=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "跟踪"
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["filing", "group_no"],
                condition=Q(state=S.OPEN),
                name="follow_up_one_open_per_group",
                violation_error_message="这份备案的这组材料已在跟踪。",
            ),
            models.CheckConstraint(condition=Q(kind__in=FollowUpKind.values), name="follow_up_kind_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=FollowUpState.values), name="follow_up_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("opened_on")) | ~Q(kind=FollowUpKind.SPOT_CHECK),
                name="follow_up_check_due_after_opened",
            ),
            models.CheckConstraint(
                condition=Q(kind=FollowUpKind.SPOT_CHECK, group_no=0)
                | (~Q(kind=FollowUpKind.SPOT_CHECK) & Q(group_no__gt=0)),
                name="follow_up_check_has_group_nought",
            ),
            models.CheckConstraint(
                condition=(Q(state=S.KEPT, received_as__in=RECEIVED_AS) & ~Q(received_papers=""))
                | (~Q(state=S.KEPT) & Q(received_papers="", received_as="")),
                name="follow_up_kept_with_a_paper",
                violation_error_message="已补交的须写明收到了什么材料。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=SETTLED_BY_SOMEBODY)
                | Q(settled_by__isnull=False, settled_at__isnull=False),
                name="follow_up_settled_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(kind=FollowUpKind.DEFERRED) | ~Q(state__in=[S.VERIFIED, S.UNTRUE]),
                name="follow_up_deferred_is_only_kept",
            ),
        ]
        indexes = [
            # serve the queues: a region's, or everybody's, by due date
            models.Index(fields=["region", "state", "due_on", "id"], name="follow_up_queue_of_region"),
            models.Index(fields=["state", "due_on", "id"], name="follow_up_queue"),
            # serves the list of what is done, and the month's promises for a spot check
            models.Index(fields=["region", "-id"], name="follow_up_list_of_region"),
            models.Index(fields=["region", "kind", "opened_on"], name="follow_up_opened"),
        ]

    def __str__(self) -> str:
        return self.follow_up_no

    @property
    def journal_no(self) -> str:
        return self.follow_up_no

    @property
    def alternatives(self) -> tuple[tuple[str, ...], ...]:
        """The papers that were promised: each way of bringing them."""
        return read_alternatives(self.papers)

    def state_on(self, on: dt.date) -> FollowUpState:
        """The state as it is on a day: what was open ends with its filing."""
        state = FollowUpState(self.state)
        return S.CLOSED if state == S.OPEN and not is_living(self.filing, on) else state

    def is_overdue(self, on: dt.date) -> bool:
        return self.due_on < on and self.state_on(on) == S.OPEN


class MarkQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> MarkQuerySet:
        return self if access.sees_all(by) else self.filter(region=by.region_id)

    def standing(self) -> MarkQuerySet:
        """Those that nobody lifted."""
        return self.filter(lifted_at__isnull=True)


class DishonestyMark(models.Model):
    """承诺不实标记: this person's promise was found untrue; until a day no promise of theirs is taken [P]."""

    person = models.ForeignKey(InsuredPerson, models.PROTECT, verbose_name="参保人", related_name="marks")
    region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="统筹区", related_name="+")
    filing = models.OneToOneField(Filing, models.PROTECT, verbose_name="备案", related_name="mark")
    follow_up = models.OneToOneField(FollowUp, models.PROTECT, verbose_name="跟踪", related_name="mark")
    reason = models.CharField("不实情形", max_length=300)
    no_promise_until = models.DateField("不接受承诺至", help_text="最后一天")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="认定人", related_name="+")
    at = models.DateTimeField("认定时间")
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="解除人",
        related_name="+",
    )
    lifted_at = models.DateTimeField("解除时间", null=True, blank=True)
    lifted_reason = models.CharField("解除原因", max_length=300, blank=True)

    objects = MarkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "承诺不实标记"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="dishonesty_mark_has_reason"),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True, lifted_at__isnull=True, lifted_reason="")
                | (Q(lifted_by__isnull=False, lifted_at__isnull=False) & ~Q(lifted_reason="")),
                name="dishonesty_mark_lifted_with_reason",
                violation_error_message="解除标记须有解除人、时间和原因。",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True) | ~Q(lifted_by=F("by")),
                name="dishonesty_mark_lifted_by_second_person",
                violation_error_message="认定人不能自己解除，请由另一位主管办理。",
            ),
        ]
        indexes = [models.Index(fields=["person", "-id"], name="dishonesty_mark_of_person")]

    def __str__(self) -> str:
        return f"承诺不实 {self.at:%Y-%m-%d}"

    def bars_on(self, on: dt.date) -> bool:
        """Whether no promise of the person is taken on a day because of it."""
        return self.lifted_at is None and on <= self.no_promise_until
