"""The indexes of filings: which list or job each serves. Their plans: docs/performance.md."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from filings.filing.states import FilingState

S = FilingState
OPEN_BY_DUE = ("state", "-green_channel", "deadline_on", "id")  # of indexes: the order of the queues
IN_CHARGE = ("received_on", "assigned_to", "taken_in_by")  # of indexes: to narrow and sort queues

INDEXES = [
    # serve the ledger: a region's filings, of one state, newest first; the province's, of one state
    models.Index(fields=["insured_region", "-id"], name="filing_list_of_insured"),
    models.Index(fields=["insured_region", "state", "-id"], name="filing_queue_of_insured"),
    models.Index(fields=["care_region", "state", "-id"], name="filing_queue_of_care"),
    models.Index(fields=["state", "-id"], name="filing_list_of_state"),
    # serve the queues: what is open in a region (in the province), green channel first, then what is
    # due first; and counts, which read nothing but an index: see the columns after the key
    models.Index(
        fields=["insured_region", *OPEN_BY_DUE, *IN_CHARGE, "person"],
        condition=Q(deadline_on__isnull=False),
        name="filing_open_by_due",
    ),
    models.Index(
        fields=[*OPEN_BY_DUE, "insured_region", *IN_CHARGE, "person"],
        condition=Q(deadline_on__isnull=False),
        name="filing_open_of_all",
    ),
    # serves the board, and what one person, or nobody, is in charge of
    models.Index(
        fields=[
            *("charge", "state", "deadline_on", "proof_due_on", "proof_lapses_on", "in_work_until"),
            *("received_on", "-green_channel", "id", "insured_region", "person"),
        ],
        condition=Q(charge__isnull=False),
        name="filing_in_charge",
    ),
    # the same of what waits for a supervisor's waiver
    models.Index(
        fields=[
            *("insured_region", *OPEN_BY_DUE),
            *("lock_until", "begins_on", "care_area_code", "lock_waived_by", "lock_waived_area_code"),
            "in_work_until",
        ],
        condition=Q(lock_until__isnull=False),
        name="filing_locked_of_insured",
    ),
    # the same of promised papers (容缺) that are still to come
    models.Index(
        fields=[
            *("insured_region", "state", "proof_due_on", "proof_lapses_on", "ends_on"),
            *("-green_channel", "id", *IN_CHARGE, "person"),
        ],
        condition=Q(proof_due_on__isnull=False),
        name="filing_owing_of_insured",
    ),
    # the same of what ends soon
    models.Index(
        fields=["insured_region", "state", "ends_on", "-green_channel", "id", "proof_due_on"],
        name="filing_ending_of_insured",
    ),
    models.Index(fields=["person", "-id"], name="filing_of_person"),
    # serves the nightly recording of what time has ended, and the province's queue of what ends soon
    models.Index(fields=["state", "ends_on", "-green_channel", "id", "proof_due_on"], name="filing_by_end"),
    # serves the recording of promised papers (容缺) that did not come
    models.Index(
        fields=["proof_due_on"],
        condition=Q(state=S.IN_FORCE, proof_due_on__isnull=False),
        name="filing_by_proof_due",
    ),
]
