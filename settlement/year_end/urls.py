"""URLs of the year."""

from django.urls import path, register_converter

from settlement.year_end.views import applications, sheets, years


class YearConverter:
    """年度: 2026."""

    regex = "2[0-9]{3}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class YearFormConverter(YearConverter):
    """Forms 16 to 18."""

    regex = "16|17|18"


register_converter(YearConverter, "year")
register_converter(YearFormConverter, "year_form")
YEAR = "years/<year:year>/"
SHEET = YEAR + "<year_form:year_form>/"
REGION = SHEET + "<clearing_region:region_code>/"
ONE = "years/applications/<str:application_no>/"

urlpatterns = [
    path("years/", years.year_list, name="year_list"),
    path(YEAR, years.year_detail, name="year_detail"),
    path(YEAR + "compute/", years.year_compute_view, name="year_compute"),
    path(YEAR + "close/", years.year_close_view, name="year_close"),
    path(YEAR + "apply/", applications.application_edit, name="year_apply"),
    path(ONE, applications.application_detail, name="year_application"),
    path(ONE + "submit/", applications.application_submit_view, name="year_application_submit"),
    path(ONE + "review/", applications.application_review_view, name="year_application_review"),
    path(ONE + "approve/", applications.application_approve_view, name="year_application_approve"),
    path(ONE + "return/", applications.application_return_view, name="year_application_return"),
    path(ONE + "form15/", applications.application_print, name="year_application_print"),
    path(ONE + "form15.pdf", applications.application_pdf, name="year_application_pdf"),
    path(SHEET, sheets.year_sheet_view, name="year_sheet"),
    path(SHEET + "compare/", sheets.year_sheet_compare, name="year_sheet_compare"),
    path(SHEET + "print/", sheets.year_sheet_print, name="year_sheet_print"),
    path(SHEET + "file.<clearing_file:extension>", sheets.year_sheet_file, name="year_sheet_file"),
    path(REGION, sheets.year_sheet_view, name="year_sheet"),
    path(REGION + "compare/", sheets.year_sheet_compare, name="year_sheet_compare"),
    path(REGION + "print/", sheets.year_sheet_print, name="year_sheet_print"),
    path(REGION + "file.<clearing_file:extension>", sheets.year_sheet_file, name="year_sheet_file"),
]
