"""The client of LRS: what it asks, what it understands, and what it makes of the rest."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregates.learners.verification import Code, VerificationAnswer
from lrs import (
    CertificateUnusable,
    LrsFault,
    Organisation,
    OutOfHours,
    RequestRefused,
    Unreachable,
    messages,
)
from lrs.client import ATTEMPTS, LARGEST_ANSWER, Client, Patience
from lrs.faults import NotUnderstood, OrganisationRefused
from tests.clock import PATIENCE
from tests.learner_examples import DETAILS, OTHER_ULN, ULN
from tests.lrs.lrs_server import (
    ENVELOPE,
    PASSWORD,
    Authority,
    Behaviour,
    fault,
    organisation,
    serving,
    verified,
)

HASTY = Patience(connect=1, read=0.1, whole=0.3)
PATIENT = Patience(connect=PATIENCE, read=PATIENCE, whole=2 * PATIENCE)
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {name} "{f"&{of};" * 10}">'
    for of, name in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def ours(authority: Authority) -> Organisation:
    return organisation(authority)


@pytest.fixture
def served(authority: Authority) -> Generator[tuple[str, Behaviour]]:
    with serving(authority) as served:
        yield served


@pytest.fixture
def lrs(served: tuple[str, Behaviour]) -> Behaviour:
    return served[1]


@pytest.fixture
def client(served: tuple[str, Behaviour], ours: Organisation) -> Generator[Client]:
    with opened(served[0], ours) as client:
        yield client


@contextmanager
def opened(
    url: str, ours: Organisation, patience: Patience = PATIENT
) -> Generator[Client]:
    client = Client(url, ours, patience=patience, sleep=lambda _: None)
    yield client
    client.close()


def test_it_asks_for_the_organisation_about_the_learner(
    client: Client, lrs: Behaviour
) -> None:
    """U7: the request as LRS publishes it, in its order."""
    lrs.says(verified("WSVRC001", uln=ULN, searched=ULN))
    assert client.verify(DETAILS) == VerificationAnswer(code=Code.MATCH)
    (envelope,), (action,) = lrs.asked, lrs.actions
    assert action == '""'
    (body,) = envelope
    (message,) = body
    assert message.tag == "{http://api.lrs.miap.gov.uk/reportmsg}VerifyLearner"
    *who, learner = message
    assert [(each.tag, each.text) for each in who] == [
        ("UKPRN", "10012345"),
        ("OrgPassword", PASSWORD),
        ("UserName", "riverside"),
    ]
    assert [(each.tag, each.text) for each in learner] == [
        ("ULN", ULN),
        ("FamilyName", "D'Arcy"),
        ("GivenName", "Chloë"),
        ("DateOfBirth", "2006-03-27"),
        ("Gender", "2"),
    ]


def test_what_lrs_would_not_take_is_not_sent(client: Client, lrs: Behaviour) -> None:
    """U7: a gender in words of one's own, and the end of a very long name."""
    lrs.says(verified("WSVRC001"))
    client.verify(replace(DETAILS, gender="Rather not say", given_name="A" * 100))
    assert lrs.asked[0].find(".//Gender") is None
    assert lrs.asked[0].findtext(".//GivenName") == "A" * 35


@pytest.mark.parametrize("code", Code)
def test_each_answer_is_understood(client: Client, lrs: Behaviour, code: Code) -> None:
    """U7: with the flags of an anomaly, and the master ULN of a linked learner."""
    flags = () if code.is_match or code is Code.NOT_FOUND else ("VRF1", "VRF7")
    is_linked = code in {Code.LINKED_MATCH, Code.SIMILAR_LINKED}
    master = OTHER_ULN if is_linked else None
    lrs.says(verified(code, *flags, uln=master or "", searched=ULN))
    assert client.verify(DETAILS) == VerificationAnswer(
        code=code, flags=flags, master_uln=master
    )


