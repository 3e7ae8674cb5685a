"""A bundle is verified with its own script alone, and whatever is done to it is found.

No other machine has this project: the script runs in a bare interpreter here (H5).
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import verify_bundle
from audit.bundle import write_bundle
from audit.head import Head
from tests.audit.audited_service import EVENTS, AuditedService
from tests.audit.test_tampering import AT_LENGTH

Files: TypeAlias = dict[str, bytes]
Change: TypeAlias = Callable[[list[bytes]], object]

ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SEVERAL = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def kept(audited_service: AuditedService) -> list[Head]:
    return [audited_service.seal(EVENTS // 3) for _ in range(3)]


@pytest.fixture
def bundle(audited_service: AuditedService, kept: list[Head], tmp_path: Path) -> Path:
    file = tmp_path / "bundle.zip"
    assert len(kept) == 3
    assert write_bundle(audited_service.ledger, file) == EVENTS
    return file


@pytest.fixture
def key(audited_service: AuditedService) -> str:
    return audited_service.store.public_key.hex()


def alone(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the script by an interpreter that has nothing else: no site, no environment."""
    here = folder / uuid4().hex
    here.mkdir()
    return subprocess.run(  # noqa: S603 - the script that is tested
        [sys.executable, "-I", "-S", folder / "verify_bundle.py", *map(str, arguments)],
        cwd=here,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_bundle_is_verified_by_its_own_script_alone(
    audited_service: AuditedService,
    kept: list[Head],
    bundle: Path,
    key: str,
    tmp_path: Path,
) -> None:
    """H5: as documented; with what it says, and how it ends."""
    with ZipFile(bundle) as opened:
        opened.extract("verify_bundle.py", tmp_path)
    documents = [head.document(audited_service.store.public_key) for head in kept]
    heads = tmp_path / "heads.json"
    heads.write_text("\n".join(json.dumps(each, indent=2) for each in documents))
    done = alone(tmp_path, bundle, "--key", key, "--head", heads)
    signed_at = documents[-1]["signed_at"]
    assert done.stdout == (
        f"Every event, 9 in all, is as the service signed it at {signed_at}.\n"
    ), done.stderr
    assert (done.returncode, done.stderr) == (0, "")
    wrong = repacked(bundle, events=lambda rows: rows.pop(4))
    done = alone(tmp_path, wrong, "--key", key)
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.startswith("The events are not those of the signed tree head, ")
    done = alone(tmp_path, tmp_path / "nowhere.zip")
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.startswith("The bundle cannot be read: ")


def repacked(
    bundle: Path,
    *,
    events: Change = lambda _: None,
    files: Callable[[Files], object] = lambda _: None,
) -> Path:
    """Copy a bundle with some of it changed."""
    copy = bundle.with_name(f"{uuid4().hex}.zip")
    with ZipFile(bundle) as old:
        found = {name: old.read(name) for name in old.namelist()}
    rows = found["events.jsonl"].splitlines(keepends=True)
    events(rows)
    found["events.jsonl"] = b"".join(rows)
    files(found)
    with ZipFile(copy, "w", ZIP_DEFLATED) as new:
        for name, content in found.items():
            new.writestr(name, content)
    return copy


def written(row: bytes, **values: object) -> bytes:
    return (
        json.dumps({**json.loads(row), **values}, ensure_ascii=False).encode() + b"\n"
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.pop(4),
        lambda rows: rows.pop(),
        lambda rows: rows.insert(4, rows[4]),
        lambda rows: rows.insert(4, written(rows[4], position=4)),
        lambda rows: rows.append(written(rows[8], position=10)),
        lambda rows: rows.__setitem__(slice(3, 5), [rows[4], rows[3]]),
        lambda rows: rows.__setitem__(4, written(rows[4], version="1")),
        lambda rows: rows.__setitem__(4, written(rows[4], approved="yes")),
        lambda rows: rows.__setitem__(4, rows[4].replace(b"{", b'{"position": 1, ', 1)),
        lambda rows: rows.__setitem__(4, rows[4].replace(b": ", b":", 1)),
        lambda rows: rows.__setitem__(4, b"[]\n"),
        lambda rows: rows.__setitem__(4, b"[" * 100_000),
        lambda rows: rows.clear(),
    ],
)
@ONE
def test_events_of_a_bundle_that_were_tampered_with_are_refused(
    bundle: Path, change: Change
) -> None:
    """H5: removed, doubled, inserted, appended, swapped, written otherwise."""
    assert verify_bundle.main([str(repacked(bundle, events=change))]) == 3


def test_a_bundle_of_tampered_events_is_written_and_refused(
    audited_service: AuditedService, kept: list[Head], tmp_path: Path
) -> None:
    """H5: also where what is stored is no text any more."""
    audited_service.alter(
        "UPDATE stored_events SET state = ? WHERE position = 5", b"{\xff"
    )
    assert kept
    write_bundle(audited_service.ledger, tmp_path / "bundle.zip")
    assert verify_bundle.main([str(tmp_path / "bundle.zip")]) == 3


