"""URLs of the ledger and the queues."""

from django.urls import path

from filings.queues import views

urlpatterns = [
    path("filings/", views.filing_list, name="filing_list"),
    path("filings/export.<str:kind>", views.filing_export, name="filing_export"),
    path("filings/queue/<slug:name>/", views.filing_queue, name="filing_queue"),
]
