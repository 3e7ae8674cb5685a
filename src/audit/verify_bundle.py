"""Check a bundle of events offline, with nothing but Python 3.11 and this file.

    python -I verify_bundle.py BUNDLE.zip --key HEX [--head HEADS.json]

It makes the Merkle tree (RFC 9162) over every event in the bundle and compares its root
with the signed tree head that is in there; it checks the head's signature (Ed25519, RFC
8032) with the key given, which you had from the service by another way; and, for each
head that you kept from an earlier day, that those first events are the same still. It
says what is wrong first and ends with 3, or says that all is well and ends with 0; it
ends with 2 if a file cannot be read. Without a key it says who signed, and no more.

Of each event it hashes: 0x00, "position stream version topic moment", a line's end, and
the state as it was stored. Personal values are in there sealed; no key is needed.
"""

import argparse
import hashlib
import json
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

FILES = ["events.jsonl", "head.json", "verify_bundle.py"]
EVENT = {
    "position": int,
    "stream": str,
    "version": int,
    "topic": str,
    "recorded_at": str,
    "state": str,
}
HEAD = {
    "size": int,
    "position": int,
    "root": str,
    "signed_at": str,
    "signature": str,
    "public_key": str,
}
BROKEN = (
    ValueError,
    RecursionError,
    EOFError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)
"""The exceptions raised by reading a malformed bundle."""
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
SOUND, UNREAD, WRONG = 0, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the files named on the command line; print the result."""
    parser = argparse.ArgumentParser(description="Check a bundle of events offline.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--key", help="The service's public key (hex).")
    parser.add_argument("--head", type=Path, help="Tree heads kept from earlier.")
    given = parser.parse_args(arguments)
    try:
        earlier = heads_in(given.head.read_text()) if given.head else []
        key = bytes.fromhex(given.key).hex() if given.key else None
    except (OSError, RecursionError, ValueError) as error:
        sys.stdout.write(f"The key or the kept heads cannot be read: {error}\n")
        return UNREAD
    try:
        wrong, said = check(given.bundle, key, earlier)
    except OSError as error:
        sys.stdout.write(f"The bundle cannot be read: {error}\n")
        return UNREAD
    except BROKEN as error:
        wrong, said = f"This is not a whole bundle: {error}", ""
    sys.stdout.write(f"{wrong or said}\n")
    return WRONG if wrong else SOUND


def check(bundle: Path, key: str | None, earlier: list[Any]) -> tuple[str, str]:
    """Return the first fault ("" if there is none), and the message for a sound bundle."""
    with zipfile.ZipFile(bundle) as opened:
        if sorted(opened.namelist()) != FILES:
            return f"The bundle does not hold just {', '.join(FILES)}.", ""
        text = opened.read("head.json").decode()
        head = read_document(text, HEAD)
        if text != json.dumps(head, indent=2):
            raise ValueError("its tree head is not written as one is")
        with opened.open("events.jsonl") as lines:
            roots, last = roots_of(lines, [head, *earlier])
    if key and key != head["public_key"]:
        return f"The bundle names another key: {head['public_key']}.", ""
    for what, said in (("signed", head), *(("earlier", each) for each in earlier)):
        if not is_signed(said, key or head["public_key"]):
            return f"The {what} tree head is not signed by that key.", ""
        if roots.get(said["size"]) != (said["root"], said["position"]):
            whose = f"of size {said['size']}, signed at {said['signed_at']}"
            return f"The events are not those of the {what} tree head, {whose}.", ""
    if last != (head["size"], head["position"]):
        return f"The bundle has events: {last[0]}; its head: {head['size']}.", ""
    whose = "" if key else f" Compare the key with the service's: {head['public_key']}"
    return "", (
        f"Every event, {last[0]} in all, is as the service signed it at {head['signed_at']}."
        + whose
    )


def heads_in(text: str) -> list[Any]:
    """Read a sequence of tree heads."""
    heads, decoder, text = [], json.JSONDecoder(), text.strip()
    while text:
        document, end = decoder.raw_decode(text)
        heads.append(read_document(json.dumps(document), HEAD))
        text = text[end:].lstrip()
    if not heads:
        raise ValueError("there is no tree head")
    return heads


def read_document(text: str | bytes, shape: dict[str, type]) -> Any:
    """Read a JSON object with exactly these keys, each once. Raises ValueError."""
    found = json.loads(text, object_pairs_hook=tuple)
    pairs = found if isinstance(found, tuple) else ()
    if sorted((n, type(v).__name__) for n, v in pairs) != sorted(
        (name, kind.__name__) for name, kind in shape.items()
    ):
        raise ValueError(f"not just {', '.join(shape)} is in {text[:80]!r}")
    values = dict(pairs)
    return {name: values[name] for name in shape}


def roots_of(
    lines: Iterator[bytes], heads: Sequence[Any]
) -> tuple[dict[int, tuple[str, int]], tuple[int, int]]:
    """Build the tree; return root (hex) and position at each head's size, and its end."""
    wanted = {head["size"] for head in heads}
    found: dict[int, tuple[str, int]] = {}
    peaks: list[bytes] = []
    size = position = 0
    for line in lines:
        event = read_document(line, EVENT)
        if line != json.dumps(event, ensure_ascii=False).encode() + b"\n":
            raise ValueError(f"this is not written as an event is: {line[:80]!r}")
        if event["position"] <= position:
            raise ValueError(f"position {event['position']} is out of order")
        position = event["position"]
        *header, state = map(str, event.values())
        content = f"{' '.join(header)}\n{state}".encode()
        node = hashlib.sha256(b"\x00" + content).digest()
        number = size
        while number & 1:
            node = hashlib.sha256(b"\x01" + peaks.pop() + node).digest()
            number >>= 1
        peaks.append(node)
        size += 1
        if size in wanted:
            root = peaks[-1]
            for peak in reversed(peaks[:-1]):
                root = hashlib.sha256(b"\x01" + peak + root).digest()
            found[size] = root.hex(), position
    return found, (size, position)


