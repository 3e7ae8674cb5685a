"""Settings: what the environment says, and what it says in vain."""

from pathlib import Path

import pytest

from catalogue import InvalidCatalogue
from catalogue import load as load_catalogue
from settings import default_catalogue, load, unknown_variables


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
