"""A test is sat offline with a program that is new enough and was seen lately."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregates.bookings.offline_client import (
    LEAST_VERSION,
    SEEN_WITHIN,
    ClientNameMissing,
    KeyIsAnother,
    OfflineClient,
    PublicKeyMalformed,
    VersionMalformed,
    register,
)
from events.bookings.offline_client import OfflineClientRegistered
from tests.offline_client import Program

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
BREATH = timedelta(microseconds=1)


KEY = "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo="


def client(version: str = LEAST_VERSION, *, can_seal: bool = True) -> OfflineClient:
    registered = register(
        client="c1",
        centre="48213",
        name="Laptop 7",
        version=version,
        public_key=KEY,
        can_seal=can_seal,
        now=NOW,
    )
    return OfflineClient.begin(registered)


KEYLESS = OfflineClient.begin(
    OfflineClientRegistered(
        client="c1", centre="48213", name="Laptop 7", client_version="2.0", seen=NOW
    )
)
"""A client that was registered before clients had keys."""


@pytest.mark.parametrize(
    ("version", "is_fit"),
    [
        ("2", True),
        ("2.0", True),
        ("2.0.0.0", True),
        ("2.0.1", True),
        ("10.0", True),
        ("1.999999.9", False),
        ("0", False),
    ],
)
def test_a_client_is_fit_from_the_least_version_on(
    version: str,
    is_fit: bool,  # noqa: FBT001 - a case of the table
) -> None:
    """B13, the fourth check."""
    why_not = client(version).why_not_fit(NOW)
    assert (why_not is None) == is_fit
    assert is_fit or f"Update it to {LEAST_VERSION} or newer" in str(why_not)


def test_a_client_is_fit_until_it_was_not_seen_for_thirty_days() -> None:
    """B13, the fourth check."""
    assert client().why_not_fit(NOW + SEEN_WITHIN) is None
    late = NOW + SEEN_WITHIN + BREATH
    assert "24 November 2026 at 09:30" in (client().why_not_fit(late) or "")
    seen = client().after(client().report("2.1", late))
    assert (seen.version, seen.why_not_fit(late)) == ("2.1", None)


@pytest.mark.parametrize("version", ["", "2.", "v2", "2.0.0.0.0", "2 ", "1234567", "٢"])
def test_a_version_is_numbers_with_dots(version: str) -> None:
    with pytest.raises(VersionMalformed):
        client(version)
    with pytest.raises(VersionMalformed):
        client().report(version, NOW)


def test_a_client_has_a_name() -> None:
    with pytest.raises(ClientNameMissing):
        register(
            client="c1",
            centre="48213",
            name=" ",
            version="2.0",
            public_key=KEY,
            can_seal=True,
            now=NOW,
        )


def test_a_public_key_is_one_that_packages_can_be_sealed_for() -> None:
    """B13."""
    with pytest.raises(PublicKeyMalformed, match="its 32 bytes as base64"):
        client(can_seal=False)
    with pytest.raises(PublicKeyMalformed):
        KEYLESS.report("2.0", NOW, public_key=KEY, can_seal=False)


def test_a_client_of_before_registers_its_key_as_it_reports_itself() -> None:
    """B13: no package is sealed for it until then; and its key is for ever."""
    assert "registered no public key" in (KEYLESS.why_not_fit(NOW) or "")
    assert KEYLESS.after(KEYLESS.report("2.0", NOW)).public_key is None
    now = KEYLESS.after(KEYLESS.report("2.0", NOW, public_key=KEY, can_seal=True))
    assert (now.public_key, now.why_not_fit(NOW)) == (KEY, None)
    assert len(now.report("2.0", NOW, public_key=KEY)) == 1
    with pytest.raises(KeyIsAnother, match="register it as a new client"):
        now.report("2.0", NOW, public_key=Program().public_key, can_seal=True)
