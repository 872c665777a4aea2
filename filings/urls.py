"""URLs of the app: each slice brings its own."""

from django.urls import path

from filings.card.views import note_add, person_card, person_twins
from filings.eligibility.urls import urlpatterns as eligibility_urls
from filings.filing.urls import urlpatterns as filing_urls
from filings.followups.urls import urlpatterns as follow_up_urls
from filings.groups.urls import urlpatterns as group_urls
from filings.injuries.urls import urlpatterns as injury_urls
from filings.leaflets.urls import urlpatterns as leaflet_urls
from filings.outside_care.urls import urlpatterns as outside_care_urls
from filings.queues.urls import urlpatterns as queue_urls
from filings.reimbursements.urls import urlpatterns as reimbursement_urls
from filings.scans.urls import urlpatterns as scan_urls
from filings.stays.urls import urlpatterns as stay_urls

app_name = "filings"
urlpatterns = [
    path("people/alike/", person_twins, name="person_twins"),
    path("people/<str:person_no>/", person_card, name="person_card"),
    path("people/<str:person_no>/notes/", note_add, name="note_add"),
    *eligibility_urls,
    *queue_urls,
    *filing_urls,
    *scan_urls,
    *group_urls,
    *stay_urls,
    *reimbursement_urls,
    *injury_urls,
    *outside_care_urls,
    *follow_up_urls,
    *leaflet_urls,
]
