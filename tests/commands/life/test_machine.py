"""The whole life of registrations, whatever is asked by whom in whatever order.

What each command is answered, and what follows from it, is held against the rules as
they are written down by hand in ``life_rules``.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test
from sqlalchemy import Connection, select

from aggregates.bookings.timetable import Timetable
from aggregates.claims.certificate import Certificate
from aggregates.claims.claim import Claim
from aggregates.registrations.invoice_line import CREDIT
from aggregates.registrations.registration import Registration
from commands.registrations.registration import ACTIVE_REGISTRATION, active_key
from events.identifier import stream_of
from projections.bookings import bookings
from projections.claims import claimable_learners
from projections.registrations import registrations
from projections.registrations.invoice_lines import INVOICE_LINES
from repositories.aggregate_types import TIMETABLE
from tests.commands.life.corrections import CorrectedLife
from tests.commands.life.model import PARTS, none_overlap
from tests.commands.life.world import PRICES, opened

STEPS = 40
TEST_PRICE = Decimal("14.50")


class RegistrationLife(CorrectedLife):
    """Two learners, at one centre or the other, and who has to do with them."""

    @invariant()
    def all_is_as_the_rules_say(self) -> None:
        """C2, L6, M7-M9, M14, M16, O6, O7: statuses, reservations, tests and claims."""
        life, context = self.life, self.world.context
        streams = context.store.open_many(
            stream_of(name) for name in (*life.registrations, *life.papers)
        )
        keys = {
            active_key(held.learner, held.product)
            for held in life.registrations.values()
        }
        holding = {
            (key, found.stream)
            for key, found in context.store.find_reservations(
                ACTIVE_REGISTRATION, keys
            ).items()
        }
        assert holding == {
            (active_key(held.learner, held.product), stream_of(held.name))
            for held in life.registrations.values()
            if held.status == "Active"
        }
        for held in life.registrations.values():
            stream = streams[stream_of(held.name)]
            found = Registration.replay(stream.events)
            assert stream.owner == found.centre == life.at[held.learner]
            assert (found.status, found.pathway) == (held.status, held.pathway)
            awards = {claim: award.kind for claim, award in held.awards.items()}
            assert {c: a.award_type for c, a in found.awards.items()} == awards
            assert found.counted_awards.keys() == held.counted.keys()
            seats = life.seats_of(held)
            assert {b: s.attendance for b, s in found.sittings.items()} == {
                seat.name: seat.state for seat in seats
            }
            if found.is_cancelled:
                states = {seat.state for seat in seats}
                assert not states & {"Booked", "Taken"}
                assert (awards, found.outcomes) == ({}, {})
            else:
                assert found.outcomes == life.outcomes(held)
        for paper in life.papers.values():
            stream = streams[stream_of(paper.name)]
            claim = Claim.replay(stream.events)
            assert stream.owner == paper.centre
            assert {w: place.standing for w, place in claim.learners.items()} == {
                who: row.standing for who, row in paper.rows.items()
            }
        self.certificates_are_in_force()

    def certificates_are_in_force(self) -> None:
        """M8, M14, M18: each but those revoked, reopened or overtaken."""
        awards = [held.awards[claim] for held, claim in self.certificates()]
        streams = self.world.context.store.open_many(
            stream_of(award.certificate or "") for award in awards
        )
        for award in awards:
            stream = streams[stream_of(award.certificate or "")]
            found = Certificate.replay(stream.events)
            assert found.is_in_force == award.is_in_force
            assert found.is_revoked == award.is_revoked

    def teardown(self) -> None:
        """C3, C4, B7: timetables and lists, once the life is over."""
        for learner in self.learners:
            planned = self.life.planned(learner)
            assert none_overlap(planned)
            stream = self.world.context.store.open(TIMETABLE.stream_id(learner))
            times = Timetable.replay(stream.events).sittings if stream.history else {}
            assert times == {seat.name: (seat.starts, seat.ends) for seat in planned}
        self.world.models.catch_up()
        with self.world.models.connection() as connection:
            for learner in self.learners:
                self.lists_are_right(connection, learner)

    def lists_are_right(self, connection: Connection, learner: str) -> None:
        mine = [h for h in self.life.registrations.values() if h.learner == learner]
        here = self.life.at[learner]
        listed = registrations.search_registrations(
            connection, centre=None, learner=learner, limit=100
        )
        assert {
            r.registration: (r.centre, r.status, r.pathway) for r in listed.rows
        } == {held.name: (here, held.status, held.pathway) for held in mine}
        booked = bookings.bookings_of_learner(connection, learner)
        assert {
            b.booking: (
                b.centre,
                b.starts,
                b.mode,
                b.extra_time,
                b.attendance,
                b.is_pass,
            )
            for b in booked
        } == {
            s.name: (
                s.centre,
                s.starts,
                s.mode,
                s.extra,
                s.state,
                s.result and s.result[0],
            )
            for s in self.life.seats.values()
            if s.held in mine
        }
        lines = connection.execute(
            select(INVOICE_LINES).where(INVOICE_LINES.c.learner == learner)
        )
        names = {each.name: PRICES[each.product] for each in mine}
        names |= {b.booking: TEST_PRICE for b in booked}
        assert {
            x.line: (x.status, x.invoice, x.credit_note, x.amount) for x in lines
        } == {
            line: (*known, amount_of(line, names))
            for line, known in self.life.lines.items()
            if line.removesuffix(CREDIT) in names
        }
        for product in PARTS:
            claimable = claimable_learners.search_claimable_learners(
                connection,
                centre=here,
                qualification=product,
                filters=claimable_learners.ClaimableLearnerFilter(learner=learner),
                limit=10,
            )
            held = self.life.active(learner, product)
            is_there = held is not None and learner not in self.life.erased
            expected = [(held.name, held.pathway)] if held and is_there else []
            found = [(row.registration, row.pathway) for row in claimable.rows]
            assert found == expected


def amount_of(line: str, charged: Mapping[str, Decimal]) -> Decimal:
    if line.endswith(CREDIT):
        return -charged[line.removesuffix(CREDIT)]
    return charged[line]


@pytest.mark.parametrize("lives", [100, pytest.param(2_000, marks=pytest.mark.prove)])
def test_registrations_live_as_the_rules_say(
    database_url: str, keys: Path, lives: int
) -> None:
    """B3, B7, B9, B10, B15, C2-C4, L6, M7-M9, M12, M14, M16-M18, O6, U11: whoever asks for what.

    Nine lives of ten are lived on SQLite, the others on PostgreSQL.
    """
    share = 9 if database_url.startswith("sqlite") else 1
    with opened(database_url, keys) as world:
        run_state_machine_as_test(
            partial(RegistrationLife, world),  # type: ignore[arg-type] # what makes one
            settings=settings(
                max_examples=lives * share // 10,
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
