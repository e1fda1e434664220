"""Passages that two reports have in common: clauses -> equal runs and like sentences -> passages.

Clauses that run equal in two reports are found by joining hashes, sentences that are only alike by MinHash and LSH (rensa, a Rust
library; Broder 1997); both are confirmed by an exact measure on the texts themselves (rapidfuzz, Indel likeness). Passages are
numbers of clauses (columns of PAIR) until `in_common` has measured them. The frame of clauses is that of clauses.py with
`weight`, `clause` (a row's number), `rank` of its report in time, and `asked`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz.distance import Indel
from rapidfuzz.process import cpdist
from rensa import RMinHash, RMinHashLSH  # type: ignore[import-untyped]

from fazhi.compare.clauses import Array, Stream

PERMUTATIONS, BANDS, SEED = 128, 32, 1  # bands of 4: a pair of Jaccard 0.5 is a candidate in 87 of 100 cases, of 0.6 in 99
PAIR = {"a": pl.Int64, "a_to": pl.Int64, "b": pl.Int64, "b_to": pl.Int64}  # numbers of clauses, both ends included


def _pairs(keys: pl.DataFrame, of: pl.DataFrame) -> pl.DataFrame:
    """All pairs of places (`a`, `b`) with the same `key` in different reports, the earlier report's first."""
    several = keys.filter(pl.col("key").is_duplicated()).join(of, left_on="at", right_on="clause", how="left")
    return (
        several.join(several, on="key", suffix="_b")
        .filter((pl.col("rank") < pl.col("rank_b")) & pl.col("asked_b"))
        .select(a="at", b="at_b")
    )


def runs(frame: pl.DataFrame, stream: Stream, weight: Array, shortest: int) -> pl.DataFrame:
    """Runs of clauses that are equal in two reports, within a paragraph, of `shortest` own characters or more (columns PAIR)."""
    paragraph = frame["paragraph"].to_numpy()
    total = np.cumsum(weight)
    before = total - weight
    here = np.arange(len(weight))
    to = np.searchsorted(total, before + shortest)  # the least that has enough
    good = (to < len(weight)) & (weight > 0)
    good &= paragraph[np.minimum(to, len(weight) - 1)] == paragraph
    at, to = here[good], to[good]
    keys = pl.DataFrame({"at": at, "key": stream.hashes(stream.starts[at], stream.ends[to])})
    found = _pairs(keys, frame.select("clause", "rank", "asked"))
    if found.is_empty():
        return pl.DataFrame(schema=PAIR)
    reach = np.zeros(len(weight), dtype=np.int64)
    reach[at] = to - at
    a, b = found["a"].to_numpy().copy(), found["b"].to_numpy().copy()
    a_to, b_to = a + reach[a], b + reach[b]
    same, form = frame["plain"].hash(SEED).to_numpy(), stream.hashes(stream.starts, stream.ends)
    for low, high, step in ((a, b, -1), (a_to, b_to, 1)):  # as far as clauses stay equal, or more than a form's line does
        open_ = np.ones(len(a), dtype=bool)
        while open_.any():
            x, y = low[open_] + step, high[open_] + step
            inside = (np.minimum(x, y) >= 0) & (np.maximum(x, y) < len(weight))
            x, y = np.clip(x, 0, len(weight) - 1), np.clip(y, 0, len(weight) - 1)
            more = inside & ((same[x] == same[y]) | ((form[x] == form[y]) & (weight[x] > 0)))
            more &= (paragraph[x] == paragraph[low[open_]]) & (paragraph[y] == paragraph[high[open_]])
            still = np.flatnonzero(open_)
            low[still[more]] += step
            high[still[more]] += step
            open_[still[~more]] = False
    a, b, a_to, b_to = trimmed(frame, weight, a, b, a_to, b_to)
    return pl.DataFrame({"a": a, "a_to": a_to, "b": b, "b_to": b_to}, schema=PAIR).unique()


