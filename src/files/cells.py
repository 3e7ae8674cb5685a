"""The cells of a workbook, read as the text that they show."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zipfile import ZipFile

from aggregates.uploads.file_refusals import (
    LAST_ROW,
    MOST_BYTES,
    MOST_COLUMNS,
    FileRefused,
)
from events.uploads.upload import FileProblem
from files.number_formats import CellStyles
from files.table import Line, Number
from files.xml_stream import Budget, parse, stream

MOST_STRINGS = 1_000_000
MOST_TEXT = MOST_BYTES
FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - a day of no place
YEARS_FROM_1904 = 1462
LEAP_DAY_THAT_WAS_NOT = 60
LAST_DAY = 2_958_465
MOST_EXACT = 10**15

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_INTEGER = re.compile(r"-?[0-9]{1,15}")
_TRUE = frozenset({"1", "true"})


class Damaged(ValueError):
    """The workbook contradicts itself."""


def text_of(serial: float, *, is_1904: bool) -> str | None:
    """Convert Excel's number of a day to ISO, with the time if there is one."""
    days = serial + YEARS_FROM_1904 * is_1904
    if not 1 <= days < LAST_DAY + 1 or int(days) == LEAP_DAY_THAT_WAS_NOT:
        return None
    moment = FIRST_DAY + timedelta(days=days + (days < LEAP_DAY_THAT_WAS_NOT))
    moment = (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
    is_day = moment.time() == datetime.min.time()
    return moment.date().isoformat() if is_day else moment.isoformat(" ")


def number_text(written: str) -> str:
    """Write a number without exponent or trailing ``.0``, with every digit."""
    if _INTEGER.fullmatch(written):
        return written
    value = float(written)
    is_exact = value.is_integer() and abs(value) < MOST_EXACT
    return str(int(value)) if is_exact else str(value)


def unescape(text: str) -> str:
    """Decode characters that Excel writes as ``_x00e9_``."""

    def letter(found: re.Match[str]) -> str:
        character = chr(int(found[1], 16))
        is_told = character.isprintable() or character in "\t\n\r"
        return character if is_told else found[0]

    return _ESCAPED.sub(letter, text) if "_x" in text else text


def read_strings(package: ZipFile, part: str, budget: Budget) -> Sequence[str]:
    """Read the shared texts of cells."""
    found: list[str] = []
    pieces: list[str] = []
    taking = phonetic = False
    left = MOST_TEXT

    def start(name: str, _: Mapping[str, str]) -> None:
        nonlocal taking, phonetic
        taking = name == "t" and not phonetic
        phonetic = phonetic or name == "rPh"

    def end(name: str) -> None:
        nonlocal taking, phonetic
        taking = False
        if name == "rPh":
            phonetic = False
        elif name == "si":
            found.append(unescape("".join(pieces)))
            pieces.clear()

    def text(data: str) -> None:
        nonlocal left
        if taking:
            pieces.append(data)
            left -= len(data)
            if left < 0 or len(found) > MOST_STRINGS:
                raise FileRefused(FileProblem(code="too-big-unpacked"))

    parse(package, part, budget, start=start, end=end, text=text)
    return found


class SheetReader:
    """Reads the rows of one sheet, chunk by chunk.

    ``hidden_rows`` and ``hidden_columns`` (from 0) are the hidden or filtered ones read so
    far.
    """

    def __init__(
        self, strings: Sequence[str], styles: CellStyles, *, is_1904: bool
    ) -> None:
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self._strings, self._styles = strings, styles
        self._is_1904 = is_1904
        self._done: list[Line] = []
        self._row, self._column, self._left = 0, -1, MOST_TEXT
        self._cells: dict[int, str] = {}
        self._kind, self._style = "n", 0
        self._pieces: list[str] = []
        self._taking = self._phonetic = self._has_formula = self._has_value = False

    def lines(self, package: ZipFile, part: str, budget: Budget) -> Iterator[Line]:
        """Yield each row that has a cell with content."""
        for _ in stream(
            package, part, budget, start=self._start, end=self._end, text=self._text
        ):
            yield from self._done
            self._done.clear()

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._place(attributes.get("r"))
            self._kind = attributes.get("t", "n")
            self._style = int(attributes.get("s", 0))
            self._has_formula = self._has_value = False
            self._pieces.clear()
        elif name in {"v", "t"}:
            self._taking, self._has_value = not self._phonetic, True
        elif name == "f":
            self._has_formula = True
        elif name == "row":
            row = int(attributes.get("r", self._row + 1))
            if not self._row < row:
                raise Damaged
            if row > LAST_ROW:
                raise FileRefused(FileProblem(code="too-many-rows"))
            self._row, self._column = row, -1
            if attributes.get("hidden") in _TRUE:
                self.hidden_rows.add(row)
        elif name == "rPh":
            self._phonetic = True
        elif name == "col" and attributes.get("hidden") in _TRUE:
            last = min(int(attributes["max"]), MOST_COLUMNS)
            self.hidden_columns.update(range(int(attributes["min"]) - 1, last))

    def _place(self, reference: str | None) -> None:
        column = self._column + 1
        if reference is not None:
            named = _REFERENCE.fullmatch(reference)
            if named is None or int(named[2]) != self._row:
                raise Damaged
            column = column_of(named[1])
        if column <= self._column:
            raise Damaged
        self._column = column

    def _text(self, data: str) -> None:
        if self._taking:
            self._pieces.append(data)
            self._spend(data)

    def _spend(self, text: str) -> None:
        self._left -= len(text)
        if self._left < 0:
            raise FileRefused(FileProblem(code="too-big-unpacked"))

    def _end(self, name: str) -> None:
        if name == "c":
            if value := self._value():
                self._keep(value)
        elif name in {"v", "t"}:
            self._taking = False
        elif name == "row":
            if self._cells:
                line = [""] * (max(self._cells) + 1)
                for column, value in self._cells.items():
                    line[column] = value
                self._done.append((self._row, line))
                self._cells = {}
            else:
                self.hidden_rows.discard(self._row)
        elif name == "rPh":
            self._phonetic = False

    def _keep(self, value: str) -> None:
        if self._column >= MOST_COLUMNS and value.strip():
            raise FileRefused(FileProblem(code="too-wide", found=self._here))
        if self._column < MOST_COLUMNS:
            self._cells[self._column] = value
            self._spend(value)

    def _value(self) -> str:
        """Return the text that the cell shows. Raises FileRefused if it is an error or unknown."""
        written = "".join(self._pieces)
        has_result = self._has_value if self._kind == "str" else written.strip()
        if self._has_formula and not has_result:
            raise FileRefused(FileProblem(code="formula-unknown", found=self._here))
        match self._kind:
            case "s":
                return self._strings[int(written)] if written else ""
            case "str" | "inlineStr":
                return unescape(written)
            case "b":
                return {"1": "TRUE", "0": "FALSE"}[written] if written else ""
            case "e":
                raise FileRefused(FileProblem(code="cell-error", found=self._here))
            case "d":
                return written.partition("T00:00:00")[0]
            case "n":
                return self._number(written.strip())
            case _:
                raise Damaged

    def _number(self, written: str) -> str:
        if not written:
            return ""
        if self._style in self._styles.dates:
            day = text_of(float(written), is_1904=self._is_1904)
            if day is not None:
                return day
        text = number_text(written)
        if digits := self._styles.digits.get(self._style):
            return digits.format_number(text)
        return text if self._is_1904 else Number(text)

    @property
    def _here(self) -> str:
        return f"{letters_of(self._column)}{self._row}"


def column_of(letters: str) -> int:
    """Return the index of a column, from 0: ``A`` is 0, ``AA`` 26."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def letters_of(column: int) -> str:
    """Return the letters of a column index, from 0: ``A``, ``AA``."""
    letters = ""
    while column >= 0:
        column, rest = divmod(column, 26)
        letters = chr(ord("A") + rest) + letters
        column -= 1
    return letters


def day_of(text: str) -> str:
    """Read a number in a column of dates as Excel's number of a day.

    Only a number with five digits, from 1927 on, can be one: ``2006`` is a year.
    """
    is_serial = isinstance(text, Number) and re.fullmatch("[1-9][0-9]{4}", text)
    return (is_serial and text_of(int(text), is_1904=False)) or str(text)
