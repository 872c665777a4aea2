"""The life of a statement: drawn up, confirmed by the agency, answered by the institution, paid."""

from django.db import models

from agency.journal.workflow import Flow, Machine, Step
from agency.organisation.roles import May


class StatementState(models.TextChoices):
    DRAWN = "drawn", "待经办确认"
    SENT = "sent", "待机构确认"
    DISPUTED = "disputed", "机构不同意"
    AGREED = "agreed", "双方已确认"
    PAID = "paid", "已结清"
    VOIDED = "voided", "已作废"


S = StatementState

STATEMENT_MACHINE = Machine(
    kind="inst_statement",
    title="医药机构对账单",
    flow=Flow.CLEARING,
    states=StatementState,
    first=S.DRAWN,
    transitions={
        (S.DRAWN, S.SENT): Step("经办确认", May.CONFIRM_STATEMENTS),
        (S.SENT, S.AGREED): Step("记录机构同意", May.ANSWER_STATEMENTS),
        (S.SENT, S.DISPUTED): Step("记录机构不同意", May.ANSWER_STATEMENTS, reason_required=True),
        (S.DISPUTED, S.SENT): Step("重新发出", May.CONFIRM_STATEMENTS, reason_required=True),
        (S.AGREED, S.SENT): Step("撤回机构确认", May.CONFIRM_STATEMENTS, reason_required=True),
        (S.AGREED, S.PAID): Step("登记付款", May.PAY_STATEMENTS),
        (S.PAID, S.AGREED): Step("撤销付款", May.PAY_STATEMENTS, reason_required=True),
        # what follows from the month, whoever computes, signs or reopens it
        (S.SENT, S.DRAWN): Step("数额变动，确认作废", reason_required=True),
        (S.DISPUTED, S.DRAWN): Step("数额变动，确认作废", reason_required=True),
        (S.AGREED, S.DRAWN): Step("数额变动，确认作废", reason_required=True),
        (S.DRAWN, S.VOIDED): Step("作废", reason_required=True),
        (S.SENT, S.VOIDED): Step("作废", reason_required=True),
        (S.DISPUTED, S.VOIDED): Step("作废", reason_required=True),
        (S.AGREED, S.VOIDED): Step("作废", reason_required=True),
    },
    terminal=frozenset({S.VOIDED}),
)

WAITING = (S.DRAWN, S.SENT, S.DISPUTED)  # not yet confirmed by both: late after the deadline
GIVEN = (S.SENT, S.DISPUTED, S.AGREED)  # somebody confirmed figures that may not change unseen
LIVE = (S.DRAWN, S.SENT, S.DISPUTED, S.AGREED, S.PAID)

TONES = {S.DRAWN: "", S.SENT: "warn", S.DISPUTED: "bad", S.AGREED: "go", S.PAID: "ok", S.VOIDED: ""}
