"""URLs of stays."""

from django.urls import path, register_converter

from filings.stays import views


class Number:
    """A letter and ten figures or more; a subclass names the letter."""

    regex = ""

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class StayNumber(Number):
    regex = "S[0-9]{10,11}"


register_converter(StayNumber, "stay_no")

urlpatterns = [
    path("stays/new/", views.stay_new, name="stay_new"),
    path("stays/<stay_no:stay_no>/", views.stay_detail, name="stay_detail"),
    path("stays/<stay_no:stay_no>/edit/", views.stay_edit, name="stay_edit"),
]
