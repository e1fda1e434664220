"""What may stand beside what: the reasons that set a value aside, with their words from knowledge/comparison.toml."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from fazhi.knowledge import KnowledgeError, exemplified, load_toml, require

FILE = "comparison.toml"
BOUNDS = ("over", "under", "about", "at_least", "at_most", "range")
LEVELS = ("national", "province", "prefecture", "county", "township")
KINDS = ("government", "department", "zone", "township", "other")
SCOPES = ("year", "partial", "cumulative", "previous", "stock", "next")


class CompareError(ValueError):
    """A question that cannot be asked; the message says what is wrong and which names come nearest."""


@dataclass(frozen=True, slots=True)
class Words:
    """A state's or a caveat's name in both languages; `guard` says that `allow` can let it in."""

    zh: str
    en: str
    short: str = ""
    guard: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """What the comparison needs to know of a codebook entry; `scope` is the usual one of its figures."""

    code: str
    name_zh: str
    name_en: str
    dimension: str
    kind: str
    scope: str
    definition: str


@dataclass(frozen=True, slots=True)
class Rules:
    """knowledge/comparison.toml, checked."""

    states: dict[str, Words]
    caveats: dict[str, Words]
    units: dict[str, str]  # unit -> the name of its group
    extents: dict[str, str]  # own, whole -> pattern
    labels: dict[str, dict[str, str]]
    core: tuple[str, ...]  # codes to look at when nobody names others

    def short(self) -> dict[str, str]:
        """Every caveat in a word or two, those of the reading too."""
        return {name: words.short for name, words in self.caveats.items()} | self.labels["caveat"]

    def reason(self, caveats: Iterable[str], language: str = "zh") -> str:
        """The caveats in words, joined; a name that the file does not hold stands for itself."""
        words = [getattr(self.caveats[c], language) if c in self.caveats else c for c in caveats]
        return ("；" if language == "zh" else "; ").join(words)


@cache
def rules() -> Rules:
    """The rules of comparison.toml. Raises KnowledgeError with entry and remedy."""
    data = load_toml(FILE)
    states: dict[str, Words] = {}
    caveats: dict[str, Words] = {}
    units: dict[str, str] = {}
    extents: dict[str, str] = {}
    for number, entry in enumerate(data.get("state", []), 1):
        require(FILE, f"state {number}", entry, {"name": str, "zh": str, "en": str})
        states[entry["name"]] = Words(entry["zh"], entry["en"])
    for number, entry in enumerate(data.get("caveat", []), 1):
        require(FILE, f"caveat {number}", entry, {"name": str, "kind": str, "short": str, "zh": str, "en": str})
        if entry["kind"] not in ("guard", "record"):
            raise KnowledgeError(FILE, f"caveat {entry['name']}", f"kind {entry['kind']!r}", "write guard or record")
        caveats[entry["name"]] = Words(entry["zh"], entry["en"], entry["short"], entry["kind"] == "guard")
    for number, entry in enumerate(data.get("unit", []), 1):
        require(FILE, f"unit {number}", entry, {"name": str, "same": list})
        for unit in entry["same"]:
            if unit in units:
                raise KnowledgeError(FILE, f"unit {entry['name']}", f"{unit} stands in {units[unit]} too", "keep it in one")
            units[unit] = entry["name"]
    for number, entry in enumerate(data.get("extent", []), 1):
        require(FILE, f"extent {number}", entry, {"name": str, "pattern": str, "yes": list, "no": list}, {"zh": str})
        pattern = exemplified(FILE, f"extent {entry['name']}", entry["pattern"], entry["yes"], entry["no"])
        extents[entry["name"]] = pattern.pattern
    return Rules(states, caveats, units, extents, data.get("label", {}), tuple(data["core"]))


@cache
def codebook() -> dict[str, Entry]:
    """The codebook's entries as the comparison needs them, in the order of the file."""
    return {
        e["code"]: Entry(
            e["code"], e["name_zh"], e["name_en"], e["dimension"], e["kind"], e.get("scope", "year"), e["definition"]
        )
        for e in load_toml("codebook.toml")["entry"]
    }


def one_of(what: str, names: Sequence[str], known: Iterable[str]) -> list[str]:
    """The names, if all are known. Raises CompareError with the nearest names."""
    known = list(known)
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, 3, 0.5) or known[:8]
            raise CompareError(
                f"没有叫“{name}”的{what}；相近的有：{'、'.join(near)} (unknown {what} {name!r}; nearest: {', '.join(near)})"
            )
    return list(names)


def unit_group(unit: str) -> pl.Expr:
    """The group of a unit's column: what its figures count."""
    return pl.col(unit).replace(rules().units)


def extent(quote: str) -> pl.Expr:
    """`own` or `whole` where the clause says whose figure it is, else null; a clause that says both is `own`."""
    own, whole = (pl.col(quote).str.contains(rules().extents[name]) for name in ("own", "whole"))
    return pl.when(own).then(pl.lit("own")).when(whole).then(pl.lit("whole")).otherwise(pl.lit(None, pl.String))


def reference(frame: pl.DataFrame, by: Sequence[str], column: str) -> dict[tuple[Any, ...], str]:
    """The commonest value of a column for each group; of equals the first by name, so that a run repeats itself."""
    counts = (
        frame.filter(pl.col(column).is_not_null())
        .group_by([*by, column])
        .len()
        .sort([*by, "len", column], descending=[False] * len(by) + [True, False])
    )
    first = counts.unique(by, keep="first", maintain_order=True) if by else counts.head(1)
    return {tuple(row[k] for k in by): row[column] for row in first.iter_rows(named=True)}


@cache
def bits() -> dict[str, int]:
    """A bit for each caveat: rows carry their caveats as one number until they are shown."""
    return {name: 1 << number for number, name in enumerate(rules().caveats)}


def mask(tests: dict[str, pl.Expr]) -> pl.Expr:
    """The caveats whose test holds, as one number; a test on null does not hold."""
    return pl.sum_horizontal([test.fill_null(False).cast(pl.UInt32) * bits()[name] for name, test in tests.items()]).cast(
        pl.UInt32
    )


def spelled(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Turn `reason`, a mask, into the list `column` and the sentences `reason_zh` and `reason_en` (null for none).

    Where the reading itself marked a value as unfit, its own caveats (`marked`) follow in the list.
    """
    masks = frame["reason"].drop_nulls().unique().to_list()
    names = [[name for name, bit in bits().items() if m & bit] for m in masks]
    words = pl.DataFrame(
        {
            "reason": masks,
            "names": names,
            "reason_zh": [rules().reason(n) or None for n in names],
            "reason_en": [rules().reason(n, "en") or None for n in names],
        },
        schema={"reason": pl.UInt32, "names": pl.List(pl.String), "reason_zh": pl.String, "reason_en": pl.String},
    )
    unfit = ((pl.col("reason") & bits()["unfit"]) > 0) & (pl.col("marked").list.len() > 0)
    bare = frame.drop("reason_zh", "reason_en", strict=False)
    marked = pl.col("marked").list.eval(pl.element().replace(rules().short())).list.join("、")
    return bare.join(words, on="reason", how="left", maintain_order="left").with_columns(
        pl.when(unfit).then(pl.concat_list("names", "marked")).otherwise(pl.col("names").fill_null([])).alias(column),
        reason_zh=pl.when(unfit).then(pl.format("{}：{}", "reason_zh", marked)).otherwise("reason_zh"),
    )
