"""URLs of injury statements and their form."""

from django.urls import path, register_converter

from filings.injuries import views
from filings.stays.urls import Number


class StatementNumber(Number):
    regex = "W[0-9]{10,11}"


register_converter(StatementNumber, "statement_no")

ONE = "injuries/<statement_no:statement_no>/"

urlpatterns = [
    path("injuries/new/", views.injury_new, name="injury_new"),
    path(ONE, views.injury_detail, name="injury_detail"),
    path(f"{ONE}edit/", views.injury_edit, name="injury_edit"),
    path(f"{ONE}form/3/", views.injury_form3, name="injury_form3"),
    path(f"{ONE}form/3.pdf", views.injury_form3_pdf, name="injury_form3_pdf"),
    path("stays/<stay_no:stay_no>/form/3/", views.stay_form3, name="stay_form3"),
    path("filings/<filing_no:filing_no>/form/3/", views.filing_form3, name="filing_form3"),
]
