"""URLs of one case by hand; they stand before those of the cases, whose numbers may be anything."""

from django.urls import path

from settlement.by_hand import views

urlpatterns = [
    path("cases/by-hand/", views.case_add, name="case_add"),
    path("cases/<path:settlement_no>/reverse/", views.case_reverse, name="case_reverse"),
]
