"""The service that would be written without history, to compare ours with.

FastAPI and SQLAlchemy, an object a row, a commit a request, nothing kept of what was
before. It checks the same, answers the same fields, has the same indexes and is as
durable; it reserves a ULN by a unique index. ``plain_groups`` has its orders and claims.
"""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Engine,
    ForeignKey,
    Index,
    String,
    create_engine,
    event,
    make_url,
    select,
    tuple_,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from aggregates.learners.details import COLUMNS, Details, check_details
from aggregates.text import searchable_words, words

LAST = "\U0010ffff"
ByteOrder = String().with_variant(String(collation="C"), "postgresql")
Moment = DateTime(timezone=True)
TOKEN = "a-token-of-somebody"  # noqa: S105 - of a service that is measured alone
CENTRE = "48213"


class Base(DeclarativeBase):
    """All tables."""


class Centre(Base):
    """A centre by its number."""

    __tablename__ = "centres"

    number: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class User(Base):
    """A user by the hash of their token."""

    __tablename__ = "users"

    token: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    centre: Mapped[str] = mapped_column(ForeignKey(Centre.number))


class Learner(Base):
    """A learner as they are now."""

    __tablename__ = "learners"

    number: Mapped[int] = mapped_column(primary_key=True)
    centre: Mapped[str] = mapped_column(ForeignKey(Centre.number))
    given_name: Mapped[str]
    family_name: Mapped[str]
    date_of_birth: Mapped[date]
    gender: Mapped[str | None]
    uln: Mapped[str | None]
    centre_reference: Mapped[str | None]
    email: Mapped[str | None]
    postcode: Mapped[str | None]
    likeness: Mapped[str]
    given_sorted: Mapped[str] = mapped_column(ByteOrder)
    family_sorted: Mapped[str] = mapped_column(ByteOrder)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        Index("learners_newest", "centre", "created_at", "number"),
        Index("learners_updated", "centre", "updated_at"),
        Index("learners_alike", "centre", "likeness"),
        Index("learners_named", "centre", "family_sorted", "given_sorted", "number"),
        Index("learners_given", "centre", "given_sorted", "number"),
        Index("learners_born", "centre", "date_of_birth", "number"),
        Index("learners_by_uln", "centre", "uln", unique=True),
    )


class Word(Base):
    """A word of a learner's name, which they are found by."""

    __tablename__ = "learner_words"

    name: Mapped[str] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(ByteOrder, primary_key=True)
    number: Mapped[int] = mapped_column(ForeignKey(Learner.number), primary_key=True)


class LearnerRequest(BaseModel):
    """The details of a learner, as text."""

    model_config = ConfigDict(extra="forbid")

    given_name: str = Field(default="", max_length=1000)
    family_name: str = Field(default="", max_length=1000)
    date_of_birth: str = Field(default="", max_length=1000)
    gender: str = Field(default="", max_length=1000)
    uln: str = Field(default="", max_length=1000)
    centre_reference: str = Field(default="", max_length=1000)
    email: str = Field(default="", max_length=1000)
    postcode: str = Field(default="", max_length=1000)
    confirm_different_person: bool = False


class Verification(BaseModel):
    """Whether the ULN was verified."""

    status: str
    checked_at: AwareDatetime | None = None


class LearnerSummary(BaseModel):
    """A learner in a list."""

    learner: str
    given_name: str
    family_name: str
    date_of_birth: date | None
    gender: str | None
    uln: str | None
    centre_reference: str | None
    group: str | None
    group_name: str | None
    centre: str
    centre_name: str | None
    created_at: AwareDatetime
    updated_at: AwareDatetime


class LearnerResponse(BaseModel):
    """A learner as they are now."""

    learner: str
    centre: str
    centre_name: str | None
    group: str | None
    group_name: str | None
    given_name: str
    family_name: str
    date_of_birth: date | None
    gender: str | None
    uln: str | None
    centre_reference: str | None
    email: str | None
    postcode: str | None
    identity_amendments_left: int
    uln_verification: Verification
    photograph: str | None
    signature: str | None
    erased: bool
    withdrawn: bool
    same_person_as: list[str]
    same_people: list[str]
    warnings: list[str]


