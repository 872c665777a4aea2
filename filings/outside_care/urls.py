"""URLs of slips of outside care and their form."""

from django.urls import path, register_converter

from filings.outside_care import views
from filings.stays.urls import Number


class SlipNumber(Number):
    regex = "Y[0-9]{10,11}"


register_converter(SlipNumber, "slip_no")

ONE = "outside-care/<slip_no:slip_no>/"

urlpatterns = [
    path("outside-care/new/", views.outside_care_new, name="outside_care_new"),
    path("outside-care/rows/", views.outside_care_rows, name="outside_care_rows"),
    path(ONE, views.outside_care_detail, name="outside_care_detail"),
    path(f"{ONE}edit/", views.outside_care_edit, name="outside_care_edit"),
    path(f"{ONE}form/4/", views.outside_care_form4, name="outside_care_form4"),
    path(f"{ONE}form/4.pdf", views.outside_care_form4_pdf, name="outside_care_form4_pdf"),
    path("stays/<stay_no:stay_no>/form/4/", views.stay_form4, name="stay_form4"),
    path("filings/<filing_no:filing_no>/form/4/", views.filing_form4, name="filing_form4"),
]
