"""手工报销: the queue of stays that the insured region reimburses by hand, and the papers it asks for."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from agency.journal.workflow import Machine
from agency.organisation import access
from agency.organisation.models import Dated, PoolingRegion, User, dates_in_order
from filings.materials.sources import source_names
from filings.reimbursements.states import REIMBURSEMENT_MACHINE, ReimbursementState
from filings.stays.models import Stay


class ReimbursementPaper(Dated):
    """手工报销材料: one paper to bring for manual reimbursement, by date [S0, S2, S3]."""

    code = models.CharField("代码", max_length=40)
    name = models.CharField("名称", max_length=60)
    note = models.CharField("说明", max_length=200, blank=True)
    position = models.PositiveSmallIntegerField("排序")

    class Meta:
        verbose_name = verbose_name_plural = "手工报销材料"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="reimbursement_paper_one_per_start"),
            dates_in_order("reimbursement_paper"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def source_names(self) -> str:
        """The source as staff know it."""
        return "、".join(source_names([self.source]))


class ReimbursementQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> ReimbursementQuerySet:
        """Those of the actor's own region; the province sees all."""
        return self if access.sees_all(by) else self.filter(insured_region=by.region_id)


class ManualReimbursement(models.Model):
    """手工报销: one stay that was not settled directly, waiting for the insured region to reimburse it.

    How much is not reckoned here; a stay stands in the queue once.
    """

    machine: ClassVar[Machine] = REIMBURSEMENT_MACHINE
    journal_field: ClassVar[str] = "reimbursement_no"

    reimbursement_no = models.CharField("手工报销编号", max_length=12, unique=True)
    stay = models.OneToOneField(
        Stay, models.PROTECT, verbose_name="就医登记", related_name="manual_reimbursement"
    )
    insured_region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="参保地", related_name="+")
    state = models.CharField(
        "状态", max_length=10, choices=ReimbursementState, default=ReimbursementState.WAITING
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="列入人", related_name="+"
    )
    opened_at = models.DateTimeField("列入时间")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="承办人",
        related_name="reimbursements_assigned",
    )

    objects = ReimbursementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "手工报销"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ReimbursementState.values), name="reimbursement_state_is_known"
            )
        ]
        # serve the queue: a region's rows of one state, or all, longest waiting first
        indexes = [
            models.Index(fields=["insured_region", "state", "id"], name="reimbursement_queue"),
            models.Index(fields=["insured_region", "id"], name="reimbursement_list"),
            models.Index(fields=["state", "id"], name="reimbursement_of_state"),  # the province's queue
            models.Index(fields=["assigned_to", "state", "id"], name="reimbursement_of_assignee"),
        ]

    def __str__(self) -> str:
        return self.reimbursement_no

    @property
    def journal_no(self) -> str:
        return self.reimbursement_no
