"""One report out of the tables: what its page became on each station of the way, for people to follow."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from fazhi.compare.guards import CompareError, codebook, one_of, rules
from fazhi.compare.language import put, word
from fazhi.compare.members import Tables

EMPTY = "数据表里还没有一份报告；请把报告放进原始文件夹再重建各表。"


@dataclass(frozen=True, slots=True)
class Dossier:
    """The rows of one report; all frames are empty and `report` is {} when the tables hold no report at all."""

    report: dict[str, Any] = field(default_factory=dict)
    source: dict[str, Any] = field(default_factory=dict)
    sections: pl.DataFrame = field(default_factory=pl.DataFrame)
    measures: pl.DataFrame = field(default_factory=pl.DataFrame)
    indicators: pl.DataFrame = field(default_factory=pl.DataFrame)
    findings: pl.DataFrame = field(default_factory=pl.DataFrame)
    numerals: pl.DataFrame = field(default_factory=pl.DataFrame)  # what became of each numeral, as `accounts` has it

    def about(self) -> pl.DataFrame:
        """What the page says of itself: 项目, 内容."""
        labels, row = rules().labels, self.report
        if not row:
            return pl.DataFrame(schema={"项目": pl.String, "内容": pl.String})
        seat = "/".join(row[c] for c in ("province", "prefecture", "county", "zone") if row.get(c))
        level, kind = labels["level"].get(row.get("level") or "", ""), labels["issuer_kind"].get(row.get("issuer_kind") or "", "")
        facts = {
            "标题": row["title"],
            "机关": row["issuer"],
            "类型": put("{level}{kind}", level=level, kind=kind) if level or kind else None,
            "所在地": seat,
            "年度": row["year"],
            "公布日期": row["published_on"],
            "落款日期": row["signed_on"],
            "网址": row["url"],
            "来源文件": row["source"],
            "文件格式": self.source.get("media_type"),
            "编码": self.source.get("encoding"),
            "正文字数": len(row["text"]),
        }
        return pl.DataFrame(
            [(k, str(v)) for k, v in facts.items() if v not in (None, "")],
            schema={"项目": pl.String, "内容": pl.String},
            orient="row",
        )

    def opening(self, characters: int = 200) -> str:
        """The first characters of the clean text."""
        text = str(self.report.get("text", ""))
        return text[:characters] + ("……" if len(text) > characters else "")

    def outline(self) -> pl.DataFrame:
        """The headings, indented as they stand: 标题, 部分, 维度, 字数."""
        if self.sections.is_empty():
            return pl.DataFrame(schema={"标题": pl.String, "部分": pl.String, "维度": pl.String, "字数": pl.Int64})
        labels = rules().labels
        depth = pl.lit("　").repeat_by((pl.col("level") - 1).clip(0)).list.join("")
        words = (
            pl.when(pl.col("level") == 0)
            .then(pl.lit("（开头，没有标题）"))
            .otherwise(pl.concat_str(pl.col("label").fill_null(""), pl.col("heading").fill_null("")))
        )
        return self.sections.sort("section_id").select(
            标题=depth + words,
            部分=pl.col("kind").replace(labels["section"]),
            维度=pl.col("dimension").replace(labels["dimension"]),
            字数=pl.col("end") - pl.col("start"),
        )

    def deeds(self) -> pl.DataFrame:
        """The measures in reading order: 状态, 维度, 原文."""
        labels = rules().labels
        if self.measures.is_empty():
            return pl.DataFrame(schema={"状态": pl.String, "维度": pl.String, "原文": pl.String})
        return self.measures.sort("measure_id").select(
            状态=pl.col("status").replace(labels["measure"]), 维度=pl.col("dimension").replace(labels["dimension"]), 原文="text"
        )

    def figures(self) -> pl.DataFrame:
        """The indicators in reading order with their names, ready for `fazhi.brief.show.table`: the coded ones first."""
        if self.indicators.is_empty():
            return pl.DataFrame(
                schema={
                    "name_zh": pl.String,
                    "subject": pl.String,
                    "value": pl.Float64,
                    "unit": pl.String,
                    "qualifier": pl.String,
                    "high": pl.Float64,
                    "scope": pl.String,
                    "caveats": pl.String,
                    "quote": pl.String,
                    "report_id": pl.String,
                    "indicator_id": pl.Int32,
                }
            )
        names = {code: entry.name_zh for code, entry in codebook().items()}
        return self.indicators.sort(pl.col("code").is_null(), "indicator_id").select(
            pl.col("code").replace_strict(names, default="（未列入指标表）", return_dtype=pl.String).alias("name_zh"),
            "subject",
            "value",
            "unit",
            "qualifier",
            "high",
            pl.col("scope").replace(rules().labels["scope"]),
            pl.col("caveats").list.eval(pl.element().replace(rules().short())).list.join("、"),
            "quote",
            "report_id",
            "indicator_id",
        )

    def dimensions(self) -> pl.DataFrame:
        """How many measures speak of each dimension, in the columns that a dot plot takes."""
        frame = self.measures if not self.measures.is_empty() else pl.DataFrame(schema={"dimension": pl.String})
        return (
            frame.group_by(issuer=pl.col("dimension").replace(rules().labels["dimension"]))
            .agg(value=pl.len().cast(pl.Float64))
            .sort(["value", "issuer"], descending=[True, False])
            .with_columns(
                name_zh=pl.lit("举措数"),
                code=pl.lit("measures"),
                unit=pl.lit("条"),
                year=pl.lit(self.report.get("year"), pl.Int32),
                report_id=pl.lit(self.report.get("report_id"), pl.String),
            )
        )

    def example(self) -> pl.DataFrame:
        """One indicator to follow back to its sentence: the first that is comparable, else coded, else any."""
        if self.indicators.is_empty():
            return self.figures()
        first = self.indicators.sort(~pl.col("comparable").fill_null(False), pl.col("code").is_null(), "indicator_id").head(1)
        return self.figures().join(first.select("indicator_id"), on="indicator_id", how="semi")

    def sentences(self) -> list[str]:
        """What became of the page, in words and numbers."""
        if not self.report:
            return [put(EMPTY)]
        counts = dict(self.measures["status"].value_counts().iter_rows()) if not self.measures.is_empty() else {}
        deeds = put("、").join(
            put("{status}{n}条", status=label, n=counts.get(name, 0)) for name, label in rules().labels["measure"].items()
        )
        name = self.report["title"] or self.report["source"]
        coded = self.indicators.filter(pl.col("code").is_not_null()) if not self.indicators.is_empty() else self.indicators
        fit = coded.filter(pl.col("comparable")).height if not coded.is_empty() else 0
        head = self.sections.filter(pl.col("level") > 0).height if not self.sections.is_empty() else 0
        return [
            put(
                "《{name}》正文{size:,}字，读出标题{headings}个、举措{measures}条（{deeds}）。",
                name=name,
                size=len(self.report["text"]),
                headings=head,
                measures=self.measures.height,
                deeds=deeds,
            ),
            put(
                "认出{n}个数量，{coded}个属于指标表，其中{fit}个可以与其他报告并列。",
                n=self.indicators.height,
                coded=coded.height,
                fit=fit,
            ),
        ]

    def emphasis(self) -> str:
        """Which dimensions the report speaks of most, and of which it says nothing."""
        counts = self.dimensions()
        if counts.is_empty():
            return put("没有读出举措。")
        labels = rules().labels["dimension"]
        silent = [word(label) for name, label in labels.items() if name != "other" and label not in counts["issuer"].to_list()]
        top = put("、").join(
            put("{dimension}（{n:.0f}条）", dimension=row["issuer"], n=row["value"])
            for row in counts.head(3).iter_rows(named=True)
        )
        return put("举措最多的方面是{top}", top=top) + (
            put("；没有单独说到{silent}。", silent=put("、").join(silent)) if silent else put("；十个方面都有。")
        )

    def reasons(self) -> pl.DataFrame:
        """Why coded figures of the report should not stand beside others: 原因, 个数."""
        if self.indicators.is_empty():
            return pl.DataFrame(schema={"原因": pl.String, "个数": pl.Int64})
        words = rules().labels["caveat"] | {name: caveat.zh for name, caveat in rules().caveats.items()}
        held = self.indicators.filter(pl.col("code").is_not_null() & ~pl.col("comparable").fill_null(False))
        return (
            held.select(原因=pl.col("caveats").list.first().replace(words))
            .drop_nulls()
            .group_by("原因")
            .agg(个数=pl.len().cast(pl.Int64))
            .sort(["个数", "原因"], descending=[True, False])
        )

    def doubts(self) -> list[str]:
        """The findings, and the numerals that nobody accounted for, in words."""
        if not self.report:
            return []
        said = self.findings["message"].to_list() if not self.findings.is_empty() else []
        return said or [put("没有发现需要提醒的地方。")]


def dossier(t: Tables, report: str | None = None, issuer: str | None = None) -> Dossier:
    """The dossier of a report, by the start of its `report_id` or by its source (a file's name will do); None is the first, or
    the latest one of `issuer`.

    Raises CompareError with the nearest names for a report or an issuer that the tables lack. Tables without reports give an
    empty dossier.
    """
    known = t.reports.select("report_id", "source", "issuer", "year").sort("source").collect()
    if known.is_empty():
        return Dossier()
    if issuer is not None:
        one_of("机关", [issuer], known["issuer"].drop_nulls().unique().sort())
        known = known.filter(pl.col("issuer") == issuer).sort("year", descending=True, nulls_last=True, maintain_order=True)
    if report is None:
        wanted = known
    else:
        name = pl.col("source")
        wanted = known.filter((name == report) | name.str.ends_with("/" + report) | pl.col("report_id").str.starts_with(report))
    if wanted.is_empty():
        near = difflib.get_close_matches(str(report), known["source"].to_list(), 3, 0.3) or known["source"].to_list()[:3]
        raise CompareError(f"没有报告“{report}”；相近的有：{'、'.join(near)} (no report {report!r}; nearest: {', '.join(near)})")
    one = wanted["report_id"][0]

    def rows(table: str) -> pl.DataFrame:
        found: pl.LazyFrame | None = getattr(t, table, None)
        return pl.DataFrame() if found is None else found.filter(pl.col("report_id") == one).collect()

    row = rows("reports").row(0, named=True)
    source = t.sources.filter(pl.col("source") == row["source"]).collect()
    return Dossier(
        row,
        source.row(0, named=True) if source.height else {},
        rows("sections"),
        rows("measures"),
        rows("indicators"),
        rows("findings"),
        accounts(rows("ruled_out"), rows("indicators"), rows("quality")),
    )


def accounts(ruled_out: pl.DataFrame, indicators: pl.DataFrame, quality: pl.DataFrame) -> pl.DataFrame:
    """What became of the report's numerals: 去向, 个数, 例子; figures first, what nobody accounts for last."""
    rows = []
    if not indicators.is_empty():
        rows.append(("figures", indicators.height, indicators["value_text"].head(5).to_list()))
    if not ruled_out.is_empty():
        grouped = ruled_out.group_by("reason").agg(pl.len().alias("n"), pl.col("text").unique(maintain_order=True).head(5))
        rows += sorted(grouped.iter_rows(), key=lambda row: (row[0] == "no_unit", -row[1], row[0]))
    listed = sum(n for reason, n, _ in rows if reason == "no_unit")
    lost = (quality["unaccounted"].to_list() or [0])[0] if not quality.is_empty() else 0
    if lost > listed:
        rows.append(("unaccounted", lost - listed, []))
    words = rules().labels["numeral"]
    return pl.DataFrame(
        [(words.get(reason, reason), n, "、".join(text)) for reason, n, text in rows],
        schema={"去向": pl.String, "个数": pl.Int64, "例子": pl.String},
        orient="row",
    )
