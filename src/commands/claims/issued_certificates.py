"""Issuing certificates: the holder's name, what each supersedes, and its content as issued."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from aggregates.claims.certificate import Certificate, Holder
from aggregates.claims.claim import Claim
from aggregates.claims.claim_refusals import AwardIsReliedOn
from aggregates.learners.learner import Learner
from aggregates.registrations.registration import Registration
from catalogue import AwardType
from commands.command import CommandContext
from events.claims.certificate import CertificateIssued
from events.identifier import Kind, stream_of
from repositories.aggregate_types import CERTIFICATE, CLAIM, LEARNER, REGISTRATION
from repositories.repository import load_known, load_many
from store import Change, Stream

Opened: TypeAlias = tuple[Stream, Certificate]

INTERIM = AwardType.INTERIM


@dataclass(kw_only=True)
class Issue:
    """The certificates that a claim earns, by learner, and the changes they cause.

    ``unchanged`` are the claims that were only read, for earlier notifications.
    """

    numbers: dict[str, str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    unchanged: list[Stream] = field(default_factory=list)


def issue_certificates(
    context: CommandContext, claim: Claim, learners: Collection[str]
) -> Issue:
    """Issue certificates for the awards of these submitted learners of a claim (M8, M13).

    Of two notifications for one registration the later is in force, in whichever order
    their claims are processed.
    """
    granted = {
        who: place.granted
        for who, place in claim.learners.items()
        if who in learners and place.granted
    }
    people = load_many(LEARNER, granted, store=context.store)
    interim = [a.registration for a in granted.values() if a.award_type == INTERIM]
    opened = load_many(REGISTRATION, interim, store=context.store)
    claims = _interim_claims(
        context, claim.claim, [each for _, each in opened.values()]
    )
    issue = Issue(unchanged=[stream for stream, _ in claims.values()])
    for who, award in granted.items():
        number = issue.numbers[who] = context.new_identifier(Kind.CERTIFICATE)
        holder = holder_of(people[who][1], certificate=number)
        earlier, later = (
            _notifications(context, claim.claim, opened[award.registration][1], claims)
            if award.registration in opened
            else ([], [])
        )
        replaced = [] if later else earlier
        (issued,) = Certificate.issue(
            certificate=number,
            claim=claim.claim,
            holder=holder,
            centre=claim.centre,
            granted=award,
            rules=context.catalogue.qualification(
                claim.qualification or "", version=award.rules_version
            ),
            supersedes=replaced[-1][1].issued.certificate if replaced else None,
        )
        new = Certificate.begin(issued)
        superseded = [
            event
            for _, each in later[-1:]
            for event in new.supersede(by=each.issued, person_id=holder.person_id)
        ]
        issue.changes.append(
            CERTIFICATE.new(number).change([issued, *superseded], owner=claim.centre)
        )
        issue.changes += [
            at.change(each.supersede(by=issued, person_id=holder.person_id))
            for at, each in replaced
        ]
    return issue


def open_certificates(
    context: CommandContext, learner: str, claims: Iterable[Claim]
) -> dict[str, Opened]:
    """Load all certificates that claims earned a learner, and those that superseded them.

    By number, each once.
    """
    numbers = [
        place.certificate
        for claim in claims
        if (place := claim.learners.get(learner)) and place.certificate
    ]
    found: dict[str, Opened] = {}
    while numbers:
        opened = load_many(CERTIFICATE, numbers, store=context.store)
        found |= opened
        later = (each.superseded_by for _, each in opened.values())
        numbers = [n for n in dict.fromkeys(later) if n and n not in found]
    return found


def in_place_of(context: CommandContext, certificate: Certificate) -> str | None:
    """Return the certificate in force that finally superseded this one, if any."""
    number = certificate.superseded_by
    while number is not None:
        _, certificate = load_known(CERTIFICATE, number, store=context.store)
        if certificate.is_in_force:
            return number
        number = certificate.superseded_by
    return None


def holder_of(learner: Learner, *, certificate: str) -> Holder:
    """Return the holder of a new certificate, with the learner's present name.

    For an erased learner name and date of birth are left out, and the certificate has a key
    of its own (H6).
    """
    if learner.is_erased:
        return Holder(learner=learner.learner, person_id=stream_of(certificate))
    return Holder(
        learner=learner.learner,
        person_id=learner.person_id,
        given_name=learner.details.given_name,
        family_name=learner.details.family_name,
        date_of_birth=learner.details.date_of_birth,
    )


def as_issued(context: CommandContext, stream: Stream) -> CertificateIssued:
    """Return a certificate as it was issued, with names and titles (M13).

    If it was issued before they were kept, they are the learner's names of that day, and
    the titles of the rules by which the award was assessed.
    """
    first = stream.history[0]
    issued = first.event
    if not isinstance(issued, CertificateIssued):
        raise TypeError(f"{stream.id} is no certificate.")
    if issued.title is not None:
        return issued
    at, now = load_known(LEARNER, issued.learner, store=context.store)
    then = tuple(r for r in at.history if r.position <= first.position)
    learner = LEARNER.replay(replace(at, history=then))
    learner = replace(learner, is_erased=now.is_erased)
    holder = holder_of(learner, certificate=issued.certificate)
    _, claim = load_known(CLAIM, issued.claim, store=context.store)
    granted = claim.learners[issued.learner].granted
    rules = context.catalogue.qualification(
        issued.qualification, version=granted.rules_version if granted else None
    )
    return replace(
        issued,
        person_id=holder.person_id,
        given_name=holder.given_name,
        family_name=holder.family_name,
        date_of_birth=holder.date_of_birth,
        title=rules.title,
        qualification_number=rules.number,
        unit_titles={unit: rules.unit(unit).title for unit in issued.units},
    )


def reliances(
    context: CommandContext,
    registration: Registration,
    claim: str,
    *,
    what: str,
    ending: Collection[str] = (),
    instead: str = "",
) -> Iterator[AwardIsReliedOn]:
    """Refuse for each later claim that counts units of the claim's award (M16).

    ``what`` is what cannot be done because of it. ``ending`` are the claims that end
    together with it. ``instead`` is a sentence on what else can be done.
    """
    relying = registration.relying_awards(claim, ending=ending)
    opened = load_many(CLAIM, relying, store=context.store)
    for other, units in relying.items():
        _, later = opened[other]
        issued = open_certificates(context, registration.learner, [later])
        latest = [n for n, (_, each) in issued.items() if not each.is_reissued]
        next_step = (
            f"Ask an Account Specialist to revoke {latest[0]} first."
            if latest
            else f"Withdraw {other} for the learner first."
        )
        yield AwardIsReliedOn(
            what=what,
            learner=registration.learner,
            award_type=registration.awards[other].award_type,
            other=other,
            units=", ".join(units),
            claim=claim,
            next_step=f"{next_step} {instead}".strip(),
        )


def _interim_claims(
    context: CommandContext, claim: str, registrations: Iterable[Registration]
) -> dict[str, tuple[Stream, Claim]]:
    """Load the other claims by which Interim awards were claimed."""
    names = {
        award.claim
        for registration in registrations
        for award in registration.awards.values()
        if award.award_type == INTERIM and award.claim != claim
    }
    return load_many(CLAIM, sorted(names), store=context.store)


def _notifications(
    context: CommandContext,
    claim: str,
    registration: Registration,
    claims: Mapping[str, tuple[Stream, Claim]],
) -> tuple[list[Opened], list[Opened]]:
    """Return a registration's notifications in force: of earlier claims, and of later ones."""
    names = [name for name in registration.awards if name in claims or name == claim]
    at = names.index(claim)
    earlier, later = (
        [
            opened
            for opened in open_certificates(
                context, registration.learner, [claims[name][1] for name in part]
            ).values()
            if opened[1].is_in_force
        ]
        for part in (names[:at], names[at + 1 :])
    )
    return earlier, later
