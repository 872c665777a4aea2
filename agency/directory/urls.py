"""URLs of the directory."""

from django.urls import path, register_converter

from agency.directory import views
from agency.directory.rules import CODE


class InstitutionCode:
    """H or P and eleven figures."""

    regex = CODE.pattern

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(InstitutionCode, "institution_code")

urlpatterns = [
    path("institutions/", views.institution_list, name="institution_list"),
    path("institutions/export.<str:kind>", views.institution_export, name="institution_export"),
    path("institutions/print/", views.institution_print, name="institution_print"),
    path("institutions/pick/", views.institution_pick, name="institution_pick"),
    path(
        "institutions/<institution_code:institution_code>/",
        views.institution_detail,
        name="institution_detail",
    ),
]
