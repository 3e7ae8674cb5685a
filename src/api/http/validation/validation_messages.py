"""The framework's validation errors, in sentences for people."""

from collections.abc import Mapping, Sequence
from typing import Any

from catalogue import amount
from catalogue.json_pointer import json_pointer

SENTENCES = {
    "missing": "This is missing. Add it.",
    "unknown_field": "There is no field {name} here. {meant}",
    "unknown_parameter": "There is no parameter {name} here. {meant}",
    "given_twice": "This is given more than once. Give it once.",
    "no_file": "Must be a file. Send it with its filename.",
    "body_missing": "The body is missing. Add it.",
    "no_body": "This operation takes no body. Leave it out.",
    "json_invalid": "The body is not JSON from character {at} on. Check the quotes, commas"
    " and brackets there.",
    "string_type": "Must be text.",
    "nul": "Must not contain the character NUL (U+0000). Remove it.",
    "string_unicode": "Contains half of a surrogate pair. Send the whole character.",
    "string_too_short": "Must have at least {min_length:character}.",
    "string_too_long": "Must have at most {max_length:character}.",
    "int_type": "Must be a whole number.",
    "int_parsing": "Must be a whole number.",
    "int_parsing_size": "This number is too large. Give a smaller one.",
    "int_from_float": "Must be a whole number.",
    "float_type": "Must be a number.",
    "float_parsing": "Must be a number.",
    "decimal_type": "Must be an amount, as 98.00.",
    "decimal_parsing": "Must be an amount, as 98.00.",
    "decimal_max_places": "Must have at most {decimal_places:decimal place}.",
    "decimal_max_digits": "This number is too large. Give a smaller one.",
    "decimal_whole_digits": "This number is too large. Give a smaller one.",
    "finite_number": "Must be a number.",
    "bool_type": "Must be true or false.",
    "bool_parsing": "Must be true or false.",
    "greater_than_equal": "Must be at least {ge}.",
    "greater_than": "Must be more than {gt}.",
    "less_than_equal": "Must be at most {le}.",
    "less_than": "Must be less than {lt}.",
    "enum": "Give one of {expected}.",
    "literal_error": "Give one of {expected}.",
    "list_type": "Must be a list.",
    "tuple_type": "Must be a list.",
    "set_type": "Must be a list.",
    "too_short": "Must have at least {min_length:item}.",
    "too_long": "Must have at most {max_length:item}.",
    "dict_type": "Must be an object of names and values.",
    "model_type": "Must be an object of names and values.",
    "model_attributes_type": "Must be an object of names and values.",
    "uuid_parsing": "Must be a UUID, as 0f3c2d1b-5a69-4788-96a5-0f3c2d1b5a69.",
    "uuid_type": "Must be a UUID, as 0f3c2d1b-5a69-4788-96a5-0f3c2d1b5a69.",
    "timezone_aware": "Must say its time zone, as 2026-11-24T09:00:00Z.",
    "value_error": "{error}",
}
PATTERNS = {
    "^[A-Za-z0-9/-]*$": "Must have letters, digits, - and / only.",
    "^[0-9]*$": "Must have digits only.",
    "^[0-9]{4}$": "Must be four digits.",
    "^[0-9a-f]*$": "Must have hexadecimal digits only: 0 to 9 and a to f.",
    "^[0-9A-Fa-f]{64}$": "Must be a SHA-256: 64 hexadecimal digits.",
    "^(Pass|Fail)$": "Must be Pass or Fail.",
    r"^[\w-]+\.[0-9a-f]{32}$": "This is not a launch link. Use it just as it was given.",
}
"""The sentence for each pattern that a value must match."""


class Count(int):
    """A number that a sentence writes with its noun: ``{least:item}``."""

    def __format__(self, noun: str) -> str:
        return amount(self, noun) if noun else str(int(self))


DATE = "Must be a date, as 2026-11-24."
TIME = "Must be a time with its zone, as 2026-11-24T09:00:00Z."


def errors_of(found: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Say where each value at fault is and what is wrong with it, each once."""
    said = [
        (pointer_of(error["loc"]), sentence_of(error))
        for error in map(place_body_error, found)
    ]
    return [{"pointer": at, "message": message} for at, message in dict.fromkeys(said)]


def place_body_error(error: Mapping[str, Any]) -> Mapping[str, Any]:
    """Place the error of a body that is not JSON, or not there, at no particular value."""
    if error["type"] == "missing" and tuple(error["loc"]) == ("body",):
        return {"type": "body_missing", "loc": ("body",)}
    if error["type"] != "json_invalid":
        return error
    at = str(error["loc"][-1] + 1 if isinstance(error["loc"][-1], int) else 1)
    return {"type": "json_invalid", "loc": ("body",), "ctx": {"at": at}}


def pointer_of(location: Sequence[str | int]) -> str:
    """Point into the body, or at a parameter (``?limit``) or header (``Prefer:``)."""
    where, *path = location
    if where == "query":
        return f"?{'.'.join(map(str, path))}"
    if where in {"header", "cookie"}:
        return f"{'.'.join(map(str, path))}:"
    return json_pointer(path)


def sentence_of(error: Mapping[str, Any]) -> str:
    """Write pydantic's error as a sentence."""
    kind = str(error["type"])
    if kind.startswith("datetime"):
        return TIME
    if kind.startswith("date"):
        return DATE
    if kind == "string_pattern_mismatch":
        return PATTERNS[error["ctx"]["pattern"]]
    values = {
        name: Count(value) if type(value) is int else str(value)
        for name, value in (error.get("ctx") or {}).items()
    }
    sentence = SENTENCES.get(kind)
    return sentence.format(**values) if sentence else f"{error['msg']}."
