"""A plain sentence for every kind of event (H1)."""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from re import Match
from typing import Any

from aggregates.learners.date_of_birth import ERASED as ERASED_BIRTH
from aggregates.uk_time import in_london
from catalogue import amount
from events.event import ERASED, Event

SENTENCES: Mapping[str, str] = {
    "booking.amended": "The test is at {starts} now,[ {mode},] with {extra_time} % extra "
    "time.",
    "booking.answers-received": "The answers came back, from the package {package}.",
    "booking.cancelled": "The booking was cancelled; its charge was {invoice_status}.",
    "booking.launch-link-made": "A launch link was given, valid until {expires}.",
    "booking.launch-link-used": "The test was started by its launch link.",
    "booking.made": "{learner} was booked for the test of {unit}: {booking}.",
    "booking.missed": "The learner was absent.",
    "booking.outcome-corrected": "It was put right how the test went: {attendance}"
    "[, result {grade}][, sat on {sat_on}].",
    "booking.package-downloaded": "The package {package} was downloaded by {user}.",
    "booking.result-added": "The test has the result {grade}, sat on {sat_on}.",
    "booking.room-given": "The room is {room} now.",
    "booking.taken": "The test was taken.",
    "centre.opened": "The centre {name} ({number}) joined the awarding organisation.",
    "centre.approval-granted": "The centre was approved for {product}.",
    "centre.approval-withdrawn": "The centre's approval for {product} was withdrawn.",
    "certificate.issued": "{kind} {certificate} was issued to {learner} for {qualification}.",
    "certificate.printed": "The certificate was printed.",
    "certificate.revoked": "The certificate was taken out of force: {reason}",
    "certificate.transferred": "The certificate moved with the learner to centre {centre}.",
    "certificate.superseded": "The certificate was superseded by {by}, which is in "
    "force in its place.",
    "claim.begun": "The claim {claim} was begun.",
    "claim.qualification-chosen": "The claim is for {qualification}.",
    "claim.units-chosen": "Units were chosen: {units}.",
    "claim.learners-chosen": "Learners were chosen: {learners}.",
    "claim.grades-saved": "Awards and grades were saved for {awards}.",
    "claim.submitted": "The claim was submitted: {granted:n} eligible, {withheld:n} not.",
    "claim.withdrawn": "The claim was withdrawn[ for {learners}].",
    "claim.processed": "The claim was processed[: certificates for {certificates}].",
    "claim.deleted": "The claim was deleted.",
    "command.refused": "Refused to {command}: {message}",
    "duplicate.decided": "Whether {first} and {second} are one person was decided: "
    "{decision}.",
    "entry-order.begun": "The order of entries {order} was begun.",
    "entry-order.confirmed": "The entries were confirmed at {total}: {entries:n test}.",
    "entry-order.deleted": "The order was deleted.",
    "entry-order.entries-chosen": "{entries:n test was|tests were} chosen.",
    "entry-order.purchase-order-number": "The purchase order number is {number}.",
    "invoice.number-recorded": "The number of the invoice line {line} is {number}[, in "
    "place of {replaces}].",
    "invoice.status-reported": "The invoice line {line} is {status}[ ({invoice})].",
    "learner.created": "The learner {learner}, {given_name} {family_name}, was created.",
    "learner.details-amended": "Other details of the learner were amended.",
    "learner.erased": "All personal data of the learner were erased: {reason}",
    "learner.identity-amended": "The learner's name or date of birth was amended: "
    "{given_name} {family_name}, born {date_of_birth}.",
    "learner.image-submitted": "A {kind} of the learner was submitted.",
    "learner.transferred": "The learner was transferred to centre {centre}.",
    "learner.withdrawn": "The learner's upload was undone, so the learner was withdrawn.",
    "order.begun": "The order {order} was begun.",
    "order.confirmed": "The order was confirmed at {total}: {lines:n product}.",
    "order.course-dates-set": "Course dates were set: {dates.starts} to {dates.ends}.",
    "order.deleted": "The order was deleted.",
    "order.learners-linked": "Learners were linked: {learners}.",
    "order.learners-unlinked": "Learners were unlinked[: {learners}].",
    "order.products-added": "Products were added[: {products}].",
    "order.products-removed": "Products were removed[: {products}].",
    "order.purchase-order-number-given": "The purchase order number is {number}.",
    "offline-client.registered": "The offline client {name}, version {client_version}, was "
    "registered.",
    "offline-client.key-registered": "The offline client registered its public key.",
    "offline-client.seen": "The offline client reported itself, version "
    "{client_version}.",
    "pin.package-sealed": "The package {package} of {booking} was sealed under the PIN.",
    "pin.proved": "The PIN was given.",
    "pin.refused": "A wrong PIN was given.",
    "pin.set": "{user} has a new PIN.",
    "record.amended": "The cells of the row were amended.",
    "record.became-learner": "The row is learner {learner}.",
    "record.checked": "The row was checked again: {problems:n problem}.",
    "record.confirmed": "It was confirmed that the row is a person of their own[, not "
    "{learners}][, not who is in row {rows}].",
    "record.linked": "It was confirmed that the row is {learner}.",
    "record.read": "Row {row} of the file was read: {problems:n problem}.",
    "record.removed": "The row was taken out of the upload.",
    "register.closed": "The register of {learner} was closed: their data were erased.",
    "register.moved": "The register of {learner} moved to centre {centre}.",
    "register.registrations-entered": "{learner} was entered in the register"
    "[: {registrations}].",
    "registration.award-claimed": "An award was claimed by {claim}: {award_type}.",
    "registration.award-revoked": "The certificate of the award claimed by {claim} was "
    "revoked, so its grades count no more.",
    "registration.award-withdrawn": "The award claimed by {claim} was withdrawn.",
    "registration.holder-erased": "The personal data of the learner were erased.",
    "registration.made": "{learner} was registered on {product} by the order {order}.",
    "registration.part-completed": "The registration {part}, which is part of it, was "
    "completed.",
    "registration.part-reopened": "The registration {part}, which is part of it, is "
    "Active again.",
    "registration.cancelled": "The registration was cancelled; the charge was "
    "{invoice_status}.",
    "registration.pathway-changed": "The learner is on the pathway {pathway} now.",
    "registration.transferred": "The registration moved with the learner to centre "
    "{centre}.",
    "registration.reopened": "The registration was reopened.",
    "registration.test-booked": "A test of {unit} was booked: {booking}.",
    "registration.test-called-off": "The test {booking} was cancelled.",
    "registration.test-missed": "The learner was absent from the test {booking}.",
    "registration.test-moved": "The test {booking} was moved.",
    "registration.test-outcome-corrected": "It was put right how the test {booking} of "
    "{unit} went: {attendance}[, result {grade}].",
    "registration.test-result-added": "The test {booking} of {unit} has the result "
    "{grade}.",
    "registration.test-taken": "The test {booking} was taken.",
    "registration.outcomes-recorded": "Grades were recorded by {claim}: {grades:n unit}.",
    "registration.outcomes-taken-back": "The grades of {claim} were taken back.",
    "second-factor.code-used": "A code of the authenticator app was given.",
    "second-factor.recovery-code-used": "A recovery code was given.",
    "second-factor.turned-off": "The second factor was turned off.",
    "second-factor.turned-on": "{user} has a second factor.",
    "sign-in.refused": "A sign-in was refused.",
    "timetable.sitting-dropped": "The test {booking} was taken out of the learner's timetable.",
    "timetable.sitting-planned": "The test {booking} was put in the learner's timetable.",
    "token.issued": "A token was issued to {user}: {label}.",
    "token.revoked": "The token was revoked.",
    "uln.verified": "The Learning Records Service answered {code} about the ULN.",
    "uln.verification-postponed": "The Learning Records Service did not answer about the "
    "ULN ({why}), {tries:n time}.",
    "upload.checked": "Every row of the file has been checked.",
    "upload.completed": "Every row that was ready is a learner.",
    "upload.encoding-chosen": "The encoding was set to {encoding}, and the file was read again.",
    "upload.learners-added": "Learners were added to the group: {learners}.",
    "upload.learners-withdrawn": "{through:n learner was|learners were} withdrawn with "
    "the undone upload.",
    "upload.mapped": "The columns of the file were mapped[; ignored: {ignored}].",
    "upload.received": "The file {file_name} of {rows:n row} was received as {name}.",
    "upload.records-read": "Rows were read up to row {through}: {valid} valid, {invalid} "
    "invalid.",
    "upload.records-ready": "Rows that were left behind became ready[: {rows}].",
    "upload.records-verified": "ULNs were verified up to row {through}: {asked} asked "
    "about, {anomalies} not matching.",
    "upload.refused": "The file {file_name} was refused as a whole.",
    "upload.released": "No learner of the group is linked to {by} any more.",
    "upload.renamed": "The group was given the name {name}.",
    "upload.submitted": "The upload was submitted.",
    "upload.undone": "The upload was undone.",
    "upload.used": "Learners of the group were linked to {by}.",
    "user.added": "{full_name} may sign in as {name}, {role}.",
    "user.disabled": "The user may not sign in any more.",
    "user.password-set": "A password was set.",
    "user.role-changed": "The user is {role} now.",
}
"""The sentence of each kind of event, with its values by name.

``:n`` writes how many, and ``:n test`` how many of what. A part in brackets is left out
if its value is empty.
"""

