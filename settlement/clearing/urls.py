"""URLs of the clearing: months, their sheets, comparisons."""

from django.urls import path, register_converter

from settlement.clearing.views import behind, bundles, comparisons, matrix, months, pictures, sheets


class PeriodConverter:
    """期别: YYYYMM."""

    regex = "2[0-9]{3}(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class FormConverter(PeriodConverter):
    """表号: the clearing sheets."""

    regex = "9|1[0-4]"


class RegionConverter(PeriodConverter):
    """区划代码."""

    regex = "[0-9]{6}"


class FileConverter(PeriodConverter):
    """What a sheet can be written as."""

    regex = "pdf|xlsx|csv"


register_converter(PeriodConverter, "clearing_period")
register_converter(FormConverter, "clearing_form")
register_converter(RegionConverter, "clearing_region")
register_converter(FileConverter, "clearing_file")

MONTH = "clearing/<clearing_period:period>/"
SHEET = MONTH + "sheets/<clearing_form:form>"
OF_REGION = SHEET + "/<clearing_region:region_code>"

MATRIX = MONTH + "matrix"

urlpatterns = [
    path("clearing/", months.period_list, name="period_list"),
    path(
        "clearing/comparisons/<str:comparison_no>/", comparisons.comparison_detail, name="comparison_detail"
    ),
    path(MONTH, months.period_detail, name="period_detail"),
    path(MONTH + "compute/", months.period_compute, name="period_compute"),
    path(MONTH + "confirm/", months.period_confirm, name="period_confirm"),
    path(MONTH + "sign/", months.period_sign_view, name="period_sign"),
    path(MONTH + "bundles/", bundles.month_bundles, name="month_bundles"),
    path(MONTH + "bundles/<str:job_no>/", bundles.bundle_file, name="month_bundle_file"),
    path(MONTH + "pictures/", pictures.pictures, name="pictures"),
    path(MONTH + "pictures/<clearing_region:region_code>/", pictures.pictures, name="pictures"),
    *(
        route
        for base in (MATRIX, MATRIX + "/<clearing_region:region_code>")
        for route in (
            path(base + "/", matrix.matrix, name="matrix"),
            path(base + "/print/", matrix.matrix_print, name="matrix_print"),
            path(base + ".<clearing_file:extension>", matrix.matrix_file, name="matrix_file"),
        )
    ),
    *(
        route
        for base in (SHEET, OF_REGION)
        for route in (
            path(base + "/", sheets.sheet, name="sheet"),
            path(base + "/print/", sheets.sheet_print, name="sheet_print"),
            path(base + "/cases/", behind.sheet_cases, name="sheet_cases"),
            path(base + "/cases/print/", behind.explanation_print, name="explanation_print"),
            path(base + "/cases.pdf", behind.explanation_file, name="explanation_pdf"),
            path(base + "/cases/export/<slug:kind>/", behind.cases_export, name="cases_export"),
            path(base + "/compare/", comparisons.sheet_compare_view, name="sheet_compare"),
            path(base + ".<clearing_file:extension>", sheets.sheet_file, name="sheet_file"),
        )
    ),
]