def trimmed(
    frame: pl.DataFrame, weight: Array, a: Array, b: Array, a_to: Array, b_to: Array
) -> tuple[Array, Array, Array, Array]:
    """The runs without sentences at their ends that hold nothing of the author's own."""
    places = np.arange(len(weight))
    own = weight > 0
    after = np.minimum.accumulate(np.where(own, places, len(weight))[::-1])[::-1]  # the next clause with own characters
    before = np.maximum.accumulate(np.where(own, places, -1))
    sentence = frame["sentence"].to_numpy()
    first, last = np.searchsorted(sentence, sentence), np.searchsorted(sentence, sentence, side="right") - 1
    cut = np.maximum(np.maximum(first[after[a]] - a, first[b + after[a] - a] - b), 0)
    back = np.maximum(np.maximum(a_to - last[before[a_to]], b_to - last[b_to - a_to + before[a_to]]), 0)
    return a + cut, b + cut, a_to - back, b_to - back


def alike(frame: pl.DataFrame, weight: Array, shortest: int, near: float) -> pl.DataFrame:
    """Sentences that are nearly equal in two reports (columns of PAIR): candidates by MinHash and LSH, confirmed by likeness."""
    sentences = (
        frame.with_columns(weight=pl.Series(weight))
        .group_by("sentence", maintain_order=True)
        .agg(pl.first("clause").alias("at"), pl.last("clause").alias("to"), pl.col("norm").str.join(), pl.sum("weight"))
        .filter(pl.col("weight") >= shortest)
    )
    norms = sentences["norm"].unique(maintain_order=True)
    texts = norms.to_list()
    one, other = candidates(texts)
    if not len(one):
        return pl.DataFrame(schema=PAIR)
    like = cpdist(
        [texts[i] for i in one], [texts[i] for i in other], scorer=Indel.normalized_similarity, score_cutoff=near, workers=-1
    )
    good = like >= near
    number = sentences.join(pl.DataFrame({"norm": norms, "text": np.arange(len(texts))}), on="norm", how="left")
    where = number.select("at", "to", "text").join(frame.select("clause", "rank", "asked"), left_on="at", right_on="clause")
    links = pl.DataFrame({"text": np.concatenate([one[good], other[good]]), "text_b": np.concatenate([other[good], one[good]])})
    return (
        where.join(links, on="text")
        .join(where, left_on="text_b", right_on="text", suffix="_b")
        .filter((pl.col("rank") < pl.col("rank_b")) & pl.col("asked_b"))
        .select(a="at", a_to="to", b="at_b", b_to="to_b")
        .cast(PAIR)  # type: ignore[arg-type]
    )


def beyond(like: pl.DataFrame, equal: pl.DataFrame, frame: pl.DataFrame, weight: Array, shortest: int) -> pl.DataFrame:
    """The like sentences that say more than the equal runs in them: at least `shortest` own characters on one side."""
    if like.is_empty() or equal.is_empty():
        return like
    of = frame.select("clause", "paragraph")
    both = ["paragraph", "paragraph_b"]
    like = like.with_row_index("row")
    spans = [
        rows.join(of, left_on="a", right_on="clause").join(of, left_on="b", right_on="clause", suffix="_b")
        for rows in (like, equal)
    ]
    inside = spans[0].join(spans[1], on=both, suffix="_run")
    total = np.concatenate([[0], np.cumsum(weight)])
    for low, high in (("a", "a_to"), ("b", "b_to")):
        start = np.maximum(inside[low].to_numpy(), inside[f"{low}_run"].to_numpy())
        end = np.minimum(inside[high].to_numpy(), inside[f"{high}_run"].to_numpy()) + 1
        inside = inside.with_columns(pl.Series(f"held_{low}", total[np.maximum(end, start)] - total[start]))
    held = inside.filter((pl.col("held_a") > 0) & (pl.col("held_b") > 0)).group_by("row").agg(pl.sum("held_a", "held_b"))
    rows = like.join(held, on="row", how="left", maintain_order="left")
    rest = [
        pl.Series(total[rows[high].to_numpy() + 1] - total[rows[low].to_numpy()]) - rows[f"held_{low}"]
        for low, high in (("a", "a_to"), ("b", "b_to"))
    ]
    more = pl.select(pl.max_horizontal(*rest)).to_series() >= shortest
    return rows.filter(rows["held_a"].is_null() | more).select(PAIR.keys())


