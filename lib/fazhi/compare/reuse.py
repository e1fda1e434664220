"""Reuse: what reports repeat from the authority's earlier ones, what authorities share, and how much of each report is new."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np
import polars as pl

from fazhi.compare.clauses import bodies, clauses, knowledge, weighed
from fazhi.compare.guards import CompareError
from fazhi.compare.language import put, spoken
from fazhi.compare.members import Tables, members, nearest_regions, one_a_year
from fazhi.compare.passages import in_common
from fazhi.compare.question import Names, Question, Years

SHOWN = 40  # passages that Jupyter shows; the frame holds them all
_T = pl.DataType | type[pl.DataType]
PASSAGES: dict[str, _T] = {
    "issuer_a": pl.String,
    "year_a": pl.Int32,
    "issuer_b": pl.String,
    "year_b": pl.Int32,
    "relation": pl.String,
    "relation_zh": pl.String,
    "order": pl.String,
    "order_zh": pl.String,
    "kind": pl.String,
    "kind_zh": pl.String,
    "part": pl.String,
    "part_zh": pl.String,
    "similarity": pl.Float64,
    "characters": pl.Int64,
    "text_a": pl.String,
    "text_b": pl.String,
    "report_a": pl.String,
    "start_a": pl.Int64,
    "end_a": pl.Int64,
    "source_a": pl.String,
    "url_a": pl.String,
    "report_b": pl.String,
    "start_b": pl.Int64,
    "end_b": pl.Int64,
    "source_b": pl.String,
    "url_b": pl.String,
}
REPORTS: dict[str, _T] = {
    "issuer": pl.String,
    "year": pl.Int32,
    "before": pl.Int32,
    "characters": pl.Int64,
    "fixed": pl.Int64,
    "repeated": pl.Int64,
    "shared": pl.Int64,
    "fresh": pl.Int64,
    "repeated_share": pl.Float64,
    "shared_share": pl.Float64,
    "fresh_share": pl.Float64,
    "issuer_kind": pl.String,
    "level": pl.String,
    "region": pl.String,
    "title": pl.String,
    "url": pl.String,
    "source": pl.String,
    "origin": pl.String,
    "report_id": pl.String,
}
WHO: dict[str, _T] = {
    "issuer_a": pl.String,
    "issuer_b": pl.String,
    "relation": pl.String,
    "relation_zh": pl.String,
    "order": pl.String,
    "order_zh": pl.String,
    "passages": pl.Int64,
    "characters": pl.Int64,
    "pairs": pl.Int64,
    "years": pl.String,
}
FIXED: dict[str, _T] = {"phrase": pl.String, "issuers": pl.Int64, "reports": pl.Int64}


@dataclass(frozen=True, slots=True)
class Reuse:
    """What reports of a panel have in common.

    `frame` (columns of PASSAGES): one row for each passage that two reports share, the earlier report as `a`; `relation` is `own`
    (the authority repeats itself) or `other`; `order` is `earlier`, or `together` where year and dates do not say who was first;
    `kind` is `same`, `figures` (only numbers or titles changed) or `near`; `part` is `paragraph`, `sentence` or `words`;
    `characters` counts what is neither a fixed phrase nor the words that it takes to state a figure; text_a and text_b are
    exact substrings of reports.text.
    `reports` (REPORTS): of each report's Chinese characters how many are `fixed` (phrases of the genre, words around a figure),
    repeated from any earlier report of its own, shared with others' (the earlier side of a dated pair is not blamed), and fresh;
    the shares in per cent leave what is fixed aside. `before` is the year of its own report before, null where there is none,
    and then `repeated_share` and `fresh_share` are null, too. `who` (WHO) counts the passages of each pair of authorities,
    `fixed` (FIXED) are the commonest of the phrases that were left out.
    """

    frame: pl.DataFrame
    reports: pl.DataFrame
    who: pl.DataFrame
    fixed: pl.DataFrame
    question: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def labels(self) -> dict[str, str]:
        """Chinese headings for the columns of these frames."""
        return knowledge().labels["column"]

    @property
    def rows(self) -> pl.DataFrame:
        """The passages as a reader wants them, the longest first; the earlier wording (`before_zh`) only where it differs.
        `later_report`, `later_id` and the like say where they stand: the report and the span, START-END."""
        order = ["characters", "issuer_b", "year_b", "issuer_a", "year_a", "start_b"]
        return self.frame.sort(order, descending=[True] + [False] * 5).select(
            pl.format(put("{} {}年"), "issuer_b", "year_b").alias("later"),
            pl.format(put("{} {}年"), "issuer_a", "year_a").alias("earlier"),
            "kind_zh",
            "part_zh",
            length="characters",
            words_zh="text_b",
            before_zh=pl.when(pl.col("kind") != "same").then("text_a"),
            later_report="report_b",
            later_id=pl.format("{}-{}", "start_b", "end_b"),
            earlier_report="report_a",
            earlier_id=pl.format("{}-{}", "start_a", "end_a"),
        )

    @property
    def table(self) -> pl.DataFrame:
        """The reports as a reader wants them: shares rather than characters."""
        shares = ("repeated_share", "shared_share", "fresh_share")
        return self.reports.select("issuer", "year", pl.col("before").cast(pl.String), "characters", "fixed", *shares)

    @property
    def copies(self) -> pl.DataFrame:
        """Between authorities only: who has the words of whom, most first."""
        return self.who.filter(pl.col("relation") == "other")

    def points(self, share: str = "fresh_share") -> pl.DataFrame:
        """A share of each report in the columns that a figure takes."""
        return self.reports.select(
            "issuer",
            "year",
            value=share,
            name_zh=pl.lit(self.labels[share].removesuffix("（%）")),
            code=pl.lit(share),
            unit=pl.lit("%"),
        )

    def sentences(self) -> list[str]:
        """What the data say, in words and numbers: how much is new, how much repeated, who shares most with whom."""
        if self.reports.is_empty():
            return [put("没有符合条件的报告，无从比较。")]
        said = []
        told = self.reports.drop_nulls("fresh_share").sort("fresh_share", "issuer", "year")
        if told.height:
            low, high = told.row(0, named=True), told.row(-1, named=True)
            least = put("；新写最少的是{issuer}{year}年（{fresh_share:.0f}%）", **low)
            most = put("，最多的是{issuer}{year}年（{fresh_share:.0f}%）", **high)
            ends = least + most if told.height > 1 else ""
            middle = pl.Series(told["fresh_share"]).quantile(0.5, "linear") or 0.0
            is_ = put("的中位数是") if told.height > 1 else put("占")
            new = put("除套语外新写文字{is_}{share:.0f}%{ends}。", is_=is_, share=middle, ends=ends)
            said.append(put("能与本机关往年报告对照的{n}份中，{new}", n=told.height, new=new))
        alone = self.reports.height - told.height
        if alone:
            said.append(put("{n}份报告之前没有本机关的报告可比，不算新写多少。", n=alone))
        counts = dict(self.frame["relation"].value_counts().iter_rows())
        if not counts:
            return [*said, put("没有发现重复的段落和句子。")]
        kinds = dict(self.frame["kind"].value_counts().iter_rows())
        names = knowledge().labels["kind"]
        how = put("，").join(put("{kind}的{n}处", kind=names[kind], n=kinds[kind]) for kind in names if kind in kinds)
        own, others = counts.get("own", 0), counts.get("other", 0)
        said.append(put("重复本机关往年的{own}处，与其他机关相同的{others}处：{how}。", own=own, others=others, how=how))
        return said

    def sharing(self) -> str:
        """Which two authorities share most, and who of them was first."""
        if self.copies.is_empty():
            return put("没有发现不同机关之间相同的句子。")
        top = self.copies.row(0, named=True)
        verb = put("与") if top["order"] == "together" else put("沿用")
        tail = put("相同") if top["order"] == "together" else put("在先的文字")
        pairs = self.copies.select("issuer_a", "issuer_b").n_unique()
        which = put("{issuer_b}{verb}{issuer_a}{tail}，{passages}处、{characters}字（{years}）", verb=verb, tail=tail, **top)
        return put("{n}对机关有相同或相近的句子；最多的是{which}。", n=pairs, which=which)

    def trend(self) -> str:
        """How the share of new text differs by year, and how many reports repeat nothing."""
        told = self.reports.drop_nulls("fresh_share")
        if told.is_empty():
            return put("没有一份报告能与本机关往年的报告对照。")
        years = told.group_by("year").agg(pl.median("fresh_share"), pl.len()).sort("year")
        each = put("、").join(
            put("{year}年{share:.0f}%（{n}份）", year=year, share=share, n=n) for year, share, n in years.iter_rows()
        )
        none = told.filter(pl.col("repeated") == 0).height
        return put("新写文字所占的中位数：{each}。{n}份中有{none}份没有重复往年的句子。", each=each, n=told.height, none=none)

    def longest(self) -> str:
        """The longest passage that was repeated, with whose it is."""
        if self.frame.is_empty():
            return put("没有发现重复的段落和句子。")
        top = self.rows.row(0, named=True)
        later, earlier = (top[side] if spoken() == "en" else top[side].replace(" ", "") for side in ("later", "earlier"))
        quote = top["words_zh"] if len(top["words_zh"]) <= 60 else f"{top['words_zh'][:60]}……"
        return put(
            "最长的一处有{size}字，在{later}的报告里，与{earlier}的{kind}：“{quote}”",
            size=top["length"],
            later=later,
            earlier=earlier,
            kind=top["kind_zh"],
            quote=quote,
        )

    def text(self, form: str = "table") -> str:
        """The passages for a script or a terminal: `table`, `csv` (safe in a spreadsheet) or `json` (with reports and pairs)."""
        if form == "json":
            body = {
                "question": self.question,
                "notes": self.notes,
                "passages": self.frame.to_dicts(),
                "reports": self.reports.to_dicts(),
                "who": self.who.to_dicts(),
                "fixed": self.fixed.to_dicts(),
            }
            return json.dumps(body, ensure_ascii=False, indent=1, default=str)
        if form == "csv":
            names = [name for name, kind in self.frame.schema.items() if kind == pl.String]
            return self.frame.with_columns(pl.col(names).str.replace(r"^([=+\-@\t\r])", "'$1")).write_csv()
        if form != "table":
            raise ValueError(f"no form {form!r}; it is table, csv or json")
        lines = [
            f"{r['issuer_a']} {r['year_a']}\t{r['issuer_b']} {r['year_b']}\t{r['kind_zh']}\t{' '.join(r['text_b'].split())}"
            for r in self.frame.iter_rows(named=True)
        ]
        return "\n".join([*lines, "", *self.sentences(), self.sharing(), *self.notes])

    def __len__(self) -> int:
        return self.frame.height

    def __repr__(self) -> str:
        return f"Reuse: {self.reports.height} 份报告，{self.frame.height} 处相同或相近的文字"

    def _repr_html_(self) -> str:
        shown = self.rows.drop("later_report", "later_id", "earlier_report", "earlier_id")
        head = "".join(f'<th scope="col">{self.labels.get(c, c)}</th>' for c in shown.columns)
        rows = [[f"<td>{escape(str(cell))}</td>" for cell in row] for row in shown.head(SHOWN).iter_rows()]
        body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
        return (
            f'<div lang="zh-CN"><table><caption>{escape(repr(self))}</caption><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>"
        )


def reuse(
    t: Tables,
    years: Years = None,
    regions: Names = None,
    level: Names = None,
    issuer_kind: Names = None,
    shortest: int | None = None,
) -> Reuse:
    """What the reports of a panel repeat: from their own earlier reports, and from each other.

    The reports of the years asked for are held against all of the panel's reports of the same and earlier years. What counts as a
    fixed phrase of the genre is told from all reports of the tables, so that a small panel knows it, too. `shortest` is how
    many own characters a passage needs (knowledge/reuse.toml). Other parameters and errors as in `compare`.
    """
    size = knowledge().size
    shortest = size.shortest if shortest is None else shortest
    if shortest < 2:
        raise CompareError(f"shortest 是 {shortest}；至少取 2 (at least two characters)")
    asked = Question.of(years, regions, level, issuer_kind)
    everyone, nobody = members(t, Question())
    everyone, second = one_a_year(everyone)
    panel = asked.seated(everyone)
    notes = [put("另有{n}份报告认不出机关或年度，没有比较。", n=nobody.height)] if nobody.height else []
    notes += [put("另有{n}份报告与同一机关同一年度的另一份并存，没有比较。", n=second.height)] if second.height else []
    notes += [] if panel.height else [put("没有符合条件的机关。") + nearest_regions(t, asked.regions)]
    everyone = numbered(everyone, panel, asked.years)
    held = everyone.join(t.reports.select("report_id", "text").collect(), on="report_id")
    pieces = clauses(held.select("report", "text", issuer="issuer_no"), bodies(t, everyone))
    pieces = pieces.with_columns(weight=weighed(pieces, everyone["issuer_no"].n_unique()))
    fixed = phrases(pieces, size.common(everyone["issuer_no"].n_unique()))
    pieces = pieces.join(everyone.filter("here").select("report", "rank", "asked"), on="report", maintain_order="left")
    pieces = pieces.with_row_index("clause").with_columns(pl.col("clause").cast(pl.Int64))
    found = in_common(pieces, shortest, size.near)
    frame = told(found, pieces, everyone, t)
    return Reuse(
        frame,
        shares(everyone.filter("asked"), pieces, found, everyone),
        pairs_of(frame),
        fixed,
        asked.told(shortest=shortest),
        tuple(notes),
    )


def numbered(everyone: pl.DataFrame, panel: pl.DataFrame, span: tuple[int, ...]) -> pl.DataFrame:
    """All reports by year and date, with numbers (`report`, `rank`, `issuer_no`), `here` (in the panel) and `asked`."""
    here = pl.col("report_id").is_in(panel["report_id"].implode())
    return (
        everyone.sort("year", "published_on", "issuer", "report_id", nulls_last=True)
        .with_row_index("report")
        .with_columns(
            pl.col("report").cast(pl.Int64),
            rank=pl.col("report").cast(pl.Int64),
            issuer_no=pl.col("issuer").rank("dense").cast(pl.Int64),
            here=here,
            asked=here & (pl.col("year").is_in(list(span)) if span else pl.lit(True)),
        )
    )


def told(found: pl.DataFrame, clauses: pl.DataFrame, everyone: pl.DataFrame, t: Tables) -> pl.DataFrame:
    """The passages with their reports, spans, words and names: columns of PASSAGES."""
    edges = ("paragraph", "sentence")
    first = {f"first_{c}": (pl.col(c) != pl.col(c).shift(1)).fill_null(True) for c in edges}
    last = {f"last_{c}": (pl.col(c) != pl.col(c).shift(-1)).fill_null(True) for c in edges}
    heads, tails = clauses.select("clause", "report", "start", **first), clauses.select("clause", "end", **last)
    names = everyone.select("report", "report_id", "issuer", "year", "published_on", "source", "url")
    ids = pl.concat([clauses.join(found, left_on="clause", right_on=side, how="semi")["report"] for side in ("a", "b")])
    used = names.filter(pl.col("report").is_in(ids.unique().implode()))
    names = names.join(t.reports.select("report_id", "text").collect(), on="report_id").join(used, on="report", how="semi")
    rows = found
    for side in ("a", "b"):
        length = pl.col("end") - pl.col("start")
        there = (
            found.select(clause=side, to=f"{side}_to")
            .join(heads, on="clause", how="left", maintain_order="left")
            .join(tails, left_on="to", right_on="clause", how="left", maintain_order="left")
            .join(names, on="report", how="left", maintain_order="left")
            .with_columns(text=pl.col("text").str.slice("start", length))
            .drop("clause", "to", "report")
            .rename({"report_id": "report"})
        )
        rows = rows.hstack(there.select(pl.all().name.suffix(f"_{side}")))
    whole = {c: pl.all_horizontal(f"first_{c}_a", f"first_{c}_b", f"last_{c}_a", f"last_{c}_b") for c in edges}
    dated = (pl.col("published_on_a") != pl.col("published_on_b")).fill_null(False)
    rows = rows.with_columns(
        relation=pl.when(pl.col("issuer_a") == pl.col("issuer_b")).then(pl.lit("own")).otherwise(pl.lit("other")),
        order=pl.when((pl.col("year_a") != pl.col("year_b")) | dated).then(pl.lit("earlier")).otherwise(pl.lit("together")),
        part=pl.when(whole["paragraph"])
        .then(pl.lit("paragraph"))
        .when(whole["sentence"])
        .then(pl.lit("sentence"))
        .otherwise(pl.lit("words")),
    )
    labels = knowledge().labels
    rows = rows.with_columns(pl.col(c).replace(labels[c]).alias(f"{c}_zh") for c in ("relation", "order", "kind", "part"))
    return rows.sort("year_b", "issuer_b", "start_b", "year_a", "issuer_a", "start_a").select(
        pl.col(name).cast(kind) for name, kind in PASSAGES.items()
    )


def shares(asked: pl.DataFrame, clauses: pl.DataFrame, found: pl.DataFrame, everyone: pl.DataFrame) -> pl.DataFrame:
    """Of each report asked for: how many characters are fixed, repeated, shared, new (columns of REPORTS)."""
    dates = everyone.select("report", "year", "published_on")
    who = clauses.select("clause", "report", "issuer").join(dates, on="report", how="left")
    sides = found.join(who, left_on="a", right_on="clause").join(who, left_on="b", right_on="clause", suffix="_b")
    own = pl.col("issuer") == pl.col("issuer_b")
    together = (pl.col("year") == pl.col("year_b")) & ~(pl.col("published_on") != pl.col("published_on_b")).fill_null(False)
    marks = {
        "is_repeated": sides.filter(own).select(low="b", high="b_to"),
        "is_shared": pl.concat(
            [
                sides.filter(~own).select(low="b", high="b_to"),
                sides.filter(~own & together).select(low="a", high="a_to"),
            ]
        ),
    }
    for name, spans in marks.items():
        edges = np.zeros(clauses.height + 1, dtype=np.int64)
        np.add.at(edges, spans["low"].to_numpy(), 1)
        np.add.at(edges, spans["high"].to_numpy() + 1, -1)
        clauses = clauses.with_columns(pl.Series(name, np.cumsum(edges[:-1]) > 0, dtype=pl.Boolean))
    han = pl.col("norm").str.count_matches(r"\p{Han}").cast(pl.Int64)
    counts = clauses.group_by("report").agg(
        characters=han.sum(),
        fixed=(han - pl.col("weight")).sum(),
        repeated=pl.col("weight").filter("is_repeated").sum(),
        shared=pl.col("weight").filter(~pl.col("is_repeated") & pl.col("is_shared")).sum(),
    )
    before = everyone.filter("here").select("report", before=pl.col("year").shift(1).over("issuer", order_by="year"))
    rows = asked.join(before, on="report", how="left").join(counts, on="report", how="left")
    rows = rows.with_columns(pl.col("characters", "fixed", "repeated", "shared").fill_null(0))
    rows = rows.with_columns(fresh=pl.col("characters") - pl.col("fixed") - pl.col("repeated") - pl.col("shared"))
    base = pl.col("characters") - pl.col("fixed")
    told = {"repeated": pl.col("before").is_not_null(), "shared": pl.lit(True), "fresh": pl.col("before").is_not_null()}
    rows = rows.with_columns(
        pl.when(test & (base > 0)).then((100 * pl.col(c) / base).round(1)).alias(f"{c}_share") for c, test in told.items()
    )
    return rows.sort("region", "issuer", "year").select(pl.col(name).cast(kind) for name, kind in REPORTS.items())


def pairs_of(frame: pl.DataFrame) -> pl.DataFrame:
    """How much each pair of authorities shares, most first (columns of WHO)."""
    return (
        frame.group_by("issuer_a", "issuer_b", "relation", "relation_zh", "order", "order_zh")
        .agg(
            passages=pl.len(),
            characters=pl.sum("characters"),
            pairs=pl.struct("report_a", "report_b").n_unique(),
            years=pl.col("year_b").unique().sort().cast(pl.String).str.join("、"),
        )
        .sort(["characters", "issuer_b", "issuer_a", "order"], descending=[True, False, False, False])
        .select(pl.col(name).cast(kind) for name, kind in WHO.items())
    )


def phrases(clauses: pl.DataFrame, common: int, most: int = 200) -> pl.DataFrame:
    """The clauses that are nobody's own, by how many authorities use them (columns of FIXED); a number in them stands as `…`."""
    return (
        clauses.filter(pl.col("weight") == 0, pl.col("size") >= 4)
        .group_by("norm")
        .agg(issuers=pl.col("issuer").n_unique(), reports=pl.col("report").n_unique())
        .filter(pl.col("issuers") >= common)
        .with_columns(phrase=pl.col("norm").str.replace_all("0", "…", literal=True).str.replace_all("〇", "《…》", literal=True))
        .sort(["issuers", "reports", "phrase"], descending=[True, True, False])
        .head(most)
        .select(pl.col(name).cast(kind) for name, kind in FIXED.items())
    )
