"""A Merkle tree over an append-only log, in the shape of RFC 9162 section 2.1."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

Hash: TypeAlias = bytes
"""32 bytes of SHA-256."""

Nodes: TypeAlias = Callable[[int, int], Hash]
"""Returns the root of a complete subtree by its level (leaves: 0) and its number there."""

EMPTY: Hash = sha256(b"").digest()


def leaf_hash(content: bytes) -> Hash:
    return sha256(b"\x00" + content).digest()


def node_hash(left: Hash, right: Hash) -> Hash:
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, kw_only=True)
class Node:
    """The root of a complete subtree, with 2 to the power of ``level`` leaves."""

    level: int
    number: int
    hash: Hash


class Frontier:
    """The part of a growing tree that its root depends on: the roots of its complete subtrees.

    ``peaks`` are these roots, the largest subtree first. A tree of n leaves has as many as
    n has ones in binary.
    """

    def __init__(self, size: int = 0, peaks: Sequence[Hash] = ()) -> None:
        if len(peaks) != size.bit_count():
            raise ValueError(f"These are not the peaks of a tree of size {size}.")
        self.size = size
        self.peaks = list(peaks)

    def add(self, leaf: Hash) -> Iterator[Node]:
        """Add a leaf; yield each subtree that is now complete, the leaf itself first."""
        number, level = self.size, 0
        yield Node(level=level, number=number, hash=leaf)
        while number & 1:
            leaf = node_hash(self.peaks.pop(), leaf)
            number, level = number >> 1, level + 1
            yield Node(level=level, number=number, hash=leaf)
        self.peaks.append(leaf)
        self.size += 1

    @property
    def root(self) -> Hash:
        return _fold_peaks(self.peaks)


def _fold_peaks(peaks: Sequence[Hash]) -> Hash:
    if not peaks:
        return EMPTY
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def inclusion_proof(number: int, size: int, nodes: Nodes) -> list[Hash]:
    """Prove that a leaf is in the tree of that size (RFC 9162, 2.1.3.1)."""
    if not 0 <= number < size:
        raise ValueError(f"A tree of size {size} has no leaf {number}.")
    return _path(number, 0, size, nodes)


def _path(number: int, start: int, end: int, nodes: Nodes) -> list[Hash]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if number < middle:
        return [
            *_path(number, start, middle, nodes),
            root_between(middle, end, nodes),
        ]
    return [*_path(number, middle, end, nodes), root_between(start, middle, nodes)]


def consistency_proof(first: int, second: int, nodes: Nodes) -> list[Hash]:
    """Prove that the first tree is the beginning of the second (RFC 9162, 2.1.4.1)."""
    if not 0 < first <= second:
        raise ValueError(f"A tree of size {first} cannot begin one of {second}.")
    return _subproof(first, 0, second, nodes, is_whole=True)


def _subproof(
    first: int, start: int, end: int, nodes: Nodes, *, is_whole: bool
) -> list[Hash]:
    if first == end - start:
        return [] if is_whole else [root_between(start, end, nodes)]
    half = _split(end - start)
    middle = start + half
    if first <= half:
        inner = _subproof(first, start, middle, nodes, is_whole=is_whole)
        return [*inner, root_between(middle, end, nodes)]
    inner = _subproof(first - half, middle, end, nodes, is_whole=False)
    return [*inner, root_between(start, middle, nodes)]


def root_between(start: int, end: int, nodes: Nodes) -> Hash:
    """Return the root over leaves ``start`` to ``end - 1``; a subtree must begin at start."""
    peaks = []
    while start < end:
        level = (end - start).bit_length() - 1
        peaks.append(nodes(level, start >> level))
        start += 1 << level
    return _fold_peaks(peaks)


def _split(size: int) -> int:
    """Return the largest power of two less than the size."""
    return 1 << (size - 1).bit_length() - 1


def is_included(
    leaf: Hash, number: int, size: int, proof: Sequence[Hash], root: Hash
) -> bool:
    """Check an inclusion proof (RFC 9162, 2.1.3.2)."""
    if not 0 <= number < size:
        return False
    at, last, found = number, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(sibling, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(
    first: int, second: int, proof: Sequence[Hash], roots: tuple[Hash, Hash]
) -> bool:
    """Check that one tree is the beginning of the other (RFC 9162, 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and roots[0] == roots[1]
    path = [roots[0], *proof] if first.bit_count() == 1 else [*proof]
    if not path:
        return False
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and (old, new) == roots
