"""What all figures share: the rows that may be drawn, their words, and the frame around a figure."""

from __future__ import annotations

import statistics
import textwrap
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl

from fazhi.brief.show import anchor
from fazhi.brief.theme import INK, MUTED, PAPER, amount, interval, say
from fazhi.compare.language import spoken, word
from fazhi.compare.language import unit as unit_word

MANY = 60  # issuers that can be told apart in rows; beyond, a distribution and the extremes
ROW, HEAD, FOOT = 26, 24, 96  # pixels: a row of a dot plot, above it, below it
TEXTS = ("issuer_kind", "level", "province", "region_code")  # columns that are asked about as text, also where they are missing
Row = dict[str, Any]


def frame_of(data: Any) -> pl.DataFrame:
    """The tidy rows of a comparison, or the frame itself, with every column that a figure may ask for."""
    held: Any = getattr(data, "frame", data)
    frame: pl.DataFrame = held.collect() if isinstance(held, pl.LazyFrame) else held
    defaults: dict[str, Any] = {
        "issuer": None,
        "issuer_kind": None,
        "level": None,
        "province": None,
        "region_code": None,
        "year": None,
        "code": None,
        "name_zh": None,
        "name_en": None,
        "value": None,
        "high": None,
        "unit": None,
        "qualifier": "exact",
        "state": None,
        "caveats": None,
        "quote": None,
        "report_id": None,
        "indicator_id": None,
    }
    absent = [
        pl.lit(value, pl.String if name in TEXTS else None).alias(name)
        for name, value in defaults.items()
        if name not in frame.columns
    ]
    return frame.with_columns(absent) if absent else frame


def plain(text: object) -> str:
    """Text for plotly, which takes `<b>` and `<a>` for markup: report text must not."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def wrapped(text: str, width: int) -> str:
    """Text in lines of `width` characters, escaped, joined with plotly's line break."""
    return "<br>".join(plain(text[i : i + width]) for i in range(0, len(text), width))


def short(name: str, length: int = 22) -> str:
    return name if len(name) <= length else f"{name[: length - 1]}…"


def short_name(name: str, length: int = 22) -> str:
    """A name cut in its middle: it begins with the province and ends with what tells it from its neighbours."""
    head = (length - 1) // 3
    return name if len(name) <= length else f"{name[:head]}…{name[head + 1 - length :]}"


def label(name: str) -> str:
    """A name for an axis: two lines of eleven Chinese characters at most, or of Latin words as wide, so that a phone has room for
    the points."""
    if 2 * len(name.encode()) < 3 * len(name):  # more Latin letters than Chinese characters
        return "<br>".join(plain(line) for line in textwrap.wrap(name, 24, max_lines=2, placeholder=" …"))
    return wrapped(short_name(name), 11)


def pitch(labels: Sequence[str]) -> int:
    """Pixels of a row: more where a label has two lines."""
    return ROW + 8 if any("<br>" in text for text in labels) else ROW


def is_bound(row: Row) -> bool:
    return interval(row["value"], row["high"], row["qualifier"]) is not None


def drawable(row: Row) -> bool:
    """A value that may stand in the figure: comparable, or kept back for nothing but being a bound."""
    if row["value"] is None:
        return False
    return row["state"] in (None, "comparable") or (is_bound(row) and set(row["caveats"] or ()) <= {"bound"})


def hover(row: Row, language: str) -> str:
    lines = [
        f"<b>{plain(word(row['issuer'] or '', language))}</b>",
        f"{row['year'] or ''}　{plain(printed(row, language))}".strip(),
    ]
    if row["quote"]:
        lines.append(wrapped(f"“{short(row['quote'], 112)}”", 28))
    return "<br>".join(lines)


def printed(row: Row, language: str) -> str:
    return amount(row["value"], row["high"], row["unit"], row["qualifier"], language)


def target(row: Row) -> str | None:
    """Where a point leads: the anchor of its sentence. A point of several sentences holds their anchors with spaces between."""
    return (
        anchor(row["report_id"], row["indicator_id"])
        if row["report_id"] is not None and row["indicator_id"] is not None
        else None
    )


def name_of(frame: pl.DataFrame, language: str) -> str:
    column = "name_en" if language == "en" and frame["name_en"].drop_nulls().len() else "name_zh"
    names = (
        frame[column].drop_nulls().unique(maintain_order=True).to_list()
        or frame["code"].drop_nulls().unique(maintain_order=True).to_list()
    )
    return word("、", language).join(word(name, language) for name in names[:3])


