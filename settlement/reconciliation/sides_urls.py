"""URLs of what stands beside a run. Kinds of file are named as in the clearing's URLs, which come first."""

from django.urls import path

from settlement.reconciliation.views import mapped_sources, report, sides, sources

RUN = "reconciliation/<str:run_no>/"

SOURCES = "reconciliation/sources/"

urlpatterns = [
    path(SOURCES + "details/", mapped_sources.source_details, name="reconciliation_source_details"),
    path(SOURCES + "sheet/", sources.source_sheet, name="reconciliation_source_sheet"),
    path(SOURCES + "totals/", mapped_sources.source_totals, name="reconciliation_source_totals"),
    path(SOURCES + "bank/", mapped_sources.source_bank, name="reconciliation_source_bank"),
    path(
        SOURCES + "comparisons/<str:comparison_no>/",
        sources.of_comparison,
        name="reconciliation_of_comparison",
    ),
    path(RUN + "report/", report.report_view, name="reconciliation_report"),
    path(RUN + "report/sign/", report.report_sign, name="reconciliation_sign"),
    path(RUN + "report/print/", report.report_print, name="reconciliation_report_print"),
    path(RUN + "report.<clearing_file:extension>", report.report_file, name="reconciliation_report_file"),
    path(RUN + "sheet/", sides.sheet_view, name="reconciliation_sheet"),
    path(RUN + "sheet/make/", sides.sheet_make_view, name="reconciliation_sheet_make"),
    path(RUN + "sheet/answers/", sides.answers_view, name="reconciliation_answers"),
    path(RUN + "sheet/approve/", sides.agreed_approve_view, name="reconciliation_agreed_approve"),
    path(
        "reconciliation/sheets/<str:sheet_no>/<slug:kind>/",
        sides.sheet_file,
        name="reconciliation_sheet_file",
    ),
]
