"""XML from strangers: parsed while it is unpacked, within limits on its cost."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from aggregates.uploads.file_refusals import FileRefused
from events.uploads.upload import FileProblem

CHUNK = 65_536
LONGEST_TAG = 1_000_000

Start: TypeAlias = Callable[[str, Mapping[str, str]], object]
End: TypeAlias = Callable[[str], object]
Text: TypeAlias = Callable[[str], object]


class XmlForbidden(ValueError):
    """The document has what no workbook needs: a document type, or an endless tag."""


@dataclass
class Budget:
    """The bytes that may still be unpacked, and the elements that may still be read."""

    octets: int
    elements: int

    def spend(self, octets: int, elements: int = 0) -> None:
        self.octets -= octets
        self.elements -= elements
        if self.octets < 0 or self.elements < 0:
            raise FileRefused(FileProblem(code="too-big-unpacked"))


def stream(
    package: ZipFile, part: str, budget: Budget, *, start: Start, end: End, text: Text
) -> Iterator[None]:
    """Parse a part of a zipped package; each ``next`` parses a chunk and calls the handlers.

    Names come without their prefixes. Raises FileRefused when the budget is spent;
    XmlForbidden, ExpatError or zipfile's errors if the part cannot be read.
    """
    info = package.getinfo(part)
    if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise XmlForbidden(part)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    met = 0

    def on_start(name: str, attributes: dict[str, str]) -> None:
        nonlocal met
        met += 1
        start(name.rpartition(":")[2], attributes)

    def forbid(*_: object) -> None:
        raise XmlForbidden(part)

    parser.StartElementHandler = on_start
    parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = forbid
    fed = 0
    with package.open(info) as unpacked:
        while chunk := unpacked.read(CHUNK):
            met = 0
            parser.Parse(chunk, False)  # noqa: FBT003 - expat takes no keyword
            budget.spend(len(chunk), met)
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > LONGEST_TAG:
                raise XmlForbidden(part)
            yield
    parser.Parse(b"", True)  # noqa: FBT003 - as above
    yield


def parse(
    package: ZipFile, part: str, budget: Budget, *, start: Start, end: End, text: Text
) -> None:
    """Parse a whole part of a zipped package."""
    for _ in stream(package, part, budget, start=start, end=end, text=text):
        pass


def nothing(*_: object) -> None:
    """Ignore a call."""
