"""Settings: what the environment says, and what it says in vain."""

from pathlib import Path

import pytest

from catalogue import InvalidCatalogue
from catalogue import load as load_catalogue
from cli.configuration import breached_of
from settings import InvalidSettings, default_catalogue, load, unknown_variables


def test_a_variable_that_is_no_setting_is_named_with_the_nearest_one() -> None:
    environment = {
        "LEARNER_MANAGEMENT_PORT": "8000",
        "LEARNER_MANAGEMENT_TOKEN": "lm_…",
        "LEARNER_MANAGEMENT_DATABSE": "sqlite:///var",
        "LEARNER_MANAGEMENT_X": "1",
        "HOME": "/",
    }
    assert dict(unknown_variables(environment)) == {
        "LEARNER_MANAGEMENT_DATABSE": "is no setting, and nothing reads it. "
        "Did you mean LEARNER_MANAGEMENT_DATABASE?",
        "LEARNER_MANAGEMENT_X": "is no setting, and nothing reads it. Remove it.",
    }


def test_the_catalogue_is_found_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEARNER_MANAGEMENT_CATALOGUE", raising=False)
    assert load_catalogue(load().catalogue).qualifications
    (tmp_path / "catalogue" / "qualifications").mkdir(parents=True)
    assert default_catalogue() == Path("catalogue")


def test_a_catalogue_that_is_not_there_is_named_with_its_setting_and_full_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidCatalogue) as refused:
        load_catalogue(Path("catalog"))
    assert "LEARNER_MANAGEMENT_CATALOGUE" in str(refused.value)
    assert str(tmp_path / "catalog") in str(refused.value)


OIDC = {
    "public_url": "https://learners.example.org",
    "oidc_issuer": "https://login.example.org",
    "oidc_client_id": "learner-management",
    "oidc_client_secret": "a secret",
}


@pytest.mark.parametrize("missing", ["public_url", *sorted(OIDC)[:2]])
def test_an_issuer_needs_all_that_it_is_used_with(missing: str) -> None:
    with pytest.raises(InvalidSettings) as refused:
        load(**{name: value for name, value in OIDC.items() if name != missing})
    variable = f"LEARNER_MANAGEMENT_{missing.upper()}"
    said = refused.value.faults[variable]
    assert said.startswith("is not set, and LEARNER_MANAGEMENT_OIDC_ISSUER is.")


def test_what_is_set_for_an_issuer_in_vain_is_named() -> None:
    with pytest.raises(InvalidSettings) as refused:
        load(oidc_audience="api", oidc_client_id="any")
    assert [*refused.value.faults] == [
        "LEARNER_MANAGEMENT_OIDC_CLIENT_ID",
        "LEARNER_MANAGEMENT_OIDC_AUDIENCE",
    ]


@pytest.mark.parametrize(
    "issuer", ["http://login.example.org", "https://login.example.org/?a=1", "x"]
)
def test_an_issuer_is_an_https_address(issuer: str) -> None:
    with pytest.raises(InvalidSettings):
        load(**(OIDC | {"oidc_issuer": issuer}))


def test_identity_tokens_are_no_access_tokens() -> None:
    with pytest.raises(InvalidSettings, match="is the client id"):
        load(**OIDC, oidc_audience=OIDC["oidc_client_id"])


def test_a_secret_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    given = {name: value for name, value in OIDC.items() if "secret" not in name}
    with pytest.raises(InvalidSettings, match="There is no file"):
        load(**given, oidc_client_secret_file=file)
    file.write_text("kept in a file\n")
    kept = load(**given, oidc_client_secret_file=file).oidc_client_secret
    assert kept is not None
    assert kept.get_secret_value() == "kept in a file"
    with pytest.raises(InvalidSettings, match="Set one of them"):
        load(**OIDC, oidc_client_secret_file=file)


def test_a_file_of_breached_passwords_is_one_or_is_named_with_its_setting(
    tmp_path: Path,
) -> None:
    file = tmp_path / "hashes.txt"
    file.write_text(f"{'A' * 40}:7\n")
    assert "anything" not in breached_of(load(breached_passwords=file))
    file.write_text("a list of words\n")
    with pytest.raises(InvalidSettings) as refused:
        breached_of(load(breached_passwords=file))
    assert "LEARNER_MANAGEMENT_BREACHED_PASSWORDS" in refused.value.faults
