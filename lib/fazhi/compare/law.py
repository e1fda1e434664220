"""What the rules ask of the yearly reports, and how a panel stands to them: the table that third-party evaluations print.

The rules with their dates and parts are knowledge/law.toml (`laws`, `law_of` in coverage.py read it): a report is measured by the
rule of its own year only. Article 24 of the 督察工作规定 of 2019 asks for publication before 1 April and for four parts, from the
reports on 2019; for those on 2015 to 2018 the 纲要 of 2015 set neither.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import polars as pl

from fazhi.compare import say
from fazhi.compare.coverage import Coverage, Law, coverage, law_of, laws
from fazhi.compare.guards import LEVELS, rules
from fazhi.compare.language import put
from fazhi.compare.members import Tables
from fazhi.compare.question import Names, Question, Years

ALL = "all"  # the level of a row that sums up a year
TABLE: dict[str, pl.DataType | type[pl.DataType]] = {
    "year": pl.Int32, "level": pl.String, "level_zh": pl.String, "rule": pl.String, "deadline": pl.Date, "expected": pl.Int64,
    "reports": pl.Int64, "reports_share": pl.Float64, "dated": pl.Int64, "on_time": pl.Int64, "on_time_share": pl.Float64,
    "judged": pl.Int64, "complete": pl.Int64, "complete_share": pl.Float64,
}
SHARES = {"reports": "expected", "on_time": "dated", "complete": "judged"}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a panel stands to the rules. `frame` is the coverage's: one row for each issuer and year with rule, deadline, days
    late, missing parts. Shares are in percent, null where nobody was asked: `reports` of the cells, `on_time` of reports that
    a rule sets a date for and that show one, `complete` of those whose rule names parts."""

    covered: Coverage
    question: dict[str, Any] = field(default_factory=dict)

    @property
    def frame(self) -> pl.DataFrame:
        """One row for each issuer and year, as `coverage` has it."""
        return self.covered.frame

    @property
    def table(self) -> pl.DataFrame:
        """Published, on time and complete by year and level (columns of TABLE); a row `all` for a year of several levels."""
        frame = self.frame.with_columns(pl.col("level").fill_null(""))
        parts = [counted(frame)]
        if frame["level"].n_unique() > 1:
            parts.append(counted(frame.with_columns(level=pl.lit(ALL))))
        names = rules().labels["level"] | {ALL: "合计", "": "层级不明"}
        order = {name: place for place, name in enumerate((*LEVELS, "", ALL))}
        return (
            pl.concat(parts)
            .with_columns(level_zh=pl.col("level").replace(names))
            .sort("year", pl.col("level").replace_strict(order, default=9, return_dtype=pl.Int64))
            .select(pl.col(name).cast(kind) for name, kind in TABLE.items())
        )

    @property
    def printed(self) -> pl.DataFrame:
        """The table as evaluations print it, in the language that is spoken: year, level_zh, then `reports`, `on_time` and
        `complete`, each as 4/5（80%）, or － where nobody was asked."""
        rows = self.table.to_dicts()
        shares = {part: pl.Series([share(row, part) for row in rows], dtype=pl.String) for part in SHARES}
        return self.table.select("year", "level_zh").with_columns(**shares)

    @property
    def missing(self) -> pl.DataFrame:
        """How often each part is missing, by year: year, part, part_zh, reports, judged."""
        asked = self.frame.filter(pl.col("complete").is_not_null())
        judged = asked.group_by("year").agg(judged=pl.len().cast(pl.Int64))
        return (
            asked.select("year", part="missing")
            .explode("part")
            .drop_nulls()
            .group_by("year", "part")
            .agg(reports=pl.len().cast(pl.Int64))
            .join(judged, on="year", how="left")
            .with_columns(part_zh=pl.col("part").replace(rules().labels["part"]))
            .select("year", "part", "part_zh", "reports", "judged")
            .sort("year", "part")
        )

    @property
    def faults(self) -> pl.DataFrame:
        """The reports that were late or lack a part: issuer, year, rule, deadline, published_on, signed_on, days_late,
        missing_zh, source, url."""
        return (
            self.covered.reports.filter(~pl.col("on_time") | ~pl.col("complete"))
            .select(
                "issuer", "year", "rule", "deadline", "published_on", "signed_on", "days_late", "missing_zh", "source", "url"
            )
            .sort("year", "issuer")
        )

    @property
    def rules(self) -> pl.DataFrame:
        """The rules that the years of the panel fall under: name, title, first_year, last_year, public_before, parts_zh, says,
        source."""
        held = {law.name: law for year in self.covered.years if (law := law_of(year))}
        return pl.DataFrame(
            [described(law) for law in held.values()],
            schema=dict.fromkeys(("name", "title"), pl.String)
            | dict.fromkeys(("first_year", "last_year"), pl.Int32)
            | dict.fromkeys(("public_before", "parts_zh", "says", "source"), pl.String),
        )

    @property
    def labels(self) -> dict[str, str]:
        """Chinese headings for the columns of these frames."""
        return self.covered.labels | {
            "level_zh": "层级", "rule": "规定", "deadline": "期限", "reports_share": "有报告（%）", "on_time_share": "按时（%）",
            "complete_share": "齐全（%）", "part_zh": "部分",
        }

    def sentences(self) -> list[str]:
        """Which rule applies from when; then what became of publication, dates and parts."""
        said = [f"{span(row)}：{row['title']}，{row['says']}。" for row in self.rules.iter_rows(named=True)]
        free = [str(year) for year in self.covered.years if law_of(year) is None]
        if free:
            said.append(f"{say.some(free)}年度还没有规定可依，只列出有没有报告。")
        return said + say.of_coverage(self.covered)

    def text(self, form: str = "table") -> str:
        """The table for a script or a terminal: `table` (with the late and incomplete reports), `csv` (safe in a spreadsheet, one
        row for each issuer and year) or `json` (everything)."""
        if form == "json":
            body = {
                "question": self.question, "rules": self.rules.to_dicts(), "table": self.table.to_dicts(),
                "missing": self.missing.to_dicts(), "rows": self.frame.to_dicts(),
            }
            return json.dumps(body, ensure_ascii=False, indent=1, default=str)
        if form == "csv":
            flat = self.frame.with_columns(pl.col("missing").list.join(" "))
            names = [name for name, kind in flat.schema.items() if kind == pl.String]
            return flat.with_columns(pl.col(names).str.replace(r"^([=+\-@\t\r])", "'$1")).write_csv()
        if form != "table":
            raise ValueError(f"no form {form!r}; it is table, csv or json")
        lines = ["\t".join(self.labels[c] for c in ("year", "level_zh", "reports", "on_time", "complete"))]
        lines += ["\t".join(map(str, row)) for row in self.printed.iter_rows()]
        for row in self.faults.iter_rows(named=True):
            late = f"{row['deadline']}前应公开，{row['published_on'] or row['signed_on']}" if is_late(row) else ""
            lack = f"缺{row['missing_zh']}" if row["missing_zh"] else ""
            lines.append("\t".join((row["issuer"], str(row["year"]), "；".join(filter(None, (late, lack))))))
        return "\n".join([*lines, "", *self.sentences()])

    def __repr__(self) -> str:
        return "\n".join(self.sentences())

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{escape(line)}</p>" for line in self.sentences())
        return f'<div lang="zh-CN">{said}{self.table._repr_html_()}</div>'


