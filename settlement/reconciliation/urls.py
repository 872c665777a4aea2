"""URLs of reconciliation; what has a fixed name stands before runs, whose numbers may be anything."""

from django.urls import path

from settlement.reconciliation.views import (
    bulk,
    differences,
    endings,
    giving_up,
    lists,
    runs,
    saved_mappings,
    widening,
)

DIFFERENCES = "reconciliation/differences/"
DIFFERENCE = DIFFERENCES + "<str:difference_no>/"
RUN = "reconciliation/<str:run_no>/"

urlpatterns = [
    path("reconciliation/", runs.run_list, name="reconciliation_list"),
    path("reconciliation/mappings/", saved_mappings.mapping_list, name="reconciliation_mappings"),
    path(
        "reconciliation/mappings/<int:mapping_id>/retire/",
        saved_mappings.mapping_retire,
        name="reconciliation_mapping_retire",
    ),
    path(DIFFERENCES, lists.difference_list, name="difference_list"),
    path(DIFFERENCES + "export/<slug:kind>/", lists.difference_export, name="difference_export"),
    path(DIFFERENCES + "chosen/", bulk.difference_chosen, name="difference_chosen"),
    path(DIFFERENCES + "chosen/<slug:act>/", bulk.difference_handle, name="difference_handle"),
    path(DIFFERENCE, differences.difference_detail, name="difference_detail"),
    path(DIFFERENCE + "judge/", differences.difference_judge, name="difference_judge"),
    path(DIFFERENCE + "approve/", differences.difference_approve, name="difference_approve"),
    path(DIFFERENCE + "return/", differences.difference_return, name="difference_return"),
    path(DIFFERENCE + "undo/", differences.difference_undo, name="difference_undo"),
    path(DIFFERENCE + "assign/", differences.difference_assign, name="difference_assign"),
    path(DIFFERENCE + "note/", differences.difference_note, name="difference_note"),
    path(DIFFERENCE + "ending/propose/", endings.ending_propose, name="ending_propose"),
    path(DIFFERENCE + "ending/approve/", endings.ending_approve, name="ending_approve"),
    path(DIFFERENCE + "ending/return/", endings.ending_return, name="ending_return"),
    path(DIFFERENCE + "ending/undo/", endings.ending_undo, name="ending_undo"),
    path(RUN, runs.run_detail, name="reconciliation_run"),
    path(RUN + "differences/", lists.run_differences, name="reconciliation_differences"),
    path(RUN + "void/", giving_up.run_void, name="reconciliation_void"),
    path(RUN + "widen/", widening.run_widen, name="reconciliation_widen"),
    path(RUN + "unread/", runs.run_unread, name="reconciliation_unread"),
]
