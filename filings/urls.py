"""URLs of the app: each slice brings its own."""

from django.urls import path

from filings.card.views import note_add, person_card, person_twins
from filings.filing.urls import urlpatterns as filing_urls

app_name = "filings"
urlpatterns = [
    path("people/alike/", person_twins, name="person_twins"),
    path("people/<str:person_no>/", person_card, name="person_card"),
    path("people/<str:person_no>/notes/", note_add, name="note_add"),
    *filing_urls,
]
