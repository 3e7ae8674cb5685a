"""One rule of combination, as the file says it and as a person reads it."""

from dataclasses import dataclass

from catalogue.unit import Unit


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What the units it covers must come to, or may not exceed.

    ``covers`` are the units of ``group``, ``groups`` or ``units`` in catalogue order.
    """

    covers: tuple[Unit, ...]
    group: str | None = None
    groups: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    all_units: bool = False
    minimum_units: int | None = None
    minimum_credits: int | None = None
    minimum_glh: int | None = None
    at_or_above_level: int | None = None
    counts_at_most: int | None = None
    at_most_one: bool = False

    @property
    def has_minimum(self) -> bool:
        """Whether it sets a minimum, which a level can filter."""
        return any(self.minima)

    @property
    def minima(self) -> tuple[int | None, int | None, int | None]:
        return (self.minimum_units, self.minimum_credits, self.minimum_glh)

    @property
    def says_something(self) -> bool:
        """Whether any choice of units could break it."""
        return (
            self.all_units
            or self.at_most_one
            or self.has_minimum
            or self.counts_at_most is not None
        )

    @property
    def at_level(self) -> tuple[Unit, ...]:
        """The covered units that its minima look at."""
        level = self.at_or_above_level
        return tuple(u for u in self.covers if level is None or u.level >= level)

    @property
    def place(self) -> str:
        """Name the units it covers: ``group A``, ``groups A, B and C`` or the units."""
        if self.group is not None:
            return f"group {self.group}"
        if self.groups:
            return f"groups {listed(self.groups)}"
        return f"the unit{'s' * (len(self.units) > 1)} {listed(self.units)}"

    @property
    def level_phrase(self) -> str:
        """Say the level filter after an amount, or nothing."""
        if self.at_or_above_level is None:
            return ""
        return f" at level {self.at_or_above_level} or above"

    @property
    def sentence(self) -> str:
        """The rule as one plain sentence."""
        said = []
        if self.all_units:
            credits_ = amount(sum(unit.credits for unit in self.covers), "credit")
            units = amount(len(self.covers), "unit")
            said.append(f"all of the {credits_} of {self.place} ({units})")
        for least, word in zip(
            self.minima, ("unit", "credit", "guided learning hour"), strict=True
        ):
            if least is not None:
                said.append(
                    f"at least {amount(least, word)} from {self.place}{self.level_phrase}"
                )
        if self.counts_at_most is not None:
            said.append(
                f"at most {amount(self.counts_at_most, 'credit')} from {self.place} count"
            )
        if self.at_most_one:
            said.append(f"only one of {self.place} may count")
        text = "; ".join(said)
        return text[0].upper() + text[1:] + "."


def amount(number: int, word: str, words: str = "") -> str:
    """Say a number of things: ``1 credit``, ``12 credits``.

    ``words`` are said of several, if more than an s is added to what is said of one.
    """
    return f"{number} {word if number == 1 else words or f'{word}s'}"


def listed(words: tuple[str, ...], joint: str = "and") -> str:
    """Say a list as people do: ``A``, ``A and B``, ``A, B and C``."""
    if len(words) < 2:  # noqa: PLR2004 - one word needs no "and"
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"
