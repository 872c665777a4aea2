"""The import of the insured register joins the imports."""

from __future__ import annotations

from django.utils import timezone

from agency.batches.kinds import BatchKind, CheckRequest, Outcome
from agency.organisation.roles import May
from agency.registry import BATCH_KINDS
from filings.people.check import check_people
from filings.people.columns import COLUMNS
from filings.people.load import load_people

KIND = "people"


def _check(request: CheckRequest) -> Outcome:
    """Checked with the area codes of today, in Shanghai."""
    return check_people(request, on=timezone.localdate())


@BATCH_KINDS.register(KIND, order=10)
def people_kind() -> BatchKind:
    """参保登记: persons and their enrolments from the platform."""
    return BatchKind(
        kind=KIND,
        title="参保登记",
        may_load=May.LOAD_PEOPLE,
        may_read=May.READ_PEOPLE,
        check=_check,
        load=load_people,
        help_text="一行是一个人的一项参保关系；同一人可有多行；“单位”“人员编号”两列可以没有。与已有内容相同的行不会重复写入。",
        template="filings/people/_batch_preview.html",
        columns=[column.title for column in COLUMNS],
    )
