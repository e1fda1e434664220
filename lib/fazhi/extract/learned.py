"""A second opinion on each number's code and scope and on each heading's dimension, learned from the practice reports.

Of a number it is the sum of two models that see the same words: a linear one, by the letter (context.py), and a small net, by
likeness (net.py). Of a heading it is a linear model alone.

The rules speak first, and their verdict is a vote among the models' own scores: where both agree a code is surer, and where the
words are far from those that a code had in practice the rules are overruled. An entry that the model has not been trained with
is left to its rules. All arithmetic is in whole numbers, so one text gets one answer on every machine.

The model is knowledge/learned.npz, made by tests/practice/train.py (`make learn`).
"""

from __future__ import annotations

import operator
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from fazhi.extract.codebook import codebook
from fazhi.extract.context import ROWS, Ints, around, contexts, heading_contexts, row
from fazhi.extract.net import Net
from fazhi.extract.net import scores as net_scores
from fazhi.extract.places import Place
from fazhi.extract.rows import Quantity, Section
from fazhi.extract.ties import SETTLED
from fazhi.knowledge import KnowledgeError, load_arrays

FILE = "learned.npz"
LEAST = -(1 << 30)  # below every score: a code of another kind than the number's
Scores = NDArray[np.int32]
Weights = NDArray[np.float32]  # whole numbers, so that any order of summing gives the same; floats are summed fastest


@dataclass(frozen=True, slots=True)
class Model:
    """Whole-number weights: a row for each feature, a column for each code ("" for none of ours) and then for each scope."""

    weights: Weights
    bias: Scores
    codes: tuple[str, ...]
    scopes: tuple[str, ...]
    net: Net
    code_vote: int  # what the rules' code is worth, or their knowing a near miss; their having no word; their saying stock
    none_vote: int
    stock_vote: int
    heading_weights: Weights  # a row for each feature of a heading, a column for each dimension
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
    """The model of learned.npz. Raises KnowledgeError for a file that does not fit this program."""
    parts = load_arrays(FILE)
    try:
        code_vote, none_vote, stock_vote, dimension_vote = map(int, parts["votes"])
        found = Model(
            weights=parts["weights"].astype(np.float32),
            bias=parts["bias"],
            codes=tuple(map(str, parts["codes"])),
            scopes=tuple(map(str, parts["scopes"])),
            net=Net.of(parts),
            code_vote=code_vote,
            none_vote=none_vote,
            stock_vote=stock_vote,
            heading_weights=parts["heading_weights"].astype(np.float32),
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
    if found.net.out.shape[1] != columns:
        raise KnowledgeError(FILE, "net_out", f"of {found.net.out.shape[1]} columns, not {columns}", "make it anew: make learn")
    return found


@cache
def _other_kinds(kind: str) -> NDArray[np.bool_]:
    """Which of the model's codes count something of another kind, or have left the codebook."""
    entries = codebook().entries
    return np.array([code != "" and (code not in entries or entries[code].kind != kind) for code in model().codes])


def review(
    folded: str, found: Sequence[Quantity], where: Sequence[Place], sections: Sequence[Section], issuer_kind: str
) -> Scores:
    """Settle the code, its confidence and, where the sentence says no time, the scope of every number that was read, in place.

    Returns the scores of the model's codes, a row for each number, the vote of the rules among them.
    """
    m = model()
    if not found:
        return np.zeros((0, len(m.codes)), np.int32)
    seen = around(folded, found, where, sections, issuer_kind)
    sums = _sums(m.weights, *contexts(seen)) + m.bias + net_scores(m.net, seen)
    scores, scopes = sums[:, : len(m.codes)], sums[:, len(m.codes) :]
    before = [q.scope for q in found]
    _settle_codes(found, scores, m)
    asked = [i for i, q in enumerate(found) if open_scope(q)]
    if asked:
        names = [scope_features(found, before, i) for i in asked]
        more = m.weights[[[row(name) for name in own] for own in names], len(m.codes) :]
        own = scopes[asked] + more.sum(axis=1, dtype=np.float32).astype(np.int32)
        own[[before[i] == "stock" for i in asked], m.scopes.index("stock")] += m.stock_vote
        for i, best in zip(asked, own.argmax(axis=1).tolist(), strict=True):
            found[i].scope = m.scopes[best]
    return scores


def _sums(weights: Weights, rows: Ints, starts: Ints) -> Scores:
    """The columns of the weights summed up over each one's rows."""
    ends = [*starts[1:].tolist(), len(rows)]
    sums = np.empty((len(starts), weights.shape[1]), np.float32)
    ones = np.ones(max(map(operator.sub, ends, starts.tolist())), np.float32)
    for into, start, end in zip(sums, starts.tolist(), ends, strict=True):
        np.dot(ones[: end - start], weights.take(rows[start:end], axis=0), out=into)
    return sums.astype(np.int32)


def _settle_codes(found: Sequence[Quantity], scores: Scores, m: Model) -> None:
    """Give each number the code that has most, with the vote of the rules in `scores`, and say how sure it is.

    Last year's figure beside this year's (上年为17件) has no words of its own: it follows the one before it. The cells of a row
    that adds up to a figure above the table are kinds of that. What was mediated of disputes that were looked for has the code
    by both together.
    """
    column = {code: k for k, code in enumerate(m.codes)}
    asked = [i for i, q in enumerate(found) if q.kind != "change" and (q.code or "") in column]
    if not asked:
        return
    scores[np.stack([_other_kinds(q.kind) for q in found])] = LEAST
    votes = [m.code_vote if found[i].code or knows(found[i]) else m.none_vote for i in asked]
    scores[asked, [column[found[i].code or ""] for i in asked]] += np.array(votes, np.int32)
    second, first = np.partition(scores[asked], -2, axis=1)[:, -2:].T
    for i, best, lead in zip(asked, scores[asked].argmax(axis=1).tolist(), (first - second).tolist(), strict=True):
        q, code = found[i], m.codes[best] or None
        leader = None
        if q.rule == "year_before":
            leader = next((f for f in reversed(found[:i]) if f.kind != "change"), None)
        elif q.rule == "row_adds_up" and q.part_of is not None:
            leader = found[q.part_of]
        if leader:
            q.code, q.confidence = leader.code, leader.confidence
            continue
        if q.rule == SETTLED and code is None:
            q.confidence = m.confidence(-lead)
            continue
        if code != q.code:
            q.code, q.rule = code, "learned"
        q.confidence = m.confidence(lead) if code else None


def review_dimensions(folded: str, sections: Sequence[Section]) -> list[Section]:
    """The sections, each that has a dimension with the one that its heading and its text speak for."""
    m = model()
    if not any(s.dimension for s in sections):
        return list(sections)
    rows, starts = heading_contexts(folded, sections)
    sums = _sums(m.heading_weights, rows, starts) + m.heading_bias
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


def scope_features(found: Sequence[Quantity], scopes: Sequence[str], i: int) -> list[str]:
    """What tells the scope of number `i` beside the words around: its code, and the scope by the rules of the number before."""
    before = scopes[i - 1] if i else ""
    same_unit = i > 0 and found[i - 1].unit == found[i].unit
    return [f"scope of {found[i].code}", f"scope after {before}", f"scope after {before} {same_unit}"]
