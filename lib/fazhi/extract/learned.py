"""A second opinion on each number's code and scope and on each heading's dimension: linear models over the words around them.

They are trained on the practice reports.

The rules speak first, and their verdict is a vote among the model's own scores: where both agree a code is surer, and where the
words are far from those that a code had in practice the rules are overruled. An entry that the model has not been trained with
is left to its rules. All arithmetic is in whole numbers, so one text gets one answer on every machine.

The model is knowledge/learned.npz, made by tests/practice/train.py (`make learn`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from fazhi.extract.codebook import codebook
from fazhi.extract.context import ROWS, contexts, heading_contexts, row
from fazhi.extract.places import Place
from fazhi.extract.rows import Quantity, Section
from fazhi.knowledge import KnowledgeError

FILE = "learned.npz"
LEAST = -(1 << 30)  # below every score: a code of another kind than the number's
Scores = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Model:
    """Whole-number weights: a row for each feature, a column for each code ("" for none of ours) and then for each scope."""

    weights: NDArray[np.int8]
    bias: Scores
    codes: tuple[str, ...]
    scopes: tuple[str, ...]
    code_vote: int  # what the rules' code is worth, or their knowing a near miss; their having no word; their saying stock
    none_vote: int
    stock_vote: int
    heading_weights: NDArray[np.int8]  # a row for each feature of a heading, a column for each dimension
    heading_bias: Scores
    dimensions: tuple[str, ...]
    dimension_vote: int  # what the dimension by the words of dimensions.toml is worth
    leads: tuple[int, ...]  # how far a code led over the next one, rising; and how often it then was right
    shares: tuple[float, ...]

    def confidence(self, lead: int) -> float:
        """How often a code is right that leads by so much, 0 to 1."""
        return self.shares[max(0, bisect_right(self.leads, lead) - 1)]


@cache
def model() -> Model:
    """The model of learned.npz. Raises KnowledgeError for a file that does not fit this program or its codebook."""
    with np.load(str(files("fazhi.knowledge") / FILE), allow_pickle=False) as held:
        parts = {name: held[name] for name in held.files}
    try:
        code_vote, none_vote, stock_vote, dimension_vote = map(int, parts["votes"])
        found = Model(
            weights=parts["weights"],
            bias=parts["bias"],
            codes=tuple(map(str, parts["codes"])),
            scopes=tuple(map(str, parts["scopes"])),
            code_vote=code_vote,
            none_vote=none_vote,
            stock_vote=stock_vote,
            heading_weights=parts["heading_weights"],
            heading_bias=parts["heading_bias"],
            dimensions=tuple(map(str, parts["dimensions"])),
            dimension_vote=dimension_vote,
            leads=tuple(map(int, parts["leads"])),
            shares=tuple(map(float, parts["shares"])),
        )
    except (KeyError, IndexError, ValueError) as fault:
        raise KnowledgeError(FILE, "arrays", f"one is missing or misshapen ({fault})", "make it anew: make learn") from None
    columns = len(found.codes) + len(found.scopes)
    shapes = found.weights.shape, found.bias.shape, found.heading_weights.shape, found.heading_bias.shape
    if shapes != ((ROWS, columns), (columns,), (ROWS, len(found.dimensions)), (len(found.dimensions),)):
        raise KnowledgeError(FILE, "weights", f"of shapes {shapes}", "make it anew: make learn")
    if unknown := set(found.codes) - {"", *codebook().entries}:
        raise KnowledgeError(FILE, "codes", f"{sorted(unknown)} are not in codebook.toml", "make it anew: make learn")
    return found


@cache
def _other_kinds(kind: str) -> NDArray[np.bool_]:
    """Which of the model's codes count something of another kind."""
    entries = codebook().entries
    return np.array([code != "" and entries[code].kind != kind for code in model().codes])


def review(
    folded: str, found: Sequence[Quantity], where: Sequence[Place], sections: Sequence[Section], issuer_kind: str
) -> Scores:
    """Settle the code, its confidence and, where the sentence says no time, the scope of every number that was read, in place.

    Returns the scores of the model's codes, a row for each number, the vote of the rules among them.
    """
    m = model()
    scores = np.zeros((len(found), len(m.codes)), np.int32)
    if not found:
        return scores
    rows, starts = contexts(folded, found, where, sections, issuer_kind)
    sums = np.add.reduceat(m.weights[rows], starts, axis=0, dtype=np.int32) + m.bias
    scores = sums[:, : len(m.codes)]
    column = {code: k for k, code in enumerate(m.codes)}
    before = [q.scope for q in found]
    for i, q in enumerate(found):
        if q.kind == "change" or (q.code or "") not in column:
            continue
        scores[i, _other_kinds(q.kind)] = LEAST
        scores[i, column[q.code or ""]] += m.code_vote if q.code or knows(q) else m.none_vote
        _settle_code(q, scores[i], m)
    for i, q in enumerate(found):
        if open_scope(q):
            names = scope_features(q, before[i - 1] if i else "", bool(i) and found[i - 1].unit == q.unit)
            own = m.weights[[row(name) for name in names], len(m.codes) :].sum(axis=0, dtype=np.int32)
            own += sums[i, len(m.codes) :]
            own[m.scopes.index("stock")] += m.stock_vote if q.scope == "stock" else 0
            q.scope = m.scopes[int(own.argmax())]
    return scores


def _settle_code(q: Quantity, scores: Scores, m: Model) -> None:
    """Give a number the code that has most, and say how sure it is."""
    best = int(scores.argmax())
    lead = int(scores[best] - np.partition(scores, -2)[-2])
    code = m.codes[best] or None
    if code != q.code:
        q.code, q.rule = code, "learned"
    q.confidence = m.confidence(lead) if code else None


def review_dimensions(folded: str, sections: Sequence[Section]) -> list[Section]:
    """The sections, each that has a dimension with the one that its heading and its text speak for."""
    m = model()
    if not any(s.dimension for s in sections):
        return list(sections)
    rows, starts = heading_contexts(folded, sections)
    sums = np.add.reduceat(m.heading_weights[rows], starts, axis=0, dtype=np.int32) + m.heading_bias
    out = []
    for s, scores in zip(sections, sums, strict=True):
        if s.dimension in m.dimensions:
            scores[m.dimensions.index(s.dimension)] += m.dimension_vote
            s = replace(s, dimension=m.dimensions[int(scores.argmax())])
        out.append(s)
    return out


def knows(q: Quantity) -> bool:
    """Whether the rules have given no code because they know what it is: a near miss."""
    return q.code is None and (q.rule or "").startswith("none:")


def open_scope(q: Quantity) -> bool:
    """Whether a number happened in the year or stands at its end, and its sentence does not say when."""
    return q.kind == "count" and q.status == "actual" and q.scope in ("year", "stock") and not q.dated


def scope_features(q: Quantity, before: str, same_unit: bool) -> list[str]:
    """What tells the scope beside the words around: the code, and the scope of the number before."""
    return [f"scope of {q.code}", f"scope after {before}", f"scope after {before} {same_unit}"]
