"""URLs of filings."""

from django.urls import path, register_converter

from filings.filing.views import detail, entry, form1


class FilingNumber:
    """F and ten figures or more."""

    regex = "F[0-9]{10,11}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FilingNumber, "filing_no")

urlpatterns = [
    path("filings/new/", entry.filing_new, name="filing_new"),
    path("filings/person/", entry.person_lookup, name="person_lookup"),
    path("filings/places/", entry.places, name="places"),
    path("filings/<filing_no:filing_no>/", detail.filing_detail, name="filing_detail"),
    path("filings/<filing_no:filing_no>/edit/", entry.filing_edit, name="filing_edit"),
    path("filings/<filing_no:filing_no>/submit/", entry.filing_submit_view, name="filing_submit"),
    path("filings/<filing_no:filing_no>/approve/", detail.filing_approve_view, name="filing_approve"),
    path("filings/<filing_no:filing_no>/return/", detail.filing_return_view, name="filing_return"),
    path("filings/<filing_no:filing_no>/decline/", detail.filing_decline_view, name="filing_decline"),
    path("filings/<filing_no:filing_no>/cancel/", detail.filing_cancel_view, name="filing_cancel"),
    path("filings/<filing_no:filing_no>/change/", detail.filing_change_view, name="filing_change"),
    path("filings/<filing_no:filing_no>/waive/", detail.filing_lock_waive_view, name="filing_lock_waive"),
    path("filings/<filing_no:filing_no>/form/1/", form1.filing_form1, name="filing_form1"),
    path("filings/<filing_no:filing_no>/form/1.pdf", form1.filing_form1_pdf, name="filing_form1_pdf"),
]
