"""Choices about a file that a person must make: its columns, and its encoding."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from aggregates.uploads.file_columns import settle_columns
from aggregates.uploads.upload import Upload
from aggregates.uploads.upload_progress import UploadStatus
from aggregates.uploads.upload_refusals import GroupIsMapped
from commands.command import Command, CommandContext, CommandResult, handles
from commands.uploads.upload_check import chosen_encoding
from files.learner_file import read_learner_file, samples
from repositories.aggregate_types import GROUP
from repositories.repository import load
from store import Actor, Stream


@dataclass(frozen=True, kw_only=True)
class MapLearnerGroup(Command):
    """Choose which of the file's columns is which of ours, or none (U3)."""

    title: ClassVar = "map a learner group"

    group: str
    columns: Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True)
class ChooseGroupEncoding(Command):
    """Choose the file's other encoding, because names were read wrongly (U4)."""

    title: ClassVar = "choose a group encoding"

    group: str
    encoding: str


@handles(MapLearnerGroup)
def map_learner_group(
    command: MapLearnerGroup, context: CommandContext
) -> CommandResult:
    stream, upload = context.load(GROUP, command.group, command)
    received = upload.received
    if not received.columns:  # the file has the template's columns
        raise GroupIsMapped(group=command.group)
    mapping, ignored = settle_columns(received.columns, command.columns)
    accented: tuple[int, ...] = ()
    if upload.status is UploadStatus.TO_MAP:
        content = context.store.file(received.file)
        encoding = chosen_encoding(upload)
        accented = read_learner_file(
            content, mapping=mapping, encoding=encoding
        ).rows_with_accents
    events = upload.map(mapping, ignored=ignored, accented=accented)
    return context.record(command, stream.change(events), created_id=command.group)


@handles(ChooseGroupEncoding)
def choose_group_encoding(
    command: ChooseGroupEncoding, context: CommandContext
) -> CommandResult:
    stream, upload = context.load(GROUP, command.group, command)
    change = stream.change(upload.choose_encoding(command.encoding))
    return context.record(command, change, created_id=command.group)


def read_columns(
    context: CommandContext, group: str, by: Actor
) -> tuple[Stream, Upload, Mapping[str, list[str]]]:
    """Return the columns of a group's file, with their first values until it is mapped."""
    stream, upload = load(GROUP, group, store=context.store, reader=by)
    if upload.status is not UploadStatus.TO_MAP:
        return stream, upload, {}
    content = context.store.file(upload.received.file)
    return stream, upload, samples(content, encoding=chosen_encoding(upload))