def counted(frame: pl.DataFrame) -> pl.DataFrame:
    """Cells, reports, reports on time and complete ones by year and level, with their shares."""
    state, some = pl.col("state") == "report", pl.len().cast(pl.Int64)
    table = frame.group_by("year", "level").agg(
        rule=pl.first("rule"),
        deadline=pl.first("deadline"),
        expected=some,
        reports=state.sum().cast(pl.Int64),
        dated=pl.col("on_time").is_not_null().sum().cast(pl.Int64),
        on_time=pl.col("on_time").sum().cast(pl.Int64),
        judged=pl.col("complete").is_not_null().sum().cast(pl.Int64),
        complete=pl.col("complete").sum().cast(pl.Int64),
    )
    return table.with_columns(
        pl.when(pl.col(whole) > 0).then((pl.col(part) / pl.col(whole) * 100).round(2)).alias(f"{part}_share")
        for part, whole in SHARES.items()
    )


def is_late(row: dict[str, Any]) -> bool:
    """Whether the day that the report shows is the deadline or after it."""
    day = row["published_on"] or row["signed_on"]
    return bool(day and row["deadline"] and day >= row["deadline"])


def share(row: dict[str, Any], part: str) -> str:
    """4/5（80%）, or － where nobody was asked."""
    whole = row[SHARES[part]]
    return put("{n}/{all}（{share}）", n=row[part], all=whole, share=f"{row[part] / whole:.0%}") if whole else "－"


def described(law: Law) -> dict[str, Any]:
    """A rule as a row."""
    labels = rules().labels["part"]
    return {
        "name": law.name, "title": law.title, "first_year": law.first, "last_year": law.last,
        "public_before": "{:02d}-{:02d}".format(*law.public_before) if law.public_before else None,
        "parts_zh": "、".join(labels[part] for part in law.parts) or None, "says": law.says, "source": law.source,
    }


def span(row: dict[str, Any]) -> str:
    """2019年度起, or 2015年度至2018年度."""
    return f"{row['first_year']}年度起" if row["last_year"] is None else f"{row['first_year']}年度至{row['last_year']}年度"


def law(
    t: Tables,
    years: Years = None,
    regions: Names = None,
    level: Names = None,
    issuer_kind: Names = None,
    roster: Path | pl.DataFrame | None = None,
) -> Standing:
    """How a panel's reports stand to the rules of their years; parameters and errors as in `compare`.

    With a roster, authorities without any report count as expected; without one only those of whom there is at least one.
    """
    covered = coverage(t, years=years, regions=regions, level=level, issuer_kind=issuer_kind, roster=roster)
    return Standing(covered, Question.of(years, regions, level, issuer_kind).told())


__all__ = ["TABLE", "Law", "Standing", "law", "law_of", "laws"]