NOTHING: Mapping[str, tuple[str, str]] = {
    "booking.room-given": ("room", "The room was taken away."),
    "claim.units-chosen": ("units", "Every unit was taken out of the claim."),
    "claim.learners-chosen": ("learners", "Every learner was taken out of the claim."),
    "claim.grades-saved": ("awards", "Every award and grade was taken away."),
    "entry-order.purchase-order-number": (
        "number",
        "The purchase order number was taken away.",
    ),
    "order.purchase-order-number-given": (
        "number",
        "The purchase order number was taken away.",
    ),
    "order.learners-linked": ("learners", "Nobody was linked."),
    "upload.learners-added": ("learners", "No learner was added to the group."),
}
"""The sentences used if a value is None."""

UNPRICED: Mapping[str, str] = {
    "entry-order.confirmed": "The entries were confirmed: {entries:n test}.",
    "order.confirmed": "The order was confirmed: {lines:n product}.",
}
"""The sentences used if the total is hidden."""

MOST_NAMED = 5
PART, NAME = re.compile(r"\[([^]]*)\]"), re.compile(r"{(\w+)")


class FormattedValue:
    """A value of an event, as a sentence writes it."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __getattr__(self, name: str) -> "FormattedValue":
        return FormattedValue(getattr(self._value, name))

    def __format__(self, how: str) -> str:
        if how:
            many, (_, _, what) = self._value, how.partition(" ")
            count = len(many) if isinstance(many, Collection) else many
            return amount(count, *what.split("|")) if what else str(count)
        said = str(self._value)
        match self._value:
            case None | "":
                said = "none"
            case datetime() as moment:
                said = in_london(moment)
            case date() as day if day == ERASED_BIRTH:
                said = ERASED
            case date() as day:
                said = f"{day.day} {day:%B %Y}"
            case Decimal() as money:
                said = f"£{money:,.2f}"
            case Collection() as many if not isinstance(many, str):
                said = name_some([str(each) for each in many])
        return said


def name_some(names: list[str]) -> str:
    """Name a few, and count the others."""
    if not names:
        return "none"
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def sentence(event: Event) -> str:
    """Describe an event in a sentence."""
    told = vars(event)
    values = {name: FormattedValue(value) for name, value in told.items()}
    is_untold = told.get("total", "") is None
    said = (UNPRICED if is_untold else SENTENCES)[event.topic]
    name, instead = NOTHING.get(event.topic, ("", ""))
    if name in told and not told[name]:
        said = instead

    def known_part(part: Match[str]) -> str:
        return part[1] if all(told[each] for each in NAME.findall(part[1])) else ""

    return PART.sub(known_part, said).format(**values)