def is_signed(head: Any, key: str) -> bool:
    """Check the signature of a tree head (RFC 8032, 5.1.7)."""
    text = (
        f"tree head\n{head['size']}\n{head['position']}\n{head['root']}\n"
        f"{head['signed_at']}\n"
    )
    public, signature = bytes.fromhex(key), bytes.fromhex(head["signature"])
    if signature.hex() != head["signature"]:
        return False
    at, drawn = decode_point(public), decode_point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if at is None or drawn is None or scalar >= ORDER:
        return False
    hashed = hashlib.sha512(signature[:32] + public + text.encode()).digest()
    times = int.from_bytes(hashed, "little") % ORDER
    base = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    assert base is not None  # noqa: S101 - the curve's own base point
    left, right = (
        multiply_point(scalar, base),
        add_points(drawn, multiply_point(times, at)),
    )
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (
        left[1] * right[2] - right[1] * left[2]
    ) % P == 0


Point = tuple[int, int, int, int]


def decode_point(written: bytes) -> Point | None:
    """Read a point of the curve; None if the text is not one."""
    y = int.from_bytes(written, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if len(written) != 32 or y >= P:  # noqa: PLR2004 - bytes of a point
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def add_points(first: Point, second: Point) -> Point:
    a = (first[1] - first[0]) * (second[1] - second[0]) % P
    b = (first[1] + first[0]) * (second[1] + second[0]) % P
    c = 2 * first[3] * second[3] * D % P
    d = 2 * first[2] * second[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply_point(times: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while times:
        if times & 1:
            total = add_points(total, point)
        point = add_points(point, point)
        times >>= 1
    return total


if __name__ == "__main__":
    sys.exit(main())
