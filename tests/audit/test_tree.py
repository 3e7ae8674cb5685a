"""The tree's root and proofs are those of RFC 9162, by its recursive definitions."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.tree import (
    EMPTY,
    Frontier,
    Hash,
    Nodes,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
)

SIZES = st.integers(1, 70)


def root_of(leaves: Sequence[Hash]) -> Hash:
    """Find the root as the definition says (MTH, 2.1.1)."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return node_hash(root_of(leaves[:half]), root_of(leaves[half:]))


def leaves_of(size: int) -> list[Hash]:
    return [leaf_hash(b"%d" % number) for number in range(size)]


def grown(size: int) -> tuple[Frontier, Nodes]:
    frontier, nodes = Frontier(), {}
    for leaf in leaves_of(size):
        for node in frontier.add(leaf):
            nodes[node.level, node.number] = node.hash
    return frontier, lambda level, number: nodes[level, number]


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert Frontier().root == EMPTY == root_of([])


@given(SIZES)
def test_the_root_of_a_growing_tree_is_that_of_its_definition(size: int) -> None:
    assert grown(size)[0].root == root_of(leaves_of(size))


@given(SIZES, st.data())
def test_a_tree_goes_on_from_its_peaks(size: int, data: st.DataObject) -> None:
    early, _ = grown(data.draw(st.integers(0, size)))
    again = Frontier(early.size, early.peaks)
    for leaf in leaves_of(size)[early.size :]:
        list(again.add(leaf))
    assert again.root == root_of(leaves_of(size))


def test_peaks_that_do_not_fit_the_size_are_refused() -> None:
    with pytest.raises(ValueError, match="of size 3"):
        Frontier(3, [EMPTY])


@given(SIZES, st.data())
def test_a_leaf_is_proved_to_be_in_the_tree_where_it_is_and_nowhere_else(
    size: int, data: st.DataObject
) -> None:
    frontier, nodes = grown(size)
    number = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(number, size, nodes)
    leaf = leaves_of(size)[number]
    assert is_included(leaf, number, size, proof, frontier.root)
    other = data.draw(st.integers(0, size))
    assert is_included(leaf, other, size, proof, frontier.root) == (other == number)
    assert not is_included(EMPTY, number, size, proof, frontier.root)
    assert not is_included(leaf, number, size, [*proof, EMPTY], frontier.root)


@given(SIZES, st.data())
def test_a_tree_is_proved_to_have_grown_from_an_earlier_one(
    size: int, data: st.DataObject
) -> None:
    second, nodes = grown(size)
    first, _ = grown(data.draw(st.integers(1, size)))
    proof = consistency_proof(first.size, size, nodes)
    roots = (first.root, second.root)
    assert is_consistent(first.size, size, proof, roots)
    assert not is_consistent(first.size, size, proof, (EMPTY, second.root))
    assert not is_consistent(first.size, size, [*proof, EMPTY], roots)
    if proof:
        assert not is_consistent(first.size, size, [EMPTY, *proof[1:]], roots)


def test_no_proof_is_given_of_what_is_not_there() -> None:
    _, nodes = grown(4)
    with pytest.raises(ValueError, match="no leaf 4"):
        inclusion_proof(4, 4, nodes)
    for first in (0, 5):
        with pytest.raises(ValueError, match="cannot begin"):
            consistency_proof(first, 4, nodes)
        assert not is_consistent(first, 4, [], (EMPTY, EMPTY))
    assert not is_consistent(3, 4, [], (EMPTY, EMPTY))
