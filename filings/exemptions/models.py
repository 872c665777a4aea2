"""免备案规则: who needs no filing, as dated data with its source."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from agency.organisation.models import Dated, PoolingRegion, dates_in_order
from agency.policy.care import CareKind
from filings.exemptions.choices import Needs, PersonGroup, PlaceLevel
from filings.materials.models import RuleScope, RuleSet


class ExemptionRule(Dated):
    """免备案规则: whether care of a kind, at a place, of a kind of person needs a filing [S0, S2, N22].

    Jilin's rows stand before the national ones; closing them (失效日期) puts the national rule in force.
    """

    rule_set = models.CharField("规则", max_length=10, choices=RuleSet)
    region = models.ForeignKey(
        PoolingRegion,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="参保地",
        related_name="+",
        help_text="空着表示全省",
    )
    scope = models.CharField("范围", max_length=16, choices=RuleScope, default=RuleScope.ANY)
    place_level = models.CharField("就医地级别", max_length=12, choices=PlaceLevel, default=PlaceLevel.ANY)
    care_kind = models.CharField(
        "就医类别", max_length=20, choices=CareKind, blank=True, help_text="空着表示不限"
    )
    person_group = models.CharField("人群", max_length=12, choices=PersonGroup, default=PersonGroup.ANY)
    needs = models.CharField("是否备案", max_length=12, choices=Needs)
    note = models.CharField("备注", max_length=200, blank=True, help_text="窗口答复时会一并显示")

    class Meta:
        verbose_name = verbose_name_plural = "免备案规则"
        ordering = ["rule_set", "person_group", "scope", "place_level", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule_set", "scope", "place_level", "care_kind", "person_group", "valid_from"],
                condition=Q(region__isnull=True),
                name="exemption_rule_once_for_all",
                violation_error_message="同一天起已有一条条件相同的全省规则。",
            ),
            models.UniqueConstraint(
                fields=[
                    "rule_set", "region", "scope", "place_level", "care_kind", "person_group", "valid_from"
                ],
                name="exemption_rule_once_per_region",
                violation_error_message="这个参保地同一天起已有一条条件相同的规则。",
            ),
            models.CheckConstraint(
                condition=Q(rule_set__in=RuleSet.values), name="exemption_rule_set_is_known"
            ),
            models.CheckConstraint(
                condition=Q(scope__in=RuleScope.values), name="exemption_rule_scope_is_known"
            ),
            models.CheckConstraint(
                condition=Q(place_level__in=PlaceLevel.values), name="exemption_rule_level_is_known"
            ),
            models.CheckConstraint(
                condition=Q(care_kind__in=[*CareKind.values, ""]), name="exemption_rule_care_is_known"
            ),
            models.CheckConstraint(
                condition=Q(person_group__in=PersonGroup.values), name="exemption_rule_group_is_known"
            ),
            models.CheckConstraint(
                condition=Q(needs__in=Needs.values), name="exemption_rule_needs_is_known"
            ),
            dates_in_order("exemption_rule"),
        ]  # fmt: skip

    def __str__(self) -> str:
        who = [
            self.get_person_group_display() if self.person_group != PersonGroup.ANY else "",
            self.get_scope_display() if self.scope != RuleScope.ANY else "",
            self.get_place_level_display() if self.place_level != PlaceLevel.ANY else "",
            self.get_care_kind_display() if self.care_kind else "",
        ]
        return f"{' '.join(part for part in who if part) or '不限'} {self.get_needs_display()}"
