"""The running server: its port, its log and its pages, until the signal to end."""

import ctypes
import errno
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING

import structlog
import typer
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp
from structlog.typing import Processor

from api.app import MOST_BYTES, create_app
from api.http.streams import Streams
from cli.address import address_of, publish_address
from cli.configuration import access_tokens_of, issuer_of
from cli.demo import users as demos
from cli.installation import lrs
from cli.installation.doors import Doors
from cli.messages import UNAVAILABLE, refuse
from cli.session import open_session
from service import Service
from settings import LRS_SIMULATED, Settings, unknown_variables, variable

if TYPE_CHECKING:
    from access.oidc.issuer import Issuer

GRACE_SECONDS = 10

MALLOC_SETTINGS = {-8: 1, -3: 128 * 1024, -1: 128 * 1024}
"""M_ARENA_MAX, M_MMAP_THRESHOLD and M_TRIM_THRESHOLD of glibc: heaps, bytes, bytes."""


def serve_at(
    listener: socket.socket,
    settings: Settings,
    *,
    demo: bool,
    filled: bool,
    print_secrets: bool,
) -> None:
    """Open what is set, print how to begin, and answer requests until the signal to end."""
    use_one_heap()
    with open_session(settings, begin=True) as service:
        url = address_of(settings.host, listener.getsockname()[1])
        lines = [
            f"Learner Management on {url}",
            kept_in(settings),
            lrs.describe_lrs(settings),
        ]
        service.start()
        if demo:
            begun = not demos.has_users(service)
            given = (
                demos.add_users(service, with_passwords=print_secrets) if begun else {}
            )
            if begun and filled:
                from cli.demo.lived_in import fill_centre

                typer.echo("Filling the demo's first centre…")
                fill_centre(service)
            lines += demos.guide(service, url, given, with_secrets=print_secrets)
        issuer = issuer_of(settings)
        app = create_app(
            service,
            rate=settings.rate,
            origins=settings.origins(),
            access_tokens=access_tokens_of(issuer),
        )
        typer.echo("\n".join([*lines, "Ctrl-C ends it."]))
        end_quietly()
        with publish_address(settings.keys, url):
            doors = Doors(app, partial(pages_of, service, app, settings, issuer))
            server = Server(doors, app.state.streams)
            gc.freeze()  # the collector never scans again what exists at the start
            server.run(sockets=[listener])


def pages_of(
    service: Service, app: FastAPI, settings: Settings, issuer: "Issuer | None"
) -> ASGIApp:
    """Make the pages; what they need is imported when somebody opens one."""
    from web.app import ROUTERS, create_pages

    routers = ROUTERS
    if issuer:
        from web.centres import issuer_sign_in

        routers = (*ROUTERS, issuer_sign_in.pages)
    return create_pages(
        service,
        metrics=app.state.metrics,
        most_bytes=MOST_BYTES,
        public=settings.public_url,
        issuer=issuer,
        routers=routers,
        rate=settings.rate,
    )


ON_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
PUBLIC_URL_WARNING = (
    f"WARNING: {variable('public_url')} is not set. Links and QR codes are written with"
    " plain http and the host that is asked, and cookies are sent unencrypted. Set it to"
    " the https address that people open."
)


def use_one_heap() -> None:
    """Return memory after large uploads, if the C library is glibc.

    By default it has a heap for each thread, and keeps freed memory in each.
    """
    with suppress(AttributeError, OSError, TypeError):
        set_option = ctypes.CDLL(None).mallopt
        for setting, value in MALLOC_SETTINGS.items():
            set_option(setting, value)


class Server(uvicorn.Server):
    """A server that does not wait for streams, which do not end by themselves."""

    def __init__(self, app: ASGIApp, streams: Streams) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self._streams = streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._streams.end()
        await super().shutdown(sockets)


def listening(settings: Settings) -> socket.socket:
    """Open the port first, so that a second service stops before it starts.

    The socket names its protocol; otherwise asyncio would not set TCP_NODELAY on accepted
    connections, and each response would wait 40 ms for a delayed acknowledgement.
    """
    where = f"{settings.host}:{settings.port}"
    try:
        family = socket.getaddrinfo(settings.host, settings.port)[0][0]
        taken = socket.create_server((settings.host, settings.port), family=family)
        return socket.socket(
            family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=taken.detach()
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            why = f"Something else listens at {where} already."
            other = "Choose another port: learner-management serve --port 8001"
            refuse(UNAVAILABLE, why, other)
        refuse(UNAVAILABLE, f"Nothing can listen at {where}: {error.strerror}.")


def warnings(settings: Settings, *, demo: bool) -> Iterator[str]:
    """Warn of likely mistakes: variables that nobody reads, a simulated LRS."""
    for name, fault in unknown_variables(os.environ):
        yield f"WARNING: {name} {fault}"
    if not settings.public_url and settings.host not in ON_THIS_MACHINE:
        yield PUBLIC_URL_WARNING
    if settings.lrs.startswith(LRS_SIMULATED) and not demo:
        yield lrs.SIMULATION_WARNING


def kept_in(settings: Settings) -> str:
    """Say where data is kept, without a password from the address."""
    kind, _, place = settings.database.partition("://")
    address = f"{kind}://{place.rsplit('@', 1)[-1]}"
    return f"Data is kept in {address}, the master key in {settings.keys}"


def end_quietly() -> None:
    """Ignore the second signal that the server sends itself after shutting down."""

    def ignore(_: int, __: FrameType | None) -> None:
        pass

    signal.signal(signal.SIGINT, ignore)
    signal.signal(signal.SIGTERM, ignore)


def log_as_json() -> None:
    """Log to stderr, one JSON object a line, including the libraries' own lines."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, renderer],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=renderer, foreign_pre_chain=shared
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
