"""备案的一生: every state of a filing and every allowed step (domain rule 2.4)."""

from django.db import models

from agency.journal.workflow import Flow, Machine, Step
from agency.organisation.roles import May


class FilingState(models.TextChoices):
    DRAFT = "draft", "草稿"
    UNDER_REVIEW = "under_review", "待复核"
    AWAITING_SUPPLEMENT = "awaiting_supplement", "待补正"
    IN_FORCE = "in_force", "已生效"
    SUPERSEDED = "superseded", "已变更"
    EXPIRED = "expired", "已到期"
    CANCELLED = "cancelled", "已撤销"
    DECLINED = "declined", "不予受理"
    LAPSED = "lapsed", "已失效"


S = FilingState
TERMINAL = frozenset({S.EXPIRED, S.CANCELLED, S.DECLINED, S.LAPSED})
# Lists, in one order: they stand in queries and constraints.
IN_HAND = [S.DRAFT, S.UNDER_REVIEW, S.AWAITING_SUPPLEMENT]  # open; each has a deadline
OPEN = frozenset(IN_HAND)
WAITING = [S.DRAFT, S.AWAITING_SUPPLEMENT]  # may be changed; lapse at their deadline
LASTING = [S.IN_FORCE, S.EXPIRED]  # valid to their last day, or for good
CAME_INTO_FORCE = [S.IN_FORCE, S.SUPERSEDED, S.EXPIRED]
STOPPED = [S.SUPERSEDED, S.CANCELLED, S.DECLINED, S.LAPSED]  # valid, if ever, up to a last day that is stored
INCOMPLETE = [S.DRAFT, S.CANCELLED, S.LAPSED]  # the states in which something may still be missing

FILING_MACHINE = Machine(
    kind="filing",
    title="备案",
    flow=Flow.FILING,
    states=FilingState,
    first=S.DRAFT,
    transitions={
        (S.DRAFT, S.UNDER_REVIEW): Step("提交复核", May.TAKE_IN_FILINGS),
        (S.DRAFT, S.IN_FORCE): Step("直接生效", May.TAKE_IN_FILINGS),
        (S.DRAFT, S.CANCELLED): Step("撤销", May.TAKE_IN_FILINGS, reason_required=True),
        (S.DRAFT, S.LAPSED): Step("逾期失效"),
        (S.UNDER_REVIEW, S.IN_FORCE): Step("复核通过", May.REVIEW_FILINGS),
        (S.UNDER_REVIEW, S.AWAITING_SUPPLEMENT): Step("退回补正", May.REVIEW_FILINGS, reason_required=True),
        (S.UNDER_REVIEW, S.DECLINED): Step("不予受理", May.REVIEW_FILINGS, reason_required=True),
        (S.UNDER_REVIEW, S.CANCELLED): Step("撤销", May.TAKE_IN_FILINGS, reason_required=True),
        (S.AWAITING_SUPPLEMENT, S.UNDER_REVIEW): Step("补正后提交", May.TAKE_IN_FILINGS),
        (S.AWAITING_SUPPLEMENT, S.CANCELLED): Step("撤销", May.TAKE_IN_FILINGS, reason_required=True),
        (S.AWAITING_SUPPLEMENT, S.LAPSED): Step("逾期失效"),
        (S.IN_FORCE, S.AWAITING_SUPPLEMENT): Step("容缺材料逾期未补"),
        (S.IN_FORCE, S.SUPERSEDED): Step("变更"),
        (S.SUPERSEDED, S.IN_FORCE): Step("变更撤回"),
        (S.IN_FORCE, S.EXPIRED): Step("到期"),
        (S.IN_FORCE, S.CANCELLED): Step("撤销", May.TAKE_IN_FILINGS, reason_required=True),
    },
    terminal=TERMINAL,
)

# What a badge looks like; the word stands beside it, so colour is never alone.
TONES = {
    S.DRAFT: "",
    S.UNDER_REVIEW: "warn",
    S.AWAITING_SUPPLEMENT: "warn",
    S.IN_FORCE: "ok",
    S.SUPERSEDED: "",
    S.EXPIRED: "",
    S.CANCELLED: "",
    S.DECLINED: "bad",
    S.LAPSED: "bad",
}
