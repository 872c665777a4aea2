"""对账: a run over one file, its totals, its differences and their verdicts, what the other side answers."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from agency.batches.models import KeptFile
from agency.journal.workflow import Machine
from agency.organisation import access
from agency.organisation.models import Institution, PoolingRegion, User
from settlement.reconciliation.json_text import JsonText, SideText
from settlement.reconciliation.kinds import Cause, DiscrepancyKind, Remedy, SourceKind
from settlement.reconciliation.states import (
    DISCREPANCY_MACHINE,
    RUN_MACHINE,
    DiscrepancyState,
    RunState,
)


class ColumnMapping(models.Model):
    """列对照: how the columns of one source's files are called; proposed by the program, agreed by a person.

    `columns` is {our column: their heading}; `headings` is the header row it was agreed for.
    """

    name = models.CharField("名称", max_length=40, unique=True)
    source = models.CharField("来源", max_length=10, choices=SourceKind)
    region = models.ForeignKey(
        PoolingRegion,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="统筹区",
        related_name="+",
        help_text="空着表示省级，各统筹区都可用",
    )
    columns = models.JSONField("列对照", default=dict)
    headings = models.JSONField("表头", default=list)
    is_retired = models.BooleanField("停用", default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="确认人", related_name="+")
    at = models.DateTimeField("确认时间")

    class Meta:
        verbose_name = verbose_name_plural = "列对照"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(source__in=SourceKind.values), name="column_mapping_source_is_known"
            )
        ]

    def __str__(self) -> str:
        return self.name


class RunQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> RunQuerySet:
        """Runs of the actor's own region; the province sees all."""
        return self if access.sees_all(by) else self.filter(region=by.region_id)

    def standing(self) -> RunQuerySet:
        """What was compared and not given up."""
        return self.filter(state__in=[RunState.COMPARED, RunState.SIGNED])


class ReconciliationRun(models.Model):
    """对账: one file of theirs beside our cases of a month (期别 = settlement month), within a scope.

    `region` is whose run it is (none: the province's): of a region's run ours are the cases to which it is a
    party. `scope_region` (either side) and `scope_institution` narrow further. `columns` is the mapping as it
    was applied, `ours_digest` covers ours as they were compared, `result_digest` the totals and every
    difference as found: the same two sides give the same (of cases since they are kept as lists: SideText).
    `counts` is {class: settlement numbers}. `report` is what was signed.
    """

    machine: ClassVar[Machine] = RUN_MACHINE
    journal_field: ClassVar[str] = "run_no"

    run_no = models.CharField("对账编号", max_length=16, unique=True)
    period = models.CharField("期别", max_length=6)
    source = models.CharField("来源", max_length=10, choices=SourceKind)
    region = models.ForeignKey(
        PoolingRegion,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="统筹区",
        related_name="+",
        help_text="空着表示省级",
    )
    scope_region = models.ForeignKey(
        PoolingRegion, models.PROTECT, null=True, blank=True, verbose_name="只对统筹区", related_name="+"
    )
    scope_institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, verbose_name="只对医药机构", related_name="+"
    )
    form_no = models.CharField("表号", max_length=4, blank=True)  # of a sheet
    counterpart = models.CharField("对方", max_length=60, blank=True)
    file = models.ForeignKey(KeptFile, models.PROTECT, verbose_name="原件", related_name="+")
    file_name = models.CharField("文件名", max_length=200)
    mapping = models.ForeignKey(
        ColumnMapping, models.PROTECT, null=True, blank=True, verbose_name="列对照", related_name="+"
    )
    columns = models.JSONField("采用的列对照", default=dict)
    compared = models.JSONField("比对过的列", default=list)
    encoding = models.CharField("编码", max_length=10, blank=True)
    notes = models.JSONField("说明", default=list)
    all_details = models.BooleanField("合计相符的也逐笔比对", default=True)
    state = models.CharField("状态", max_length=10, choices=RunState, default=RunState.COMPARING)
    message = models.CharField("未能比对的原因", max_length=500, blank=True)
    their_rows = models.PositiveIntegerField("对方行数", default=0)
    unread_rows = models.PositiveIntegerField("读不出的行", default=0)
    our_cases = models.PositiveIntegerField("我方笔数", default=0)
    matched = models.PositiveIntegerField("相符", default=0)
    differences = models.PositiveIntegerField("差异", default=0)
    counts = models.JSONField("各类笔数", default=dict)
    ours_digest = models.CharField("我方摘要", max_length=64, blank=True)
    result_digest = models.CharField("结果摘要", max_length=64, blank=True)
    by_command = models.BooleanField("由命令执行", default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="经办人", related_name="+"
    )
    created_at = models.DateTimeField("发起时间")
    compared_at = models.DateTimeField("比对时间", null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="签字人",
        related_name="+",
    )
    signed_at = models.DateTimeField("签字时间", null=True, blank=True)
    report = models.JSONField("签字的结果", default=dict, blank=True)
    report_digest = models.CharField("报告摘要", max_length=64, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "对账"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RunState.values, source__in=SourceKind.values),
                name="reconciliation_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state=RunState.SIGNED, signed_by__isnull=False, signed_at__isnull=False)
                | (~Q(state=RunState.SIGNED) & Q(signed_by__isnull=True, signed_at__isnull=True)),
                name="reconciliation_signed_in_full",
            ),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True) | ~Q(signed_by=F("created_by")),
                name="reconciliation_signed_by_second_person",
                violation_error_message="发起对账的人不能自己签字。",
            ),
        ]
        indexes = [
            models.Index(fields=["period", "-id"], name="reconciliation_of_period"),
            models.Index(fields=["region", "-id"], name="reconciliation_of_region"),
        ]

    def __str__(self) -> str:
        return self.run_no

    @property
    def journal_no(self) -> str:
        return self.run_no


