"""Who we are: pooling regions, area codes, agencies, counters, institutions, staff and their roles."""

from agency.organisation.models.certificates import CertificateType
from agency.organisation.models.dated import Dated, DatedQuerySet, dates_in_order
from agency.organisation.models.institutions import (
    ConnectionScope,
    Institution,
    InstitutionConnection,
    InstitutionQualification,
    InstitutionQuerySet,
    Qualification,
)
from agency.organisation.models.offices import Agency, Counter
from agency.organisation.models.regions import AreaCode, Place, PoolingRegion, RegionKind, RegionPair
from agency.organisation.models.staff import StaffRole, User, UserManager

__all__ = [
    "Agency",
    "AreaCode",
    "CertificateType",
    "ConnectionScope",
    "Counter",
    "Dated",
    "DatedQuerySet",
    "Institution",
    "InstitutionConnection",
    "InstitutionQualification",
    "InstitutionQuerySet",
    "Place",
    "PoolingRegion",
    "Qualification",
    "RegionKind",
    "RegionPair",
    "StaffRole",
    "User",
    "UserManager",
    "dates_in_order",
]
