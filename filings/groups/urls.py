"""URLs of lists of filings."""

from django.urls import path

from filings.groups import views

urlpatterns = [
    path("filings/lists/blank.xlsx", views.blank_list, name="blank_list"),
    path("imports/<str:filing_batch_no>/filings/", views.batch_filings, name="batch_filings"),
]
