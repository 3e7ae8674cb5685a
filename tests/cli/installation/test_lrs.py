"""The Learning Records Service as it is set: what is lacking, and how it is."""

import json
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.installation import lrs
from cli.main import app
from lrs import FixtureUnusable
from settings import InvalidSettings, load
from tests.learner_examples import OTHER_ULN, cells, csv_file
from tests.lrs.lrs_server import (
    Authority,
    Behaviour,
    fault,
    organisation,
    serving,
    verified,
)

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def real(authority: Authority) -> dict[str, Any]:
    """Set everything that asking LRS for real needs."""
    ours = organisation(authority)
    return {
        "lrs": "https://127.0.0.1:9/lrs",
        "lrs_ukprn": ours.ukprn,
        "lrs_user": ours.user,
        "lrs_password": ours.password,
        "lrs_certificate": ours.certificate,
        "lrs_key": ours.key,
        "lrs_authority": ours.authority,
    }


@pytest.fixture
def served(
    authority: Authority, real: dict[str, Any]
) -> Generator[tuple[dict[str, Any], Behaviour]]:
    with serving(authority) as (url, behaviour):
        yield real | {"lrs": url}, behaviour


@pytest.mark.parametrize(
    ("changed", "name", "said"),
    [
        ({"lrs": "http://lrs.example"}, "LRS", "off"),
        ({"lrs_ukprn": "123"}, "LRS_UKPRN", "eight digits"),
        ({"lrs_user": ""}, "LRS_USER", "a user's name"),
        ({"lrs_password": "short"}, "LRS_PASSWORD", "sixteen characters"),
        ({"lrs_ukprn": None}, "LRS_UKPRN", "is not set"),
        ({"lrs_user": None}, "LRS_USER", "is not set"),
        ({"lrs_password": None}, "LRS_PASSWORD", "is not set"),
        ({"lrs_certificate": None}, "LRS_CERTIFICATE", "is not set"),
        ({"lrs_key": None}, "LRS_KEY", "is not set"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    real: dict[str, Any], changed: dict[str, Any], name: str, said: str
) -> None:
    """U7: without the password being told."""
    with pytest.raises(InvalidSettings) as refused:
        load(**(real | changed))
    (variable,) = refused.value.faults
    assert variable == f"LEARNER_MANAGEMENT_{name}"
    assert said in refused.value.faults[variable]
    assert "short" not in str(refused.value)


def test_only_asking_for_real_needs_more_than_its_name() -> None:
    """U7."""
    for setting in ("off", "simulator", "simulator:known.yaml"):
        assert load(lrs=setting).lrs == setting


def test_it_is_off_or_simulated_and_says_so(tmp_path: Path) -> None:
    """U7."""
    said, faults = lrs.check_lrs(load(lrs="off"), NOW)
    assert (said, faults) == (
        "The Learning Records Service is off: no ULN is verified.",
        {},
    )
    said, faults = lrs.check_lrs(load(lrs="simulator"), NOW)
    assert "is simulated from" in said
    assert "takes any other ULN as it is told" in said
    none = load(lrs=f"simulator:{tmp_path / 'none.yaml'}")
    _, faults = lrs.check_lrs(none, NOW)
    assert "cannot be read" in faults["LEARNER_MANAGEMENT_LRS"]
    with pytest.raises(FixtureUnusable), lrs.verifying(none):
        pass


@pytest.mark.parametrize(
    ("content", "said"),
    [(verified("WSVRC006"), "It answers."), (fault("WSEC0004"), "closed at this hour")],
)
def test_one_that_answers_or_is_closed_is_well(
    served: tuple[dict[str, Any], Behaviour], content: str, said: str
) -> None:
    """U7: a certificate that is about to end is warned about."""
    settings, behaviour = served
    behaviour.says(content)
    found, faults = lrs.check_lrs(load(**settings), NOW)
    assert faults == {}
    assert said in found
    assert "renew it" in found


def test_one_that_cannot_be_asked_is_a_fault_that_says_why(
    served: tuple[dict[str, Any], Behaviour], real: dict[str, Any], tmp_path: Path
) -> None:
    """U7: out of reach, refusing us, or our certificate missing or over."""
    settings, behaviour = served
    behaviour.says(fault("WSEC0005"))
    for changed, now, name, said in (
        (settings, NOW, "LRS", "does not accept this organisation"),
        (real, NOW, "LRS", "cannot be reached"),
        (settings, NOW + timedelta(days=30), "LRS_CERTIFICATE", "expired on"),
        (
            settings | {"lrs_certificate": tmp_path / "none.pem"},
            NOW,
            "LRS_CERTIFICATE",
            "cannot be read",
        ),
    ):
        _, faults = lrs.check_lrs(load(**changed), now)
        (variable,) = faults
        assert variable == f"LEARNER_MANAGEMENT_{name}"
        assert said in faults[variable]


def test_a_file_that_is_only_checked_says_that_its_ulns_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U7: and one that is uploaded says how they stand."""
    for name, value in (
        ("DATABASE", f"sqlite:///{tmp_path / 'data'}"),
        ("KEYS", str(tmp_path / "master.key")),
    ):
        monkeypatch.setenv(f"LEARNER_MANAGEMENT_{name}", value)
    file = tmp_path / "learners.csv"
    missing = cells(uln="7000000057", given_name="Zoë")
    file.write_bytes(csv_file(cells(), missing, cells(uln=OTHER_ULN, family_name="")))
    run = CliRunner()
    user = ["admin.riverside", "--full-name", "Amira Haddad", "--centre", "48213"]
    role = ["--role", "Centre Administrator"]
    added = run.invoke(app, ["user", "add", *user, *role])
    assert added.exit_code == 0, added.output
    asked = ["upload", str(file), "--as", "admin.riverside", "--format", "json"]
    dry = run.invoke(app, [*asked, "--dry-run"])
    assert "3 ULNs were not put to the Learning Records Service" in dry.stderr
    done = run.invoke(app, [*asked, "--group", "Autumn"])
    assert "The ULN of every row without problems was put to the" in done.stderr
    assert [(row["cell"], row["column"]) for row in json.loads(done.stdout)] == [
        ("E3", "ULN"),
        ("B4", "Family name"),
    ]
