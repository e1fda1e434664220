"""What changed between two builds: each value that differs, old and new, and what caused it.

A row of one build is the same as a row of the other when it stands at the same place of the same text; where a source's text has
changed, when it has the same code, scope, status and turn there. The cause is read off the manifests and the rows: other bytes
(`source`), a line of sources.csv (`ledger`), a line of corrections.csv (`correction`), the entries that an analyst edits
(`knowledge`), the program or a package that it uses (`code`); both of the last where a build has new code and new knowledge.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from fazhi.compare.guards import CompareError, codebook, rules
from fazhi.compare.language import put
from fazhi.compare.say import number, some

CAUSES = ("source", "ledger", "correction", "knowledge", "code", "knowledge or code")
REPORT = ("issuer", "issuer_kind", "level", "region_code", "year", "title", "published_on", "signed_on", "url", "origin")
VALUES = ("code", "value", "high", "unit", "qualifier", "kind", "direction", "status", "scope", "comparable", "caveats")
FRAME = {
    "change": pl.String, "issuer": pl.String, "year": pl.Int32, "source": pl.String, "table": pl.String, "name_zh": pl.String,
    "column": pl.String, "old": pl.String, "new": pl.String, "cause": pl.String, "quote": pl.String, "report_id": pl.String,
    "indicator_id": pl.Int32,
}
_ORDER = ["table", "issuer", "year", "source", "indicator_id", "column", "old"]


class Build(Protocol):
    """What a diff asks of a build's tables: the frames that it compares, and the manifest."""

    @property
    def sources(self) -> pl.LazyFrame: ...
    @property
    def reports(self) -> pl.LazyFrame: ...
    @property
    def indicators(self) -> pl.LazyFrame: ...
    @property
    def manifest(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Release:
    """`frame` has a row for each difference, columns of FRAME: `change` is `added`, `removed` or `changed`, `table` is sources,
    reports or indicators, `old` and `new` are printed values; the report and indicator are those of the new build, of the old
    one where the row is gone. `old` and `new` are the builds' ids."""

    frame: pl.DataFrame
    old: str
    new: str
    reasons: tuple[str, ...]  # what differs between the manifests, in words

    @property
    def shown(self) -> pl.DataFrame:
        """The frame with its codes in Chinese, for people."""
        labels, names = rules().labels, {code: entry.name_zh for code, entry in codebook().items()}
        coded = pl.col("column") == "code"
        return self.frame.with_columns(
            *(pl.when(coded).then(pl.col(side).replace(names)).otherwise(pl.col(side)).alias(side) for side in ("old", "new")),
            pl.col("change").replace(labels["change"]),
            pl.col("table").replace(labels["table"]),
            pl.col("column").replace(labels["field"]),
            pl.col("cause").replace(labels["cause"]),
        )

    def counts(self) -> pl.DataFrame:
        """How many differences there are: table, change, cause (in Chinese), n, the most first."""
        counted = self.shown.group_by("table", "change", "cause").agg(n=pl.len().cast(pl.Int64))
        return counted.sort(["n", "table", "change", "cause"], descending=[True, False, False, False])

    def sentence(self) -> str:
        """The difference in one breath, in the language that is spoken."""
        if self.old == self.new:
            return put("是同一次构建，没有变化。")
        why = put("（{reasons}有变）", reasons="、".join(self.reasons)) if self.reasons else ""
        if self.frame.is_empty():
            return put("与构建 {old} 相比，各表的值没有变化{why}。", old=self.old, why=why)
        labels = rules().labels
        counts = {(table, change): n for table, change, n in self.frame.group_by("table", "change").len().iter_rows()}
        told = [
            put("{table}{change}{n}处", table=labels["table"][table], change=labels["change"][change], n=counts[table, change])
            for table in ("sources", "reports", "indicators")
            for change in ("added", "removed", "changed")
            if (table, change) in counts
        ]
        causes = self.frame["cause"].value_counts(sort=True, name="n").sort(["n", "cause"], descending=[True, False])
        blamed = some((put("{cause}{n}处", cause=labels["cause"].get(cause, cause), n=n) for cause, n in causes.iter_rows()), 6)
        return put(
            "与构建 {old} 相比{why}：{told}；起因：{blamed}。", old=self.old, why=why, told=put("，").join(told), blamed=blamed
        )

    def text(self, form: str = "table") -> str:
        """For the command line: `table` (people), `csv` (safe in a spreadsheet) or `json`; these two with codes as they are."""
        if form == "json":
            return json.dumps({"old": self.old, "new": self.new, "reasons": self.reasons, "rows": self.frame.to_dicts()},
                              ensure_ascii=False, indent=1)
        if form == "csv":
            return self.frame.with_columns(pl.col(pl.String).str.replace(r"^([=+\-@\t\r])", "'$1")).write_csv().rstrip("\n")
        lines = [self.sentence()]
        for row in self.shown.iter_rows(named=True):
            where = (row["change"], row["table"], row["issuer"] or row["source"], row["year"], row["name_zh"], row["column"])
            what = " ".join(str(part) for part in where if part is not None)
            lines.append(f"{what}: {row['old'] or '–'} -> {row['new'] or '–'}  [{row['cause']}]")
        return "\n".join(lines)


def before(folder: str | Path) -> Path | None:
    """The folder of the build that was the latest before the one in `folder`; None where there was none, or it is gone."""
    place = Path(folder).resolve()
    try:
        lines = (place.parent / "history.jsonl").read_text("utf-8").splitlines()
        entries = [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError):
        return None
    last = next((e["before"] for e in reversed(entries) if e.get("id") == place.name), None)
    found = place.parent / str(last) if last else None
    return found if found and (found / "manifest.json").is_file() else None


def build(name: str, out: Path) -> Path:
    """The folder of a build by its path, or by its id (the start will do) among the builds of the output folder `out`."""
    if Path(name).is_dir():
        return Path(name)
    found = sorted(place for place in (out / "builds").glob(f"{name}*") if (place / "manifest.json").is_file())
    if len(found) != 1 or set(name) & set("*?[/"):
        known = "、".join(sorted(p.parent.name for p in (out / "builds").glob("*/manifest.json"))) or "无"
        raise CompareError(f"没有构建 {name}；{out} 里有：{known} (no build {name!r} in {out})")
    return found[0]


def diff(old: Build, new: Build) -> Release:
    """What the tables of the build `new` say otherwise than those of `old`. Raises CompareError for tables without a manifest."""
    told = (old.manifest, new.manifest)
    if not all(told):
        raise CompareError("两边都要是一次构建的文件夹，里面有 manifest.json (both sides must be folders of builds)")
    causes, reasons = _causes(*told)
    sources, files = _sources(old, new, causes)
    pairs = _reports(old, new)
    parts = [files, _of_reports(pairs, causes, sources), _of_indicators(old, new, pairs, causes, sources)]
    frame = pl.concat([part.select([pl.col(c).cast(t) for c, t in FRAME.items()]) for part in parts])
    return Release(frame.sort(_ORDER, nulls_last=True, maintain_order=True), told[0]["id"], told[1]["id"], reasons)


def _causes(old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, bool], tuple[str, ...]]:
    """Which of the things that a build is made from differ, and that in words."""
    ledgers = [m.get("ledgers", {}) for m in (old, new)]
    found = {
        "ledger": ledgers[0].get("sources.csv") != ledgers[1].get("sources.csv"),
        "correction": ledgers[0].get("corrections.csv") != ledgers[1].get("corrections.csv"),
        "knowledge": old.get("knowledge") != new.get("knowledge"),
        "code": any(old.get(part) != new.get(part) for part in ("code", "versions", "contract")),
    }
    inputs = [{i["source"]: i["sha256"] for i in m.get("inputs", ())} for m in (old, new)]
    found["source"] = inputs[0] != inputs[1]
    words = rules().labels["cause"]
    return found, tuple(words[cause] for cause in CAUSES if found.get(cause))


