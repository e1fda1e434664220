"""What a span of a report is about: one of the codebook's ten dimensions, or `other`.

The phrases of knowledge/dimensions.toml are found in one pass over the whole text; a span's dimension is the one whose phrases
weigh most in it, with the words of its heading, and of the heading above, counting more.
"""
from __future__ import annotations

from bisect import bisect_left
from functools import cache

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from fazhi.knowledge import KnowledgeError, load_toml, require

DIMENSIONS = ("functions", "institutions", "decisions", "enforcement", "emergencies", "disputes", "oversight", "capacity",
              "leadership", "digital")
STRONG, PLAIN, HEADING, ABOVE = 3.0, 1.0, 4.0, 2.0


@cache
def _lexicon() -> tuple[AhoCorasick, tuple[tuple[int, float], ...]]:
    """The automaton of all phrases, and for each its dimension and weight. Raises KnowledgeError for an unusable file."""
    data = load_toml("dimensions.toml")
    if set(data) != set(DIMENSIONS):
        raise KnowledgeError("dimensions.toml", "tables", f"{sorted(set(data) ^ set(DIMENSIONS))} missing or unknown",
                             f"write one table for each of {DIMENSIONS}")
    phrases: dict[str, tuple[int, float]] = {}
    for i, name in enumerate(DIMENSIONS):
        require("dimensions.toml", f"[{name}]", data[name], {"strong": list, "cues": list, "yes": list})
        for key, weight in (("strong", STRONG), ("cues", PLAIN)):
            for phrase in data[name][key]:
                if phrase in phrases and phrases[phrase][0] != i:
                    other = DIMENSIONS[phrases[phrase][0]]
                    raise KnowledgeError("dimensions.toml", f"[{name}] {phrase}", f"also stands in [{other}]",
                                         "keep it in one table")
                phrases.setdefault(phrase, (i, weight))
    automaton = AhoCorasick(list(phrases), matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA)
    return automaton, tuple(phrases.values())


class Topics:
    """The phrases of one text, found once, so that any number of its spans can be asked for their dimension."""

    def __init__(self, text: str) -> None:
        automaton, meaning = _lexicon()
        found = automaton.find_matches_as_indexes(text)
        self._starts = [start for _, start, _ in found]
        self._meaning = [meaning[k] for k, _, _ in found]

    def weights(self, start: int, end: int) -> list[float]:
        """The weight of each dimension in text[start:end], in the order of DIMENSIONS."""
        sums = [0.0] * len(DIMENSIONS)
        for i, weight in self._meaning[bisect_left(self._starts, start):bisect_left(self._starts, end)]:
            sums[i] += weight
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
        best = max(sums)
        return DIMENSIONS[sums.index(best)] if best > 0 else "other"


def dimension(text: str, start: int, end: int, heading: str = "") -> str:
    """The dimension of text[start:end], under a heading with these words; for many spans of one text use `Topics`."""
    joined = heading + "\n" + text[start:end]
    return Topics(joined).of(len(heading) + 1, len(joined), (0, len(heading)))
