"""What became of each plan: a promise that can be checked is looked for in the report of the year that it speaks of.

Promises with a figure are those that the reading marked as targets (`status` target, `scope` next); what is to be finished by a
date, issued or built is read from the plan's sentences. A figure is answered by one of the same code, or, where there is none,
of the same words, unit and kind. The rules, with their words and examples, stand in knowledge/promises.toml.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import polars as pl

from fazhi.compare.aims import SCOPES, figures_of, match, moved, targets, wanted
from fazhi.compare.deeds import Answers, asked
from fazhi.compare.guards import codebook, rules
from fazhi.compare.language import put
from fazhi.compare.lineage import later_names
from fazhi.compare.members import Tables, between, members, one_a_year, unread
from fazhi.compare.pledge import VERDICTS, knowledge
from fazhi.compare.question import Names, Question, Years
from fazhi.compare.roster import absences, expecting

FRAME: dict[str, pl.DataType | type[pl.DataType]] = {
    "issuer": pl.String,
    "year": pl.Int32,
    "due": pl.Int32,
    "form": pl.String,
    "dimension": pl.String,
    "code": pl.String,
    "name_zh": pl.String,
    "subject": pl.String,
    "value": pl.Float64,
    "high": pl.Float64,
    "unit": pl.String,
    "qualifier": pl.String,
    "ceiling": pl.Boolean,
    "deadline": pl.Date,
    "verdict": pl.String,
    "verdict_zh": pl.String,
    "reason": pl.String,
    "reason_zh": pl.String,
    "reason_en": pl.String,
    "found": pl.Float64,
    "found_high": pl.Float64,
    "found_unit": pl.String,
    "found_qualifier": pl.String,
    "found_scope": pl.String,
    "found_on": pl.Date,
    "score": pl.Float64,
    "quote": pl.String,
    "found_quote": pl.String,
    "issuer_kind": pl.String,
    "level": pl.String,
    "region": pl.String,
    "source": pl.String,
    "url": pl.String,
    "found_source": pl.String,
    "found_url": pl.String,
    "report_id": pl.String,
    "indicator_id": pl.Int32,
    "measure_id": pl.Int32,
    "start": pl.Int64,
    "end": pl.Int64,
    "found_report": pl.String,
    "found_id": pl.Int32,
    "found_start": pl.Int64,
    "found_end": pl.Int64,
}
SHOWN = 60
EMPTY = "没有符合条件的报告，或报告的计划里没有可以核对的承诺。"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Promises:
    """One row for each promise (columns of FRAME), with its verdict: `kept`, `missed`, `cannot_tell`, `not_mentioned` (the report
    that should tell does not), `no_report` (there is none at hand).

    `year` is that of the report that promises, `due` the one spoken of; `score` is how much of the promise's words the answer has
    (1: the same). `checked` are those whose next report is there; only they count in a share.
    """

    frame: pl.DataFrame
    question: dict[str, Any] = field(default_factory=dict)

    @property
    def checked(self) -> pl.DataFrame:
        """The promises whose report of the year spoken of is at hand."""
        return self.frame.filter(pl.col("verdict") != "no_report")

    @property
    def rows(self) -> pl.DataFrame:
        """The columns that a reader wants beside each other, those missed first; numbers lead to their sentences."""
        order = {name: n for n, name in enumerate(("missed", "not_mentioned", "cannot_tell", "kept", "no_report"))}
        return self.frame.sort(
            pl.col("verdict").replace_strict(order, return_dtype=pl.Int64), "issuer", "year", maintain_order=True
        ).select(
            "issuer",
            "year",
            "verdict_zh",
            "value",
            "high",
            "unit",
            pl.col("qualifier").replace({"over": "at_least", "under": "at_most"}),  # a target of 90%以上 is no 90余%
            "found",
            "found_high",
            "found_unit",
            "found_qualifier",
            "quote",
            "found_quote",
            "reason_zh",
            "report_id",
            "indicator_id",
            "found_report",
            "found_id",
        )

    def by(self, *columns: str) -> pl.DataFrame:
        """Counted by columns of the frame (dimension without any): promises, each verdict, and `kept_share` of those checked."""
        columns = columns or ("dimension",)
        counts = [(pl.col("verdict") == name).sum().cast(pl.Int64).alias(name) for name in VERDICTS]
        table = self.frame.group_by(columns).agg(pl.len().cast(pl.Int64).alias("promises"), *counts).sort(columns)
        checked = pl.col("promises") - pl.col("no_report")
        table = table.with_columns(kept_share=pl.when(checked > 0).then(pl.col("kept") / checked * 100))
        if "dimension" in columns:
            table = table.with_columns(pl.col("dimension").replace(rules().labels["dimension"]))
        return table

    def pairs(self, *verdicts: str) -> pl.DataFrame:
        """The rows with these verdicts, the promise beside its answer, without the columns that are empty in all of them."""
        rows = self.rows.filter(pl.col("verdict_zh").is_in([knowledge().verdicts[name].zh for name in verdicts]))
        if rows["found_quote"].null_count() == rows.height:
            rows = rows.drop("found", "found_high", "found_unit", "found_qualifier", "found_quote", "found_report", "found_id")
        return rows.drop("verdict_zh") if len(verdicts) == 1 else rows

    @property
    def links(self) -> dict[str, str]:
        """Which column of numbers leads to which indicator, for a table of `pairs`."""
        return {"value": "indicator_id", "found": "found_id"}

    @property
    def order(self) -> list[str]:
        """The verdicts of promises that could be checked, as a figure draws them."""
        return [name for name in VERDICTS if name != "no_report"]

    def silences(self) -> str:
        """What the next reports are silent on, by dimension, and why others cannot be judged."""
        done = self.checked
        silent = done.filter(pl.col("verdict") == "not_mentioned")
        if done.is_empty():
            return put(EMPTY) if self.frame.is_empty() else put("还没有一项承诺能与次年的报告对照。")
        said = put("可以核对的{done}项中，次年报告没有再提及的有{n}项", done=done.height, n=silent.height)
        if silent.height:
            labels = rules().labels["dimension"]
            top = silent["dimension"].value_counts(name="n").sort(["n", "dimension"], descending=[True, False]).head(3)
            said += put("，最多的是") + put("、").join(
                put("{dimension}（{n}项）", dimension=labels[name], n=n) for name, n in top.iter_rows()
            )
        why = done.filter(pl.col("verdict") == "cannot_tell")["reason_zh"].value_counts(name="n")
        rest = [
            put("{reason}的{n}项", reason=reason, n=n)
            for reason, n in why.sort(["n", "reason_zh"], descending=[True, False]).iter_rows()
        ]
        return said + (
            put("；无法判断的{n}项：{rest}。", n=sum(why["n"]), rest=put("，").join(rest)) if rest else put("；没有无法判断的。")
        )

    def outcomes(self, by: str = "dimension") -> pl.DataFrame:
        """What a figure of shares counts: group, state, state_zh, report_id of each promise that could be checked."""
        labels = rules().labels["dimension"] if by == "dimension" else {}
        return self.checked.select(
            "report_id", group=pl.col(by).cast(pl.String).replace(labels), state="verdict", state_zh="verdict_zh"
        )

    @property
    def labels(self) -> dict[str, str]:
        """Chinese headings for the columns of these frames."""
        words = knowledge()
        return {
            "verdict_zh": "结果",
            "reason_zh": "依据",
            "value": "承诺",
            "found": "次年所报",
            "quote": "承诺的原句",
            "found_quote": "次年的原句",
            "promises": "承诺数",
            "kept_share": "兑现占可核对的（%）",
            "form": "形式",
            "due": "应见年度",
        } | {name: word.zh for name, word in words.verdicts.items()}

    def gist(self) -> str:
        """The answer in one breath."""
        if self.frame.is_empty():
            return put(EMPTY)
        done = self.checked
        kept = done.filter(pl.col("verdict") == "kept").height
        size = put("{issuers}个机关的计划里有{n}项可以核对的承诺", issuers=self.frame["issuer"].n_unique(), n=self.frame.height)
        if done.is_empty():
            return put("{size}，都还没有次年的报告可以对照。", size=size)
        return put(
            "{size}，{done}项有次年的报告可以对照：{told}；写明兑现的占{share:.0%}。",
            size=size,
            done=done.height,
            told=told(done),
            share=kept / done.height,
        )

    def sentences(self) -> list[str]:
        """What the data say: by dimension, by authority, and what the missed ones are like."""
        if self.checked.is_empty():
            return [put(EMPTY) if self.frame.is_empty() else put("还没有一项承诺能与次年的报告对照。")]
        return [said for said in (self.of("dimension"), self.of("issuer"), self.shortfalls()) if said]

    def of(self, column: str) -> str:
        """Where the share of promises kept is highest and lowest, by dimension or authority, of those with at least two."""
        table = self.by(column).with_columns(checked=pl.col("promises") - pl.col("no_report")).filter(pl.col("checked") > 1)
        groups = {"dimension": "方面", "issuer": "机关"}.get(column, column)
        if table.height < 2:
            return put("没有两个{groups}各有两项以上可核对的承诺，不作比较。", groups=groups)
        table = table.sort(["kept_share", "checked", column], descending=[True, True, False])
        high, low = table.row(0, named=True), table.row(-1, named=True)
        ends = [
            put("{group}（{checked}项中{kept}项）", group=row[column], checked=row["checked"], kept=row["kept"])
            for row in (high, low)
        ]
        if high["kept_share"] == low["kept_share"]:
            return put("有两项以上可核对承诺的{n}个{groups}，写明兑现的比例相同。", n=table.height, groups=groups)
        return put(
            "有两项以上可核对承诺的{n}个{groups}中，写明兑现的比例最高的是{high}，最低的是{low}。",
            n=table.height,
            groups=groups,
            high=ends[0],
            low=ends[1],
        )

    def shortfalls(self) -> str:
        """How far the missed figures fell short, the farthest named."""
        near = (
            self.frame.filter(pl.col("reason") == "short", pl.col("value") > 0)
            .with_columns(part=pl.col("found") / pl.col("value"))
            .sort("part", "issuer")
        )
        if near.is_empty():
            return put("没有一个写明的数低于承诺。") if self.checked.height else put(EMPTY)
        worst = near.row(0, named=True)
        unit = worst["unit"] or ""
        return put(
            "没有达到的{n}个数中，差得最多的是{issuer}{year}年的“{subject}”：承诺{value:g}{unit}，次年所报{found:g}{unit}。",
            n=near.height,
            issuer=worst["issuer"],
            year=worst["year"],
            subject=worst["subject"],
            value=worst["value"],
            unit=unit,
            found=worst["found"],
        )

    def text(self, form: str = "table") -> str:
        """The rows for a script or a terminal: `table`, `csv` (safe in a spreadsheet) or `json` (all columns)."""
        if form == "json":
            body = {"question": self.question, "rows": self.frame.to_dicts(), "by_dimension": self.by().to_dicts()}
            return json.dumps(body, ensure_ascii=False, indent=1, default=str)
        if form == "csv":
            names = [name for name, kind in self.frame.schema.items() if kind == pl.String]
            return self.frame.with_columns(pl.col(names).str.replace(r"^([=+\-@\t\r])", "'$1")).write_csv()
        if form != "table":
            raise ValueError(f"no form {form!r}; it is table, csv or json")
        lines = [
            "\t".join((r["issuer"], str(r["year"]), r["verdict_zh"], r["quote"], r["found_quote"] or r["reason_zh"]))
            for r in self.frame.iter_rows(named=True)
        ]
        return "\n".join([*lines, "", repr(self)])

    def __len__(self) -> int:
        return self.frame.height

    def __repr__(self) -> str:
        return f"Promises: {EMPTY}" if self.frame.is_empty() else f"Promises: {self.frame.height} 项；{told(self.frame)}"

    def _repr_html_(self) -> str:
        rows = [
            f'<tr class="fz-{r["verdict"]}"><th scope="row">{escape(r["issuer"])}</th>'
            + "".join(
                f"<td>{escape(str(c or ''))}</td>"
                for c in (r["year"], r["verdict_zh"], r["quote"], r["found_quote"] or r["reason_zh"])
            )
            + "</tr>"
            for r in self.frame.head(SHOWN).iter_rows(named=True)
        ]
        head = "".join(f'<th scope="col">{name}</th>' for name in ("机关", "年度", "结果", "承诺", "次年报告"))
        more = f"<p>另有 {self.frame.height - SHOWN} 行，见 .frame</p>" if self.frame.height > SHOWN else ""
        return (
            f'<div lang="zh-CN"><table><caption>{escape(repr(self))}</caption><thead><tr>{head}</tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table>{more}</div>"
        )


def told(frame: pl.DataFrame) -> str:
    """兑现18项、未兑现9项, in the order of the verdicts."""
    counts = dict(frame["verdict"].value_counts().iter_rows())
    return put("、").join(
        put("{verdict}{n}项", verdict=words.zh, n=counts[name]) for name, words in knowledge().verdicts.items() if name in counts
    )


def promises(
    t: Tables,
    years: Years = None,
    regions: Names = None,
    level: Names = None,
    issuer_kind: Names = None,
    roster: Path | pl.DataFrame | None = None,
) -> Promises:
    """Every promise that the plans of a panel make for the year to come, and what the same issuer's next report says of it.

    `years` are those of the reports that promise; parameters and errors otherwise as in `compare`. A promise `by 2025` is looked
    for in the report of 2025. An issuer whose region took another name, rank or prefecture answers under its new name.
    """
    wanted_of = Question.of(years, regions, level, issuer_kind)
    every, _ = one_a_year(members(t, wanted_of)[0])
    span = wanted_of.years or between(every)
    asking = every.filter(pl.col("year").is_in(list(span)))
    figures = targets(t, asking)
    taken: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for row in figures:
        taken.setdefault((row["report_id"], row["measure_id"]), []).append((row["start"], row["end"]))
    rows = [*figures, *asked(t, asking, taken)]
    told_by = {row["report_id"]: row for row in asking.iter_rows(named=True)}
    later = {(row["issuer"], row["year"]): row for row in every.iter_rows(named=True)}
    renamed = later_names(every)  # a county that became a district answers for what the county promised
    for row in rows:
        report = told_by[row["report_id"]]
        row |= {name: report[name] for name in ("issuer", "year", "issuer_kind", "level", "region", "source", "url")}
        row["due"] = row.get("due") or report["year"] + 1
        names = (row["issuer"], *renamed.get(row["issuer"], ()))
        if found := next((later[name, row["due"]] for name in names if (name, row["due"]) in later), None):
            row |= {"found_report": found["report_id"], "found_source": found["source"], "found_url": found["url"]}
    answer(t, [row for row in rows if "found_report" in row])
    lost = unread(t)
    expected = expecting(t, roster, lost, wanted_of)
    dues = sorted({row["due"] for row in rows})
    gone = {(r["issuer"], r["year"]) for r in lost.iter_rows(named=True)}
    none = {(r["issuer"], r["year"]) for r in absences(expected, dues).iter_rows(named=True)}
    for row in rows:
        cell = (row["issuer"], row["due"])
        row.setdefault("verdict", "no_report")
        row.setdefault("reason", "unreadable" if cell in gone else "not_published" if cell in none else "not_collected")
        worded(row)
    frame = pl.DataFrame([{c: row.get(c) for c in FRAME} for row in rows], schema=FRAME)
    return Promises(frame.sort("region", "issuer", "year", "start", "indicator_id", nulls_last=True), wanted_of.told())


def worded(row: Row) -> None:
    """Add the names of code, verdict and reason."""
    words = knowledge()
    book = codebook().get(row.get("code") or "")
    row["name_zh"] = book.name_zh if book else None
    row["verdict_zh"] = words.verdicts[row["verdict"]].zh
    reasons = [row["reason"]]
    if row["form"] != "figure" and row.get("score", 1.0) < words.alike["sure"]:
        reasons.append("loosely")
    row["reason_zh"] = "；".join(words.reasons[name].zh for name in reasons)
    row["reason_en"] = "; ".join(words.reasons[name].en for name in reasons)


def answer(t: Tables, rows: list[Row]) -> None:
    """Give each row verdict, reason and the sentence that answers it."""
    ids = {row["found_report"] for row in rows} | {row["report_id"] for row in rows if row.get("kind") == "change"}
    held: dict[str, list[Row]] = {}
    for found in wanted(figures_of(t, sorted(ids), "actual", SCOPES), rows).iter_rows(named=True):
        held.setdefault(found["report_id"], []).append(found)
    told_in = Answers(t, sorted({row["found_report"] for row in rows if row["form"] != "figure"}))
    for row in rows:
        later = held.get(row["found_report"], [])
        if row["form"] != "figure":
            row |= told_in.to(row, row["found_report"], row["due"])
            continue
        row |= match(row, later)
        if row["kind"] == "change" and row["verdict"] == "not_mentioned" and row["due"] == row["year"] + 1:
            row |= moved(row, held.get(row["report_id"], []), later)
