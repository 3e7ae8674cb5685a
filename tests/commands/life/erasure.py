"""Erasing somebody, whatever is under way for them (H6)."""

from hypothesis import strategies as st

from commands.learners.learner_erasure import EraseLearner
from tests.commands.life.claims import ClaimedLife
from tests.commands.life.machine import WHO, WHY, Drawn, act, who_may
from tests.commands.life.model import UNSETTLED, Wish


class ErasedLife(ClaimedLife):
    """Learners of whom one may be erased: nothing is done for them any more."""

    @act(
        weight=1,
        needs=lambda self: not self.life.erased,
        who=who_may(EraseLearner),
        learner=WHO,
        end_in_flight=st.booleans(),
    )
    def erase(self, *, who: str, learner: int, end_in_flight: bool) -> None:
        """H6: refused while anything is under way, or all of it is ended."""
        name = self.learners[learner]
        if end_in_flight:
            no = self.life.not_ended(name)
        else:
            no = self.life.not_erased(name) | self.drafts(name)
        asked = {
            "learner": name,
            "reason": WHY,
            "rows": lambda _: (),
            "streams": self.world.naming,
            "end_in_flight": end_in_flight,
        }
        if self.ask(who, EraseLearner, no, **asked):
            self.end(name)

    def drafts(self, learner: str) -> set[str]:
        """Name what drafts of orders and entries have the learner."""
        drafts = [
            each for each in self.orders + self.entries if is_draft_of(each, learner)
        ]
        return {"IsOnDraftOrder"} if drafts else set()

    def end(self, learner: str) -> None:
        """Take down that all that was under way for the learner is over."""
        self.life.erased.add(learner)
        self.orders = [o for o in self.orders if not is_draft_of(o, learner)]
        self.entries = [e for e in self.entries if not is_draft_of(e, learner)]
        for seat in self.life.seats.values():
            if seat.held.learner == learner and seat.state == "Booked":
                seat.state = "Cancelled"
                self.life.take_back(seat.name)
        for paper in self.life.papers.values():
            row = paper.rows.get(learner)
            if row is None or row.standing not in UNSETTLED or paper.is_deleted:
                continue
            if row.standing == "Submitted":
                row.standing = "Withdrawn"
                row.held.awards.pop(paper.name, None)
            else:
                del paper.rows[learner]


def is_draft_of(order: Drawn, learner: str) -> bool:
    wanted = order.wanted
    who = wanted.learner if isinstance(wanted, Wish) else wanted[0]
    return not order.is_confirmed and who == learner
