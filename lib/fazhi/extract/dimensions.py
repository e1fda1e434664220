"""What a span of a report is about: one of the codebook's ten dimensions, or `other`.

The phrases of knowledge/dimensions.toml are found in one pass over the whole text; a span's dimension is the one whose phrases
weigh most in it, with the words of its heading, and of the heading above, counting more. The phrases of the table `none` are
found to be passed over: names and set words that say nothing of what a sentence is about.
"""
from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache, lru_cache

from ahocorasick_rs import AhoCorasick, MatchKind

from fazhi.knowledge import KnowledgeError, load_toml, require

DIMENSIONS = ("functions", "institutions", "decisions", "enforcement", "emergencies", "disputes", "oversight", "capacity",
              "leadership", "digital")
STRONG, PLAIN, HEADING, ABOVE = 3.0, 1.0, 4.0, 2.0
UNDER = 1.0  # what a heading counts for one sentence below it: a sentence speaks first for itself
_NOTHING = (0.0,) * len(DIMENSIONS)


@cache
def _lexicon() -> tuple[AhoCorasick, tuple[tuple[int, float], ...]]:
    """The automaton of all phrases, and for each its dimension and weight. Raises KnowledgeError for an unusable file."""
    data = load_toml("dimensions.toml")
    if set(data) != {*DIMENSIONS, "none"}:
        raise KnowledgeError("dimensions.toml", "tables", f"{sorted(set(data) ^ {*DIMENSIONS, 'none'})} missing or unknown",
                             f"write one table for each of {DIMENSIONS}, and `none`")
    require("dimensions.toml", "[none]", data["none"], {"phrases": list})
    phrases: dict[str, tuple[int, float]] = dict.fromkeys(data["none"]["phrases"], (0, 0.0))
    for i, name in enumerate(DIMENSIONS):
        require("dimensions.toml", f"[{name}]", data[name], {"strong": list, "cues": list, "yes": list})
        for key, weight in (("strong", STRONG), ("cues", PLAIN)):
            for phrase in data[name][key]:
                if phrase in phrases and phrases[phrase] not in ((i, STRONG), (i, PLAIN)):
                    other = DIMENSIONS[phrases[phrase][0]] if phrases[phrase][1] else "none"
                    raise KnowledgeError("dimensions.toml", f"[{name}] {phrase}", f"also stands in [{other}]",
                                         "keep it in one table")
                phrases.setdefault(phrase, (i, weight))
    automaton = AhoCorasick(list(phrases), matchkind=MatchKind.LeftmostLongest)
    return automaton, tuple(phrases.values())


@lru_cache(maxsize=1)  # outline and measures ask of the same text, one after the other
def _found(text: str) -> tuple[list[int], list[tuple[int, float]]]:
    """Where the phrases of a text start, and what each means; those of `none` left out."""
    automaton, meaning = _lexicon()
    found = [(start, meaning[k]) for k, start, _ in automaton.find_matches_as_indexes(text) if meaning[k][1]]
    return [start for start, _ in found], [what for _, what in found]


class Topics:
    """The phrases of one text, found once, so that any number of its spans can be asked for their dimension."""

    def __init__(self, text: str) -> None:
        self._starts, self._meaning = _found(text)

    def weights(self, start: int, end: int, factor: float = 1.0, base: Sequence[float] = _NOTHING) -> list[float]:
        """The weight of each dimension in text[start:end] by a factor, and on top of a base, in the order of DIMENSIONS."""
        sums, first = [*base], bisect_left(self._starts, start)
        for i, weight in self._meaning[first:bisect_left(self._starts, end, first)]:
            sums[i] += weight * factor
        return sums

    def of(self, start: int, end: int, heading: tuple[int, int] | None = None, above: tuple[int, int] | None = None) -> str:
        """The dimension of text[start:end] under the heading at the given span, itself under the heading `above`.

        It is `other` when no phrase tells.
        """
        sums = self.weights(start, end)
        if heading is not None:
            factor = HEADING + sum(sums) / 40
            sums = [s + factor * h for s, h in zip(sums, self.weights(*heading), strict=True)]
        if above is not None:
            sums = [s + ABOVE * h for s, h in zip(sums, self.weights(*above), strict=True)]
        return _heaviest(sums)

    def of_sentence(self, start: int, end: int, under: Sequence[float] | None = None) -> str:
        """The dimension of the sentence text[start:end] below a heading of these weights, or `other`."""
        return _heaviest(self.weights(start, end, 1.0, under or _NOTHING))


def _heaviest(sums: list[float]) -> str:
    """The dimension that weighs most, the first of equals; `other` when none weighs anything."""
    best = max(sums)
    return DIMENSIONS[sums.index(best)] if best > 0 else "other"


def dimension(text: str, start: int, end: int, heading: str = "") -> str:
    """The dimension of text[start:end], under a heading with these words; for many spans of one text use `Topics`."""
    joined = heading + "\n" + text[start:end]
    return Topics(joined).of(len(heading) + 1, len(joined), (0, len(heading)))
