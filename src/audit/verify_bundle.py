"""Check a bundle of events offline, with nothing but Python 3.11 and this file.

    python verify_bundle.py BUNDLE.zip [--key HEX] [--head HEAD.json]

It makes the Merkle tree (RFC 9162) over every event in the bundle and compares its root
with the signed tree head that is in there; it checks the head's signature (Ed25519, RFC
8032) with the key given, which you had from the service by another way; and, for a head
that you kept from an earlier day, that those first events are the same still. It says
what is wrong and ends with 3, or says that all is well and ends with 0.

Of each event it hashes: 0x00, "position stream version topic moment", a line's end, and
the state as it was stored. Personal values are in there sealed; no key is needed.
"""

import argparse
import hashlib
import json
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
SOUND, WRONG = 0, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the command line names; say what was found."""
    parser = argparse.ArgumentParser(description="Check a bundle of events offline.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--key", help="The service's public key (hex).")
    parser.add_argument("--head", type=Path, help="A tree head kept from earlier.")
    given = parser.parse_args(arguments)
    earlier = json.loads(given.head.read_text()) if given.head else None
    try:
        wrong, said = check(given.bundle, given.key, earlier)
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        wrong, said = f"This is not a whole bundle: {error}", ""
    sys.stdout.write(f"{wrong or said}\n")
    return WRONG if wrong else SOUND


def check(bundle: Path, key: str | None, earlier: Any) -> tuple[str, str]:
    """Find what is wrong first ("" if nothing is), and what to say if nothing is."""
    with zipfile.ZipFile(bundle) as opened:
        head = json.loads(opened.read("head.json"))
        with opened.open("events.jsonl") as lines:
            roots, last = roots_of(lines, [head, *([earlier] if earlier else [])])
    for what, said in (("signed", head), ("earlier", earlier)):
        if said is None:
            continue
        if roots.get(said["size"]) != said["root"]:
            return f"The events are not those of the {what} tree head.", ""
        if not is_signed(said, key or head["public_key"]):
            return f"The {what} tree head is not signed by that key.", ""
    if last != (head["size"], head["position"]):
        return f"The bundle has {last[0]} events and its head {head['size']}.", ""
    whose = "" if key else f" Compare the key with the service's: {head['public_key']}"
    return "", (
        f"All {last[0]} events are as the service signed them at {head['signed_at']}."
        + whose
    )


def roots_of(
    lines: Iterator[bytes], heads: Sequence[Any]
) -> tuple[dict[int, str], tuple[int, int]]:
    """Make the tree; give its root (hex) at each head's size, and its end."""
    wanted = {head["size"] for head in heads}
    found: dict[int, str] = {}
    peaks: list[bytes] = []
    size = position = 0
    for line in lines:
        event = json.loads(line)
        if event["position"] <= position:
            raise ValueError(f"position {event['position']} is out of order")
        position = event["position"]
        names = ("position", "stream", "version", "topic", "recorded_at")
        header = " ".join(str(event[name]) for name in names)
        content = f"{header}\n{event['state']}".encode()
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
            found[size] = root.hex()
    return found, (size, position)


def is_signed(head: Any, key: str) -> bool:
    """Check the signature of a tree head (RFC 8032, 5.1.7)."""
    text = (
        f"tree head\n{head['size']}\n{head['position']}\n{head['root']}\n"
        f"{head['signed_at']}\n"
    )
    public, signature = bytes.fromhex(key), bytes.fromhex(head["signature"])
    at, drawn = decoded(public), decoded(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if at is None or drawn is None or scalar >= ORDER:
        return False
    hashed = hashlib.sha512(signature[:32] + public + text.encode()).digest()
    times = int.from_bytes(hashed, "little") % ORDER
    base = decoded((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    assert base is not None  # noqa: S101 - the curve's own base point
    left, right = multiplied(scalar, base), added(drawn, multiplied(times, at))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (
        left[1] * right[2] - right[1] * left[2]
    ) % P == 0


Point = tuple[int, int, int, int]


def decoded(written: bytes) -> Point | None:
    """Read a point of the curve; None if it is none."""
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


def added(first: Point, second: Point) -> Point:
    a = (first[1] - first[0]) * (second[1] - second[0]) % P
    b = (first[1] + first[0]) * (second[1] + second[0]) % P
    c = 2 * first[3] * second[3] * D % P
    d = 2 * first[2] * second[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiplied(times: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while times:
        if times & 1:
            total = added(total, point)
        point = added(point, point)
        times >>= 1
    return total


if __name__ == "__main__":
    sys.exit(main())
