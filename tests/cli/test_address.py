"""Where the command ``call`` asks: as set, where the service answers, or where it would."""

from pathlib import Path

import pytest

from cli.address import address_of, find_address, publish_address


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8123"),
        ("0.0.0.0", "http://127.0.0.1:8123"),  # noqa: S104 - asked at, not listened at
        ("::", "http://[::1]:8123"),
        ("::1", "http://[::1]:8123"),
        ("localhost", "http://localhost:8123"),
    ],
)
def test_an_address_is_one_that_this_machine_reaches(host: str, address: str) -> None:
    assert address_of(host, 8123) == address


def test_call_asks_the_port_that_serve_was_given(tmp_path: Path) -> None:
    keys = tmp_path / "master.key"
    with publish_address(keys, "http://127.0.0.1:8123"):
        assert find_address(None, {"LEARNER_MANAGEMENT_KEYS": str(keys)}) == (
            "http://127.0.0.1:8123"
        )
        assert find_address(keys, {}) == "http://127.0.0.1:8123"
    assert find_address(keys, {}) == "http://127.0.0.1:8000"


def test_a_service_that_ends_leaves_the_address_of_the_next_one(tmp_path: Path) -> None:
    keys = tmp_path / "master.key"
    with publish_address(keys, "http://127.0.0.1:8123"):
        (tmp_path / "address").write_text("http://127.0.0.1:8124\n")
    assert find_address(keys, {}) == "http://127.0.0.1:8124"


def test_what_is_set_wins(tmp_path: Path) -> None:
    keys = tmp_path / "master.key"
    with publish_address(keys, "http://127.0.0.1:8123"):
        environment = {"LEARNER_MANAGEMENT_URL": "https://awards.example/"}
        assert find_address(keys, environment) == "https://awards.example"
    environment = {"LEARNER_MANAGEMENT_PORT": "8125"}
    assert find_address(keys, environment) == "http://127.0.0.1:8125"


def test_an_address_that_cannot_be_kept_does_not_keep_the_service_from_starting(
    tmp_path: Path,
) -> None:
    with publish_address(tmp_path / "nowhere" / "master.key", "http://127.0.0.1:8123"):
        pass