class ListResponse(BaseModel):
    """A page of learners, and where to go on."""

    items: list[LearnerSummary]
    next: str | None


class UploadResponse(BaseModel):
    """How many learners a file made known."""

    learners: int


def session_of(request: Request) -> Iterator[Session]:
    with Session(request.app.state.engine) as session:
        yield session


Opened = Annotated[Session, Depends(session_of)]


def user_of(request: Request, session: Opened) -> User:
    """Find who asks by the token they send. Raises HTTPException (401)."""
    _, _, token = request.headers.get("authorization", "").partition(" ")
    user = session.get(User, hashed(token))
    if user is None:
        raise HTTPException(HTTPStatus.UNAUTHORIZED, "Say who you are.")
    return user


SignedIn = Annotated[User, Depends(user_of)]
router = APIRouter(prefix="/api/v1/learners")


@router.post("", status_code=HTTPStatus.CREATED)
def create(body: LearnerRequest, session: Opened, user: SignedIn) -> LearnerResponse:
    details = right(body.model_dump())
    likeness = details.likeness
    alike = select(Learner.number).where(
        Learner.centre == user.centre, Learner.likeness == likeness
    )
    if not body.confirm_different_person and session.scalar(alike):
        raise HTTPException(HTTPStatus.CONFLICT, "Somebody looks like that already.")
    require_free(session, user.centre, [details])
    learner = learner_of(details, user.centre)
    session.add(learner)
    session.flush()
    session.add_all(words_of(learner))
    session.commit()
    return response(session, learner)


@router.get("/{learner}")
def get_learner(learner: str, session: Opened, user: SignedIn) -> LearnerResponse:
    found = session.get(Learner, int(learner.removeprefix("L-")))
    if found is None or found.centre != user.centre:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such learner.")
    return response(session, found)


@router.get("")
def list_learners(
    session: Opened,
    user: SignedIn,
    *,
    name: Annotated[str | None, Query(max_length=200)] = None,
    uln: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> ListResponse:
    """List learners, newest first, or those of whose name each word is the start."""
    its = Learner.created_at, Learner.number
    query = select(Learner).where(
        Learner.centre == user.centre, *(has_word(word) for word in words(name or ""))
    )
    if uln:
        query = query.where(Learner.uln == uln)
    if cursor:
        at, _, number = cursor.partition("~")
        query = query.where(tuple_(*its) < (datetime.fromisoformat(at), int(number)))
    query = query.order_by(*(each.desc() for each in its)).limit(limit + 1)
    found = session.scalars(query).all()
    page = found[:limit]
    centre = session.get_one(Centre, user.centre)
    return ListResponse(
        items=[summary(each, centre) for each in page],
        next=f"{page[-1].created_at.isoformat()}~{page[-1].number}"
        if len(found) > limit
        else None,
    )


@router.post("/uploads", status_code=HTTPStatus.CREATED)
async def upload(request: Request, session: Opened, user: SignedIn) -> UploadResponse:
    """Make all learners of a CSV file known, or none."""
    content = (await request.body()).decode("utf-8-sig")
    names = {title: name for name, title in COLUMNS.items()}
    details = [
        right({names[title]: cell for title, cell in row.items() if title in names})
        for row in csv.DictReader(io.StringIO(content))
    ]
    require_free(session, user.centre, details)
    learners = [learner_of(each, user.centre) for each in details]
    session.add_all(learners)
    session.flush()
    session.add_all(word for each in learners for word in words_of(each))
    session.commit()
    return UploadResponse(learners=len(details))


def right(cells: Mapping[str, Any]) -> Details:
    """Check the details. Raises HTTPException (422) with every fault."""
    checked = check_details(cells, today=datetime.now(UTC).date())
    if checked.details is None:
        faults = [f"{each.column}: {each.code}" for each in checked.problems]
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, faults)
    return checked.details