def candidates(texts: list[str]) -> tuple[Array, Array]:
    """Numbers of texts that may be alike, each pair once: those that share a band of their MinHash signatures (bigrams)."""
    if len(texts) < 2:
        return np.array([], dtype=np.int64), np.array([], dtype=np.int64)
    shingles = [[text[i : i + 2] for i in range(len(text) - 1)] for text in texts]
    index = RMinHashLSH(0.5, PERMUTATIONS, BANDS)
    flags = index.insert_matrix_and_query_duplicate_flags(RMinHash.digest_matrix_from_token_sets(shingles, PERMUTATIONS, SEED))
    chosen = [i for i, flag in enumerate(flags) if flag]
    if not chosen:
        return np.array([], dtype=np.int64), np.array([], dtype=np.int64)
    hits = index.query_all(RMinHash.from_token_sets([shingles[i] for i in chosen], PERMUTATIONS, SEED))
    one = np.repeat(np.array(chosen, dtype=np.int64), [len(hit) for hit in hits])
    other = np.array([i for hit in hits for i in hit], dtype=np.int64)
    once = one < other
    return one[once], other[once]


def joined(found: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """Passages that overlap or follow each other in both reports become one, within a paragraph (columns of PAIR)."""
    of = frame.select("clause", "report", "paragraph")
    rows = (
        found.join(of, left_on="a", right_on="clause")
        .join(of, left_on="b", right_on="clause", suffix="_b")
        .sort("paragraph", "paragraph_b", "a", "b", "a_to", "b_to")
    )
    both = ["paragraph", "paragraph_b"]
    reach_a, reach_b = pl.col("a_to").cum_max().shift(1).over(both), pl.col("b_to").cum_max().shift(1).over(both)
    start_b = pl.col("b").shift(1).over(both)
    new = (reach_a.is_null() | (pl.col("a") > reach_a + 1) | (pl.col("b") > reach_b + 1) | (pl.col("b") < start_b)).cum_sum()
    return (
        rows.with_columns(run=new)
        .group_by("run", maintain_order=True)
        .agg(pl.min("a"), pl.max("a_to"), pl.min("b"), pl.max("b_to"))
        .select(PAIR.keys())
    )


def in_common(clauses: pl.DataFrame, shortest: int, near: float) -> pl.DataFrame:
    """The passages that reports have in common, as numbers of clauses, with `similarity`, `kind` and `characters`."""
    empty = pl.DataFrame(schema=PAIR | {"similarity": pl.Float64, "kind": pl.String, "characters": pl.Int64})
    if clauses.is_empty():
        return empty
    weight, stream = clauses["weight"].to_numpy(), Stream.of(clauses["norm"], clauses["size"].to_numpy())
    equal = runs(clauses, stream, weight, shortest)
    like = beyond(alike(clauses, weight, shortest, near), equal, clauses, weight, shortest)
    found = pl.concat([equal, like])
    if found.is_empty():
        return empty
    found = joined(found, clauses)
    total = np.concatenate([[0], np.cumsum(weight)])
    sides = {}
    for column in ("plain", "norm"):
        ends = np.cumsum(clauses[column].str.len_chars().to_numpy().astype(np.int64))
        whole, starts = "".join(clauses[column].to_list()), np.concatenate([[0], ends[:-1]])
        for side in ("a", "b"):
            cuts = zip(starts[found[side].to_numpy()].tolist(), ends[found[f"{side}_to"].to_numpy()].tolist(), strict=True)
            sides[column, side] = [whole[i:j] for i, j in cuts]
    exact, bare = (likeness(sides[column, "a"], sides[column, "b"]) for column in ("plain", "norm"))
    low, high = found["b"].to_numpy(), found["b_to"].to_numpy()
    return (
        found.with_columns(
            similarity=pl.Series(np.round(exact, 3)),
            kind=pl.Series(np.where(exact == 1, "same", np.where(bare == 1, "figures", "near"))),
            characters=pl.Series(total[high + 1] - total[low]),
        )
        .filter((pl.Series(bare) >= near) & (pl.col("characters") >= shortest))
        .sort("characters", "similarity", descending=True, maintain_order=True)
        .join(clauses.select("clause", "report"), left_on="a", right_on="clause", maintain_order="left")
        .unique(["report", "b"], keep="first", maintain_order=True)  # a passage that stands twice in the earlier report
        .drop("report")
        .sort("b", "a")
    )


def likeness(one: list[str], other: list[str]) -> npt.NDArray[np.float64]:
    """The Indel likeness of each pair of texts: 1 for equal ones."""
    return cpdist(one, other, scorer=Indel.normalized_similarity, workers=-1).astype(np.float64)
