"""Opening the service for one command, with clear messages if that fails."""

from collections.abc import Generator
from contextlib import contextmanager

from access.accounts import SignedInUser, find_user
from aggregates.errors import Refusal
from catalogue import InvalidCatalogue
from catalogue.json_pointer import json_pointer
from cli.configuration import (
    FolderUnusable,
    breached_of,
    broker_of,
    how_to_begin,
    make_folders,
    why_lost,
)
from cli.installation.lrs import verifying
from cli.messages import CONFLICT, FAILED, PROBLEMS, UNAVAILABLE, USAGE, refuse
from commands.centres.centre import OpenListedCentres
from events.centres.user import Role
from lrs import CertificateUnusable, FixtureUnusable
from projections.database import LOST
from service import Service, open_service
from settings import InvalidSettings, Settings
from store import (
    Actor,
    Conflict,
    DatabaseUnusable,
    KeyFileUnusable,
    NotBegun,
    Unreadable,
)

CHANNEL = "command line"
SERVICE = Actor(user="service", role=Role.SERVICE, centre=None, channel=CHANNEL)


@contextmanager
def exit_on_refusal() -> Generator[None]:
    """Turn a refusal into a sentence and an exit code."""
    try:
        yield
    except InvalidSettings as error:
        refuse(USAGE, "These settings cannot be used:", str(error))
    except InvalidCatalogue as error:
        refuse(PROBLEMS, "The catalogue cannot be used:", str(error))
    except Refusal as error:
        others = (
            f"  {json_pointer(other.path or ())}: {other}" for other in error.others
        )
        refuse(FAILED, str(error), *others)
    except Conflict:
        refuse(CONFLICT, "Somebody changed this just now. Look again, then decide.")
    except NotBegun as error:
        refuse(FAILED, *how_to_begin(error))
    except (
        CertificateUnusable,
        DatabaseUnusable,
        FixtureUnusable,
        FolderUnusable,
        KeyFileUnusable,
        Unreadable,
    ) as error:
        refuse(FAILED, str(error))
    except LOST as error:
        refuse(UNAVAILABLE, f"{why_lost(error)}.", "Next: learner-management doctor")


@contextmanager
def open_session(
    settings: Settings, *, to_record: bool = False, begin: bool = False
) -> Generator[Service]:
    """Open the service that is set, and close it after.

    If nothing is recorded yet, it is made if ``begin`` allows that; else NotBegun is
    raised. With ``to_record``, the catalogue's centres are opened first.
    """
    if begin:
        make_folders(settings)
    with (
        verifying(settings) as verify,
        open_service(
            settings.database,
            settings.catalogue,
            settings.keys,
            processing_delay=settings.processing_delay,
            decision_seconds=settings.decision_seconds,
            verify=verify,
            retention=settings.retention,
            breached=breached_of(settings),
            needs_second_factor=settings.second_factor == "required",
            begin=begin,
            broker=broker_of(settings),
        ) as service,
    ):
        if begin or to_record:
            service.send(OpenListedCentres(by=SERVICE, at=service.clock()))
        yield service


def get_user(service: Service, name: str) -> SignedInUser:
    """Return a user, or say that there is none and exit."""
    user = find_user(service.context, name)
    if user is None:
        refuse(FAILED, f"There is no user {name} who may sign in.", SUGGEST_USERS)
    return SignedInUser.of(user)


SUGGEST_USERS = "See who there is with: learner-management user list"
