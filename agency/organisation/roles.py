"""角色与权限: who may do what at which level. One table; views and services both ask it (domain rule 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from agency.organisation.models import User


class Level(models.TextChoices):
    PROVINCE = "province", "省级"
    REGION = "region", "统筹区"
    COUNTER = "counter", "窗口"


class Role(models.TextChoices):
    INTAKE = "intake", "窗口经办"
    REVIEW = "review", "复核"
    CLEARING = "clearing", "结算"
    FINANCE = "finance", "财务"
    SUPERVISOR = "supervisor", "主管"
    AUDIT = "audit", "审计"
    SYSTEM = "system", "系统管理"


PROVINCE, REGION, COUNTER = Level.PROVINCE, Level.REGION, Level.COUNTER

# At which level a role can be held.
ROLE_LEVELS: dict[Role, frozenset[Level]] = {
    Role.INTAKE: frozenset({COUNTER}),
    Role.REVIEW: frozenset({COUNTER, REGION}),
    Role.CLEARING: frozenset({REGION, PROVINCE}),
    Role.FINANCE: frozenset({REGION, PROVINCE}),
    Role.SUPERVISOR: frozenset({REGION, PROVINCE}),
    Role.AUDIT: frozenset({COUNTER, REGION, PROVINCE}),
    Role.SYSTEM: frozenset({PROVINCE}),
}


class May(models.TextChoices):
    """权限: what a page or a service asks for."""

    READ_PEOPLE = "read_people", "看参保人"
    LOAD_PEOPLE = "load_people", "导入参保登记"
    WRITE_NOTES = "write_notes", "写参保人备注"
    READ_FILINGS = "read_filings", "看备案"
    TAKE_IN_FILINGS = "take_in_filings", "受理备案"
    REVIEW_FILINGS = "review_filings", "复核备案"
    JUDGE_PROMISES = "judge_promises", "抽查与认定承诺"
    LIFT_MARKS = "lift_marks", "解除承诺不实标记"
    WAIVE_LOCK = "waive_lock", "准予提前变更就医地"
    LOAD_FILINGS = "load_filings", "导入备案"
    RELEASE_FILINGS = "release_filings", "确认导入的备案"
    HAND_OVER_FILINGS = "hand_over_filings", "移交备案"
    ASSIGN_FILINGS = "assign_filings", "分派同事的备案"
    SEE_BOARD = "see_board", "看承办看板"
    UNMASK = "unmask", "查看完整证件号码"
    READ_BATCHES = "read_batches", "看导入批次"
    READ_CASES = "read_cases", "看结算明细"
    LOAD_CASES = "load_cases", "导入结算明细与扣款"
    PRINT_BILLS = "print_bills", "打印住院结算单"
    RELEASE_BATCHES = "release_batches", "确认导入批次"
    READ_CLEARING = "read_clearing", "看月度清算"
    COMPUTE_CLEARING = "compute_clearing", "计算清算"
    CONFIRM_CLEARING = "confirm_clearing", "确认清算"
    SIGN_CLEARING = "sign_clearing", "签发清算"
    APPROVE_REOPEN = "approve_reopen", "批准重开已签发的清算"
    DECIDE_HELD = "decide_held", "裁定挂账"
    READ_STATEMENTS = "read_statements", "看医药机构对账单"
    DRAW_STATEMENTS = "draw_statements", "生成医药机构对账单"
    CONFIRM_STATEMENTS = "confirm_statements", "确认医药机构对账单"
    ANSWER_STATEMENTS = "answer_statements", "记录医药机构的答复"
    PAY_STATEMENTS = "pay_statements", "登记医药机构付款"
    SKIP_CHECKLIST = "skip_checklist", "办理核对例外"
    READ_NOTICES = "read_notices", "看收付款通知书和银行流水"
    LOAD_BANK = "load_bank", "登记银行流水"
    RELEASE_BANK = "release_bank", "确认导入的银行流水"
    ALLOCATE_PAYMENTS = "allocate_payments", "核销收付款"
    READ_QUOTAS = "read_quotas", "看周转金额度和使用情况"
    PROPOSE_QUOTAS = "propose_quotas", "拟定周转金额度"
    APPROVE_QUOTAS = "approve_quotas", "批准周转金额度"
    READ_FUND = "read_fund", "看周转金账"
    KEEP_FUND = "keep_fund", "记周转金账"
    APPROVE_FUND = "approve_fund", "批准周转金调账"
    NOTE_WARNINGS = "note_warnings", "处理周转金预警"
    ASK_INCREASE = "ask_increase", "申请加急调增额度"
    COMPUTE_YEAR_END = "compute_year_end", "计算年终清算"
    CLOSE_YEAR = "close_year", "批准年终关账"
    APPLY_YEAR_END = "apply_year_end", "申请年终清算"
    REVIEW_YEAR_END = "review_year_end", "审核年终清算申请"
    APPROVE_YEAR_END = "approve_year_end", "批准年终清算申请"
    READ_RECONCILIATION = "read_reconciliation", "看对账"
    RECONCILE = "reconcile", "对账和提出差异结论"
    APPROVE_VERDICTS = "approve_verdicts", "批准差异结论"
    SIGN_RECONCILIATION = "sign_reconciliation", "签字确认对账结果"
    CHECK_BOOKS = "check_books", "核对账目"
    READ_JOURNAL = "read_journal", "看日志"
    USE_ADMIN = "use_admin", "进入后台管理"


ANY = frozenset(Level)
ABOVE = frozenset({REGION, PROVINCE})
ONLY_PROVINCE = frozenset({PROVINCE})
ONLY_REGION = frozenset({REGION})

GRANTS: dict[May, dict[Role, frozenset[Level]]] = {
    May.READ_PEOPLE: {Role.INTAKE: ANY, Role.REVIEW: ANY, Role.SUPERVISOR: ANY, Role.AUDIT: ANY},
    May.LOAD_PEOPLE: {Role.INTAKE: ANY, Role.SUPERVISOR: ANY},
    May.WRITE_NOTES: {Role.INTAKE: ANY, Role.REVIEW: ANY, Role.SUPERVISOR: ONLY_REGION},
    May.READ_FILINGS: {Role.INTAKE: ANY, Role.REVIEW: ANY, Role.SUPERVISOR: ANY, Role.AUDIT: ANY},
    May.TAKE_IN_FILINGS: {Role.INTAKE: ANY},
    May.REVIEW_FILINGS: {Role.REVIEW: ANY},
    May.JUDGE_PROMISES: {Role.REVIEW: ANY, Role.SUPERVISOR: ANY},
    May.LIFT_MARKS: {Role.SUPERVISOR: ANY},
    May.WAIVE_LOCK: {Role.SUPERVISOR: ABOVE},
    May.LOAD_FILINGS: {Role.INTAKE: ANY, Role.SUPERVISOR: ABOVE},
    May.RELEASE_FILINGS: {Role.REVIEW: ANY, Role.SUPERVISOR: ABOVE},
    May.HAND_OVER_FILINGS: {Role.INTAKE: ANY, Role.REVIEW: ANY, Role.SUPERVISOR: ABOVE},
    May.ASSIGN_FILINGS: {Role.REVIEW: ANY, Role.SUPERVISOR: ABOVE},
    May.SEE_BOARD: {Role.REVIEW: ABOVE, Role.SUPERVISOR: ABOVE},
    May.UNMASK: {
        Role.INTAKE: ANY,
        Role.REVIEW: ANY,
        Role.CLEARING: ANY,
        Role.SUPERVISOR: ANY,
        Role.AUDIT: ANY,
    },
    May.READ_BATCHES: {
        Role.INTAKE: ANY,
        Role.REVIEW: ANY,
        Role.CLEARING: ANY,
        Role.FINANCE: ANY,
        Role.SUPERVISOR: ANY,
        Role.AUDIT: ANY,
    },
    May.READ_CASES: {Role.CLEARING: ANY, Role.FINANCE: ANY, Role.SUPERVISOR: ANY, Role.AUDIT: ANY},
    May.LOAD_CASES: {Role.CLEARING: ABOVE},
    # form 5 bears the whole identity number: who reads cases and may see whole numbers
    May.PRINT_BILLS: {Role.CLEARING: ANY, Role.SUPERVISOR: ANY, Role.AUDIT: ANY},
    May.RELEASE_BATCHES: {Role.CLEARING: ABOVE, Role.REVIEW: ANY, Role.SUPERVISOR: ABOVE},
    May.READ_CLEARING: {Role.CLEARING: ANY, Role.FINANCE: ANY, Role.SUPERVISOR: ANY, Role.AUDIT: ANY},
    May.COMPUTE_CLEARING: {Role.CLEARING: ONLY_PROVINCE},
    May.CONFIRM_CLEARING: {Role.CLEARING: ONLY_REGION},
    May.SIGN_CLEARING: {Role.CLEARING: ONLY_PROVINCE},
    May.APPROVE_REOPEN: {Role.SUPERVISOR: ONLY_PROVINCE},
    May.DECIDE_HELD: {Role.CLEARING: ONLY_PROVINCE},
    May.READ_STATEMENTS: {Role.CLEARING: ANY, Role.FINANCE: ANY, Role.SUPERVISOR: ANY, Role.AUDIT: ANY},
    May.DRAW_STATEMENTS: {Role.CLEARING: ABOVE},
    May.CONFIRM_STATEMENTS: {Role.CLEARING: ONLY_REGION},
    # never by who confirmed it for the agency
    May.ANSWER_STATEMENTS: {
        Role.CLEARING: ONLY_REGION,
        Role.FINANCE: ONLY_REGION,
        Role.SUPERVISOR: ONLY_REGION,
    },
    May.PAY_STATEMENTS: {Role.FINANCE: ONLY_REGION},
    # one proposes, another approves: two of them
    May.SKIP_CHECKLIST: {Role.CLEARING: ONLY_PROVINCE, Role.SUPERVISOR: ONLY_PROVINCE},
    May.READ_NOTICES: {Role.FINANCE: ANY, Role.CLEARING: ANY, Role.SUPERVISOR: ANY, Role.AUDIT: ANY},
    May.LOAD_BANK: {Role.FINANCE: ABOVE},
    # beside RELEASE_BATCHES, which finance alone has not: the supervisor confirms a statement
    May.RELEASE_BANK: {Role.FINANCE: ABOVE, Role.SUPERVISOR: ABOVE},
    May.ALLOCATE_PAYMENTS: {Role.FINANCE: ABOVE},
    May.READ_QUOTAS: {Role.FINANCE: ANY, Role.CLEARING: ANY, Role.SUPERVISOR: ANY, Role.AUDIT: ANY},
    May.PROPOSE_QUOTAS: {Role.FINANCE: ONLY_PROVINCE},
    May.APPROVE_QUOTAS: {Role.SUPERVISOR: ONLY_PROVINCE},
    May.READ_FUND: {Role.FINANCE: ANY, Role.CLEARING: ANY, Role.SUPERVISOR: ANY, Role.AUDIT: ANY},
    # one proposes, another approves
    May.KEEP_FUND: {Role.FINANCE: ONLY_PROVINCE},
    May.APPROVE_FUND: {Role.SUPERVISOR: ONLY_PROVINCE},
    May.NOTE_WARNINGS: {Role.FINANCE: ABOVE, Role.SUPERVISOR: ABOVE},
    May.ASK_INCREASE: {Role.FINANCE: ONLY_REGION},
    # one computes, another closes; one reviews, another approves
    May.COMPUTE_YEAR_END: {Role.CLEARING: ONLY_PROVINCE},
    May.CLOSE_YEAR: {Role.SUPERVISOR: ONLY_PROVINCE},
    May.APPLY_YEAR_END: {Role.CLEARING: ONLY_REGION, Role.FINANCE: ONLY_REGION},
    May.REVIEW_YEAR_END: {Role.CLEARING: ONLY_PROVINCE, Role.FINANCE: ONLY_PROVINCE},
    May.APPROVE_YEAR_END: {Role.SUPERVISOR: ONLY_PROVINCE},
    May.READ_RECONCILIATION: {
        Role.CLEARING: ANY,
        Role.FINANCE: ANY,
        Role.SUPERVISOR: ANY,
        Role.AUDIT: ANY,
    },
    # one judges, another approves; one compares, another signs
    May.RECONCILE: {Role.CLEARING: ABOVE, Role.FINANCE: ABOVE},
    May.APPROVE_VERDICTS: {Role.CLEARING: ABOVE, Role.FINANCE: ABOVE, Role.SUPERVISOR: ABOVE},
    May.SIGN_RECONCILIATION: {Role.CLEARING: ABOVE, Role.SUPERVISOR: ABOVE},
    May.CHECK_BOOKS: {
        Role.CLEARING: ONLY_PROVINCE,
        Role.FINANCE: ONLY_PROVINCE,
        Role.SUPERVISOR: ONLY_PROVINCE,
        Role.AUDIT: ONLY_PROVINCE,
    },
    May.READ_JOURNAL: {Role.AUDIT: ANY, Role.SUPERVISOR: ABOVE},
    May.USE_ADMIN: {Role.SUPERVISOR: ABOVE, Role.SYSTEM: ONLY_PROVINCE},
}


def cached_roles(user: User) -> frozenset[str]:
    """The roles of `user`, read from the database once per object."""
    known = user.__dict__.get("_roles")
    if known is None:
        known = frozenset(user.staff_roles.values_list("role", flat=True))
        user.__dict__["_roles"] = known
    return known


def grants(roles: frozenset[str], level: str, may: May) -> bool:
    """Whether somebody with these roles at this level may do `may`."""
    return any(role in roles and level in levels for role, levels in GRANTS[may].items())
