"""Passages that two reports have in common: texts -> clauses -> equal runs and like sentences -> passages.

Everything works on whole columns, so that three thousand reports take seconds. A clause is what stands between commas; it is
compared without its item mark, with names in 《》 and numbers as one sign each (knowledge/reuse.toml). Clauses that run equal in
two reports are found by joining hashes, sentences that are only alike by MinHash and LSH (rensa, a Rust library; Broder 1997);
both are confirmed by an exact measure on the texts themselves (rapidfuzz, Indel likeness). How much of a clause is its author's
own is told by document frequency: characters of phrases that many authorities use weigh nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz.distance import Indel
from rapidfuzz.process import cpdist
from rensa import RMinHash, RMinHashLSH  # type: ignore[import-untyped]

from fazhi.knowledge import KnowledgeError, load_toml, require

FILE = "reuse.toml"
PERMUTATIONS, BANDS, SEED = 128, 32, 1  # bands of 4: a pair of Jaccard 0.5 is a candidate in 87 of 100 cases, of 0.6 in 99
_SIGNS = r"[^\p{Han}\p{L}\p{N}]"  # what falls away while texts are compared: signs and blanks
_PIECE = r"[^，,。；;：:！？!?\n]*[，,。；;：:！？!?\n]+|[^，,。；;：:！？!?\n]+$"
_STOP = r"[。；;！？!?\n]"  # ends a sentence or an item
_PRIME = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2**64
Array = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Sizes:
    """knowledge/reuse.toml [size]: what a passage must have."""

    shortest: int
    near: float
    gram: int
    share: float
    least: int
    figure: int

    def common(self, issuers: int) -> int:
        """How many of so many authorities must use a phrase before it is the genre's."""
        return max(self.least, int(np.ceil(self.share * issuers)))


@dataclass(frozen=True, slots=True)
class Knowledge:
    """knowledge/reuse.toml, checked."""

    size: Sizes
    mark: str
    names: tuple[tuple[str, str], ...]  # sign, pattern
    labels: dict[str, dict[str, str]]


@cache
def knowledge() -> Knowledge:
    """The sizes, patterns and words of reuse.toml. Raises KnowledgeError where an example says otherwise."""
    data = load_toml(FILE)
    whole, part = ("shortest", "gram", "least", "figure"), ("near", "share")
    require(FILE, "[size]", data["size"], dict.fromkeys(whole, int) | dict.fromkeys(part, float))
    require(FILE, "[mark]", data["mark"], {"pattern": str, "yes": list, "no": list})
    for number, entry in enumerate(data["name"], 1):
        require(FILE, f"name {number}", entry, {"sign": str, "pattern": str, "yes": list, "no": list})
    for entry in (data["mark"], *data["name"]):
        for example, holds in [(e, True) for e in entry["yes"]] + [(e, False) for e in entry["no"]]:
            found = re.search(entry["pattern"], example)
            if bool(found and found[0]) is not holds:
                raise KnowledgeError(FILE, entry["pattern"], f"its example {example!r} says otherwise", "mend pattern or example")
    names = tuple((entry["sign"], entry["pattern"]) for entry in data["name"])
    return Knowledge(Sizes(**data["size"]), data["mark"]["pattern"], names, data["label"])


# --- texts -> clauses


def clauses(texts: pl.DataFrame, bodies: pl.DataFrame) -> pl.DataFrame:
    """The clauses of reports in reading order.

    `texts` has report (its number from 0), issuer (a number too) and text; `bodies` has report, start and end of each stretch of
    running text, in order. Gives report, issuer, start, end (offsets in the text), plain (without signs and item mark), norm
    (what is compared: numbers and names as signs, too), size (its characters), paragraph and sentence (numbers never used twice).
    """
    know = knowledge()
    pieces = (
        bodies.filter(pl.col("end") > pl.col("start"))
        .join(texts.select("report", "issuer", "text"), on="report", how="left", maintain_order="left")
        .with_row_index("body")
        .select("body", "report", "issuer", "start", piece=pl.col("text").str.slice("start", pl.col("end") - pl.col("start")))
        .with_columns(pl.col("piece").str.extract_all(_PIECE))
        .explode("piece")
        .drop_nulls("piece")
    )
    pieces = pieces.with_columns(long=pl.col("piece").str.len_chars().cast(pl.Int64)).with_columns(
        start=pl.col("start") + pl.col("long").cum_sum().over("body") - pl.col("long")
    )
    bare = pl.col("piece").str.strip_chars_end("，,。；;：:！？!?\n \t\u3000")
    unmarked = bare.str.replace(know.mark, "")
    norm = unmarked
    for sign, pattern in know.names:
        norm = norm.str.replace_all(pattern, sign)
    last = (pl.col("body") != pl.col("body").shift(-1)).fill_null(True)
    line, stop = pl.col("piece").str.contains("\n", literal=True) | last, pl.col("piece").str.contains(_STOP) | last
    found = pieces.select(
        "report",
        "issuer",
        start=pl.col("start") + bare.str.len_chars().cast(pl.Int64) - unmarked.str.len_chars().cast(pl.Int64),
        end=pl.col("start") + bare.str.len_chars().cast(pl.Int64),
        plain=unmarked.str.replace_all(_SIGNS, ""),
        norm=norm.str.replace_all(_SIGNS, ""),
        paragraph=line.shift(1, fill_value=False).cum_sum().cast(pl.Int64),
        sentence=stop.shift(1, fill_value=False).cum_sum().cast(pl.Int64),
    )
    return found.filter(pl.col("norm") != "").with_columns(size=pl.col("norm").str.len_chars().cast(pl.Int64))


