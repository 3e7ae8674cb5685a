"""One Apache Kafka of a single node on the loopback, from Maven's artefacts."""

import base64
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from tests.clock import PATIENCE
from tests.machine.maven import fetch_jars, why_no_jars

HERE = Path(__file__).parent
JARS = HERE.parents[1] / "build" / "kafka"
POM = HERE / "pom.xml"
MEMORY = ("-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
CONFIGURATION = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={folder}/data
num.partitions=6
auto.create.topics.enable=false
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
"""
LOGGING = """\
status=error
rootLogger.level=warn
rootLogger.appenderRef.stdout.ref=STDOUT
appender.stdout.type=Console
appender.stdout.name=STDOUT
appender.stdout.layout.type=PatternLayout
appender.stdout.layout.pattern=%d %p %c %m%n
"""


def why_not() -> str | None:
    """Say why no server can be started here; None if one can."""
    why = why_no_jars("Apache Kafka", JARS, POM)
    return why and f"{why}, or KAFKA_BOOTSTRAP_SERVERS"


class KafkaServer:
    """A broker that can be killed, and started again with what it holds."""

    def __init__(self, folder: Path) -> None:
        fetch_jars(JARS, POM)
        port, controller = free_ports()
        self.address = f"127.0.0.1:{port}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._configuration = folder / "server.properties"
        self._configuration.write_text(
            CONFIGURATION.format(port=port, controller=controller, folder=folder)
        )
        (folder / "log4j2.properties").write_text(LOGGING)
        name = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        words = ("format", "--standalone", "-t", name, "-c", str(self._configuration))
        formatted = self._java("kafka.tools.StorageTool", *words)
        assert formatted.wait(PATIENCE) == 0, (folder / "log").read_text()

    def start(self) -> None:
        """Start it unless it runs, and wait until it answers."""
        if self._process is not None:
            return
        self._process = self._java("kafka.Kafka", str(self._configuration))
        until = time.monotonic() + PATIENCE
        while True:
            try:
                options = {"bootstrap_timeout_ms": 2000, "request_timeout_ms": 5000}
                client = KafkaAdminClient(bootstrap_servers=self.address, **options)
                client.list_topics()
                client.close()
            except (KafkaError, OSError):
                log = (self._folder / "log").read_text()
                assert self._process.poll() is None, log
                assert time.monotonic() < until, log
            else:
                return

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(PATIENCE)
            self._process = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def _java(self, *words: str) -> subprocess.Popen[bytes]:
        logging = f"-Dlog4j2.configurationFile={self._folder}/log4j2.properties"
        logs = f"-Dkafka.logs.dir={self._folder}/logs"
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - what Maven fetched
                ["java", *MEMORY, logging, logs, "-cp", f"{JARS}/*", *words],  # noqa: S607 - the machine's
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def free_ports() -> tuple[int, int]:
    """Find two ports that nobody listens at."""
    with ExitStack() as taken:
        listening = [taken.enter_context(socket.socket()) for _ in range(2)]
        for each in listening:
            each.bind(("127.0.0.1", 0))
        first, second = (int(each.getsockname()[1]) for each in listening)
        return first, second


def start_detached(folder: Path) -> str:
    """Start a server that goes on after us; its process id is in the file ``pid``."""
    server = KafkaServer(folder)
    server.start()
    (folder / "pid").write_text(str(server.pid))
    return server.address


@contextmanager
def own_server() -> Generator[KafkaServer]:
    """Start a server of the test's own, and end it after."""
    with TemporaryDirectory(prefix="kafka-", ignore_cleanup_errors=True) as folder:
        server = KafkaServer(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.kill()


@contextmanager
def named_or_own() -> Generator[str]:
    """Give the address of the server that is named, else of one of the tests' own."""
    if named := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        yield named
        return
    with own_server() as server:
        yield server.address


if __name__ == "__main__":
    sys.stdout.write(start_detached(Path(sys.argv[1])))
