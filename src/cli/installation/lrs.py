"""The Learning Records Service as it is set: opened, described, examined (U7)."""

from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from aggregates.learners.details import Details
from aggregates.learners.verification import SENTENCES, Verify
from catalogue import amount
from lrs import (
    BatchVerifier,
    CertificateUnusable,
    FixtureUnusable,
    LrsFault,
    Organisation,
    OutOfHours,
    Simulator,
)
from lrs.simulator import SHIPPED, Others
from settings import LRS_OFF, LRS_SIMULATED, Settings, variable

SOON = timedelta(days=30)
"""How long before a certificate ends a warning is given (d)."""

SIMULATION_WARNING = (
    "WARNING: the Learning Records Service is only simulated, so no ULN of a real learner "
    f"is verified. Set {variable('lrs')} to its address, or to off."
)

NOBODY = Details(
    given_name="Nobody",
    family_name="Nowhere",
    date_of_birth=date(2000, 1, 1),
    uln="1000000000",
)
"""The learner about whom LRS is asked, to see whether it answers."""


@contextmanager
def verifying(settings: Settings) -> Generator[Verify | None]:
    """Open the verifier; None if LRS is off.

    Raises FixtureUnusable and CertificateUnusable.
    """
    if settings.lrs == LRS_OFF:
        yield None
    elif settings.lrs.startswith(LRS_SIMULATED):
        yield BatchVerifier(Simulator.of(fixture_of(settings)))
    else:
        from lrs.client import Client

        with closing(Client(settings.lrs, organisation_of(settings))) as client:
            yield BatchVerifier(client)


def fixture_of(settings: Settings) -> Path:
    """Return the simulated LRS's file: the shipped one if none is set."""
    _, _, path = settings.lrs.partition(":")
    return Path(path) if path else SHIPPED


def organisation_of(settings: Settings) -> Organisation:
    password = settings.lrs_password
    return Organisation(
        ukprn=settings.lrs_ukprn or "",
        password=password.get_secret_value() if password else "",
        user=settings.lrs_user or "",
        certificate=settings.lrs_certificate or Path(),
        key=settings.lrs_key or Path(),
        authority=settings.lrs_authority,
    )


def describe_lrs(settings: Settings) -> str:
    """Say in a sentence whether ULNs are verified, and by whom."""
    if settings.lrs == LRS_OFF:
        return "The Learning Records Service is off: no ULN is verified."
    if settings.lrs.startswith(LRS_SIMULATED):
        fixture = Simulator.of(fixture_of(settings)).fixture
        takes = (
            "takes any other ULN as it is told"
            if fixture.others is Others.MATCH
            else "knows no other ULN"
        )
        return (
            f"The Learning Records Service is simulated from {fixture_of(settings)}: it"
            f" knows {amount(len(fixture.learners), 'learner')}, and {takes}. Not for real"
            " learners."
        )
    return f"ULNs are verified by {settings.lrs}, as UKPRN {settings.lrs_ukprn}."


def check_lrs(settings: Settings, now: datetime) -> tuple[str, dict[str, str]]:
    """Ask LRS; return how it is, and what is wrong by setting."""
    from lrs.client import Client

    try:
        said = [describe_lrs(settings)]
        if settings.lrs.startswith(LRS_SIMULATED):
            return f"{said[0]}\n{SIMULATION_WARNING}", {}
        if settings.lrs == LRS_OFF:
            return said[0], {}
        organisation = organisation_of(settings)
        ends = organisation.require_valid(now)
        if ends - now < SOON:
            said += [f"Its client's certificate ends on {ends:%d %B %Y}: renew it."]
        client = Client(settings.lrs, organisation)
    except FixtureUnusable as error:
        return "", {variable("lrs"): str(error)}
    except CertificateUnusable as error:
        return "", {variable("lrs_certificate"): str(error)}
    try:
        client.verify(NOBODY)
    except OutOfHours as closed:
        said += [SENTENCES[closed.why]]
    except LrsFault as fault:
        return "", {variable("lrs"): f"{SENTENCES[fault.why]} {fault}"}
    else:
        said += ["It answers."]
    finally:
        client.close()
    return " ".join(said), {}
