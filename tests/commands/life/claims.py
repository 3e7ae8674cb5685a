"""Claiming, whatever is asked by whom in whatever order."""

from datetime import date, timedelta

from hypothesis import strategies as st

from aggregates.claims.claim import Claim
from aggregates.claims.earlier_awards import NOTHING_NEW
from commands.claims.certificate import RevokeCertificate
from commands.claims.claim import (
    BeginClaim,
    ChooseClaimLearners,
    DeleteClaim,
    SaveClaimGrades,
)
from commands.claims.claim_submission import ProcessClaim, SubmitClaim, WithdrawClaim
from events.claims.claim import Award
from events.identifier import stream_of
from tests.claim_examples import A1, A2, B1, B2
from tests.commands.life.bookings import BookedLife
from tests.commands.life.machine import NUMBERS, WHO, WHY, act, centre_of, pick, who_may
from tests.commands.life.model import (
    APPRENTICESHIP,
    PARTS,
    Claimed,
    Held,
    Paper,
    Row,
    date_faults,
    earliest_award,
    today,
)

OPEN = ("Draft", "Unsubmitted")
KINDS = st.sampled_from(["Full", "Interim", "Fallback"] * 4 + [None])
DAYS = st.sampled_from(["today"] * 9 + ["earliest", "too early", "tomorrow"])
GRADES = st.sampled_from(
    [
        *[{A1: "P", A2: "P", B1: "P"}] * 4,
        {},
        {A1: "P"},
        {B1: "P"},
        {B1: "P", B2: "P"},
        {A2: "P", B2: "U"},
    ]
)
SOME = st.sets(WHO, min_size=1).map(sorted)


