"""URLs of form 5; before those of a case, whose number may hold a slash."""

from django.urls import path

from settlement.bills import views

urlpatterns = [
    path("cases/<path:settlement_no>/form5/", views.record_form5, name="record_form5"),
    path("cases/<path:settlement_no>/form5.pdf", views.record_form5_pdf, name="record_form5_pdf"),
]
