"""Names of schemas in the OpenAPI document: literals, independent of class names.

A body's schema has the ``title`` of its class; enumerations and forms have the names in
these tables. Clients are generated from these names, so they never change.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import aggregates.claims.claim_hindrances
import audit.finding
import projections.orders.orders
from aggregates.bookings import sitting, sitting_time
from aggregates.claims import certificate, claim_status
from aggregates.learners import duplicate, verification
from aggregates.orders import order_checklist
from aggregates.registrations import invoice_line, registration_state
from aggregates.uploads import record, upload_progress
from api.claims import claimable_qualifications
from api.orders import products
from catalogue import grading
from catalogue.eligibility import assessment
from commands.uploads import record_file
from events.centres.user import Role
from events.learners.duplicate import Decision
from projections.claims.claimable_learners import LearnerColumn

SCHEMA = "#/components/schemas/"

ENUMERATIONS: Mapping[type[StrEnum], str] = {
    assessment.AwardType: "AwardType",
    audit.finding.FindingKind: "AuditFindingKind",
    certificate.CertificateKind: "CertificateKind",
    claimable_qualifications.UnitColumn: "ClaimableUnitColumn",
    Decision: "DuplicateVerdict",
    duplicate.MatchReason: "DuplicateReason",
    grading.Basis: "PointsBasis",
    invoice_line.InvoiceStatus: "InvoiceStatus",
    LearnerColumn: "ClaimableLearnerColumn",
    order_checklist.OrderStep: "OrderStepName",
    products.ProductKind: "ProductKind",
    aggregates.claims.claim_hindrances.Cause: "IneligibleCause",
    projections.orders.orders.OrderKind: "OrderKind",
    projections.orders.orders.OrderState: "OrderState",
    record.RecordState: "LearnerRecordState",
    record_file.CorrectionOutcome: "CorrectionOutcome",
    registration_state.Status: "RegistrationStatus",
    Role: "Role",
    sitting.Attendance: "Attendance",
    sitting_time.Delivery: "Delivery",
    sitting_time.Mode: "SittingMode",
    claim_status.ClaimStatus: "ClaimStatus",
    upload_progress.UploadStatus: "LearnerGroupStatus",
    verification.VerificationStatus: "UlnVerificationStatus",
}
FORMS: Mapping[str, str] = {
    "Body_createLearnerGroup": "NewLearnerGroup",
    "Body_uploadCorrectedRecords": "CorrectedRecords",
}
"""The schema name of each form, by the framework's name."""


def name_schemas(document: dict[str, Any]) -> None:
    """Give every schema its literal name. Raises ValueError if two have the same."""
    schemas = document["components"]["schemas"]
    names = {key: name_of(schema) for key, schema in schemas.items()}
    named: dict[str, Any] = {}
    for key, name in sorted(names.items(), key=lambda each: each[1]):
        schemas[key]["title"] = name
        if named.setdefault(name, schemas[key]) != schemas[key]:
            raise ValueError(
                f"Two schemas are called {name}. Give each class a title of its own, "
                "or, if it is an enumeration, a name in ENUMERATIONS."
            )
    document["components"]["schemas"] = named
    rename(document, {SCHEMA + key: SCHEMA + name for key, name in names.items()})


def name_of(schema: Mapping[str, Any]) -> str:
    """Return a schema's name. Raises ValueError for an enumeration without a name."""
    title = str(schema["title"])
    if "enum" not in schema:
        return FORMS.get(title, title)
    for each, name in ENUMERATIONS.items():
        if each.__name__ == title and [*each] == schema["enum"]:
            return name
    raise ValueError(f"Say in ENUMERATIONS what the enumeration {title} is called.")


def rename(document: Any, names: Mapping[str, str]) -> None:
    """Make every reference in a document point to the new name."""
    if isinstance(document, dict):
        if isinstance(reference := document.get("$ref"), str):
            document["$ref"] = names.get(reference, reference)
        document = [*document.values()]
    if isinstance(document, list):
        for value in document:
            rename(value, names)
