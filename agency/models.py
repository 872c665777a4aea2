"""Re-exports what the slices define; one migration history for the app."""

from agency.batches.models import Batch, KeptFile, Refusal
from agency.jobs.models import Job
from agency.journal.models import AuditEntry, NumberSeries, PrintedForm, StateChange
from agency.organisation.models import (
    Agency,
    AreaCode,
    CertificateType,
    Counter,
    Institution,
    InstitutionConnection,
    InstitutionQualification,
    Place,
    PoolingRegion,
    RegionPair,
    StaffRole,
    User,
)
from agency.policy.models import Holiday, Parameter

__all__ = [
    "Agency",
    "AreaCode",
    "AuditEntry",
    "Batch",
    "CertificateType",
    "Counter",
    "Holiday",
    "Institution",
    "InstitutionConnection",
    "InstitutionQualification",
    "Job",
    "KeptFile",
    "NumberSeries",
    "Parameter",
    "Place",
    "PoolingRegion",
    "PrintedForm",
    "Refusal",
    "RegionPair",
    "StaffRole",
    "StateChange",
    "User",
]