def require_free(session: Session, centre: str, details: list[Details]) -> None:
    """Raise HTTPException (409) if one of the ULNs is another's already."""
    ulns = [each.uln for each in details if each.uln]
    for start in range(0, len(ulns), 1000):
        taken = select(Learner.uln).where(
            Learner.centre == centre, Learner.uln.in_(ulns[start : start + 1000])
        )
        if session.scalar(taken):
            raise HTTPException(HTTPStatus.CONFLICT, "The ULN is another learner's.")


def learner_of(details: Details, centre: str) -> Learner:
    now = datetime.now(UTC)
    return Learner(
        centre=centre,
        **{name: getattr(details, name) for name in COLUMNS},
        likeness=details.likeness,
        given_sorted=" ".join(words(details.given_name)),
        family_sorted=" ".join(words(details.family_name)),
        created_at=now,
        updated_at=now,
    )


def words_of(learner: Learner) -> Iterator[Word]:
    for name in ("given_name", "family_name"):
        for word in searchable_words(getattr(learner, name)):
            yield Word(name=name, word=word, number=learner.number)


def has_word(start: str) -> ColumnElement[bool]:
    found = select(Word.number).where(Word.word >= start, Word.word < start + LAST)
    return Learner.number.in_(found)


def response(session: Session, learner: Learner) -> LearnerResponse:
    centre = session.get_one(Centre, learner.centre)
    return LearnerResponse(
        learner=f"L-{learner.number}",
        centre=learner.centre,
        centre_name=centre.name,
        group=None,
        group_name=None,
        **{name: getattr(learner, name) for name in COLUMNS},
        identity_amendments_left=1,
        uln_verification=Verification(status="none"),
        photograph=None,
        signature=None,
        erased=False,
        withdrawn=False,
        same_person_as=[],
        same_people=[],
        warnings=[
            each.code
            for each in check_details(
                {name: str(getattr(learner, name) or "") for name in COLUMNS},
                today=None,
            ).warnings
        ],
    )


def summary(learner: Learner, centre: Centre) -> LearnerSummary:
    return LearnerSummary(
        learner=f"L-{learner.number}",
        given_name=learner.given_name,
        family_name=learner.family_name,
        date_of_birth=learner.date_of_birth,
        gender=learner.gender,
        uln=learner.uln,
        centre_reference=learner.centre_reference,
        group=None,
        group_name=None,
        centre=learner.centre,
        centre_name=centre.name,
        created_at=aware(learner.created_at),
        updated_at=aware(learner.updated_at),
    )


def aware(moment: datetime) -> datetime:
    """Give back the time zone that SQLite drops."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_engine(url: str) -> Engine:
    """Open the database; SQLite as durable as the store's own file."""
    if not url.startswith("sqlite"):
        return create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    engine = create_engine(url, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def durable(connection: Any, _: object) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def create_plain(url: str, *more: APIRouter) -> FastAPI:
    """Make the service over a database, with its tables, a centre and a user."""
    engine = open_engine(url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        if session.get(Centre, CENTRE) is None:
            session.add(Centre(number=CENTRE, name="Riverside College"))
            session.flush()
            session.add(User(token=hashed(TOKEN), name="ann", centre=CENTRE))
            session.commit()
    app = FastAPI()
    app.state.engine = engine
    for each in (router, *more):
        app.include_router(each)
    return app


def fill(url: str, rows: Iterator[Details], chunk: int = 1_000) -> None:
    """Make many learners known without the service, to measure what it does then."""
    create_plain(url)
    with Session(open_engine(url)) as session:
        pending: list[Learner] = []

        def send() -> None:
            session.add_all(pending)
            session.flush()
            session.add_all(word for each in pending for word in words_of(each))
            session.commit()
            session.expunge_all()
            pending.clear()

        for row in rows:
            pending.append(learner_of(row, CENTRE))
            if len(pending) == chunk:
                send()
        send()
