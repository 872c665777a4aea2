"""URLs of the clearing: months, their sheets, comparisons."""

from django.urls import path, register_converter

from settlement.clearing.views import (
    behind,
    bundles,
    comparisons,
    confirming,
    matrix,
    months,
    pictures,
    reopening,
    sheets,
    skips,
    versions,
)


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
SKIP = MONTH + "skips/<str:key>/"

MATRIX = MONTH + "matrix"

urlpatterns = [
    path("clearing/", months.period_list, name="period_list"),
    path(
        "clearing/comparisons/<str:comparison_no>/", comparisons.comparison_detail, name="comparison_detail"
    ),
    path(MONTH, months.period_detail, name="period_detail"),
    path(MONTH + "compute/", months.period_compute, name="period_compute"),
    path(MONTH + "empty/", months.period_begin_empty, name="period_begin_empty"),
    path(MONTH + "confirm/", confirming.period_confirm, name="period_confirm"),
    path(MONTH + "unconfirm/", confirming.period_unconfirm, name="period_unconfirm"),
    path(
        MONTH + "regions/<clearing_region:region_code>/", confirming.region_sheets_view, name="region_sheets"
    ),
    path(OF_REGION + "/looked/", confirming.sheet_looked, name="sheet_looked"),
    path(SKIP, skips.skip_detail, name="skip_detail"),
    path(SKIP + "propose/", skips.skip_propose_view, name="skip_propose"),
    path(SKIP + "approve/", skips.skip_approve_view, name="skip_approve"),
    path(SKIP + "withdraw/", skips.skip_withdraw_view, name="skip_withdraw"),
    path(MONTH + "sign/", months.period_sign_view, name="period_sign"),
    path(MONTH + "versions/", versions.period_versions, name="period_versions"),
    path(MONTH + "reopening/", reopening.reopening_page, name="reopening"),
    path(MONTH + "reopening/propose/", reopening.reopening_propose, name="reopening_propose"),
    path(MONTH + "reopening/approve/", reopening.reopening_approve, name="reopening_approve"),
    path(MONTH + "reopening/reject/", reopening.reopening_reject, name="reopening_reject"),
    path(MONTH + "reopening/withdraw/", reopening.reopening_withdraw, name="reopening_withdraw"),
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
