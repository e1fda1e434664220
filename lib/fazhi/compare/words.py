"""Words: what is distinctive for a year, a region, a dimension or an authority, with counts and how evenly it is spread.

Measures are cut into words with the project's dictionary. Each group stands against all others of the panel: log-likelihood
(Dunning 1993, in the form of Rayson and Garside 2000) says whether a difference may be chance, the ratio of the frequencies how
large it is, the share of reports and the deviation of proportions (Gries 2008, normalized by Lijffijt and Gries 2012) whether the
word is the group's or one author's.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import polars as pl

from fazhi.compare.guards import CompareError, one_of, rules
from fazhi.compare.language import put
from fazhi.compare.members import Tables, members, nearest_regions, one_a_year
from fazhi.compare.question import SEAT, Names, Question, Years, texts, within
from fazhi.knowledge import load_toml, require
from fazhi.knowledge.words import segmenter

FILE = "keyness.toml"
BY = ("year", "region", "dimension", "issuer")
STATUSES = ("done", "problem", "planned")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
_CUT = re.compile(r"[^\u4e00-\u9fff]+")
WORDS: dict[str, pl.DataType | type[pl.DataType]] = {
    "by": pl.String, "group": pl.String, "word": pl.String, "count": pl.Int64, "per_10k": pl.Float64, "reports": pl.Int64,
    "of_reports": pl.Int64, "dispersion": pl.Float64, "rest_count": pl.Int64, "rest_per_10k": pl.Float64,
    "rest_reports": pl.Int64, "keyness": pl.Float64, "ratio": pl.Float64, "quote": pl.String, "issuer": pl.String,
    "year": pl.Int32, "report_id": pl.String, "measure_id": pl.Int32, "source": pl.String, "url": pl.String,
}  # fmt: skip
GROUPS: dict[str, pl.DataType | type[pl.DataType]] = {
    "by": pl.String, "group": pl.String, "reports": pl.Int64, "issuers": pl.Int64, "words": pl.Int64, "distinctive": pl.Int64,
}  # fmt: skip
_CUTS: dict[Path, pl.DataFrame] = {}  # the words of the builds last looked at; a build never changes


@dataclass(frozen=True, slots=True)
class Sizes:
    """knowledge/keyness.toml [size]: what a word must have to be shown."""

    most: int
    keyness: float
    reports: int
    share: float
    issuers: int


@cache
def knowledge() -> tuple[Sizes, frozenset[str], dict[str, dict[str, str]]]:
    """The sizes, the words that do not count, and the labels. Raises KnowledgeError with entry and remedy."""
    data = load_toml(FILE)
    require(FILE, "[size]", data["size"], {"most": int, "keyness": float, "reports": int, "share": float, "issuers": int})
    require(FILE, "[words]", data["words"], {"stop": list})
    stop = frozenset(data["words"]["stop"]) | frozenset(load_toml("measures.toml")["keywords"]["stop"])
    return Sizes(**data["size"]), stop, data["label"]


@dataclass(frozen=True, slots=True)
class Words:
    """The distinctive words of each group, the surest first.

    `frame` (columns of WORDS): `count` in the group and `rest_count` in the others, both also in ten thousand words, `reports` of
    `of_reports` that have the word, `dispersion` from 0 (as even as can be) to 1 (all in one report), `keyness` the
    log-likelihood, `ratio` of the two frequencies (null where the others never say it), and a sentence with its place. `groups`
    (GROUPS) are the groups asked for with the size of what was counted, those without a distinctive word too.
    """

    frame: pl.DataFrame
    groups: pl.DataFrame
    by: str
    alone: bool = False  # there is one group only, and nothing to set it against
    question: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def labels(self) -> dict[str, str]:
        """Chinese headings for the columns of these frames."""
        labels = knowledge()[2]
        return labels["column"] | {"group": labels["by"][self.by]}

    @property
    def rows(self) -> pl.DataFrame:
        """The columns that a reader wants beside each other, the sentence cut to what stands around the word."""
        around = [excerpt(row["quote"], row["word"]) for row in self.frame.iter_rows(named=True)]
        counted = ("count", "per_10k", "rest_per_10k")
        spread = pl.format("{}/{}", "reports", "of_reports").alias("spread")
        return self.frame.select(
            "group", "word", *counted, spread, "dispersion", "keyness", pl.Series("quote", around, dtype=pl.String)
        )

    @property
    def first(self) -> str:
        """The group with most distinctive words, of equals the one with the surest; empty when no group has any."""
        groups = self.frame.group_by("group").agg(pl.len(), pl.max("keyness"))
        order = groups.sort(["len", "keyness", "group"], descending=[True, True, False])
        return str(order["group"][0]) if order.height else ""

    def top(self, group: str | int | None = None) -> pl.DataFrame:
        """The distinctive words of a group; without a name, of the one that has most."""
        return self.frame.filter(pl.col("group") == (self.first if group is None else str(group)))

    def caption(self, group: str | int | None = None) -> str:
        """What a figure of `top` shows, in words."""
        name = self.first if group is None else str(group)
        return (
            put("{name}{year}说得比其余多的词", name=name, year=put("年") if self.by == "year" else "")
            if name
            else put("没有哪一组有特色词")
        )

    def sentences(self, most: int = 4, groups: int = 12) -> list[str]:
        """For each group its surest words in a sentence; of many groups the surest, and how many there are besides."""
        if self.groups.is_empty():
            return [put("没有符合条件的报告，无从比较。")]
        if self.alone:
            return [put("只有{group}一组，没有可以对照的其余文字。", group=self.groups["group"][0])]
        year = put("年") if self.by == "year" else ""
        named = self.frame.group_by("group").agg(pl.max("keyness")).sort(["keyness", "group"], descending=[True, False])
        shown = named.head(groups)["group"].to_list()
        said = []
        for group in [group for group in self.groups["group"] if group in shown]:
            rows = self.top(group).head(most).to_dicts()
            told = [
                put(
                    "{word}（{count}次，{reports}份报告，{times}）",
                    word=f"“{r['word']}”",
                    count=r["count"],
                    reports=r["reports"],
                    times=_times(r),
                )
                for r in rows
            ]
            said.append(put("{group}{year}比其余更常说{told}。", group=group, year=year, told=put("、").join(told)))
        if named.height > groups:
            said.append(put("另有{n}组也有特色词，见表。", n=named.height - groups))
        silent = self.groups.filter(pl.col("distinctive") == 0)["group"].to_list()
        if silent:
            names = put("、").join(put("{group}{year}", group=name, year=year) for name in silent[:5]) + (
                put("等{n}组", n=len(silent)) if len(silent) > 5 else ""
            )
            said.append(put("{names}没有哪个词明显多于其余，且不限于一份报告。", names=names))
        return said

    def text(self, form: str = "table") -> str:
        """The rows for a script or a terminal: `table`, `csv` (safe in a spreadsheet) or `json` (with the groups)."""
        if form == "json":
            body = {
                "question": self.question, "notes": self.notes, "words": self.frame.to_dicts(), "groups": self.groups.to_dicts(),
            }  # fmt: skip
            return json.dumps(body, ensure_ascii=False, indent=1, default=str)
        if form == "csv":
            names = [name for name, kind in self.frame.schema.items() if kind == pl.String]
            return self.frame.with_columns(pl.col(names).str.replace(r"^([=+\-@\t\r])", "'$1")).write_csv()
        if form != "table":
            raise ValueError(f"no form {form!r}; it is table, csv or json")
        lines = [
            f"{r['group']}\t{r['word']}\t{r['count']}\t{r['reports']}/{r['of_reports']}\t{_times(r)}\t{r['keyness']:.1f}"
            for r in self.frame.to_dicts()
        ]
        return "\n".join([*lines, "", *self.sentences(), *self.notes])

    def __len__(self) -> int:
        return self.frame.height

    def __repr__(self) -> str:
        return f"Words: 按{knowledge()[2]['by'][self.by]}分 {self.groups.height} 组，特色词 {self.frame.height} 个"

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{self.labels.get(c, c)}</th>' for c in self.rows.columns)
        rows = [["" if cell is None else escape(str(cell)) for cell in row] for row in self.rows.head(60).iter_rows()]
        body = "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in rows)
        return (
            f'<div lang="zh-CN"><table><caption>{escape(repr(self))}</caption><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>"
        )


def excerpt(quote: str | None, word: str, around: int = 24) -> str | None:
    """A few characters on either side of a word in its sentence."""
    if quote is None:
        return None
    at = max(quote.find(word), 0)
    low, high = max(at - around, 0), at + len(word) + around
    return f"{'……' if low else ''}{quote[low:high].strip()}{'……' if high < len(quote) else ''}"


def _times(row: dict[str, Any]) -> str:
    """How much oftener than elsewhere, in words."""
    return put("其余没有") if row["ratio"] is None else put("其余的{ratio:.1f}倍", ratio=row["ratio"])


def words(
    t: Tables,
    by: str = "year",
    only: str | int | Sequence[str] | Sequence[int] | None = None,
    years: Years = None,
    regions: Names = None,
    level: Names = None,
    issuer_kind: Names = None,
    dimension: Names = None,
    status: Names = None,
    most: int | None = None,
) -> Words:
    """What each group of the panel says more than the others.

    `by` is year, region (the widest division in which the panel differs), dimension (of the measures) or issuer. `only` names the
    groups to show (2021, 宝山区, disputes): they still stand against the whole rest; with `by="region"` any region will
    do. `years`, `regions`, `level` and `issuer_kind` choose the panel as in `compare`, `dimension` and `status` (done,
    problem, planned) the measures; `most` is how many words a group shows. Names of the panel's own places do not count.

    Raises CompareError for anything that does not exist, with the nearest names.
    """
    one_of("分组方式", [by], BY)
    asked = Question.of(years, regions, level, issuer_kind)
    sides, states = one_of("维度", texts(dimension), rules().labels["dimension"]), one_of("状态", texts(status), STATUSES)
    wanted = texts(str(only) if isinstance(only, int) else only)  # type: ignore[arg-type]
    reports, nobody = members(t, asked)
    reports, _ = one_a_year(asked.dated(reports))
    said = cut(t).join(reports.select("report_id"), on="report_id", how="semi")
    said = said.filter(~pl.col("word").is_in(names_of(reports)))
    for column, values in (("dimension", sides), ("status", states)):
        said = said.filter(pl.col(column).is_in(values)) if values else said
    notes = [put("另有{n}份报告认不出机关或年度，没有计入。", n=nobody.height)] if nobody.height else []
    notes += [] if reports.height else [put("没有符合条件的机关。") + nearest_regions(t, asked.regions)]
    groups = grouped(reports, by, wanted)
    if by == "dimension":
        counts = said.with_columns(group="dimension").join(reports.select("report_id", "issuer"), on="report_id")
    else:
        counts = said.join(groups, on="report_id")
    counts = counts.group_by("group", "report_id", "issuer", "word").agg(pl.sum("n"))
    known = counts["group"].unique().sort().to_list()
    if by != "region":
        one_of("组", wanted if known else [], dict.fromkeys([*known, *(named(by, group) for group in known)]))
    size, _, _ = knowledge()
    shown = pl.col("group").is_in([unnamed(by, name, known) for name in wanted] if wanted else known)
    told = keyness(counts).filter(shown)
    least = pl.max_horizontal(pl.min_horizontal(size.reports, "of_reports"), (size.share * pl.col("of_reports")).ceil())
    enough = (pl.col("reports") >= least) & (pl.col("issuers") >= pl.min_horizontal(size.issuers, "of_issuers"))
    best = (
        told.filter(enough & (pl.col("keyness") >= size.keyness))
        .sort(["group", "keyness", "word"], descending=[False, True, False])
        .group_by("group", maintain_order=True)
        .head(size.most if most is None else most)
    )
    frame = exemplified(t, best, counts, reports, by, sides, states)
    sizes = (
        counts.filter(shown)
        .group_by("group")
        .agg(reports=pl.col("report_id").n_unique(), issuers=pl.col("issuer").n_unique(), words=pl.sum("n"))
        .join(best.group_by("group").agg(distinctive=pl.len()), on="group", how="left")
        .with_columns(pl.col("distinctive").fill_null(0), by=pl.lit(by))
        .sort("group")
    )
    return Words(
        titled(frame, by).select(pl.col(name).cast(kind) for name, kind in WORDS.items()),
        titled(sizes, by).select(pl.col(name).cast(kind) for name, kind in GROUPS.items()),
        by,
        len(known) == 1,
        asked.told(by=by, only=wanted, dimension=sides, status=states),
        tuple(notes),
    )


def named(by: str, group: str) -> str:
    """A group as a reader knows it."""
    return rules().labels["dimension"].get(group, group) if by == "dimension" else group


def unnamed(by: str, name: str, known: list[str]) -> str:
    """The group that a reader's or the tables' name stands for."""
    return next((group for group in known if name in (group, named(by, group))), name)


def titled(frame: pl.DataFrame, by: str) -> pl.DataFrame:
    """The frame with its groups as a reader knows them."""
    return frame.with_columns(pl.col("group").replace(rules().labels["dimension"])) if by == "dimension" else frame


def cut(t: Tables) -> pl.DataFrame:
    """How often each word stands in each report's measures: report_id, dimension, status, word, n. Kept for the last builds."""
    folder = getattr(t, "folder", None) if getattr(t, "build_id", None) else None
    if folder in _CUTS:
        return _CUTS[folder]
    stop = knowledge()[1]
    cutter = segmenter()
    keys = ["report_id", "dimension", "status"]
    rows = t.measures.select(*keys, "text").collect().group_by(keys, maintain_order=True).agg(pl.col("text"))
    columns: dict[str, list[Any]] = {name: [] for name in (*keys, "word", "n")}
    keep: dict[str, bool] = {}
    for report, dimension, status, held in rows.iter_rows():
        # numbers and signs part words, so that no word holds them
        counts = Counter(cutter.cut(_CUT.sub("\n", "\n".join(held))))
        for word, n in counts.items():
            good = keep.get(word)
            if good is None:
                good = keep[word] = bool(_HAN.fullmatch(word)) and word not in stop
            if good:
                for name, value in zip(columns, (report, dimension, status, word, n), strict=True):
                    columns[name].append(value)
    found = pl.DataFrame(columns, schema={**dict.fromkeys((*keys, "word"), pl.String), "n": pl.Int64})
    if folder is not None:
        while len(_CUTS) >= 2:
            _CUTS.pop(next(iter(_CUTS)))
        _CUTS[folder] = found
    return found


