"""备案核对: behind every case its filing, a mark in a table of its own; never a reason to refuse a case."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q

from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from filings.models import Filing
from settlement.records.models import SettlementRecord


class FilingMark(models.TextChoices):
    """核对结果: what the filings say of one case."""

    EXEMPT = "exempt", "免备案"
    IN_FORCE = "in_force", "有备案"
    LATE = "late", "入院后补办"
    NONE = "none", "没有备案"
    EXPIRED = "expired", "不在有效期"
    OTHER_PLACE = "other_place", "就医地不符"
    OTHER_KIND = "other_kind", "类别不符"


M = FilingMark
NAMES_A_FILING = [M.IN_FORCE, M.LATE, M.EXPIRED, M.OTHER_PLACE, M.OTHER_KIND]
TO_LOOK_AT = [M.NONE, M.EXPIRED, M.OTHER_PLACE, M.OTHER_KIND]  # a list: it stands in queries and indexes
TONES = {
    M.EXEMPT: "",
    M.IN_FORCE: "ok",
    M.LATE: "ok",
    M.NONE: "bad",
    M.EXPIRED: "bad",
    M.OTHER_PLACE: "warn",
    M.OTHER_KIND: "warn",
}


class RecordFilingQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> RecordFilingQuerySet:
        """Marks of cases to which the actor's region is a party; the province sees all."""
        if access.sees_all(by):
            return self
        return self.filter(Q(insured_region=by.region_id) | Q(care_region=by.region_id))

    def to_look_at(self) -> RecordFilingQuerySet:
        """Marks that somebody should look at, said as in the indexes of them: SQLite does not find these for
        values that come beside the statement."""
        marks = ", ".join(f"'{mark}'" for mark in TO_LOOK_AT)
        template = f"%(expressions)s IN ({marks})"
        return self.filter(Func(F("mark"), template=template, output_field=models.BooleanField()))


class RecordFiling(models.Model):
    """核对: what stands behind one case. Written by sets (matching/services.py), again whenever asked.

    `filing` is the one that the mark speaks of. Regions and period are the case's, kept here so that
    a queue of a region is read out of one index; a check of the books compares them.
    """

    record = models.OneToOneField(
        SettlementRecord,
        models.CASCADE,
        primary_key=True,
        verbose_name="结算明细",
        related_name="filing_mark",
    )
    insured_region = models.ForeignKey(
        PoolingRegion,
        models.PROTECT,
        verbose_name="参保地",
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    care_region = models.ForeignKey(
        PoolingRegion,
        models.PROTECT,
        verbose_name="就医地",
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    period = models.CharField("清算期别", max_length=6)
    mark = models.CharField("备案核对", max_length=12, choices=FilingMark)
    # without an index: filings are never deleted, and nothing asks for the cases of one
    filing = models.ForeignKey(
        Filing, models.PROTECT, null=True, verbose_name="备案", related_name="+", db_index=False
    )
    judged_at = models.DateTimeField("核对时间")

    objects = RecordFilingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "备案核对"
        ordering = ["-record"]
        constraints = [
            models.CheckConstraint(condition=Q(mark__in=FilingMark.values), name="record_filing_mark_known"),
            models.CheckConstraint(
                condition=Q(mark__in=NAMES_A_FILING, filing__isnull=False)
                | (~Q(mark__in=NAMES_A_FILING) & Q(filing__isnull=True)),
                name="record_filing_named_where_marked",
            ),
        ]
        indexes = [
            # serve the queue (records/paging.py), of one side or all; few rows, so a load pays little
            models.Index(
                fields=["period", "record"],
                condition=Q(mark__in=TO_LOOK_AT),
                name="record_filing_by_period",
            ),
            models.Index(
                fields=["insured_region", "period", "record"],
                condition=Q(mark__in=TO_LOOK_AT),
                name="record_filing_of_insured",
            ),
            models.Index(
                fields=["care_region", "period", "record"],
                condition=Q(mark__in=TO_LOOK_AT),
                name="record_filing_of_care",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.get_mark_display()}"

    @property
    def tone(self) -> str:
        """The badge's look."""
        return TONES[FilingMark(self.mark)]