class RunTotal(models.Model):
    """合计: one institution × insurance type × kind of care × agency (the insured region) on both sides.

    人次 and fen; with refunds, and (`gross_`) without the reversals. Empty: their file does not say.
    """

    run = models.ForeignKey(ReconciliationRun, models.CASCADE, verbose_name="对账", related_name="totals")
    institution_code = models.CharField("定点医药机构编号", max_length=12, blank=True)
    insurance_type = models.CharField("险种", max_length=8, blank=True)
    care_kind = models.CharField("医疗类别", max_length=20, blank=True)
    agency_code = models.CharField("经办机构（参保统筹区）", max_length=6, blank=True)
    our_count = models.IntegerField("我方人次", default=0)
    our_fee_fen = models.BigIntegerField("我方总费用", default=0)
    our_fund_fen = models.BigIntegerField("我方基金", default=0)
    our_account_fen = models.BigIntegerField("我方个人账户", default=0)
    our_gross_count = models.IntegerField("我方人次（不含退费）", default=0)
    our_gross_fee_fen = models.BigIntegerField("我方总费用（不含退费）", default=0)
    our_gross_fund_fen = models.BigIntegerField("我方基金（不含退费）", default=0)
    our_gross_account_fen = models.BigIntegerField("我方个人账户（不含退费）", default=0)
    their_count = models.IntegerField("对方人次", default=0)
    their_fee_fen = models.BigIntegerField("对方总费用", default=0)
    their_fund_fen = models.BigIntegerField("对方基金", default=0)
    their_account_fen = models.BigIntegerField("对方个人账户", default=0)
    their_gross_count = models.IntegerField("对方人次（不含退费）", default=0)
    their_gross_fee_fen = models.BigIntegerField("对方总费用（不含退费）", default=0)
    their_gross_fund_fen = models.BigIntegerField("对方基金（不含退费）", default=0)
    their_gross_account_fen = models.BigIntegerField("对方个人账户（不含退费）", default=0)
    agrees = models.BooleanField("相符", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "对账合计"
        ordering = ["run", "institution_code", "insurance_type", "care_kind", "agency_code"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "institution_code", "insurance_type", "care_kind", "agency_code"],
                name="reconciliation_total_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.institution_code} {self.insurance_type} {self.care_kind}"


class UnreadRow(models.Model):
    """读不出的行: one row of their file that could not be read: where, which value, why."""

    run = models.ForeignKey(ReconciliationRun, models.CASCADE, verbose_name="对账", related_name="unread")
    line_no = models.PositiveIntegerField("行号")
    place = models.CharField("位置", max_length=60, blank=True)
    code = models.CharField("代码", max_length=40)
    column = models.CharField("列", max_length=30, blank=True)
    value = models.CharField("值", max_length=100, blank=True)
    message = models.CharField("原因", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "读不出的行"
        ordering = ["run", "line_no"]
        constraints = [models.UniqueConstraint(fields=["run", "line_no"], name="unread_row_one_per_line")]

    def __str__(self) -> str:
        return f"第 {self.line_no} 行 {self.code}"


class Discrepancy(models.Model):
    """差异: one settlement number (or line of a sheet, or bank line) on which the two sides do not agree.

    What was found never changes: `columns` are the names of those that differ, `ours` and `theirs` what each
    side has, {column: text as in a file}; `amount_fen` is ours less theirs in fund and account (what it is
    worth, either sign). `our_correction_no`: which record of that number was ours (none: we have none);
    `their_line` the first line in their file. What people do
    with it does change: owner, due date, the verdict (`remedy`, `note`), by one and approved by another.
    `pair` is the difference of the same run (or of an earlier one) that this one is the other half of.
    """

    machine: ClassVar[Machine] = DISCREPANCY_MACHINE
    journal_field: ClassVar[str] = "difference_no"

    # foreign keys without an index of their own: nobody looks for differences by them, or one of Meta.indexes
    # begins with them
    run = models.ForeignKey(
        ReconciliationRun,
        models.CASCADE,
        verbose_name="对账",
        related_name="discrepancies",
        db_index=False,
    )
    serial = models.PositiveIntegerField("序号")
    difference_no = models.CharField("差异编号", max_length=24, unique=True)  # run_no-serial: the row key
    kind = models.CharField("类别", max_length=18, choices=DiscrepancyKind)
    subject = models.CharField("结算编号", max_length=200)  # of a sheet: the line's name
    our_correction_no = models.PositiveSmallIntegerField("我方更正序号", null=True, blank=True)
    their_line = models.PositiveIntegerField("对方行号", default=0)
    times = models.PositiveIntegerField("在对方文件中的次数", default=0)
    institution_code = models.CharField("定点医药机构编号", max_length=12, blank=True)
    insured_region_code = models.CharField("参保地", max_length=6, blank=True)
    care_region_code = models.CharField("就医地", max_length=6, blank=True)
    columns = JsonText("不符的列", default=list)
    ours = SideText("我方", default=dict)
    theirs = SideText("对方", default=dict)
    amount_fen = models.BigIntegerField("差额", default=0)
    cause = models.CharField("疑因", max_length=16, choices=Cause, blank=True)
    evidence = models.JSONField("依据", default=dict, blank=True)
    proposed = models.CharField("建议处理", max_length=10, choices=Remedy, blank=True)
    state = models.CharField("状态", max_length=8, choices=DiscrepancyState, default=DiscrepancyState.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="负责人",
        related_name="+",
        db_index=False,
    )
    due_on = models.DateField("期限", null=True, blank=True)
    remedy = models.CharField("结论", max_length=10, choices=Remedy, blank=True)
    note = models.CharField("说明", max_length=500, blank=True)
    written_off_fen = models.BigIntegerField("核销金额", default=0)
    pair = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="对应的差异",
        related_name="paired_by",
        db_index=False,
    )
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="提出结论的人",
        related_name="+",
        db_index=False,
    )
    judged_at = models.DateTimeField("提出时间", null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="批准人",
        related_name="+",
        db_index=False,
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "对账差异"
        ordering = ["run", "serial"]
        constraints = [
            models.UniqueConstraint(fields=["run", "serial"], name="discrepancy_serial_once"),
            models.UniqueConstraint(
                fields=["pair"],
                condition=Q(pair__isnull=False),
                name="discrepancy_paired_once",
                violation_error_message="所选的那条差异已与别的差异对应。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DiscrepancyState.values, kind__in=DiscrepancyKind.values)
                & Q(cause__in=["", *Cause.values], proposed__in=["", *Remedy.values]),
                name="discrepancy_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=DiscrepancyState.OPEN,
                    remedy="",
                    written_off_fen=0,
                    pair__isnull=True,
                    judged_by__isnull=True,
                    judged_at__isnull=True,
                    approved_by__isnull=True,
                    approved_at__isnull=True,
                )
                | (
                    Q(state=DiscrepancyState.JUDGED, remedy__in=Remedy.values, judged_by__isnull=False)
                    & Q(judged_at__isnull=False, approved_by__isnull=True, approved_at__isnull=True)
                    & ~Q(note="")
                )
                | (
                    Q(state=DiscrepancyState.SETTLED, remedy__in=Remedy.values, judged_by__isnull=False)
                    & Q(judged_at__isnull=False, approved_by__isnull=False, approved_at__isnull=False)
                    & ~Q(note="")
                ),
                name="discrepancy_judged_in_full",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("judged_by")),
                name="discrepancy_approved_by_second_person",
                violation_error_message="提出结论的人不能自己批准。",
            ),
            models.CheckConstraint(
                condition=Q(written_off_fen=0)
                | (Q(remedy=Remedy.WRITE_OFF) & Q(written_off_fen=F("amount_fen"))),
                name="discrepancy_written_off_whole",
            ),
            models.CheckConstraint(
                condition=Q(pair__isnull=True) | Q(remedy=Remedy.PAIR), name="discrepancy_paired_by_verdict"
            ),
        ]
        indexes = [
            models.Index(fields=["run", "kind", "serial"], name="discrepancy_of_kind"),
            models.Index(
                fields=["owner", "state", "due_on"],
                condition=Q(owner__isnull=False),  # they are written without one, in great numbers
                name="discrepancy_of_owner",
            ),
            models.Index(fields=["subject"], name="discrepancy_of_number"),
            models.Index(
                fields=["state", "run"],
                condition=~Q(state=DiscrepancyState.SETTLED) | Q(remedy=Remedy.CARRY),
                name="discrepancy_unsettled",
            ),
            # serves finding who could be the other half: an open one of the same amount, here or elsewhere
            models.Index(
                fields=["amount_fen", "run"],
                condition=Q(state=DiscrepancyState.OPEN),
                name="discrepancy_open_amount",
            ),
        ]

    def __str__(self) -> str:
        return self.difference_no

    @property
    def journal_no(self) -> str:
        return self.difference_no