def names_of(reports: pl.DataFrame) -> list[str]:
    """The names of the panel's places and what they begin with: 安溪河县, 安溪河, 安溪."""
    names = {name for column in SEAT for name in reports[column].drop_nulls()}
    return sorted({name[:n] for name in names for n in range(2, len(name) + 1)})


def grouped(reports: pl.DataFrame, by: str, wanted: list[str]) -> pl.DataFrame:
    """The group of each report: report_id, issuer, group. With regions named, the first that it lies in, or the rest (其余)."""
    if by == "region" and wanted:
        tests = pl.coalesce(*(pl.when(within(place)).then(pl.lit(place)) for place in wanted), pl.lit("其余"))
        found = reports.select("report_id", "issuer", group=tests)
        missing = [place for place in wanted if place not in found["group"].to_list()]
        if missing and reports.height:
            seats = {name for column in (*SEAT, "issuer") for name in reports[column].drop_nulls()}
            one_of("地区", missing, sorted(seats))
            raise CompareError(f"{'、'.join(missing)}的报告都已归入前面的地区 (all its reports are in a region named before)")
        return found
    if by == "region":
        column = next((c for c in ("province", "prefecture", "county") if reports[c].n_unique() > 1), "county")
        return reports.select("report_id", "issuer", group=pl.coalesce(column, "region", "issuer"))
    group = pl.col("year").cast(pl.String) if by == "year" else pl.col("issuer")
    return reports.select("report_id", "issuer", group=group)