def unit_of(rows: Sequence[Row]) -> str:
    """The unit that most values have."""
    units = [row["unit"] for row in rows if row["unit"]]
    return statistics.mode(units) if units else ""


def axis_title(name: str, unit: str, language: str) -> str:
    unit = unit_word(unit, language)
    return plain(put_in(name, unit, language)) if unit else plain(name)


def put_in(name: str, more: str, language: str) -> str:
    """A name with what is said of it in brackets."""
    return f"{name} ({more})" if language == "en" else f"{name}（{more}）"


def filled(colour: str, hatch: str) -> Row:
    """The marker of a bar that stands for a state: its colour and pattern, with a rim where the colour is nearly the paper's."""
    return {
        "color": colour,
        "line": {"color": MUTED if colour.upper() in ("#FFFFFF", "#F6F8FA") else PAPER, "width": 1},
        "pattern": {"shape": hatch, "size": 6, "bgcolor": colour, "fgcolor": INK, "fgopacity": 0.5, "solidity": 0.25},
    }


def inside(sign: str) -> Row:
    """How a bar of a state writes inside itself: light on the darkest state, dark on the others."""
    return {
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textfont": {"size": 12, "color": PAPER if sign == "●" else INK},
        "textangle": 0,
    }


def finish(fig: go.Figure, frame: pl.DataFrame, *, title: str, alt: str, height: int, language: str, note: str = "") -> go.Figure:
    """The frame that all figures share: title, source line under the figure, words for those who do not see it, height."""
    reports = frame["report_id"].drop_nulls().n_unique()  # all that were looked at, whether they say it or not
    targets = [target for trace in fig.data if trace.customdata is not None for target in trace.customdata]
    line = say("figure.source_line", language, reports=reports) if reports else ""
    click = "figure.click_more" if any(" " in (target or "") for target in targets) else "figure.click"
    hint = say(click, language) if reports and targets else ""
    source = word("；", language).join(filter(None, [line, note]))
    # the hint is for a page, where points lead somewhere
    behind = " ".join(sorted(frame["report_id"].drop_nulls().cast(pl.String).unique()))
    meta = {"title": title, "alt": alt, "source": source, "hint": hint, "reports": behind}
    fig.update_layout(title_text=plain(title), height=height, meta=meta)
    if source:
        fig.add_annotation(
            name="source",
            text=plain(source),
            xref="paper",
            yref="paper",
            x=0,
            y=0,
            xanchor="left",
            yanchor="top",
            yshift=-50,
            showarrow=False,
            align="left",
            font={"size": 11, "color": MUTED},
        )
    return fig


def empty(title: str, language: str | None = None, why: str | None = None) -> go.Figure:
    """A figure that says in words that there is nothing to draw."""
    language, title = spoken(language), word(title, language)
    fig, told = go.Figure(), say("figure.no_rows", language)
    fig.add_annotation(
        text=f"{told}<br><span style='font-size:12px'>{plain(why or say('figure.no_rows_why', language))}</span>",
        xref="paper",
        yref="paper",
        x=0.5,
        y=0.5,
        showarrow=False,
        font={"size": 16, "color": MUTED},
    )
    fig.update_xaxes(visible=False).update_yaxes(visible=False)
    fig.update_layout(
        title_text=plain(title),
        height=150,
        meta={"title": title, "alt": say("figure.alt_empty", language, title=title), "source": ""},
    )
    return fig


def one_code(frame: pl.DataFrame, code: str | None) -> pl.DataFrame:
    if code is not None:
        return frame.filter(pl.col("code") == code)
    codes = frame["code"].drop_nulls().unique(maintain_order=True).to_list()
    return frame.filter(pl.col("code") == codes[0]) if len(codes) > 1 else frame


def one_year(frame: pl.DataFrame, year: int | None) -> pl.DataFrame:
    if year is None and frame["year"].n_unique() > 1:
        told = frame.filter(pl.col("value").is_not_null())
        counted = (told if told.height else frame).group_by("year").len().sort("len", "year", descending=True)
        year = counted["year"].to_list()[0]
    return frame if year is None else frame.filter(pl.col("year") == year)
