"""The import of filings joins the imports."""

from __future__ import annotations

from django.utils import timezone

from agency.batches.kinds import BatchKind, CheckRequest, Outcome
from agency.organisation.roles import May
from agency.registry import BATCH_KINDS
from filings.groups.check import check_filings
from filings.groups.columns import COLUMNS
from filings.groups.load import load_filings, undo_filings

KIND = "filings"


def _check(request: CheckRequest) -> Outcome:
    """Judged as if received today, in Shanghai."""
    return check_filings(request, on=timezone.localdate())


@BATCH_KINDS.register(KIND, order=15)
def filings_kind() -> BatchKind:
    """备案: employers' lists of workers, and what was filed on-line."""
    return BatchKind(
        kind=KIND,
        title="备案",
        may_load=May.LOAD_FILINGS,
        may_read=May.READ_FILINGS,
        may_confirm=May.RELEASE_FILINGS,
        check=_check,
        load=load_filings,
        undo=undo_filings,
        help_text="单位团体名单和线上备案：一行一人，逐行按窗口同样的规则判断；另一位同事确认即为复核，写入后直接生效。"
        "人员须已在参保登记里。",
        template="filings/groups/_batch_preview.html",
        columns=[column.title for column in COLUMNS],
        blank_url="filings:blank_list",
        undo_told="这一批的备案全部转为已撤销，编号和经过仍保留；有一份之后变动过的，整批不能撤销。",
    )