def keyness(counts: pl.DataFrame) -> pl.DataFrame:
    """The words that a group says oftener than the others: counts, frequencies, spread and log-likelihood of each.

    `counts` has group, report_id, issuer, word and n. The others are all other groups together.
    """
    per_group = counts.group_by("group").agg(
        size=pl.sum("n"), of_reports=pl.col("report_id").n_unique(), of_issuers=pl.col("issuer").n_unique()
    )
    whole = counts["n"].sum()
    every = counts.group_by("word").agg(all=pl.sum("n"), all_places=pl.struct("group", "report_id").n_unique())
    parts = counts.group_by("group", "report_id").agg(part=pl.sum("n"))
    here = (
        counts.join(parts, on=["group", "report_id"])
        .join(per_group, on="group")
        .with_columns(share=pl.col("part") / pl.col("size"), least=pl.col("part").min().over("group") / pl.col("size"))
        .group_by("group", "word")
        .agg(
            count=pl.sum("n"),
            reports=pl.col("report_id").n_unique(),
            issuers=pl.col("issuer").n_unique(),
            # of the parts without the word the whole share is missed
            apart=(pl.col("n") / pl.sum("n") - pl.col("share")).abs().sum() + 1 - pl.sum("share"),
            least=pl.first("least"),
        )
        .join(per_group, on="group")
        .join(every, on="word")
    )
    a, b, c, d = pl.col("count"), pl.col("rest_count"), pl.col("size"), whole - pl.col("size")
    expected, other = c * pl.col("all") / whole, d * pl.col("all") / whole
    likelihood = 2 * (a * (a / expected).log() + pl.when(b > 0).then(b * (b / other).log()).otherwise(0.0))
    uneven = pl.col("apart") / 2 / (1 - pl.col("least"))
    return (
        here.with_columns(rest_count=pl.col("all") - pl.col("count"), rest_reports=pl.col("all_places") - pl.col("reports"))
        .filter(d > 0)
        .with_columns(
            per_10k=(1e4 * a / c).round(2),
            rest_per_10k=(1e4 * b / d).round(2),
            keyness=likelihood.round(2),
            ratio=pl.when(b > 0).then((a / c / (b / d)).round(2)),
            dispersion=pl.when(pl.col("least") < 1).then(uneven.clip(0, 1).round(3)).otherwise(0.0),
        )
        .filter(a / c > b / d)
    )


