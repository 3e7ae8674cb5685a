"""What may be asked of a certificate."""

from dataclasses import dataclass

from aggregates.certificate import Certificate
from commands.command import (
    Command,
    Desk,
    Done,
    handles,
    require_expected,
    require_own,
)
from events.certificate import CertificateIssued
from events.identifier import stream_of
from store import Actor, Stream


@dataclass(frozen=True, kw_only=True)
class RecordPrinting(Command):
    """Say that a certificate has been printed (M13)."""

    certificate: str


@handles(RecordPrinting)
def record_printing(command: RecordPrinting, desk: Desk) -> Done:
    stream = read_certificate(command.certificate, command.by, desk)
    require_expected(stream, command)
    printed = Certificate.replay(stream.events).record_printing()
    position = desk.store.append(stream.change(printed), by=command.by)
    return Done(position=position, made=command.certificate)


def read_certificate(name: str, by: Actor, desk: Desk) -> Stream:
    """Open a certificate that the actor may know of. Raises NotFound."""
    stream = desk.store.open(stream_of(name))
    require_own(stream, name, begun_by=CertificateIssued, what="certificate", by=by)
    return stream
