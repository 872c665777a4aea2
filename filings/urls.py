"""URLs of the app: each slice brings its own."""

from django.urls import path

from filings.card.views import person_card
from filings.eligibility.urls import urlpatterns as eligibility_urls
from filings.filing.urls import urlpatterns as filing_urls
from filings.groups.urls import urlpatterns as group_urls
from filings.queues.urls import urlpatterns as queue_urls
from filings.scans.urls import urlpatterns as scan_urls

app_name = "filings"
urlpatterns = [
    path("people/<str:person_no>/", person_card, name="person_card"),
    *eligibility_urls,
    *queue_urls,
    *filing_urls,
    *scan_urls,
    *group_urls,
]
