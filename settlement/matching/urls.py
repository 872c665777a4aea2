"""URLs of the match with filings."""

from django.urls import path

from settlement.matching import views

urlpatterns = [
    path("filing-marks/", views.match_queue, name="match_queue"),
    path("filing-marks/again/", views.match_again, name="match_again"),
    path("filing-marks/export/<slug:kind>/", views.match_export, name="match_export"),
]
