"""URLs of the app: each slice brings its own."""

from django.urls import path

from filings.card.views import person_card
from filings.filing.urls import urlpatterns as filing_urls
from filings.followups.urls import urlpatterns as follow_up_urls
from filings.leaflets.urls import urlpatterns as leaflet_urls

app_name = "filings"
urlpatterns = [
    path("people/<str:person_no>/", person_card, name="person_card"),
    *filing_urls,
    *follow_up_urls,
    *leaflet_urls,
]