class ClaimedLife(BookedLife):
    """Learners who are claimed for."""

    @act(
        weight=6,
        who=who_may(BeginClaim),
        product=NUMBERS,
        learners=SOME,
        kind=KINDS,
        day=DAYS,
        grades=GRADES,
        at_once=st.sampled_from([True, True, False]),
    )
    def begin(
        self,
        *,
        who: str,
        product: int,
        learners: list[int],
        kind: str | None,
        day: str,
        grades: dict[str, str],
        at_once: bool,
    ) -> None:
        """M2-M6."""
        names = [self.learners[each] for each in learners]
        who = self.host(who, names[0])
        centre = centre_of(who)

        def can_be(each: str) -> bool:
            return all(self.life.active_at(centre, name, each) for name in names)

        claimed = pick([*PARTS, APPRENTICESHIP], product, can_be)
        there = {name: self.life.active_at(centre, name, claimed) for name in names}
        on = self.day(day)
        no = date_faults(on, self.now)
        if claimed == APPRENTICESHIP:
            no.add("ApprenticeshipNotClaimable")
        if not all(there.values()):
            no.add("NotRegistered")
        if self.life.erased & {*names}:
            no.add("LearnerIsErased")
        award = Award(award_type=kind, award_date=on, grades=grades)
        asked = {
            "qualification": claimed,
            "units": (A1, A2, B1, B2),
            "learners": tuple(names),
            "awards": dict.fromkeys(names, award),
        }
        if done := self.ask(who, BeginClaim, no, **asked):
            rows = {
                name: Row(held, kind, on, grades)
                for name, held in there.items()
                if held
            }
            paper = Paper(done.created_id, centre, claimed, rows)
            self.life.papers[done.created_id] = paper
            if at_once:
                self.submit_all(who, paper)

    @act(
        weight=5,
        needs=lambda self: self.life.papers,
        who=who_may(ChooseClaimLearners),
        number=NUMBERS,
        learners=SOME,
        confirm_loss=st.booleans(),
    )
    def choose(
        self, *, who: str, number: int, learners: list[int], confirm_loss: bool
    ) -> None:
        """M4."""
        paper = self.paper(number, "Withdrawn")
        names = [self.learners[each] for each in learners]
        fixed = {
            name: row
            for name, row in paper.rows.items()
            if row.standing in {"Submitted", "Processed"}
        }
        there = {
            name: self.life.active_at(paper.centre, name, paper.product)
            for name in names
        }
        no = closed(paper)
        if not no and not fixed.keys() <= set(names):
            no = {"LearnerIsSubmitted"}
        if not closed(paper) and not all(there[n] for n in set(names) - set(fixed)):
            no |= {"NotRegistered"}
        if self.life.erased & (set(names) - set(fixed)):
            no |= {"LearnerIsErased"}
        kept = {
            name
            for name, held in there.items()
            if held and name in paper.rows and paper.rows[name].held is held
        }
        lost = [
            name
            for name, row in paper.rows.items()
            if row.is_open and name not in kept and (row.kind or row.day or row.grades)
        ]
        if lost and not no and not confirm_loss:
            no = {"WorkWouldBeLost"}
        asked = {
            "claim": paper.name,
            "learners": tuple(names),
            "confirm_loss": confirm_loss,
        }
        if self.ask(who, ChooseClaimLearners, no, paper.centre, **asked):
            rows = {n: r for n, r in paper.rows.items() if r.standing == "Withdrawn"}
            for name, held in there.items():
                row = paper.rows.get(name)
                is_kept = row and row.standing != "Withdrawn" and row.held is held
                if row and (name in fixed or is_kept):
                    rows[name] = row
                elif held and row and row.held is held:
                    rows[name] = Row(held, row.kind, row.day, row.grades)
                elif held:
                    rows[name] = Row(held)
            paper.rows = rows

    @act(
        weight=5,
        needs=lambda self: self.life.papers,
        who=who_may(SaveClaimGrades),
        number=NUMBERS,
        learner=WHO,
        kind=KINDS,
        day=DAYS,
        grades=GRADES,
    )
    def grade(
        self,
        *,
        who: str,
        number: int,
        learner: int,
        kind: str | None,
        day: str,
        grades: dict[str, str],
    ) -> None:
        """M5, M6, L6."""
        paper, name, on = (
            self.paper(number, *OPEN),
            self.learners[learner],
            self.day(day),
        )
        row, no = paper.rows.get(name), closed(paper)
        if row is None or row.standing == "Withdrawn":
            no = no or {"LearnerNotInClaim"}
        elif not no and (row.kind, row.day, row.grades) != (kind, on, grades):
            no = date_faults(on, self.now) if row.is_open else {"LearnerIsSubmitted"}
            is_more = bool(grades.items() - row.grades.items())
            if row.is_open and self.has_left(paper, name) and is_more:
                no |= {"LearnerHasLeft"}
        award = Award(award_type=kind, award_date=on, grades=grades)
        asked = {"claim": paper.name, "awards": {name: award}, "confirm_loss": True}
        if self.ask(who, SaveClaimGrades, no, paper.centre, **asked) and row:
            row.kind, row.day, row.grades = kind, on, grades

    @act(
        weight=7,
        needs=lambda self: self.life.papers,
        who=who_may(SubmitClaim),
        number=NUMBERS,
    )
    def submit(self, who: str, number: int) -> None:
        self.submit_all(who, self.paper(number, *OPEN))

    def submit_all(self, who: str, paper: Paper) -> None:
        """M6-M12, L6."""
        waiting = {name: row for name, row in paper.rows.items() if row.is_open}
        no = closed(paper)
        if not no and not waiting:
            no = {"NobodyToSubmit" if paper.rows else "LearnersNeeded"}
        faults = {name: self.award_faults(row) for name, row in waiting.items()}
        if not closed(paper) and waiting and all(faults.values()):
            no = set().union(*faults.values())
        if not self.ask(who, SubmitClaim, no, paper.centre, claim=paper.name):
            return
        claim = self.claim(paper)
        for name, row in waiting.items():
            is_met, grades, is_elsewhere = self.life.eligible(paper.name, row)
            row.standing = "Unsubmitted"
            withheld = claim.learners[name].withheld
            codes = {why.code for why in withheld.reasons} if withheld else set()
            if self.has_left(paper, name):
                assert codes == {"learner-transferred"}
            elif row.held.status == "Active" and faults[name]:
                assert codes & {"award-incomplete", "award-date"}
            elif row.held.status == "Active" and is_met:
                if self.life.repeats(paper.name, row, grades):
                    assert codes == {NOTHING_NEW}
                    continue
                row.standing = "Submitted"
                row.held.awards[paper.name] = Claimed(
                    row.kind or "", grades, row.grades, row.day
                )
            elif row.held.status == "Active":
                assert codes
                assert ("wrong-pathway" in codes) == is_elsewhere

    @act(
        weight=5,
        needs=lambda self: self.life.papers,
        who=who_may(WithdrawClaim),
        number=NUMBERS,
        learner=st.none() | WHO,
    )
    def withdraw(self, who: str, number: int, learner: int | None) -> None:
        """M16."""
        paper = self.paper(number, "Submitted")
        name = None if learner is None else self.learners[learner]
        no = {"NotFound"} if paper.is_deleted else self.life.not_withdrawn(paper, name)
        asked = {"claim": paper.name, "learner": name, "reason": WHY}
        if not self.ask(who, WithdrawClaim, no, paper.centre, **asked):
            return
        gone = [paper.rows[name]] if name else [*paper.rows.values()]
        left = [row for row in gone if row.standing != "Withdrawn"]
        paper.is_closed = paper.is_closed or (name is None and bool(left))
        for row in left:
            row.standing = "Withdrawn"
            row.held.awards.pop(paper.name, None)

    @act(
        weight=2,
        needs=lambda self: self.life.papers,
        who=who_may(ProcessClaim),
        number=NUMBERS,
    )
    def process(self, who: str, number: int) -> None:
        """M13."""
        paper = self.paper(number, "Submitted")
        no = {"NotFound"} if paper.is_deleted else set()
        asked = {"claim": paper.name, "submitted_by": self.now}
        if self.ask(who, ProcessClaim, no, **asked):
            claim = self.claim(paper)
            for name, row in paper.rows.items():
                if row.standing == "Submitted":
                    row.standing = "Processed"
                    issued = claim.learners[name].certificate or ""
                    self.life.certify(row.held, paper.name, issued)

    @act(
        weight=3,
        needs=lambda self: self.certificates(),
        who=who_may(RevokeCertificate),
        number=NUMBERS,
    )
    def revoke(self, who: str, number: int) -> None:
        """M18."""
        held, claim = pick(
            self.certificates(),
            number,
            lambda each: each[0].awards[each[1]].is_in_force,
        )
        award, no = held.awards[claim], self.life.not_revoked(held, claim)
        asked = {"certificate": award.certificate, "reason": WHY}
        if self.ask(who, RevokeCertificate, no, **asked):
            award.is_revoked, award.is_in_force = True, False

    def certificates(self) -> list[tuple[Held, str]]:
        """Give the registration and the claim of each certificate."""
        return [
            (held, claim)
            for held in self.life.registrations.values()
            for claim, award in held.awards.items()
            if award.certificate
        ]

    @act(
        weight=1,
        needs=lambda self: self.life.papers,
        who=who_may(DeleteClaim),
        number=NUMBERS,
    )
    def delete(self, who: str, number: int) -> None:
        """M1."""
        paper = self.paper(number, "Submitted", "Processed")
        no = closed(paper)
        if not no and not all(row.is_open for row in paper.rows.values()):
            no = {"ClaimWasSubmitted"}
        if self.ask(who, DeleteClaim, no, paper.centre, claim=paper.name):
            paper.is_deleted = True

    def award_faults(self, row: Row) -> set[str]:
        """M6, M10: what keeps the learner back, whatever they achieved."""
        is_given = row.kind is not None and row.day is not None
        return date_faults(row.day, self.now) if is_given else {"AwardIncomplete"}

    def has_left(self, paper: Paper, learner: str) -> bool:
        """Tell whether a learner is at another centre than the claim (L6)."""
        return self.life.at[learner] != paper.centre

    def claim(self, paper: Paper) -> Claim:
        return Claim.replay(self.world.context.store.open(stream_of(paper.name)).events)

    def paper(self, number: int, *standings: str) -> Paper:
        """Pick a claim; mostly one that has somebody at one of those standings."""
        return pick(
            self.life.papers.values(),
            number,
            lambda paper: (
                not paper.is_deleted
                and any(row.standing in standings for row in paper.rows.values())
            ),
        )

    def day(self, said: str) -> date:
        earliest = earliest_award(today(self.now))
        return {
            "today": today(self.now),
            "earliest": earliest,
            "too early": earliest - timedelta(days=1),
            "tomorrow": today(self.now) + timedelta(days=1),
        }[said]


def closed(paper: Paper) -> set[str]:
    if paper.is_deleted:
        return {"NotFound"}
    return {"ClaimIsWithdrawn"} if paper.is_closed else set()
