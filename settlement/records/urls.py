"""URLs of settled cases."""

from django.urls import path

from settlement.records import views

urlpatterns = [
    path("cases/", views.record_list, name="record_list"),
    path("cases/export/<slug:kind>/", views.record_export, name="record_export"),
    path("cases/<path:settlement_no>/", views.record_detail, name="record_detail"),
]
