"""URL composition: the only place that names all apps."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("agency.web.urls")),
    path("", include("filings.urls")),
    path("", include("settlement.urls")),
]

handler400 = "agency.web.errors.bad_request"
handler403 = "agency.web.errors.forbidden"
handler404 = "agency.web.errors.not_found"
handler500 = "agency.web.errors.server_error"
