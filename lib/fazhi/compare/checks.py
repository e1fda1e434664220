"""What the checks share: knowledge/checks.toml, how exact a printed number is, and the answer that a check gives."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from html import escape
from typing import Any

import polars as pl

from fazhi.compare.guards import Words
from fazhi.compare.language import put
from fazhi.knowledge import exemplified, load_toml, require, wholes

FILE = "checks.toml"
SHOWN = 60  # rows that Jupyter shows; the frame holds them all
DIGITS = re.compile(r"[0-9０-９][0-9０-９,，.．\s]*")
SMALL = 1e-9  # what floating point makes of an edge
WHO = ("issuer", "year", "name_zh", "verdict_zh")
READ = {  # what a reader wants beside each other; a number's own columns (unit, qualifier, high, id, report) come with it
    "changes": (*WHO, "reason_zh", "claimed", "computed", "now", "before", "quote", "before_quote"),
    "restated": (*WHO, "reason_zh", "said", "of_year", "before", "quote", "before_quote"),
    "totals": (*WHO, "reason_zh", "total", "sum", "parts_zh", "quote"),
}
BESIDE = ("unit", "qualifier", "high", "id", "report")
ODD = ("contradicts", "restated", "differs")  # what a reader looks for first


@dataclass(frozen=True, slots=True)
class Knowledge:
    """knowledge/checks.toml, checked."""

    verdicts: dict[str, Words]
    of: dict[str, tuple[str, ...]]  # check -> its verdicts in order
    reasons: dict[str, Words]
    breaks: dict[str, Words]
    words: dict[str, re.Pattern[str]]
    coarse: tuple[tuple[str, float], ...]
    wholes: dict[str, tuple[str, ...]]
    labels: dict[str, str]


@cache
def knowledge() -> Knowledge:
    """The verdicts, reasons and patterns. Raises KnowledgeError with entry and remedy."""
    data = load_toml(FILE)
    verdicts: dict[str, Words] = {}
    reasons: dict[str, Words] = {}
    breaks: dict[str, Words] = {}
    words: dict[str, re.Pattern[str]] = {}
    of: dict[str, tuple[str, ...]] = {}
    for number, entry in enumerate(data.get("verdict", []), 1):
        require(FILE, f"verdict {number}", entry, {"name": str, "checks": list, "zh": str, "en": str})
        verdicts[entry["name"]] = Words(entry["zh"], entry["en"])
        for check in entry["checks"]:
            of[check] = (*of.get(check, ()), entry["name"])
    for kind, held in (("reason", reasons), ("break", breaks)):
        for number, entry in enumerate(data.get(kind, []), 1):
            require(FILE, f"{kind} {number}", entry, {"name": str, "zh": str, "en": str})
            held[entry["name"]] = Words(entry["zh"], entry["en"])
    for number, entry in enumerate(data.get("words", []), 1):
        require(FILE, f"words {number}", entry, {"name": str, "pattern": str, "yes": list, "no": list})
        words[entry["name"]] = exemplified(FILE, f"words {entry['name']}", entry["pattern"], entry["yes"], entry["no"])
    return Knowledge(
        verdicts,
        of,
        reasons,
        breaks,
        words,
        tuple((entry["mark"], float(entry["step"])) for entry in data.get("coarse", [])),
        wholes(),
        data.get("label", {}),
    )


# --- how exact a printed number is


def step(value: float, printed: str) -> float:
    """The worth of the last place that was printed: 0.1 of `40.5%`, 1000 of `31.4万件`, 1 of `两次`, 10 of `约三成`.

    A number in digits tells its own multiplier (31.4 printed, 314000 meant); one in characters is as coarse as checks.toml says.
    """
    found = DIGITS.search(printed)
    if not found:
        after = re.search(r"点([零〇一二三四五六七八九两]+)", printed)
        if after:
            return float(10.0 ** -len(after[1]))
        return float(next((size for mark, size in knowledge().coarse if mark in printed), 1.0))
    digits = "".join(str(int(c)) if c.isdigit() else "." if c in ".．" else "" for c in found[0]).strip(".")
    places = len(digits.partition(".")[2])
    try:
        scale = value / float(digits) if float(digits) else 1.0
    except ValueError:  # 1.2.3 is no number
        return 1.0
    return float(10.0**-places * scale) or 1.0


def spread(value: float, printed: str, kind: str) -> tuple[float, float]:
    """The values that a printed level stands for: a count printed to the last one is exact, others were rounded."""
    size = step(value, printed)
    return (value, value) if kind == "count" and size <= 1 else (value - size / 2, value + size / 2)


def within(found: tuple[float, float], claimed: float, size: float) -> bool:
    """Whether a claim of `claimed`, printed to steps of `size`, was rounded or cut off from a value inside `found`."""
    return found[0] < claimed + size - SMALL and found[1] > claimed - size / 2 - SMALL


# --- the answer


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: one row in `frame` for each thing checked, with `verdict` and `reason` (why, or what explains it).

    `check` is changes, restated or totals; `question` are the parameters as asked. `verdict_zh`, `reason_zh` and their English
    stand beside; the columns are those that the check's function lists.
    """

    check: str
    frame: pl.DataFrame
    question: dict[str, Any] = field(default_factory=dict)

    def only(self, *verdicts: str) -> pl.DataFrame:
        """The rows with one of these verdicts."""
        return self.frame.filter(pl.col("verdict").is_in(verdicts))

    @property
    def rows(self) -> pl.DataFrame:
        """The columns that a reader wants beside each other, what does not agree first; `links` are those with a sentence."""
        wanted = [c for c in READ[self.check] if c != "parts_zh"]
        beside = [f"{c}_{part}" for c in wanted for part in BESIDE if f"{c}_{part}" in self.frame.columns]
        rows = self.frame.sort(~pl.col("verdict").is_in(ODD), pl.col("verdict") == "agrees", maintain_order=True)
        if "lineage" in rows.columns:
            why = pl.concat_str("reason_zh", "lineage", separator="；", ignore_nulls=True)
            rows = rows.with_columns(reason_zh=why.replace("", None))
        if self.check == "totals":
            spelled = pl.col("parts").list.eval(pl.element().map_elements(lambda v: f"{v:g}", return_dtype=pl.String))
            rows = rows.with_columns(parts_zh=spelled.list.join(" + "))
        if self.check == "restated":
            rows = rows.with_columns(pl.col("of_year").cast(pl.String))
        return rows.select(*READ[self.check], *beside, "report_id", "indicator_id")

    @property
    def links(self) -> tuple[str, ...]:
        """The columns whose numbers lead to a sentence: each has its indicator in `COLUMN_id`."""
        return tuple(c for c in READ[self.check] if f"{c}_id" in self.frame.columns)

    @property
    def labels(self) -> dict[str, str]:
        """Headings of the columns in Chinese."""
        return knowledge().labels

    def counts(self) -> dict[str, int]:
        """How many rows have each verdict, all of the check's verdicts in order."""
        found = dict(self.frame["verdict"].value_counts().iter_rows())
        return {name: found.get(name, 0) for name in knowledge().of[self.check]}

    def reasons(self) -> pl.DataFrame:
        """Why nobody can tell, counted: columns reason_zh, reason_en, rows."""
        return (
            self.only("cannot_tell")
            .group_by("reason_zh", "reason_en")
            .agg(rows=pl.len().cast(pl.Int64))
            .sort(["rows", "reason_zh"], descending=[True, False])
        )

    def said(self) -> str:
        """The outcome in one Chinese sentence, with the numbers that say so."""
        what = {"changes": put("与上年相比的增减"), "restated": put("今年引述的往年数"), "totals": put("附有各部分的总数")}[
            self.check
        ]
        if self.frame.is_empty():
            return put("这些报告里没有读出{what}。", what=what)
        counts = self.counts()
        issuers = self.frame["issuer"].n_unique()
        told = put("、").join(
            put("{verdict}的{n}处", verdict=knowledge().verdicts[name].zh, n=n) for name, n in counts.items() if n
        )
        why = put("；").join(put("{why}（{n}处）", why=zh, n=n) for zh, _, n in self.reasons().head(3).iter_rows())
        return put(
            "{issuers}个机关的报告里有{what}{n}处：{told}。", issuers=issuers, what=what, n=self.frame.height, told=told
        ) + (put("无法判断多因{why}。", why=why) if why else "")

    def text(self, form: str = "table") -> str:
        """The rows for a script or a terminal: `table`, `csv` (safe in a spreadsheet) or `json` (all columns)."""
        if form == "json":
            body = {"check": self.check, "question": self.question, "counts": self.counts(), "rows": self.frame.to_dicts()}
            return json.dumps(body, ensure_ascii=False, indent=1, default=str)
        if form == "csv":
            return flat(self.frame).write_csv()
        if form != "table":
            raise ValueError(f"no form {form!r}; it is table, csv or json")
        return "\n".join(["\t".join(self.cells(row)) for row in self.frame.iter_rows(named=True)] + ["", self.said()])

    def cells(self, row: dict[str, Any]) -> tuple[str, ...]:
        """A row as it reads in a terminal: who, when, what, verdict and why, both sentences."""
        why = "；".join(filter(None, (row["reason_zh"], row.get("lineage"))))
        why = f"（{why}）" if why else ""
        return (row["issuer"], str(row["year"]), row["name_zh"] or "", row["verdict_zh"] + why, row["quote"],
                row.get("before_quote") or "")  # fmt: skip

    def __len__(self) -> int:
        return self.frame.height

    def __repr__(self) -> str:
        return f"Checked({self.check}): {self.said()}"

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{name}</th>' for name in ("机关", "年度", "指标", "判断", "原句", "上年原句"))
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in self.cells(row)) + "</tr>"
            for row in self.frame.head(SHOWN).iter_rows(named=True)
        )
        more = f"<p>另有 {self.frame.height - SHOWN} 行，见 .frame</p>" if self.frame.height > SHOWN else ""
        return (
            f'<div lang="zh-CN"><table><caption>{escape(self.said())}</caption><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table>{more}</div>"
        )


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame whose lists are joined and whose texts a spreadsheet takes for text, not for a formula."""
    lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    joined = frame.with_columns(pl.col(name).cast(pl.List(pl.String)).list.join(" ") for name in lists)
    text = [name for name, kind in joined.schema.items() if kind == pl.String]
    return joined.with_columns(pl.col(text).str.replace(r"^([=+\-@\t\r])", "'$1"))


def answer(check: str, rows: Iterable[dict[str, Any]], schema: dict[str, Any], question: dict[str, Any]) -> Checked:
    """Rows as a Checked: in order of issuer, year and place, with the words for verdict and reason."""
    frame = pl.DataFrame(list(rows), schema=schema, orient="row")
    for column, words in (("verdict", knowledge().verdicts), ("reason", knowledge().reasons)):
        for language in ("zh", "en"):
            names = {name: getattr(said, language) for name, said in words.items()}
            told = pl.col(column).replace_strict(names, default=None, return_dtype=pl.String)
            frame = frame.with_columns(told.alias(f"{column}_{language}"))
    return Checked(check, frame.sort("issuer", "year", "report_id", "indicator_id"), question)
