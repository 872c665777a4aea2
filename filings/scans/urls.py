"""URLs of scans: below their filing; the pictures have no address of their own kind."""

from django.urls import path, register_converter

from filings.scans import views


class SmallNumber:
    """1 to 9999: a scan within its filing, a page within its scan."""

    regex = "[1-9][0-9]{0,3}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int | str) -> str:
        return str(value)


register_converter(SmallNumber, "small_no")

ALL = "filings/<filing_no:filing_no>/scans/"
ONE = f"{ALL}<small_no:scan_no>/"

urlpatterns = [
    path(ALL, views.scan_viewer, name="scan_viewer"),
    path(f"{ALL}add/", views.scan_add, name="scan_add"),
    path(f"{ONE}withdraw/", views.scan_withdraw_view, name="scan_withdraw"),
    path(f"{ONE}restore/", views.scan_restore_view, name="scan_restore"),
    path(f"{ONE}<small_no:page_no>.jpg", views.scan_page, name="scan_page"),
    path(f"{ONE}<small_no:page_no>.small.jpg", views.scan_small, name="scan_small"),
]
