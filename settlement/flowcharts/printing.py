"""打印流程图: form 19 has no number and no record; nothing personal stands on it, so it is not logged."""

from __future__ import annotations

import datetime as dt

from agency.errors import DomainError
from agency.journal.papers import PRINTED_FORMS, Paper, blank_paper
from agency.organisation.models import User
from settlement.flowcharts.form19 import Form19, form19


@PRINTED_FORMS.register(Form19.FORM_NO, order=19)
def print_form19(by: User, at: dt.datetime, number: str) -> Paper:
    """表 19; errors: `no_number` where one is given."""
    if number:
        raise DomainError("no_number", "表 19 是流程图，没有编号：请去掉编号再打印。")
    return blank_paper(form19())
