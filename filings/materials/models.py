"""材料规则: what has to be handed in, as dated data with its source."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from agency.organisation.models import Dated, PoolingRegion, dates_in_order
from filings.filing.kinds import FilingKind
from filings.materials.rules import read_alternatives


class MaterialKind(models.Model):
    """材料种类: one kind of paper."""

    code = models.CharField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=60)
    is_identity = models.BooleanField("身份凭证", default=False)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "材料种类"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class RuleSet(models.TextChoices):
    NATIONAL = "national", "国家"
    JILIN = "jilin", "吉林省"


class RuleScope(models.TextChoices):
    ANY = "any", "不限"
    IN_PROVINCE = "in_province", "省内"
    CROSS_PROVINCE = "cross_province", "跨省"


class MaterialRule(Dated):
    """材料规则: one group that any one of its alternatives satisfies.

    `alternatives` holds material codes joined by `|`; papers that are needed together are joined by `+`.
    Where Jilin has rows for a kind, they stand in place of the national ones [S2].
    """

    rule_set = models.CharField("规则", max_length=10, choices=RuleSet)
    filing_kind = models.CharField("备案类型", max_length=24)
    scope = models.CharField("范围", max_length=16, choices=RuleScope, default=RuleScope.ANY)
    region = models.ForeignKey(
        PoolingRegion,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="参保地",
        related_name="+",
        help_text="空着表示全省",
    )
    group_no = models.PositiveSmallIntegerField("组号")
    group_label = models.CharField("组名", max_length=60)
    alternatives = models.CharField("可选材料", max_length=400)
    commitment_allowed = models.BooleanField("可用承诺书代替", default=False)
    deferral_allowed = models.BooleanField(
        "可容缺后补", default=False, help_text="先受理，按打印的承诺限期补交"
    )
    note = models.CharField("备注", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "材料规则"
        ordering = ["filing_kind", "rule_set", "group_no", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule_set", "filing_kind", "scope", "group_no", "valid_from"],
                condition=Q(region__isnull=True),
                name="material_rule_once_for_all",
            ),
            models.UniqueConstraint(
                fields=["rule_set", "filing_kind", "scope", "region", "group_no", "valid_from"],
                name="material_rule_once_per_region",
            ),
            models.CheckConstraint(condition=Q(scope__in=RuleScope.values), name="material_rule_scope_known"),
            models.CheckConstraint(condition=Q(rule_set__in=RuleSet.values), name="material_rule_set_known"),
            dates_in_order("material_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.filing_kind} {self.group_label}"

    def clean(self) -> None:
        """Kind and papers must be ones that there are: a misspelt code would ask for what nobody can give."""
        wrong: dict[str, str] = {}
        if self.filing_kind not in FilingKind.values:
            wrong["filing_kind"] = f"没有这个备案类型；可用：{'、'.join(FilingKind.values)}。"
        codes = {code for papers in read_alternatives(self.alternatives) for code in papers}
        unknown = codes - set(MaterialKind.objects.filter(code__in=codes).values_list("code", flat=True))
        if unknown:
            wrong["alternatives"] = f"没有这些材料代码：{'、'.join(sorted(unknown))}。请先在材料种类里登记。"
        elif not codes:
            wrong["alternatives"] = "请填写至少一种材料的代码。"
        if wrong:
            raise ValidationError(wrong)
