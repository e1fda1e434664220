"""The answer of a comparison: its rows, what was left out and why, and how it shows itself."""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

import polars as pl

from fazhi.compare.guards import codebook, rules
from fazhi.compare.language import put, spoken

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 60  # rows of a comparison that Jupyter shows; the frame holds them all
FRAME: dict[str, pl.DataType | type[pl.DataType]] = {
    "issuer": pl.String,
    "year": pl.Int32,
    "code": pl.String,
    "name_zh": pl.String,
    "name_en": pl.String,
    "dimension": pl.String,
    "state": pl.String,
    "value": pl.Float64,
    "high": pl.Float64,
    "unit": pl.String,
    "qualifier": pl.String,
    "bound": pl.String,
    "kind": pl.String,
    "scope": pl.String,
    "status": pl.String,
    "extent": pl.String,
    "caveats": pl.List(pl.String),
    "reason_zh": pl.String,
    "reason_en": pl.String,
    "subject": pl.String,
    "value_text": pl.String,
    "quote": pl.String,
    "issuer_kind": pl.String,
    "level": pl.String,
    "region": pl.String,
    "region_code": pl.String,
    "province": pl.String,
    "prefecture": pl.String,
    "county": pl.String,
    "zone": pl.String,
    "title": pl.String,
    "url": pl.String,
    "source": pl.String,
    "origin": pl.String,
    "report_id": pl.String,
    "indicator_id": pl.Int32,
    "section_id": pl.Int32,
    "start": pl.Int64,
    "end": pl.Int64,
}
LEFT_OUT: dict[str, pl.DataType | type[pl.DataType]] = {
    "issuer": pl.String,
    "year": pl.Int32,
    "code": pl.String,
    "name_zh": pl.String,
    "value": pl.Float64,
    "high": pl.Float64,
    "unit": pl.String,
    "qualifier": pl.String,
    "scope": pl.String,
    "status": pl.String,
    "value_text": pl.String,
    "quote": pl.String,
    "reason": pl.List(pl.String),
    "reason_zh": pl.String,
    "reason_en": pl.String,
    "source": pl.String,
    "url": pl.String,
    "report_id": pl.String,
    "indicator_id": pl.Int32,
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row for each issuer, year and code of a panel, value or not, and all that was set aside.

    `frame` has the columns of FRAME, `left_out` those of LEFT_OUT: values that are not comparable (they stand in `frame` too,
    with their state), values of a cell that gave way to a better one, and reports that belong to nobody. `allow` are the rules
    that the analyst overrode, `notes` sentences that a reader of any figure made from it should see.
    """

    frame: pl.DataFrame
    left_out: pl.DataFrame
    codes: tuple[str, ...]
    years: tuple[int, ...]
    question: dict[str, Any] = field(default_factory=dict)  # the parameters as asked, only those that were
    allow: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def name(self, code: str) -> str:
        """What a code is called here: its own name, with what it was divided by."""
        named = self.frame.filter(pl.col("code") == code)[f"name_{spoken()}"].head(1).to_list()
        return str(named[0] if named else getattr(codebook()[code], f"name_{spoken()}"))

    @property
    def comparable(self) -> pl.DataFrame:
        """The rows that may stand side by side."""
        return self.frame.filter(pl.col("state") == "comparable")

    @property
    def overrides(self) -> str:
        """The overridden rules in one Chinese sentence, empty when there are none: to be printed under any figure."""
        if not self.allow:
            return ""
        return (
            put("已按要求放行：")
            + put("；").join(put("{name}（{what}）", name=name, what=rules().caveats[name].zh) for name in self.allow)
            + put("。")
        )

    @property
    def rows(self) -> pl.DataFrame:
        """The columns that a reader wants beside each other, code by code, the cells with a figure before the empty ones."""
        nth = pl.col("code").replace_strict({code: n for n, code in enumerate(self.codes)}, return_dtype=pl.Int64)
        return self.frame.sort(nth, pl.col("value").is_null(), maintain_order=True).select(
            "issuer",
            "year",
            "name_zh",
            "value",
            "high",
            "unit",
            "qualifier",
            "state",
            "reason_zh",
            "quote",
            "report_id",
            "indicator_id",
        )

    @property
    def aside(self) -> pl.DataFrame:
        """The columns of `left_out` that a reader wants beside each other."""
        return self.left_out.select(
            "issuer", "year", "name_zh", "value", "high", "unit", "qualifier", "reason_zh", "quote", "report_id", "indicator_id"
        )

    def states(self) -> pl.DataFrame:
        """How many cells of each code are in each state: columns code, name_zh, state, state_zh, cells."""
        names = {name: words.zh for name, words in rules().states.items()}
        return (
            self.frame.group_by("code", "name_zh", "state")
            .agg(cells=pl.len().cast(pl.Int64))
            .with_columns(state_zh=pl.col("state").replace(names))
            .sort(
                pl.col("code").replace_strict(
                    {c: i for i, c in enumerate(self.codes)}, default=len(self.codes), return_dtype=pl.Int64
                ),
                pl.col("state").replace_strict({s: i for i, s in enumerate(names)}, default=9, return_dtype=pl.Int64),
            )
            .select("code", "name_zh", "state", "state_zh", "cells")
        )

    def reasons(self) -> pl.DataFrame:
        """What was left out, counted by reason: columns reason_zh, reason_en, values."""
        return (
            self.left_out.group_by("reason_zh", "reason_en")
            .agg(values=pl.len().cast(pl.Int64))
            .sort(["values", "reason_zh"], descending=[True, False])
        )

    def pandas(self) -> pd.DataFrame:
        """The frame for pandas, Arrow-backed: integers stay integers, nulls stay nulls."""
        import pandas as pd

        return self.frame.to_pandas(types_mapper=pd.ArrowDtype)

    def chart(self, **options: Any) -> Any:
        """A figure of the comparison (plotly), by what `fazhi.chart` chooses for its shape.

        The two wings do not know each other: the front door, which knows both, is asked when the figure is.
        """
        return importlib.import_module("fazhi").chart(self, **options)

    def text(self, form: str = "table") -> str:
        """The rows for a script or a terminal: `table`, `csv` (safe in a spreadsheet) or `json` (all columns and states)."""
        if form == "json":
            body = {
                "question": self.question,
                "codes": self.codes,
                "years": self.years,
                "allow": self.allow,
                "notes": self.notes,
                "rows": self.frame.to_dicts(),
                "left_out": self.left_out.to_dicts(),
            }
            return json.dumps(body, ensure_ascii=False, indent=1, default=str)
        if form == "csv":
            flat = self.frame.with_columns(pl.col("caveats").list.join(" "))
            text = [name for name, kind in flat.schema.items() if kind == pl.String]
            return flat.with_columns(pl.col(text).str.replace(r"^([=+\-@\t\r])", "'$1")).write_csv()
        if form != "table":
            raise ValueError(f"no form {form!r}; it is table, csv or json")
        lines = [
            "\t".join((r["issuer"], str(r["year"]), r["name_zh"], self.cell(r), r["quote"] or ""))
            for r in self.frame.iter_rows(named=True)
        ]
        return "\n".join([*lines, "", repr(self), *self.notes, *filter(None, [self.overrides])])

    @staticmethod
    def cell(row: dict[str, Any]) -> str:
        """A row's value as it reads in a table: `>2080件（仅为界限…）`, or why there is none."""
        if row["value"] is None:
            return rules().states[row["state"]].zh
        number = f"{row['value']:g}" if abs(row["value"]) < 1e6 else f"{row['value']:,.0f}"
        high = f"–{row['high']:g}" if row["high"] is not None else ""
        sign = {"over": ">", "under": "<", "about": "≈", "at_least": "≥", "at_most": "≤"}.get(row["qualifier"], "")
        note = "" if row["state"] == "comparable" else put("（{why}）", why=row["reason_zh"])
        return f"{sign}{number}{high}{row['unit'] or ''}{note}"

    def __len__(self) -> int:
        return self.frame.height

    def __repr__(self) -> str:
        if self.frame.is_empty():
            return "Comparison: 没有符合条件的机关和年度 (nothing fits)"
        counts = dict(self.frame["state"].value_counts().sort("state").iter_rows())
        states = "，".join(f"{words.zh} {counts[name]}" for name, words in rules().states.items() if name in counts)
        years = f"{self.years[0]}–{self.years[-1]}" if len(self.years) > 1 else str(self.years[0])
        names = "、".join(self.name(code) for code in self.codes)
        size = f"{self.frame['issuer'].n_unique()} 个机关，{years} 年"
        return f"Comparison: {names}；{size}；{states}；另列出未采用 {self.left_out.height} 条"

    def _repr_html_(self) -> str:
        rows = []
        for row in self.frame.head(SHOWN).iter_rows(named=True):
            cells = (row["issuer"], row["year"], row["name_zh"], self.cell(row), row["quote"] or "")
            rows.append(
                f'<tr class="fz-{row["state"]}"><th scope="row">{escape(str(cells[0]))}</th>'
                + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells[1:])
                + "</tr>"
            )
        more = f"<p>另有 {self.frame.height - SHOWN} 行，见 .frame</p>" if self.frame.height > SHOWN else ""
        notes = "".join(f"<p>{escape(note)}</p>" for note in (*self.notes, self.overrides) if note)
        head = "".join(f'<th scope="col">{name}</th>' for name in ("机关", "年度", "指标", "数值", "原句"))
        return (
            f'<div lang="zh-CN"><table><caption>{escape(repr(self))}</caption><thead><tr>{head}</tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table>{more}{notes}</div>"
        )
