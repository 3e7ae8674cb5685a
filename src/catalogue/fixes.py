"""Ways to fix: the smallest sets of further units that would satisfy the rules (I4)."""

from collections.abc import Collection, Sequence

from catalogue.choice import can_be_met
from catalogue.combination import Combination
from catalogue.graded import Graded
from catalogue.needs import shortfall
from catalogue.picks import Picks, Search

MOST = 10


def fixes(
    combination: Combination, achieved: Collection[int], *, most: int = MOST
) -> list[Picks]:
    """Find at most so many: by number of units, then credits, then catalogue order.

    None of them holds another one. Unit numbers, in order. With points, each further
    unit has those of its lowest grade.
    """
    if isinstance(combination, Graded):
        by_rules = fixes(combination.plain, achieved, most=most)
        if by_rules and all(
            can_be_met(combination, sorted({*achieved, *fix})) for fix in by_rules
        ):
            # Whatever gives enough points satisfies the rules, so holds one of these.
            return by_rules
    short = shortfall(combination, achieved)
    if short is None:
        return []
    search = Search(short, combination.units)
    found = search.smallest(most)
    while found and found[0] and len(found) < most:
        more = _larger(combination, achieved, search, found, most - len(found))
        if not more:
            break
        found += more
    return [tuple(sorted((*short.always, *picks))) for picks in found]


def _larger(
    combination: Combination,
    achieved: Collection[int],
    search: Search,
    found: list[Picks],
    enough: int,
) -> list[Picks]:
    """Find the next larger sets that hold none of those found.

    Such a set does without some unit of each set found: that tells whether there is one,
    and, looking without those units, how large it is.
    """
    known: list[Picks] = []
    for without in _one_of_each(found):
        if not can_be_met(
            combination, [n for n in range(len(combination.units)) if n not in without]
        ):
            continue
        short = shortfall(combination, achieved, without)
        if short is None:
            continue
        known = search.best(
            {*known, *Search(short, combination.units).smallest(enough)}, enough
        )
        if len(known) == enough:
            # Enough of a size: now see whether any are better, all at once.
            return search.better(known, found)
    return known


def _one_of_each(sets: Sequence[Picks]) -> list[frozenset[int]]:
    """Find the smallest sets of units that have one of each set's."""
    hitting: set[frozenset[int]] = {frozenset()}
    for each in sets:
        more = {
            hit if hit & set(each) else hit | {unit} for hit in hitting for unit in each
        }
        hitting = {hit for hit in more if not any(other < hit for other in more)}
    return sorted(hitting, key=sorted)