def exemplified(
    t: Tables, best: pl.DataFrame, counts: pl.DataFrame, reports: pl.DataFrame, by: str, sides: list[str], states: list[str]
) -> pl.DataFrame:
    """Each word with a sentence that has it, out of the group's report that has it most, and where that stands."""
    most = (
        counts.join(best.select("group", "word"), on=["group", "word"], how="semi")
        .sort(["group", "word", "n", "report_id"], descending=[False, False, True, False])
        .unique(["group", "word"], keep="first", maintain_order=True)
        .select("group", "word", "report_id")
    )
    measures = t.measures.select("report_id", "measure_id", "dimension", "status", quote="text").collect()
    measures = measures.join(most.select("report_id").unique(), on="report_id", how="semi").sort("report_id", "measure_id")
    for column, values in (("dimension", sides), ("status", states)):
        measures = measures.filter(pl.col(column).is_in(values)) if values else measures
    pairs = most.join(measures, on="report_id").filter(pl.col("quote").str.contains(pl.col("word"), literal=True))
    if by == "dimension":
        pairs = pairs.filter(pl.col("group") == pl.col("dimension"))
    first = pairs.unique(["group", "word"], keep="first", maintain_order=True)
    first = first.select("group", "word", "report_id", "measure_id", "quote")
    there = reports.select("report_id", "issuer", "year", "source", "url")
    return (
        best.drop("issuers")
        .join(first.join(there, on="report_id", how="left"), on=["group", "word"], how="left", maintain_order="left")
        .with_columns(by=pl.lit(by))
    )
