"""The running text of reports as clauses, each with how much of it is its author's own.

A clause is what stands between commas. It is compared without its item mark, with names in 《》 and numbers as one sign each
(knowledge/reuse.toml). Characters of phrases that many authorities use weigh nothing (document frequency), and the words
around a figure weigh little. Everything works on whole columns, so that three thousand reports take seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from fazhi.compare.members import Tables
from fazhi.knowledge import KnowledgeError, load_toml, require

FILE = "reuse.toml"
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


def bodies(t: Tables, reports: pl.DataFrame) -> pl.DataFrame:
    """The running text of reports: each section's own, without headings and without what stands in the sections below it.

    A heading that has nothing below it is text; the title line is none. A report without sections is all text.
    """
    rows = (
        t.sections.select("report_id", "section_id", "level", "label", "start", "end", "body")
        .collect()
        .sort("report_id", "section_id")
        .with_columns(following=pl.col("start").shift(-1).over("report_id"))
    )
    tops = t.reports.select("report_id", "title", "text").collect().join(reports.select("report_id", "report"), on="report_id")
    firsts = [(row[0], len(row[1]), past_title(row[1], row[2])) for row in tops.select("report", "text", "title").iter_rows()]
    known = pl.DataFrame(firsts, schema=dict.fromkeys(("report", "size", "first"), pl.Int64), orient="row")
    whole = reports.select("report_id", "report").join(known, on="report", how="left", maintain_order="left")
    found = whole.join(rows, on="report_id", how="left", maintain_order="left")
    empty = (pl.col("body") >= pl.col("end")) & (pl.col("level") > 1)
    start = pl.when(empty).then(pl.col("start") + pl.col("label").str.len_chars().cast(pl.Int64).fill_null(0)).otherwise("body")
    return found.select(
        "report",
        start=pl.max_horizontal(start.fill_null(0), "first"),
        end=pl.min_horizontal(pl.col("end").fill_null(pl.col("size")), pl.col("following").fill_null(pl.col("size"))),
    )


def past_title(text: str, title: str | None) -> int:
    """Where the text goes on after its title, which a page may break into lines; 0 where it does not begin with it."""
    if title and text.startswith(title):
        return len(title)
    found = re.match(r"\s*".join(map(re.escape, "".join(title.split()))), text) if title else None
    return found.end() if found else 0


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


# --- clauses -> weights


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


def weighed(clauses: pl.DataFrame, issuers: int) -> pl.Series:
    """The own characters of each clause, among so many authorities."""
    size = knowledge().size
    if clauses.is_empty():
        return pl.Series([], dtype=pl.Int64)
    stream = Stream.of(clauses["norm"], clauses["size"].to_numpy())
    return pl.Series(weights(clauses, stream, size.common(issuers)))


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
