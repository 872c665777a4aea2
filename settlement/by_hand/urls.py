"""URLs of what is typed in; they stand before those of cases and deductions, whose numbers are anything."""

from django.urls import path

from settlement.by_hand import views

urlpatterns = [
    path("cases/by-hand/", views.case_add, name="case_add"),
    path("cases/<path:settlement_no>/reverse/", views.case_reverse, name="case_reverse"),
    path("deductions/by-hand/", views.deduction_add, name="deduction_add"),
]
