"""A server that speaks verifyLearner over TLS, and misbehaves as it is told to."""

import ssl
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from lrs import Organisation

PASSWORD = "sixteen letters!"
HOST = "127.0.0.1"

ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    "{}</s:Body></s:Envelope>"
)
VERIFIED = ENVELOPE.format(
    '<r:VerifyLearnerResponse xmlns:r="http://api.lrs.miap.gov.uk/reportmsg">'
    "<VerifiedLearner>{}</VerifiedLearner></r:VerifyLearnerResponse>"
)
FAULT = ENVELOPE.format(
    "<s:Fault><faultcode>s:Server</faultcode><faultstring>No.</faultstring><detail>"
    '<e:MIAPAPIException xmlns:e="http://api.lrs.miap.gov.uk/exceptions">'
    "<e:ErrorCode>{}</e:ErrorCode><e:Description>No.</e:Description>"
    "</e:MIAPAPIException></detail></s:Fault>"
)


def verified(code: str, *flags: str, uln: str = "", searched: str = "") -> str:
    """Write an answer."""
    inner = f"<SearchedULN>{searched}</SearchedULN>" if searched else ""
    inner += f"<ResponseCode>{code}</ResponseCode>"
    inner += f"<ULN>{uln}</ULN>" if uln else ""
    inner += "".join(f"<FailureFlag>{flag}</FailureFlag>" for flag in flags)
    return VERIFIED.format(inner)


def fault(code: str) -> str:
    return FAULT.format(code)


@dataclass
class Behaviour:
    """What it answers, and what it was asked."""

    content: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(
        default_factory=lambda: {"Content-Type": "text/xml"}
    )
    latency: float = 0.0
    length: int | None = None
    asked: list[Element] = field(default_factory=list)
    actions: list[str | None] = field(default_factory=list)

    def says(self, content: str | bytes, **changed: object) -> None:
        """Answer so from now on."""
        self.content = content.encode() if isinstance(content, str) else content
        vars(self).update(changed)


class Authority:
    """A certificate authority of the test's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = self._named("Authority")
        self.file = folder / "authority.pem"
        built = self._builder(self._name, self._key).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self._write(self.file, built)

    def issue(self, name: str) -> tuple[Path, Path]:
        """Issue a certificate: its file, and that of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        host = x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))])
        built = self._builder(self._named(name), key)
        certificate = self._folder / f"{name}.pem"
        self._write(certificate, built.add_extension(host, critical=False))
        secret = self._folder / f"{name}.key"
        secret.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        return certificate, secret

    @staticmethod
    def _named(name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=2))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
                critical=False,
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    self._key.public_key()
                ),
                critical=False,
            )
        )

    def _write(self, file: Path, built: x509.CertificateBuilder) -> None:
        signed = built.sign(self._key, SHA256())
        file.write_bytes(signed.public_bytes(Encoding.PEM))


def organisation(authority: Authority) -> Organisation:
    certificate, key = authority.issue("client")
    return Organisation(
        ukprn="10012345",
        password=PASSWORD,
        user="riverside",
        certificate=certificate,
        key=key,
        authority=authority.file,
    )


@contextmanager
def serving(authority: Authority) -> Generator[tuple[str, Behaviour]]:
    """Serve on this machine, to those alone who show a certificate of the authority."""
    behaviour = Behaviour()
    server = ThreadingHTTPServer((HOST, 0), _handler(behaviour))
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("server"))
    context.load_verify_locations(authority.file)
    context.verify_mode = ssl.CERT_REQUIRED
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    serve: Callable[[], None] = lambda: server.serve_forever(poll_interval=0.01)  # noqa: E731
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"https://{HOST}:{server.server_address[1]}/lrs", behaviour
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(behaviour: Behaviour) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            behaviour.asked.append(fromstring(self.rfile.read(length)))  # noqa: S314
            behaviour.actions.append(self.headers["SOAPAction"])
            time.sleep(behaviour.latency)
            self.send_response(behaviour.status)
            for name, value in behaviour.headers.items():
                self.send_header(name, value)
            size = len(behaviour.content)
            said = size if behaviour.length is None else behaviour.length
            self.send_header("Content-Length", str(said))
            self.end_headers()
            self.wfile.write(behaviour.content)
            if said != size:
                self.close_connection = True

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:  # they hung up, or would not show who they are
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    return Handler
