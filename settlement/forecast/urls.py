"""URLs of the forecast: all regions, and each by its code."""

from django.urls import path

from settlement.forecast import views

REGION = "fund-forecast/<clearing_region:region_code>/"
FILE = "file.<clearing_file:extension>"

urlpatterns = [
    path("fund-forecast/", views.fund_forecast, name="fund_forecast"),
    path("fund-forecast/print/", views.fund_forecast_print, name="fund_forecast_print"),
    path("fund-forecast/hint/", views.fund_forecast_hint, name="fund_forecast_hint"),
    path("fund-forecast/" + FILE, views.fund_forecast_file, name="fund_forecast_file"),
    path(REGION, views.fund_forecast_region, name="fund_forecast_region"),
    path(REGION + "print/", views.fund_forecast_region_print, name="fund_forecast_region_print"),
    path(REGION + FILE, views.fund_forecast_file, name="fund_forecast_file"),
]