@ONE
@pytest.mark.parametrize(
    ("name", "of", "to"),
    [
        ("head.json", b"2026", b"2025"),
        ("head.json", b'"size": 9', b'"size": 8'),
        ("head.json", b'"size": 9', b'"size": "9"'),
        ("head.json", b'"size": 9', b'"size": 9, "size": 9'),
        ("head.json", b"{", b"[{"),
        ("head.json", b"{", b"\xff"),
        ("events.jsonl", b"", b"\n"),
    ],
)
def test_a_bundle_whose_head_was_tampered_with_is_refused(
    bundle: Path, name: str, of: bytes, to: bytes
) -> None:
    """H5."""

    def change(files: Files) -> None:
        files[name] = files[name].replace(of, to, 1)

    assert verify_bundle.main([str(repacked(bundle, files=change))]) == 3


@ONE
def test_a_bundle_that_holds_other_files_is_refused(bundle: Path) -> None:
    """H5: nothing is in it that is not looked at, and nothing twice."""
    for change in (
        lambda files: files.pop("head.json"),
        lambda files: files.update({"approval.txt": b"All is well."}),
    ):
        assert verify_bundle.main([str(repacked(bundle, files=change))]) == 3
    with ZipFile(bundle, "a") as opened, pytest.warns(UserWarning, match="Duplicate"):
        opened.writestr("events.jsonl", b"")
    assert verify_bundle.main([str(bundle)]) == 3


@ONE
def test_a_bundle_that_another_key_signed_is_refused(
    bundle: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """H5: whoever makes a whole bundle of their own has not the service's key."""
    assert verify_bundle.main([str(bundle), "--key", "00" * 32]) == 3
    assert "names another key" in capsys.readouterr().out
    assert verify_bundle.main([str(bundle), "--key", "zz"]) == 2
    assert verify_bundle.main([str(bundle), "--key", key.upper()]) == 0
    assert verify_bundle.main([str(bundle)]) == 0
    assert f"Compare the key with the service's: {key}" in capsys.readouterr().out
    own = b"00" * 32

    def change(files: Files) -> None:
        files["head.json"] = files["head.json"].replace(key.encode(), own)

    assert verify_bundle.main([str(repacked(bundle, files=change))]) == 3


@ONE
def test_a_bundle_that_did_not_grow_from_a_kept_head_is_refused(
    audited_service: AuditedService, kept: list[Head], bundle: Path, tmp_path: Path
) -> None:
    """H5: as the events of an older backup did not, on which work went on."""
    audited_service.put_back(3)
    audited_service.seal(9)
    write_bundle(audited_service.ledger, tmp_path / "other.zip")
    heads = tmp_path / "heads.json"
    for head, ends in zip(kept, (0, 3, 3), strict=True):
        heads.write_text(json.dumps(head.document(audited_service.store.public_key)))
        for file, end in ((bundle, 0), (tmp_path / "other.zip", ends)):
            assert verify_bundle.main([str(file), "--head", str(heads)]) == end
    heads.write_text("[]")
    assert verify_bundle.main([str(bundle), "--head", str(heads)]) == 2
    heads.write_text("")
    assert verify_bundle.main([str(bundle), "--head", str(heads)]) == 2


def flip_a_byte(bundle: Path, key: str, data: st.DataObject) -> None:
    """Flip a byte of a file in the bundle: it is found, whichever it is."""

    def change(files: Files) -> None:
        name = data.draw(st.sampled_from(["events.jsonl", "head.json"]))
        content = bytearray(files[name])
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(
            st.integers(1, 255)
        )
        files[name] = bytes(content)

    wrong = repacked(bundle, files=change)
    assert verify_bundle.main([str(wrong), "--key", key]) == 3
    wrong.unlink()


def flip_a_byte_of_the_zip(bundle: Path, key: str, data: st.DataObject) -> None:
    """Flip a byte of the zip: it is found, or what is read of it is the same."""
    content = bytearray(bundle.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    wrong = bundle.with_name("wrong.zip")
    wrong.write_bytes(content)
    if verify_bundle.main([str(wrong), "--key", key]) == 0:
        with ZipFile(wrong) as now, ZipFile(bundle) as then:
            for name in ("events.jsonl", "head.json"):
                assert now.read(name) == then.read(name)


@ONE
@SEVERAL
@given(data=st.data(), flip=st.sampled_from([flip_a_byte, flip_a_byte_of_the_zip]))
def test_any_byte_of_a_bundle_that_was_flipped_is_found(
    bundle: Path, key: str, data: st.DataObject, flip: Callable[..., None]
) -> None:
    """H5."""
    flip(bundle, key, data)


@pytest.mark.prove
@ONE
@AT_LENGTH
@given(data=st.data(), flip=st.sampled_from([flip_a_byte, flip_a_byte_of_the_zip]))
def test_any_byte_of_a_bundle_that_was_flipped_is_found_at_length(
    bundle: Path, key: str, data: st.DataObject, flip: Callable[..., None]
) -> None:
    """H5."""
    flip(bundle, key, data)
