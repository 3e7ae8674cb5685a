"""Users and their tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Boolean, Column, Connection, Index, String, Table, select

from events.centres.token import TokenIssued, TokenRevoked
from events.centres.user import PasswordSet, UserAdded, UserDisabled, UserRoleChanged
from projections.identifiers import equal_to
from projections.paging import Page, page, since
from projections.read_model import METADATA, Moment, ReadModel, in_order
from projections.rows import Rows
from store import Recorded

USERS = Table(
    "users",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("full_name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("centre", String),
    Column("is_disabled", Boolean, nullable=False),
    Column("updated_at", Moment, nullable=False),
    *in_order("users", ("name",), ("updated_at", "name")),
)
TOKENS = Table(
    "tokens",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("token", String, nullable=False),
    Column("user", String, nullable=False),
    Column("label", String, nullable=False),
    Column("issued_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("is_revoked", Boolean, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("tokens_newest", "user", "issued_at", "token"),
    Index("tokens_by_updated_at", "user", "updated_at", "issued_at", "token"),
)


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in rows.following(batch):
        stream = str(recorded.stream)
        if recorded.event.topic.startswith("user."):
            rows.touch(USERS, stream)
        match recorded.event:
            case UserAdded() as added:
                user = {
                    "stream": stream,
                    "name": added.name,
                    "full_name": added.full_name,
                    "role": added.role.value,
                    "centre": added.centre,
                    "is_disabled": False,
                }
                rows.put(USERS, user)
            case UserRoleChanged(role=role, centre=centre):
                rows.change(USERS, stream, role=role.value, centre=centre)
            case UserDisabled():
                rows.change(USERS, stream, is_disabled=True)
            case TokenIssued() as issued:
                token = {
                    "stream": stream,
                    "token": issued.token,
                    "user": issued.user,
                    "label": issued.label,
                    "issued_at": recorded.recorded_at,
                    "expires_at": issued.expires_at,
                    "is_revoked": False,
                }
                rows.put(TOKENS, token)
            case TokenRevoked():
                rows.change(TOKENS, stream, is_revoked=True)
            case _:
                pass


READ_MODEL = ReadModel(
    name="users",
    version=3,
    tables=(USERS, TOKENS),
    handles=frozenset(
        {
            UserAdded,
            UserRoleChanged,
            UserDisabled,
            PasswordSet,
            TokenIssued,
            TokenRevoked,
        }
    ),
    fold=fold,
)


@dataclass(frozen=True, kw_only=True)
class UserRow:
    """A user in the list."""

    name: str
    full_name: str
    role: str
    centre: str | None
    is_disabled: bool
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class TokenRow:
    """A token in the list, without its text."""

    id: str
    label: str
    issued_at: datetime
    expires_at: datetime | None
    is_revoked: bool
    updated_at: datetime


def search_users(
    connection: Connection,
    *,
    centre: str | None,
    name: str = "",
    updated_since: datetime | None = None,
    limit: int,
    cursor: str | None = None,
) -> Page[UserRow]:
    """List the users of a centre, or of all (None), whose name begins with ``name``."""
    query = select(USERS).where(*equal_to((USERS.c.centre, centre)))
    if name:
        begins = USERS.c.name.startswith(name.strip().lower(), autoescape=True)
        query = query.where(begins)
    return page(
        connection,
        query,
        by=[USERS.c.name],
        make=lambda row: UserRow(
            name=row.name,
            full_name=row.full_name,
            role=row.role,
            centre=row.centre,
            is_disabled=row.is_disabled,
            updated_at=row.updated_at,
        ),
        limit=limit,
        cursor=cursor,
        since=since(USERS.c.updated_at, updated_since),
    )


def names(connection: Connection) -> list[str]:
    """Return the names of all present and former users."""
    return [*connection.scalars(select(USERS.c.name).order_by(USERS.c.name))]


def tokens_of(
    connection: Connection,
    *,
    user: str,
    updated_since: datetime | None = None,
    limit: int,
    cursor: str | None = None,
) -> Page[TokenRow]:
    """List a user's tokens, newest first."""
    return page(
        connection,
        select(TOKENS).where(TOKENS.c.user == user),
        by=[TOKENS.c.issued_at, TOKENS.c.token],
        make=lambda row: TokenRow(
            id=row.token,
            label=row.label,
            issued_at=row.issued_at,
            expires_at=row.expires_at,
            is_revoked=row.is_revoked,
            updated_at=row.updated_at,
        ),
        limit=limit,
        cursor=cursor,
        descending=True,
        since=since(TOKENS.c.updated_at, updated_since),
    )
