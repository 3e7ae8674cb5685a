"""The rules of a registration's life by hand: nothing here is the product's.

Each question gives the names of all refusals that apply, none if it is accepted; what
is accepted is then taken down here as the rules say.
"""

from dataclasses import dataclass

from tests.commands.life.model import (
    APPRENTICESHIP,
    COMPLETING,
    NEXT,
    PARTS,
    PATHWAYS,
    UNSETTLED,
    Held,
    No,
    Paper,
    Row,
    earns_full,
)
from tests.commands.life.seats import Seats


@dataclass
class Life(Seats):
    """All that a few learners come to, each at one centre after the other."""

    def register(self, held: Held, *parts: Held) -> None:
        for each in (held, *parts):
            self.registrations[each.name] = each
        held.parts = list(parts)
        for part in parts:
            part.parent = held
        self.lines[held.name] = ("Not invoiced", None, None)

    def not_registered(self, learner: str, product: str, centre: str) -> No:
        """O6, O7, L6."""
        if self.at[learner] != centre:
            return {"LearnerHasLeft"}
        on = (product, *PARTS) if product == APPRENTICESHIP else (product,)
        is_there = any(self.active(learner, each) for each in on)
        return {"AlreadyRegistered"} if is_there else set()

    def unmet(self, held: Held) -> No:
        """C2: which conditions are not met, of it and all its parts."""
        whole = [held, *held.parts]
        seats = [s for s in self.seats.values() if s.held in whole]
        found = {
            "no-part": held.parent is not None,
            "no-test-taken": any(s.state == "Taken" for s in seats),
            "no-test-booked": any(s.state == "Booked" for s in seats),
            "no-result": any(s.result is not None for s in seats),
            "no-outcome": any(self.outcomes(each) for each in whole),
            "no-claim": any(each.awards for each in whole),
        }
        return {name for name, stands in found.items() if stands}

    def not_cancelled(self, held: Held) -> No:
        if held.status != "Active":
            return {"NotActive"}
        return {"CannotCancel"} if self.unmet(held) else set()

    def cancel(self, held: Held) -> None:
        for each in (held, *held.parts):
            each.is_cancelled = True
        self.take_back(held.name)

    def take_back(self, line: str) -> None:
        """C3: what was invoiced or paid stays charged, what was credited is over."""
        if self.lines[line][0] == "Not invoiced":
            self.lines[f"{line}-CREDIT"] = ("Not invoiced", None, None)

    def not_reopened(self, held: Held) -> No:
        """M14, O6, H6."""
        if held.learner in self.erased:
            return {"LearnerIsErased"}
        if held.parts:
            return {"IsOnApprenticeship"}
        if held.status != "Completed":
            return {f"RegistrationIs{held.status}"}
        no = {"RegisteredAgain"} if self._is_taken(held) else set()
        done = held.awards[held.completed_by or ""]
        return no | (set() if done.certificate else {"NotProcessedYet"})

    def reopen(self, held: Held) -> None:
        """M14, M18."""
        held.awards[held.completed_by or ""].is_in_force = False
        for award in held.awards.values():
            award.is_settled = True

    def _is_taken(self, held: Held) -> bool:
        """Whether it, or what it is a part of, cannot be Active beside another."""
        parent = held.parent
        return self.active(held.learner, held.product) is not None or (
            parent is not None
            and parent.status == "Completed"
            and self.active(held.learner, parent.product) is not None
        )

    def not_on_pathway(self, held: Held, pathway: str) -> No:
        """M11, H6."""
        if held.learner in self.erased:
            return {"LearnerIsErased"}
        if held.parts:
            return {"IsOnApprenticeship"}
        no = set() if pathway in PATHWAYS[held.product] else {"PathwayUnknown"}
        return no | (
            set() if held.status == "Active" else {f"RegistrationIs{held.status}"}
        )

    def not_transferred(self, learner: str) -> No:
        """L6: what is to be settled before."""
        held = [h for h in self.registrations.values() if h.learner == learner]
        seats = [s for s in self.seats.values() if s.held in held]
        claims = {c for h in held for c in {**self.outcomes(h), **h.awards}}
        standings = {self.papers[c].rows[learner].standing for c in claims}
        found = {
            "TestIsBooked": any(seat.state == "Booked" for seat in seats),
            "ClaimIsUnsettled": standings & {"Draft", "Unsubmitted", "Submitted"},
        }
        return {name for name, stands in found.items() if stands}

    def rows_of(self, learner: str) -> list[tuple[Paper, Row]]:
        return [
            (paper, paper.rows[learner])
            for paper in self.papers.values()
            if learner in paper.rows and not (paper.is_deleted or paper.is_closed)
        ]

    def not_erased(self, learner: str) -> No:
        """H6: what is under way, unless it is to be ended."""
        seats = [s for s in self.seats.values() if s.held.learner == learner]
        standings = {row.standing for _, row in self.rows_of(learner)}
        held = [h for h in self.registrations.values() if h.learner == learner]
        issued = [award for each in held for award in each.awards.values()]
        found = {
            "TestIsBooked": any(seat.state == "Booked" for seat in seats),
            "ClaimIsUnsettled": standings & {*UNSETTLED},
            "CertificateIsUnprinted": any(award.is_in_force for award in issued),
        }
        return {name for name, stands in found.items() if stands}

    def not_ended(self, learner: str) -> No:
        """H6, O6: nobody is Active twice, once what was submitted is withdrawn.

        M16: and no award stays that counts on one of them.
        """
        rows = [
            (paper.name, row)
            for paper, row in self.rows_of(learner)
            if row.standing == "Submitted"
        ]
        gone = frozenset(name for name, _ in rows)
        if any(self.is_relied_on(row.held, name, gone) for name, row in rows):
            return {"AwardIsReliedOn"}
        held = [h for h in self.registrations.values() if h.learner == learner]

        def is_over(each: Held) -> bool:
            if each.parts:
                return all(map(is_over, each.parts))
            return any(
                claim not in gone and award.kind in COMPLETING and not award.is_settled
                for claim, award in each.awards.items()
            )

        active = [h.product for h in held if not h.is_cancelled and not is_over(h)]
        return {"RegisteredMeanwhile"} if len(active) > len({*active}) else set()

    def not_reported(self, line: str, status: str, invoice: str | None) -> No:
        """C4."""
        if line not in self.lines:
            return {"NotFound"}
        if self.is_late_number(line, status, invoice):
            return set()
        now = self.lines[line][0]
        following = NEXT[now]
        if line.endswith("-CREDIT"):
            following = {"Credited"} if now == "Not invoiced" else set()
        if status != now and f"{line}-CREDIT" in self.lines:
            return {"ChargeWasCancelled"}
        if status not in {now, *following}:
            return {"StatusOutOfOrder"}
        known = self.known_document(line, status)
        return {"OtherInvoice"} if known and invoice not in {None, known} else set()

    def is_late_number(self, line: str, status: str, invoice: str | None) -> bool:
        """C4: of a charge that was credited before the number of its invoice was known."""
        now, known, _ = self.lines[line]
        is_charge = not line.endswith("-CREDIT")
        is_number = status == "Invoiced" and invoice is not None
        return (
            is_charge and is_number and now == "Credited" and known in {None, invoice}
        )

    def known_document(self, line: str, status: str) -> str | None:
        """Say on which invoice, or credit note, it is known to be."""
        _, invoice, credit_note = self.lines[line]
        return credit_note if status == "Credited" else invoice

    def outcomes(self, held: Held) -> dict[str, dict[str, str]]:
        """C2: the grades that claims have for it."""
        return {
            paper.name: row.grades
            for paper in self.papers.values()
            for row in paper.rows.values()
            if row.held is held
            and row.grades
            and not (paper.is_deleted or paper.is_closed or held.is_cancelled)
            and row.standing != "Withdrawn"
        }

    def eligible(self, claim: str, row: Row) -> tuple[bool, dict[str, str], bool]:
        """M7-M9, M12: whether it is, by which grades, and if on another pathway."""
        seats = self.seats_of(row.held)
        results = [seat.result[0] for seat in seats if seat.result]
        tested = {self.tested: "P" if any(results) else "U"} if results else {}
        grades: dict[str, str] = {}
        for name, award in row.held.counted.items():
            if name != claim:
                grades |= award.grades
        if any(seat.is_corrected for seat in seats):
            grades.pop(self.tested, None)
        grades |= tested | row.grades
        units = achieved(grades)
        if row.kind != "Full":
            return bool(units), grades, False
        others = set(PATHWAYS[row.held.product]) - {row.held.pathway}
        is_met = earns_full(row.held.pathway, units)
        is_elsewhere = any(earns_full(other, units) for other in others)
        return is_met, grades, is_elsewhere and not is_met

    def repeats(self, claim: str, row: Row, grades: dict[str, str]) -> bool:
        """M17: whether the latest award of the kind says the same."""
        every = [
            award
            for name, award in row.held.awards.items()
            if name != claim and award.kind == row.kind
        ]
        if row.kind == "Interim" and every and every[-1].is_revoked:
            return False
        alike = [award for award in every if not award.is_revoked]
        if not alike or achieved(alike[-1].grades) != achieved(grades):
            return False
        return row.kind == "Interim" or alike[-1].day == row.day

    def is_relied_on(
        self, held: Held, claim: str, ending: frozenset[str] = frozenset()
    ) -> bool:
        """M16: whether a later award has a grade that this one alone gave it.

        Those that end together with it have none, and give none.
        """
        names = list(held.counted)
        if claim not in names:
            return False
        gone = ending | {claim}
        passes = [s for s in self.seats_of(held) if s.result and s.result[0]]
        for later in names[names.index(claim) + 1 :]:
            if later in gone:
                continue
            without = {self.tested: "P"} if passes else {}
            for name in names[: names.index(later) + 1]:
                without |= held.awards[name].said if name not in gone else {}
            counted = held.awards[later].grades
            said = held.awards[claim].said
            if any(counted.get(u, g) != without.get(u) for u, g in said.items()):
                return True
        return False

    def not_revoked(self, held: Held, claim: str) -> No:
        """M18."""
        if held.awards[claim].is_revoked:
            return {"CertificateIsRevoked"}
        return {"AwardIsReliedOn"} if self.is_relied_on(held, claim) else set()

    def certify(self, held: Held, claim: str, certificate: str) -> None:
        """M8, M13: of notifications the one of the latest award is in force."""
        award = held.awards[claim]
        award.certificate, award.is_in_force = certificate, True
        if award.kind != "Interim":
            return
        issued = [
            (name, each)
            for name, each in held.awards.items()
            if each.kind == "Interim" and each.is_in_force
        ]
        for _, each in issued[:-1]:
            each.is_in_force = False

    def not_withdrawn(self, paper: Paper, who: str | None) -> No:
        """M16."""
        if who is not None and who not in paper.rows:
            return {"LearnerNotInClaim"}
        rows = [paper.rows[who]] if who else list(paper.rows.values())
        if any(row.standing == "Processed" for row in rows):
            return {"ClaimIsProcessed"}
        kept = ("Draft", "Unsubmitted") if who else ("Draft",)
        if not paper.is_closed and all(row.standing in kept for row in rows):
            return {"NotSubmitted"}
        is_taken = any(
            row.held.completed_by == paper.name and self._is_taken(row.held)
            for row in rows
            if row.standing == "Submitted"
        )
        is_relied_on = any(
            self.is_relied_on(row.held, paper.name)
            for row in rows
            if row.standing == "Submitted"
        )
        no = {"RegisteredMeanwhile"} if is_taken else set()
        return no | ({"AwardIsReliedOn"} if is_relied_on else set())


def achieved(grades: dict[str, str]) -> set[str]:
    return {unit for unit, grade in grades.items() if grade == "P"}
