"""了结: how a difference that a signed comparison carried forward ended, where no later one is its half."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from agency.journal.workflow import Machine
from agency.organisation.models import User
from settlement.reconciliation.kinds import Remedy
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.states import ENDING_MACHINE, STANDING_ENDINGS, EndingState
from settlement.reconciliation.verdict_rules import NO_ENDINGS

UNAPPROVED = Q(state__in=[EndingState.PROPOSED, EndingState.RETURNED])
ONCE_APPROVED = Q(state__in=[EndingState.APPROVED, EndingState.UNDONE])


class EndingQuerySet(models.QuerySet["CarriedEnding"]):
    def standing(self) -> EndingQuerySet:
        """What is proposed or approved, and was neither returned nor undone."""
        return self.filter(state__in=STANDING_ENDINGS)


class CarriedEnding(models.Model):
    """了结: what became of a difference that was carried forward (转下月继续) by a comparison that is signed.

    The difference stays as it was signed. Proposed by one person and approved by another; a returned or
    undone one stays, and another may be proposed. `written_off_fen` is the whole rest of the difference where
    that is what ended it, else 0.
    """

    machine: ClassVar[Machine] = ENDING_MACHINE
    journal_field: ClassVar[str] = "ending_no"

    ending_no = models.CharField("了结编号", max_length=16, unique=True)
    discrepancy = models.ForeignKey(Discrepancy, models.PROTECT, verbose_name="差异", related_name="endings")
    remedy = models.CharField("怎样了结", max_length=10, choices=Remedy)
    note = models.CharField("说明", max_length=500)
    written_off_fen = models.BigIntegerField("核销金额", default=0)
    state = models.CharField("状态", max_length=8, choices=EndingState, default=EndingState.PROPOSED)
    proposed_by = models.ForeignKey(User, models.PROTECT, verbose_name="提出人", related_name="+")
    proposed_at = models.DateTimeField("提出时间")
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="批准人", related_name="+"
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)

    objects = EndingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "转下月差异的了结"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["discrepancy"],
                condition=Q(state__in=STANDING_ENDINGS),
                name="carried_ending_one_standing",
                violation_error_message="这条差异已有一个了结。",
            ),
            models.CheckConstraint(
                condition=Q(remedy__in=[one.value for one in Remedy if one not in NO_ENDINGS]) & ~Q(note=""),
                name="carried_ending_says_how",
            ),
            models.CheckConstraint(
                condition=(UNAPPROVED & Q(approved_by__isnull=True, approved_at__isnull=True))
                | (ONCE_APPROVED & Q(approved_by__isnull=False, approved_at__isnull=False)),
                name="carried_ending_approved_in_full",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="carried_ending_by_two_people",
                violation_error_message="提出了结的人不能自己批准。",
            ),
            models.CheckConstraint(
                condition=(Q(remedy=Remedy.WRITE_OFF) & ~Q(written_off_fen=0))
                | (~Q(remedy=Remedy.WRITE_OFF) & Q(written_off_fen=0)),
                name="carried_ending_written_off",
            ),
        ]
        indexes = [
            models.Index(
                fields=["discrepancy"],
                condition=Q(state=EndingState.PROPOSED),
                name="carried_ending_waiting",
            )
        ]

    def __str__(self) -> str:
        return self.ending_no

    @property
    def journal_no(self) -> str:
        return self.ending_no

    @property
    def is_approved(self) -> bool:
        return self.state == EndingState.APPROVED