def _mixed(codes: Hashes) -> Hashes:
    """Each number as another that looks like chance (splitmix64)."""
    x = codes * np.uint64(_PRIME)
    x ^= x >> np.uint64(30)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    return x * np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True)
class Stream:
    """All clauses' characters in a row, ready for the hash of any stretch of it."""

    codes: npt.NDArray[np.uint32]
    sums: Hashes  # of characters times powers, up to each place
    back: Hashes  # the inverse powers
    ends: Array  # where each clause ends
    starts: Array

    @classmethod
    def of(cls, norms: pl.Series, sizes: Array) -> Stream:
        codes = np.frombuffer("".join(norms.to_list()).encode("utf-32-le"), dtype=np.uint32)
        powers = np.full(len(codes) + 1, _PRIME, dtype=np.uint64)
        back = np.full(len(codes) + 1, pow(_PRIME, -1, 2**64), dtype=np.uint64)
        powers[0] = back[0] = 1
        np.multiply.accumulate(powers, out=powers)
        np.multiply.accumulate(back, out=back)
        sums = np.zeros(len(codes) + 1, dtype=np.uint64)
        np.cumsum(_mixed(codes.astype(np.uint64)) * powers[:-1], out=sums[1:])
        ends = np.cumsum(sizes)
        return cls(codes, sums, back, ends, ends - sizes)

    def hashes(self, starts: Array, ends: Array) -> Hashes:
        """A number for each stretch: the same for the same characters."""
        found: Hashes = (self.sums[ends] - self.sums[starts]) * self.back[starts]
        return found


def weights(frame: pl.DataFrame, stream: Stream, common: int) -> Array:
    """How many characters of each clause are its author's own: Chinese ones outside the phrases that `common` authorities use.

    A phrase is `gram` characters in a row, or a whole clause that is shorter. A clause that states a figure has `figure` fewer:
    figures are compared by `compare`, and the words around them are much the same wherever the same thing is counted.
    """
    gram, figure = knowledge().size.gram, knowledge().size.figure
    sizes, issuers = frame["size"].to_numpy(), frame["issuer"].to_numpy()
    count = np.maximum(sizes - gram + 1, 1)  # phrases in each clause
    clause = np.repeat(np.arange(len(sizes)), count)
    first = np.cumsum(count) - count
    starts = stream.starts[clause] + np.arange(len(clause)) - first[clause]
    ends = np.minimum(starts + gram, stream.ends[clause])
    grams = pl.DataFrame({"hash": stream.hashes(starts, ends), "issuer": issuers[clause]})
    wide = grams.unique().group_by("hash").len().filter(pl.col("len") >= common)
    fixed = grams.select(pl.col("hash").is_in(wide["hash"].implode()))["hash"].to_numpy()
    edges = np.zeros(len(stream.codes) + 1, dtype=np.int64)
    np.add.at(edges, starts[fixed], 1)
    np.add.at(edges, ends[fixed], -1)
    own = (np.cumsum(edges[:-1]) == 0) & (stream.codes >= 0x3400) & (stream.codes <= 0x9FFF)
    total = np.concatenate([[0], np.cumsum(own)])
    found: Array = total[stream.ends] - total[stream.starts]
    states = frame["norm"].str.contains("0", literal=True).to_numpy()
    return np.where(states, np.maximum(found - figure, 0), found)


# --- clauses -> passages

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
    same = frame["plain"].hash(SEED).to_numpy()
    for low, high, step in ((a, b, -1), (a_to, b_to, 1)):  # as far as the clauses stay equal, figures too
        open_ = np.ones(len(a), dtype=bool)
        while open_.any():
            x, y = low[open_] + step, high[open_] + step
            inside = (np.minimum(x, y) >= 0) & (np.maximum(x, y) < len(weight))
            x, y = np.clip(x, 0, len(weight) - 1), np.clip(y, 0, len(weight) - 1)
            more = inside & (same[x] == same[y])
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