class Stance(models.TextChoices):
    """对方答复 on a difference."""

    AGREES = "agrees", "同意"
    DISAGREES = "disagrees", "不同意"


class DifferenceSheet(models.Model):
    """差异核对表: our differences as they were sent to the other side, by digest, and as they came back.

    `sent` is our stance on each at that moment, [serial, remedy, note, whether it is a verdict]; `file` keeps
    the cells as they went out, `digest` is its digest.
    """

    sheet_no = models.CharField("核对表编号", max_length=20, unique=True)
    run = models.ForeignKey(ReconciliationRun, models.CASCADE, verbose_name="对账", related_name="sheets")
    digest = models.CharField("摘要", max_length=64)
    file = models.ForeignKey(KeptFile, models.PROTECT, verbose_name="发出的内容", related_name="+")
    rows = models.PositiveIntegerField("行数")
    sent = models.JSONField("发出时的我方意见", default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="导出人", related_name="+")
    at = models.DateTimeField("导出时间")

    class Meta:
        verbose_name = verbose_name_plural = "差异核对表"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.sheet_no


class TheirAnswer(models.Model):
    """对方答复: what the other side said of one difference, in a file; the newest one stands. Append-only."""

    sheet = models.ForeignKey(DifferenceSheet, models.CASCADE, verbose_name="核对表", related_name="answers")
    discrepancy = models.ForeignKey(Discrepancy, models.CASCADE, verbose_name="差异", related_name="answers")
    file = models.ForeignKey(KeptFile, models.PROTECT, verbose_name="原件", related_name="+")
    line_no = models.PositiveIntegerField("行号")
    stance = models.CharField("答复", max_length=10, choices=Stance)
    amount_fen = models.BigIntegerField("认可金额", null=True, blank=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="导入人", related_name="+")
    at = models.DateTimeField("导入时间")

    class Meta:
        verbose_name = verbose_name_plural = "对方答复"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["file", "discrepancy"], name="their_answer_once_per_file"),
            models.CheckConstraint(condition=Q(stance__in=Stance.values), name="their_answer_is_known"),
            models.CheckConstraint(
                condition=Q(stance=Stance.AGREES) | ~Q(reason=""), name="their_answer_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.discrepancy_id} {self.stance}"