@pytest.mark.parametrize(
    ("code", "raised"),
    [
        ("WSEC0001", RequestRefused),
        ("WSEC0003", OrganisationRefused),
        ("WSEC0004", OutOfHours),
        ("WSEC0005", OrganisationRefused),
        ("WSEC0006", OrganisationRefused),
        ("WSEC0999", Unreachable),
        ("", Unreachable),
    ],
)
@pytest.mark.parametrize("status", [200, 500])
def test_each_fault_is_one_of_ours(
    client: Client, lrs: Behaviour, code: str, raised: type[LrsFault], status: int
) -> None:
    """U7."""
    lrs.says(fault(code), status=status)
    with pytest.raises(raised):
        client.verify(DETAILS)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Yes.",
        b"<html><body>WSVRC001</body></html>",
        verified("WSVRC001")[:-20].encode(),
        b"\xff\xfe\x00" + verified("WSVRC001").encode(),
        verified("WSVRC007").encode(),
        verified("").encode(),
        verified("WSVRC001", "VRF7").encode(),
        verified("WSVRC001", uln=OTHER_ULN).encode(),
        verified("WSVRC001", searched=OTHER_ULN).encode(),
        verified("WSVRC001").replace("reportmsg", "learner").encode(),
        ENVELOPE.format("").encode(),
        verified("WSVRC001").replace("?>", f"?>{BOMB}]>").encode(),
        verified("&h;").replace("?>", f"?>{BOMB}]>").encode(),
        verified("&x;")
        .replace("?>", '?><!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>')
        .encode(),
        verified("<a>" * 5_000 + "</a>" * 5_000).encode(),
        verified("WSVRC001" + " " * LARGEST_ANSWER).encode(),
    ],
)
def test_what_is_no_answer_is_never_a_pass(
    client: Client, lrs: Behaviour, content: bytes
) -> None:
    """U7: nonsense, cut short, contradicting itself, too long, or out to do harm."""
    lrs.says(content)
    with pytest.raises(NotUnderstood):
        client.verify(DETAILS)
    assert len(lrs.asked) == 1


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.integers(0, len(verified("WSVRC003", "VRF1"))),
    put=st.binary(max_size=20),
    skip=st.integers(0, 40),
)
def test_an_answer_that_was_damaged_is_a_fault_or_still_no_match(
    at: int, put: bytes, skip: int
) -> None:
    """U7: nothing but a fault of ours is raised, whatever comes."""
    whole = verified("WSVRC003", "VRF1").encode()
    try:
        answer = messages.answer(whole[:at] + put + whole[at + skip :], ULN)
    except LrsFault:
        return
    assert not answer.code.is_match


@pytest.mark.parametrize(
    ("status", "raised", "times"),
    [
        (302, NotUnderstood, 1),
        (404, NotUnderstood, 1),
        (401, OrganisationRefused, 1),
        (403, OrganisationRefused, 1),
        (500, Unreachable, ATTEMPTS),
        (503, Unreachable, ATTEMPTS),
    ],
)
def test_a_page_instead_of_an_answer_is_told_by_its_status(
    client: Client, lrs: Behaviour, status: int, raised: type[LrsFault], times: int
) -> None:
    """U7: what may pass is tried again."""
    lrs.says("<p>Sorry.", status=status, headers={"Content-Type": "text/html"})
    with pytest.raises(raised):
        client.verify(DETAILS)
    assert len(lrs.asked) == times


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/html"},
        {"Content-Type": "application/json"},
        {},
        {"Content-Type": "text/xml", "Content-Encoding": "gzip"},
    ],
)
def test_only_plain_xml_is_read(
    client: Client, lrs: Behaviour, headers: dict[str, str]
) -> None:
    """U7: packed answers could be of any size."""
    lrs.says(verified("WSVRC001"), headers=headers)
    with pytest.raises(NotUnderstood):
        client.verify(DETAILS)


def test_an_answer_that_breaks_off_is_asked_for_again(
    client: Client, lrs: Behaviour
) -> None:
    """U7."""
    lrs.says(verified("WSVRC001"), length=10_000)
    with pytest.raises(Unreachable):
        client.verify(DETAILS)
    assert len(lrs.asked) == ATTEMPTS


def test_one_who_does_not_answer_in_time_is_unreachable(
    served: tuple[str, Behaviour], ours: Organisation
) -> None:
    """U7."""
    url, lrs = served
    lrs.says(verified("WSVRC001"), latency=0.3)
    with opened(url, ours, HASTY) as client, pytest.raises(Unreachable):
        client.verify(DETAILS)


def test_nobody_at_the_address_is_unreachable(ours: Organisation) -> None:
    """U7."""
    with opened("https://127.0.0.1:9/lrs", ours) as client, pytest.raises(Unreachable):
        client.verify(DETAILS)


def test_it_tells_nothing_to_one_whose_certificate_is_not_trusted(
    served: tuple[str, Behaviour], ours: Organisation
) -> None:
    """U7."""
    url, lrs = served
    stranger = replace(ours, authority=None)
    with opened(url, stranger) as client, pytest.raises(Unreachable):
        client.verify(DETAILS)
    assert lrs.asked == []


def test_a_certificate_that_cannot_be_used_is_named(
    ours: Organisation, authority: Authority, tmp_path: Path
) -> None:
    """U7: missing, none at all, over, or with the key of another."""
    now = datetime.now(UTC)
    gone = replace(ours, certificate=tmp_path / "none.pem")
    with pytest.raises(CertificateUnusable, match=r"none\.pem cannot be read"):
        gone.require_valid(now)
    none = tmp_path / "text.pem"
    none.write_text("Not a certificate.")
    with pytest.raises(CertificateUnusable, match="no certificate"):
        replace(ours, certificate=none).require_valid(now)
    assert ours.require_valid(now) > now
    for moved, said in ((30, "expired on"), (-30, "not valid until")):
        with pytest.raises(CertificateUnusable, match=said):
            ours.require_valid(now + timedelta(days=moved))
    _, key = authority.issue("other")
    for bad in (
        gone,
        replace(ours, key=key),
        replace(ours, authority=gone.certificate),
    ):
        with pytest.raises(CertificateUnusable, match="cannot be used"):
            bad.ssl_context()


def test_the_password_is_not_shown(ours: Organisation) -> None:
    assert PASSWORD not in repr(ours)
