"""URLs of the flow charts; the PDF is the form's own, of the list of forms."""

from django.urls import path

from settlement.flowcharts import views

urlpatterns = [
    path("flowcharts/", views.flowcharts, name="flowcharts"),
    path("flowcharts/print/", views.flowcharts_print, name="flowcharts_print"),
]
