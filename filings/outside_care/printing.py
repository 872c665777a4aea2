"""打印购药单: form 4 of a slip, or with blanks of a stay or a filing, by the insured region, logged."""

from __future__ import annotations

import datetime as dt

from agency.journal.papers import PRINTED_FORMS, Paper
from agency.organisation.models import User
from filings.outside_care.form4 import Form4, form4_of, form4_of_filing, form4_of_stay
from filings.outside_care.selectors import slips_visible
from filings.outside_care.services import SLIP
from filings.stays.record_forms import FormOfRecord

FORM4 = FormOfRecord(
    SLIP,
    label="购药单",
    visible=slips_visible,
    says=form4_of,
    says_of_stay=form4_of_stay,
    says_of_filing=form4_of_filing,
)


@PRINTED_FORMS.register(Form4.FORM_NO, order=4)
def print_form4(by: User, at: dt.datetime, number: str) -> Paper:
    """表 4, of a slip, a stay or a filing, or blank without a number."""
    return FORM4.printed(Form4(), by, at, number)
