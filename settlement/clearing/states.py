"""The life of a month of clearing."""

from django.db import models

from agency.journal.workflow import Machine, Step
from agency.organisation.roles import May


class PeriodState(models.TextChoices):
    OPEN = "open", "未计算"
    COMPUTED = "computed", "待确认"
    SIGNED = "signed", "已签发"


S = PeriodState

PERIOD_MACHINE = Machine(
    kind="period",
    states=PeriodState,
    first=S.OPEN,
    transitions={
        (S.OPEN, S.COMPUTED): Step("计算", May.COMPUTE_CLEARING),
        (S.COMPUTED, S.COMPUTED): Step("重新计算", May.COMPUTE_CLEARING),
        (S.COMPUTED, S.SIGNED): Step("签发", May.SIGN_CLEARING),
    },
    terminal=frozenset({S.SIGNED}),
)

TONES = {S.OPEN: "", S.COMPUTED: "warn", S.SIGNED: "ok"}
