"""How long each kind of filing is valid and locked, by date."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from agency.organisation.models import Dated, dates_in_order
from filings.filing.kinds import FilingKind, Term


class KindTerms(Dated):
    """备案类型的期限: how long a kind is valid, locked and whether it is reviewed, by date [S4, N22]."""

    kind = models.CharField("备案类型", max_length=24, choices=FilingKind)
    term = models.CharField("长期/临时", max_length=10, choices=Term)
    validity_months = models.PositiveSmallIntegerField(
        "有效月数", null=True, blank=True, help_text="空着表示长期"
    )
    lock_months = models.PositiveSmallIntegerField("变更锁定月数", null=True, blank=True)
    settlements_allowed = models.PositiveSmallIntegerField(
        "可直接结算次数", null=True, blank=True, help_text="空着表示有效期内不限次数"
    )
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
