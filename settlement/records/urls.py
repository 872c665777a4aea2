"""URLs of one settled case; those of the list stand before it (settlement/cases/urls.py)."""

from django.urls import path

from settlement.records import views

urlpatterns = [
    path("cases/<path:settlement_no>/", views.record_detail, name="record_detail"),
]
