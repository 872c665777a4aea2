"""打印外伤承诺书: form 3 of a statement, or with blanks of a stay or a filing; logged."""

from __future__ import annotations

import datetime as dt

from agency.journal.papers import PRINTED_FORMS, Paper
from agency.organisation.models import User
from filings.injuries.form3 import Form3, form3_of, form3_of_filing, form3_of_stay
from filings.injuries.selectors import statements_visible
from filings.injuries.services import INJURY
from filings.stays.record_forms import FormOfRecord

FORM3 = FormOfRecord(
    INJURY,
    label="外伤承诺书",
    visible=statements_visible,
    says=form3_of,
    says_of_stay=form3_of_stay,
    says_of_filing=form3_of_filing,
)


@PRINTED_FORMS.register(Form3.FORM_NO, order=3)
def print_form3(by: User, at: dt.datetime, number: str) -> Paper:
    """表 3, of a statement, a stay or a filing, or blank without a number."""
    return FORM3.printed(Form3(), by, at, number)
