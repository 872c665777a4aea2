"""URLs of the list of cases."""

from django.urls import path

from settlement.cases import views

urlpatterns = [
    path("cases/", views.record_list, name="record_list"),
    path("cases/export/<slug:kind>/", views.record_export, name="record_export"),
]
