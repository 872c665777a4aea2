"""URLs of deductions."""

from django.urls import path

from settlement.deductions import summary_views, views

urlpatterns = [
    path("deductions/", views.deduction_list, name="deduction_list"),
    path("deductions/by-institution/", summary_views.deduction_summary, name="deduction_summary"),
    path(
        "deductions/by-institution/export/<slug:kind>/",
        summary_views.deduction_summary_export,
        name="deduction_summary_export",
    ),
    path("deductions/<str:deduction_no>/", views.deduction_detail, name="deduction_detail"),
    path("deductions/<str:deduction_no>/withdraw/", views.deduction_withdraw_view, name="deduction_withdraw"),
]
