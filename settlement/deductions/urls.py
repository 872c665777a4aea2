"""URLs of deductions."""

from django.urls import path

from settlement.deductions import views

urlpatterns = [
    path("deductions/", views.deduction_list, name="deduction_list"),
    path("deductions/<str:deduction_no>/", views.deduction_detail, name="deduction_detail"),
    path("deductions/<str:deduction_no>/withdraw/", views.deduction_withdraw_view, name="deduction_withdraw"),
]
