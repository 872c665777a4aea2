"""The life of a notice; whether it is paid is no state but the sum of its payments."""

from django.db import models

from agency.journal.workflow import Flow, Machine, Step
from agency.organisation.roles import May


class NoticeState(models.TextChoices):
    ISSUED = "issued", "已签发"
    VOIDED = "voided", "已作废"


S = NoticeState

NOTICE_MACHINE = Machine(
    kind="notice",
    title="收付款通知书",
    flow=Flow.CLEARING,
    states=NoticeState,
    first=S.ISSUED,
    transitions={(S.ISSUED, S.VOIDED): Step("作废", May.APPROVE_REOPEN, reason_required=True)},
    terminal=frozenset({S.VOIDED}),
)
