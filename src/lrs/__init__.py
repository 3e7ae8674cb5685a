"""The Learning Records Service, which verifies ULNs: client, simulator and circuit breaker (U7)."""

from lrs.batch_verifier import BatchVerifier
from lrs.faults import LrsFault, OutOfHours, RequestRefused, Unreachable, Verifier
from lrs.organisation import CertificateUnusable, Organisation
from lrs.simulator import FixtureUnusable, Simulator

__all__ = [
    "BatchVerifier",
    "CertificateUnusable",
    "FixtureUnusable",
    "LrsFault",
    "Organisation",
    "OutOfHours",
    "RequestRefused",
    "Simulator",
    "Unreachable",
    "Verifier",
]
