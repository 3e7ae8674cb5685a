"""Tree heads kept elsewhere tell what the ledger cannot: that it was put back (H5)."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.finding import FindingKind
from audit.head import Head
from tests.audit.audited_service import EVENTS, AuditedService

BATCHES = (3, 6, 9)


@pytest.fixture
def kept(audited_service: AuditedService) -> list[Head]:
    """Give the heads that somebody kept of three batches."""
    return [audited_service.seal(EVENTS // 3) for _ in BATCHES]


def test_events_that_grew_from_every_head_are_whole(
    audited_service: AuditedService, kept: list[Head]
) -> None:
    audited_service.record(2)
    assert audited_service.found(*kept) is None
    assert audited_service.found(*reversed(kept), *kept) is None


def test_a_head_is_read_as_it_was_published(
    audited_service: AuditedService, kept: list[Head]
) -> None:
    published = json.loads(
        json.dumps(kept[0].document(audited_service.store.public_key))
    )
    assert Head.of(published) == kept[0]
    with pytest.raises(ValueError, match="not a tree head"):
        Head.of({"size": 1})


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(back_to=st.sampled_from([0, *BATCHES[:2]]), again=st.integers(0, EVENTS))
def test_a_store_put_back_with_its_ledger_is_told_by_a_head_kept_elsewhere(
    audited_service: AuditedService, kept: list[Head], back_to: int, again: int
) -> None:
    """H5: as an older backup has them, whether or not work went on from there."""
    with audited_service.tampering():
        audited_service.put_back(back_to)
        if again:
            audited_service.seal(again)
        assert audited_service.found() is None
        place = {row.position for row in audited_service.rows()}
        first = min(place - {*range(back_to + 1)}) if again else back_to + 1
        for heads in (kept, kept[2:]):
            assert audited_service.found(*heads) == (FindingKind.REMOVED, first)


def test_a_ledger_put_back_alone_is_told_and_the_events_are_not_accused(
    audited_service: AuditedService, kept: list[Head]
) -> None:
    """H5."""
    audited_service.put_ledger_back(3)
    assert audited_service.verify().unsealed == 6
    finding = audited_service.finding(*kept)
    assert (finding.kind, finding.position) == (FindingKind.LEDGER, 3)
    assert "was put back. The events up to position 9 are as they were" in str(finding)
    audited_service.ledger.catch_up()
    assert audited_service.found(*kept) is None


def test_events_sealed_anew_after_one_was_removed_are_not_those_of_a_kept_head(
    audited_service: AuditedService, kept: list[Head]
) -> None:
    """H5: with the ledger put back, the service itself would sign what is left."""
    audited_service.put_ledger_back(3)
    audited_service.alter("DELETE FROM stored_events WHERE position = 5")
    audited_service.ledger.catch_up()
    assert audited_service.found() is None
    assert audited_service.found(*kept[:1]) is None
    finding = audited_service.finding(*kept[:2])
    assert (finding.kind, finding.position) == (FindingKind.REMOVED, 7)
    assert "some after position 3 were removed, the first at position 7" in str(finding)
    assert audited_service.found(*kept[2:]) == (FindingKind.REMOVED, EVENTS)
    audited_service.clock.advance(minutes=1)
    audited_service.record(1)
    assert audited_service.found(*kept[2:]) == (FindingKind.REMOVED, EVENTS + 1)


def test_a_moment_altered_with_the_ledger_is_not_that_of_a_kept_head(
    audited_service: AuditedService, kept: list[Head]
) -> None:
    """H5: it is in no voucher, and the service seals it anew once that is put back."""
    audited_service.put_ledger_back(3)
    audited_service.alter(
        "UPDATE stored_events SET recorded_at = (SELECT min(recorded_at)"
        " FROM stored_events) WHERE position = 5"
    )
    audited_service.ledger.catch_up()
    assert audited_service.found() is None
    assert audited_service.found(*kept) == (FindingKind.LEDGER, 3)


@pytest.mark.parametrize("field", ["size", "position", "root", "signed_at"])
def test_a_head_that_this_service_did_not_sign_accuses_nobody(
    audited_service: AuditedService, kept: list[Head], field: str
) -> None:
    other = replace(kept[0], **{field: vars(kept[1])[field]})
    finding = audited_service.finding(other)
    assert (finding.kind, finding.position) == (FindingKind.LEDGER, 0)
    assert finding.message.startswith("This service did not sign the tree head")
