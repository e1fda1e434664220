"""Which reports there are: on time and complete by the rule of their own year, and what was not read and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import polars as pl

from fazhi.compare.guards import rules, spelled
from fazhi.compare.members import Tables, between, members, one_a_year, roll, unread
from fazhi.compare.question import Names, Question, Years
from fazhi.compare.roster import absences, expecting
from fazhi.knowledge import KnowledgeError, load_toml, require

FILE = "law.toml"
PARTS = ("achievements", "problems", "first_responsible_person", "plan")
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "issuer": pl.String, "year": pl.Int32, "state": pl.String, "standing": pl.String, "rule": pl.String, "deadline": pl.Date,
    "published_on": pl.Date, "signed_on": pl.Date, "days_late": pl.Int32, "on_time": pl.Boolean, "complete": pl.Boolean,
    "missing": pl.List(pl.String), "missing_zh": pl.String, "issuer_kind": pl.String, "level": pl.String,
    "region": pl.String, "title": pl.String, "url": pl.String, "source": pl.String, "origin": pl.String,
    "report_id": pl.String,
}


@dataclass(frozen=True, slots=True)
class Law:
    """A rule on the yearly reports and the reporting years that it covers."""

    name: str
    title: str
    says: str
    source: str
    first: int
    last: int | None
    public_before: tuple[int, int] | None  # month and day of the year that follows
    parts: tuple[str, ...]


@cache
def laws() -> tuple[Law, ...]:
    """The rules of knowledge/law.toml. Raises KnowledgeError with entry and remedy."""
    found = []
    for number, rule in enumerate(load_toml(FILE).get("rule", []), 1):
        where = f"rule {rule.get('name', number)}"
        require(
            FILE,
            where,
            rule,
            {"name": str, "title": str, "issued_on": date, "first_year": int, "parts": list, "says": str, "source": str},
            {"article": str, "last_year": int, "submit_before": str, "public_before": str},
        )
        day = re.fullmatch(r"(\d\d)-(\d\d)", rule.get("public_before", ""))
        if "public_before" in rule and not day:
            raise KnowledgeError(FILE, where, f"public_before {rule['public_before']!r}", "write month-day, as 04-01")
        if odd := set(rule["parts"]) - set(PARTS):
            raise KnowledgeError(FILE, where, f"unknown parts {sorted(odd)}", f"the parts are {', '.join(PARTS)}")
        found.append(
            Law(
                rule["name"],
                "《" + rule["title"] + "》" + rule.get("article", ""),
                rule["says"],
                rule["source"],
                rule["first_year"],
                rule.get("last_year"),
                (int(day[1]), int(day[2])) if day else None,
                tuple(rule["parts"]),
            )
        )
    return tuple(found)


@cache
def part_patterns() -> dict[str, str]:
    """For each part the headings that show it. Raises KnowledgeError where an example says otherwise."""
    patterns = {}
    for number, part in enumerate(load_toml(FILE).get("part", []), 1):
        where = f"part {part.get('name', number)}"
        require(FILE, where, part, {"name": str, "pattern": str, "yes": list, "no": list})
        for example, holds in [(e, True) for e in part["yes"]] + [(e, False) for e in part["no"]]:
            if bool(re.search(part["pattern"], example)) is not holds:
                raise KnowledgeError(FILE, where, f"its example {example!r} says otherwise", "mend pattern or example")
        patterns[part["name"]] = part["pattern"]
    return patterns


def law_of(year: int) -> Law | None:
    """The rule that a report on this year is measured by; None before there was one."""
    return next((law for law in laws() if law.first <= year and (law.last is None or year <= law.last)), None)


@dataclass(frozen=True, slots=True)
class Coverage:
    """One row for each issuer and year of a panel (columns of SCHEMA), and one for each source that gave no report.

    `state` is `report`, `unreadable`, `not_collected` or `not_published`; `standing` tells reports further apart: `on_time`,
    `late`, `undated` (the rule sets a date, the page has none) or `published` (no rule set a date for that year). `on_time` and
    `complete` are null where no rule of that year asks for it, or the page does not say when it was published (a signature after
    the deadline proves lateness all the same).
    """

    frame: pl.DataFrame
    not_read: pl.DataFrame  # source, media_type, status, reason
    nobody: pl.DataFrame  # reports whose issuer or year is not known: source, title, reason_zh
    years: tuple[int, ...]
    sources: int = 0

    @property
    def labels(self) -> dict[str, str]:
        """Chinese headings for the columns of these frames."""
        return rules().labels["coverage"]

    @property
    def reports(self) -> pl.DataFrame:
        """The rows that have a report."""
        return self.frame.filter(pl.col("state") == "report")

    @property
    def late(self) -> pl.DataFrame:
        """The reports that were late, the latest first."""
        return self.reports.filter(~pl.col("on_time")).sort(
            ["days_late", "issuer", "year"], descending=[True, False, False], nulls_last=True
        )

    @property
    def incomplete(self) -> pl.DataFrame:
        """The reports that lack a part which the rule of their year asks for."""
        return self.reports.filter(~pl.col("complete"))

    def by(self, *columns: str) -> pl.DataFrame:
        """Counted as the yearly evaluations print it: expected, reports, on_time of dated, complete of judged."""
        columns = columns or ("year",)
        state = pl.col("state") == "report"
        return (
            self.frame.group_by(columns)
            .agg(
                expected=pl.len().cast(pl.Int64),
                reports=state.sum().cast(pl.Int64),
                dated=pl.col("on_time").is_not_null().sum().cast(pl.Int64),
                on_time=pl.col("on_time").sum().cast(pl.Int64),
                judged=pl.col("complete").is_not_null().sum().cast(pl.Int64),
                complete=pl.col("complete").sum().cast(pl.Int64),
            )
            .sort(columns)
        )

    def __repr__(self) -> str:
        return (
            f"Coverage: {self.frame['issuer'].n_unique()} 个机关 × {len(self.years)} 年；报告 {self.reports.height} 份；"
            f"未成报告的文件 {self.not_read.height} 个"
        )

    def _repr_html_(self) -> str:
        return f'<p lang="zh-CN">{escape(repr(self))}</p>' + self.by("year")._repr_html_()


def coverage(
    t: Tables,
    years: Years = None,
    regions: Names = None,
    level: Names = None,
    issuer_kind: Names = None,
    roster: Path | pl.DataFrame | None = None,
) -> Coverage:
    """Which reports there are for a panel of issuers and years; parameters and errors as in `compare`."""
    asked = Question.of(years, regions, level, issuer_kind)
    reports, nobody = members(t, asked)
    lost = unread(t)
    expected = expecting(t, roster, lost, asked)
    span = asked.years or between(reports, expected)
    reports, _ = one_a_year(reports.filter(pl.col("year").is_in(list(span))))
    cells = (
        roll(reports, expected)
        .with_row_index("row")
        .join(pl.DataFrame({"year": list(span)}, schema={"year": pl.Int32}), how="cross")
    )
    columns = ["issuer", "year", "published_on", "signed_on", "title", "url", "source", "origin", "report_id"]
    frame = (
        cells.join(reports.select(columns), on=["issuer", "year"], how="left")
        .join(lost, on=["issuer", "year"], how="left")
        .join(absences(expected, span), on=["issuer", "year"], how="left")
        .join(found_parts(t, reports), on="report_id", how="left")
    )
    frame = judged(frame).sort("row", "year").select(pl.col(c).cast(kind) for c, kind in SCHEMA.items())
    sources = t.sources.select("source", "media_type", "status", "reason").collect()
    aside = spelled(nobody.with_columns(marked=pl.lit(None, pl.List(pl.String))), "caveats")
    return Coverage(
        frame,
        sources.filter(pl.col("status") != "report").sort("status", "source"),
        aside.select("source", "title", "reason_zh"),
        tuple(span),
        sources.height,
    )


def found_parts(t: Tables, reports: pl.DataFrame) -> pl.DataFrame:
    """The parts that each report has, by the kind of its sections or by their headings."""
    shows = [
        pl.when((pl.col("kind") == part).fill_null(False) | pl.col("heading").str.contains(pattern).fill_null(False)).then(
            pl.lit(part)
        )
        for part, pattern in part_patterns().items()
    ]
    return (
        t.sections.filter(pl.col("level").is_between(1, 2))
        .select("report_id", "kind", "heading")
        .collect()
        .join(reports.select("report_id"), on="report_id", how="semi")
        .with_columns(has=pl.concat_list(shows).list.drop_nulls())
        .group_by("report_id")
        .agg(pl.col("has").explode().drop_nulls().unique())
    )


def judged(frame: pl.DataFrame) -> pl.DataFrame:
    """Add state, rule, deadline and what follows from them."""
    years: list[dict[str, Any]] = []
    for year in frame["year"].unique().to_list():
        law = law_of(year)
        due = date(year + 1, *law.public_before) if law and law.public_before else None
        years.append({"year": year, "rule": law.name if law else None, "deadline": due, "asked": list(law.parts) if law else []})
    table = pl.DataFrame(years, schema={"year": pl.Int32, "rule": pl.String, "deadline": pl.Date, "asked": pl.List(pl.String)})
    frame = frame.join(table, on="year", how="left")
    have = pl.col("report_id").is_not_null()
    late_by = (
        pl.col("published_on") - pl.col("deadline")
    ).dt.total_days() + 1  # public before the day, so the day itself is a day late
    # nobody publishes before signing: a signature on the day or later proves that it was late, an earlier one proves nothing
    on_time = (
        pl.when(~have | pl.col("deadline").is_null())
        .then(None)
        .when(pl.col("published_on").is_not_null())
        .then(pl.col("published_on") < pl.col("deadline"))
        .when(pl.col("signed_on") >= pl.col("deadline"))
        .then(False)
        .otherwise(None)
    )
    # a report of which no heading was found at all is not judged
    ask = have & (pl.col("asked").list.len() > 0) & (pl.col("has").list.len() > 0)
    missing = pl.col("asked").list.set_difference("has")
    labels = rules().labels.get("part", {})
    state = (
        pl.when(have)
        .then(pl.lit("report"))
        .when(pl.col("lost").is_not_null())
        .then(pl.lit("unreadable"))
        .when(pl.col("absent").fill_null(False))
        .then(pl.lit("not_published"))
        .otherwise(pl.lit("not_collected"))
    )
    dated = pl.col("deadline").is_not_null()
    standing = (
        pl.when(~have)
        .then(state)
        .when(on_time)
        .then(pl.lit("on_time"))
        .when(on_time.is_not_null())
        .then(pl.lit("late"))
        .when(dated)
        .then(pl.lit("undated"))
        .otherwise(pl.lit("published"))
    )
    return (
        frame.with_columns(
            state=state,
            standing=standing,
            on_time=on_time,
            days_late=pl.when(have & (late_by > 0)).then(late_by),
            missing=pl.when(ask).then(missing),
            complete=pl.when(ask).then(missing.list.len() == 0),
            source=pl.coalesce("source", "lost"),
        )
        .with_columns(
            missing=pl.col("missing").list.eval(
                pl.element().sort_by(pl.element().replace_strict({p: i for i, p in enumerate(PARTS)}, return_dtype=pl.Int64))
            )
        )
        .with_columns(missing_zh=pl.col("missing").list.eval(pl.element().replace(labels)).list.join("、"))
    )


def fullest_year(
    t: Tables,
    regions: Names = None,
    level: Names = None,
    issuer_kind: Names = None,
) -> int | None:
    """The year with the most reports of such issuers, the later of equals; None when there is no report."""
    reports, _ = members(t, Question.of(None, regions, level, issuer_kind))
    counts = reports.group_by("year").agg(pl.col("issuer").n_unique()).sort("issuer", "year", descending=True)
    return int(counts["year"][0]) if counts.height else None