def _program(causes: dict[str, bool]) -> str:
    """The cause of what neither a source nor a ledger explains."""
    if causes["knowledge"] and causes["code"]:
        return "knowledge or code"
    return "knowledge" if causes["knowledge"] else "code"


def _sources(old: Build, new: Build, causes: dict[str, bool]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Each file with `fresh`: its bytes are new or other; and the files that came, went, or are read otherwise."""
    columns = ["source", "sha256", "status", "reason", "report_id"]
    both = old.sources.select(columns).collect().join(
        new.sources.select(columns).collect(), on="source", how="full", coalesce=True, suffix="_new"
    )
    both = both.with_columns(fresh=pl.col("sha256").ne_missing(pl.col("sha256_new")))
    labels = rules().labels["source"]
    differ = both.filter(pl.col("status").ne_missing(pl.col("status_new")))
    change = (
        pl.when(pl.col("status").is_null()).then(pl.lit("added")).when(pl.col("status_new").is_null()).then(pl.lit("removed"))
        .otherwise(pl.lit("changed"))
    )
    cause = pl.when("fresh").then(pl.lit("source")).otherwise(pl.lit(_program(causes)))
    frame = differ.with_columns(
        change=change, table=pl.lit("sources"), column=pl.lit("status"), old=pl.col("status").replace(labels),
        new=pl.col("status_new").replace(labels), cause=cause, quote=pl.col("reason_new"),
        report_id=pl.coalesce("report_id_new", "report_id"),
    )
    return both.select("source", "fresh"), _filled(frame)


def _reports(old: Build, new: Build) -> pl.DataFrame:
    """The reports of both builds side by side: by their text, else by their file; the new one's columns end in `_new`."""
    columns = ["report_id", "source", *REPORT]
    before, after = (b.reports.select(columns).collect().with_columns(pl.col("published_on", "signed_on").cast(pl.String))
                     for b in (old, new))
    same = before.select("report_id").join(after.select("report_id"), on="report_id").with_columns(report_id_new="report_id")
    left = before.join(same, on="report_id", how="anti").select("report_id", "source")
    right = after.join(same, on="report_id", how="anti").select(report_id_new="report_id", source="source")
    moved = left.join(right, on="source").select("report_id", "report_id_new")
    keys = pl.concat([same.select("report_id", "report_id_new"), moved])
    gone = left.join(moved, on="report_id", how="anti").select("report_id", report_id_new=pl.lit(None, pl.String))
    come = right.join(moved, on="report_id_new", how="anti").select(pl.lit(None, pl.String).alias("report_id"), "report_id_new")
    every = pl.concat([keys, gone, come])
    named = after.rename({c: f"{c}_new" for c in columns})
    return every.join(before, on="report_id", how="left").join(named, on="report_id_new", how="left")


def _of_reports(pairs: pl.DataFrame, causes: dict[str, bool], sources: pl.DataFrame) -> pl.DataFrame:
    """Reports that came, went, or have another issuer, year, date …"""
    known = pairs.with_columns(file=pl.coalesce("source_new", "source"))
    known = known.join(sources, left_on="file", right_on="source", how="left")
    texts = pl.col("report_id").ne_missing(pl.col("report_id_new"))
    # a file that is not new but gives another text, or none, was read otherwise
    read = pl.when(pl.col("fresh").fill_null(True)).then(pl.lit("source")).otherwise(pl.lit(_program(causes)))
    ledger = [c for c in ("ledger", "correction") if causes[c]]
    edited = pl.lit(ledger[0] if len(ledger) == 1 and not (causes["code"] or causes["knowledge"]) else None, pl.String)
    who = {"issuer": pl.coalesce("issuer_new", "issuer"), "year": pl.coalesce("year_new", "year"), "source": pl.col("file"),
           "report_id": pl.coalesce("report_id_new", "report_id"), "table": pl.lit("reports")}
    lone = known.filter(pl.col("report_id").is_null() | pl.col("report_id_new").is_null())
    come = pl.col("report_id").is_null()
    change = pl.when(come).then(pl.lit("added")).otherwise(pl.lit("removed"))
    titles = {"old": pl.when(~come).then("title"), "new": pl.when(come).then("title_new")}
    parts = [_filled(lone.select(**who, change=change, cause=read, **titles))]
    held = known.filter(pl.col("report_id").is_not_null() & pl.col("report_id_new").is_not_null())
    for column in REPORT:
        differ = held.filter(pl.col(column).ne_missing(pl.col(f"{column}_new")))
        cause = pl.when(texts & pl.col("fresh").fill_null(True)).then(pl.lit("source")).otherwise(
            pl.coalesce(edited, pl.lit(_settled(causes))))
        parts.append(_filled(differ.select(**who, change=pl.lit("changed"), column=pl.lit(column), cause=cause,
                                           old=pl.col(column).cast(pl.String), new=pl.col(f"{column}_new").cast(pl.String))))
    return pl.concat(parts)


def _settled(causes: dict[str, bool]) -> str:
    """The cause of another value in a report's own row: ledgers reach it as well as the program, which comes first."""
    if causes["code"] or causes["knowledge"]:
        return _program(causes)
    return "correction" if causes["correction"] and not causes["ledger"] else "ledger"


def _of_indicators(old: Build, new: Build, pairs: pl.DataFrame, causes: dict[str, bool], sources: pl.DataFrame) -> pl.DataFrame:
    """Figures that came, went, or say otherwise, in the reports that both builds have."""
    held = pairs.filter(pl.col("report_id").is_not_null() & pl.col("report_id_new").is_not_null()).with_row_index("pair")
    held = held.with_columns(moved=pl.col("report_id") != pl.col("report_id_new"))
    columns = ["report_id", "indicator_id", "start", "quote", "corrected", "value_text", *VALUES]
    # in the same text the place tells, and the code where one number is the figure of two nouns; in another text, the turn among
    # figures of one meaning, or of one clause
    clause, sense = ["quote", "value_text"], ["code", "scope", "status", "kind"]
    meaning = pl.when(~pl.col("moved")).then(pl.format("@{}", "start")).when(pl.col("code").is_null()).then(
        pl.concat_str(clause, separator="|")).otherwise(pl.concat_str(sense, separator="|"))
    turn = pl.int_range(pl.len()).over("pair", "meaning", order_by=["start", "code"])
    at = pl.format("{}|{}", "meaning", turn)
    sides = []
    for build, key in ((old, "report_id"), (new, "report_id_new")):
        side = build.indicators.select(columns).collect().join(
            held.select("pair", "moved", report_id=key), on="report_id").with_columns(meaning=meaning)
        sides.append(side.with_columns(at=at).drop("report_id", "moved", "meaning"))
    both = sides[0].join(sides[1], on=["pair", "at"], how="full", coalesce=True, suffix="_new")
    names = {code: entry.name_zh for code, entry in codebook().items()}
    who = held.select("pair", "moved", issuer=pl.coalesce("issuer_new", "issuer"), year=pl.coalesce("year_new", "year"),
                      source="source_new", report_id="report_id_new")
    both = both.join(who, on="pair", how="left").join(sources, on="source", how="left")
    other = pl.col("moved")
    edited = pl.any_horizontal(pl.col("corrected").fill_null(False), pl.col("corrected_new").fill_null(False))
    cause = (
        pl.when(other & pl.col("fresh").fill_null(True)).then(pl.lit("source"))
        .when(edited & pl.lit(causes["correction"])).then(pl.lit("correction"))
        .otherwise(pl.lit(_program(causes) if causes["code"] or causes["knowledge"] else _settled(causes)))
    )
    both = both.with_columns(
        cause=cause, table=pl.lit("indicators"), name_zh=pl.coalesce("code_new", "code").replace(names),
        indicator_id=pl.coalesce("indicator_id_new", "indicator_id"), quote=pl.coalesce("quote_new", "quote"),
    )
    lone = both.filter(pl.col("value").is_null() | pl.col("value_new").is_null())
    come = pl.col("value").is_null()
    parts = [_filled(lone.with_columns(
        change=pl.when(come).then(pl.lit("added")).otherwise(pl.lit("removed")), column=pl.lit(None, pl.String),
        old=pl.col("value_text"), new=pl.col("value_text_new")))]
    paired = both.filter(pl.col("value").is_not_null() & pl.col("value_new").is_not_null())
    for column in VALUES:
        differ = paired.filter(pl.col(column).ne_missing(pl.col(f"{column}_new")))
        parts.append(_filled(differ.with_columns(change=pl.lit("changed"), column=pl.lit(column), old=_printed(differ, column),
                                                 new=_printed(differ, f"{column}_new"))))
    return pl.concat(parts)


def _printed(frame: pl.DataFrame, column: str) -> pl.Expr:
    """A column's values as a person reads them."""
    kind = frame.schema[column]
    if isinstance(kind, pl.List):
        return pl.col(column).list.eval(pl.element().replace(rules().short())).list.join("、")
    if kind.is_float():
        return pl.col(column).map_elements(number, return_dtype=pl.String)
    if kind == pl.Boolean:
        return pl.col(column).replace_strict({True: "能", False: "不能"}, return_dtype=pl.String)
    return pl.col(column).cast(pl.String)


def _filled(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns of FRAME, empty where the frame has none."""
    return frame.select(
        (pl.col(c) if c in frame.columns else pl.lit(None)).cast(t).alias(c) for c, t in FRAME.items()
    )
