"""Uploading a group of learners from the command line, or only checking its file."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.messages import PROBLEMS, USAGE, refuse
from cli.output import Format, show


class Encoding(StrEnum):
    """The encodings between which only a person can decide (U4)."""

    MAC = "mac-roman"
    WINDOWS = "cp1252"


SHOWN = ("cell", "learner", "kind", "column", "message")


def upload(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The template, filled in: CSV or XLSX.")],
    *,
    by: Annotated[str, typer.Option("--as", help="The user who uploads it.")],
    group: Annotated[str, typer.Option(help="Your own name for the group.")] = "",
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            help="One of the file's columns for one of ours, as given_name=Forename;"
            " again for each."
        ),
    ] = None,
    accept_mapping: Annotated[
        bool, typer.Option(help="Take the file's columns for ours as proposed.")
    ] = False,
    encoding: Annotated[
        Encoding | None, typer.Option(help="The file's encoding, if names are wrong.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only check; record nothing.")
    ] = False,
    form: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """Upload a file of learners and say what is wrong in it; or only say that."""
    from aggregates.uploads.file_refusals import FileRefused
    from cli.configuration import settings_of
    from cli.session import CHANNEL, exit_on_refusal, get_user, open_session
    from cli.uploads.uploading import check_file, mapping_of, upload_file
    from commands.uploads.upload import UploadLearnerGroup
    from files.learner_file import read_learner_file

    try:
        content = file.read_bytes()
    except OSError as error:
        refuse(USAGE, f"{file} cannot be read: {error.strerror}.")
    with (
        exit_on_refusal(),
        open_session(settings_of(context), to_record=not dry_run) as service,
    ):
        user = get_user(service, by)
        try:
            chosen = mapping_of(content, encoding, mapping, accept_mapping)
            if dry_run:
                read_as = read_learner_file(content, mapping=chosen, encoding=encoding)
                rows = list(check_file(service, user, read_as))
            else:
                command = UploadLearnerGroup(
                    by=user.actor(CHANNEL),
                    at=service.clock(),
                    name=group,
                    file_name=file.name,
                    content=content,
                    encoding=encoding,
                )
                rows = list(upload_file(service, command, chosen))
        except FileRefused as refused:
            refuse(PROBLEMS, *(str(fault) for fault in refused.others))
        show(rows, SHOWN, form)
        if dry_run and any(row["kind"] == "problem" for row in rows):
            refuse(PROBLEMS, "Correct the file, then upload it without --dry-run.")
