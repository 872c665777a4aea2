"""URLs of the leaflets."""

from django.urls import path

from filings.leaflets import views

urlpatterns = [
    path("filings/notice/<slug:kind>/", views.one_time_notice, name="one_time_notice"),
    path("filings/notice/<slug:kind>/form/print/", views.one_time_notice_page, name="one_time_notice_page"),
    path("filings/notice/<slug:kind>/form/print.pdf", views.one_time_notice_pdf, name="one_time_notice_pdf"),
]
