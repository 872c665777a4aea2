"""URLs of the ledger, the queues, and of handing over."""

from django.urls import path

from filings.queues.views import handing, ledger
from filings.queues.views import queue as one

urlpatterns = [
    path("filings/", ledger.filing_list, name="filing_list"),
    path("filings/export.<str:kind>", ledger.filing_export, name="filing_export"),
    path("filings/queue/<slug:name>/", one.filing_queue, name="filing_queue"),
    path("filings/queue/<slug:name>/export.<str:kind>", one.filing_queue_export, name="filing_queue_export"),
    path("filings/queue/<slug:name>/hand-over/", one.filing_queue_hand_over, name="filing_queue_hand_over"),
    path("filings/<filing_no:filing_no>/next/", one.filing_next, name="filing_next"),
    path("filings/<filing_no:filing_no>/assign/", handing.filing_assign_view, name="filing_assign"),
    path("queues/board/", handing.queue_board, name="queue_board"),
    path("queues/hand-over/<str:region_code>/<str:username>/", handing.hand_over_all, name="hand_over_all"),
]
