"""Comparisons -> plotly figures, chosen for comparing: dots, lines with gaps, small multiples, slopes, coverage.

Every function takes a `Comparison` (anything with `.frame`) or a polars frame of its columns and gives a plotly Figure that can be
changed further. `layout.meta` says in words what the figure shows: `title`, `alt`, `source`. A point carries in `customdata` the
anchor of its sentence. Values that are bounds are hollow with an open-ended line; other values that are not comparable are not drawn but
counted. Only scatter and bar traces are used, so that `static` can draw each figure in matplotlib.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl
from plotly.subplots import make_subplots

from fazhi.brief.show import anchor
from fazhi.brief.theme import (
    BOUND,
    DASHES,
    GRID,
    INK,
    MUTED,
    SERIES,
    SYMBOLS,
    amount,
    interval,
    say,
)

MANY = 60  # issuers that can be told apart in rows; beyond, a distribution and the extremes
EXTREMES = 8  # of each end, when there are many
COLOURED = len(SERIES)  # lines that can be told apart by colour; beyond, grey with the extremes in colour
ROW, HEAD, FOOT = 26, 24, 96  # pixels: a row of a dot plot, above it, below it
Row = dict[str, Any]


def frame_of(data: Any) -> pl.DataFrame:
    """The tidy rows of a comparison, or the frame itself, with every column that a figure may ask for."""
    frame = getattr(data, "frame", data)
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    defaults: dict[str, Any] = {"issuer": None, "year": None, "code": None, "name_zh": None, "name_en": None, "value": None, "high": None, "unit": None,
                                "qualifier": "exact", "state": None, "caveats": None, "quote": None, "report_id": None, "indicator_id": None}
    absent = [pl.lit(value).alias(name) for name, value in defaults.items() if name not in frame.columns]
    return frame.with_columns(absent) if absent else frame


def plain(text: object) -> str:
    """Text for plotly, which takes `<b>` and `<a>` for markup: report text must not."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def wrapped(text: str, width: int) -> str:
    """Text in lines of `width` characters, escaped, joined with plotly's line break."""
    return "<br>".join(plain(text[i:i + width]) for i in range(0, len(text), width))


def short(name: str, length: int = 22) -> str:
    return name if len(name) <= length else f"{name[:length - 1]}…"


def label(name: str) -> str:
    """An issuer's name for an axis: two lines of eleven characters at most, so that a phone has room for the points."""
    return wrapped(short(name), 11)


def is_bound(row: Row) -> bool:
    return interval(row["value"], row["high"], row["qualifier"]) is not None


def drawable(row: Row) -> bool:
    """A value that may stand in the figure: comparable, or kept back for nothing but being a bound."""
    if row["value"] is None:
        return False
    return row["state"] in (None, "comparable") or (is_bound(row) and set(row["caveats"] or ()) <= {"bound"})


def hover(row: Row, language: str) -> str:
    lines = [f"<b>{plain(row['issuer'])}</b>", f"{row['year'] or ''}　{plain(_amount(row, language))}".strip()]
    if row["quote"]:
        lines.append(wrapped(f"“{short(row['quote'], 112)}”", 28))
    return "<br>".join(lines)


def _amount(row: Row, language: str) -> str:
    return amount(row["value"], row["high"], row["unit"], row["qualifier"], language)


def _anchor(row: Row) -> str | None:
    return anchor(row["report_id"], row["indicator_id"]) if row["report_id"] is not None and row["indicator_id"] is not None else None


def _name(frame: pl.DataFrame, language: str) -> str:
    column = "name_en" if language == "en" and frame["name_en"].drop_nulls().len() else "name_zh"
    names = frame[column].drop_nulls().unique(maintain_order=True).to_list() or frame["code"].drop_nulls().unique(maintain_order=True).to_list()
    return "、".join(names[:3])


def unit_of(rows: Sequence[Row]) -> str:
    """The unit that most values have."""
    units = [row["unit"] for row in rows if row["unit"]]
    return statistics.mode(units) if units else ""


def _axis_title(name: str, unit: str) -> str:
    return plain(f"{name}（{unit}）" if unit else name)


def finish(fig: go.Figure, frame: pl.DataFrame, *, title: str, alt: str, height: int, language: str, note: str = "") -> go.Figure:
    """The frame that all figures share: title, source line under the figure, words for those who do not see it, height."""
    reports = frame.filter(pl.col("value").is_not_null())["report_id"].drop_nulls().n_unique() if frame.height else 0
    source = "；".join(filter(None, [say("figure.source_line", language, reports=reports), note])) if reports else note
    fig.update_layout(title_text=plain(title), height=height, meta={"title": title, "alt": alt, "source": source})
    if source:
        fig.add_annotation(name="source", text=plain(source), xref="paper", yref="paper", x=0, y=0, xanchor="left", yanchor="top", yshift=-50,
                           showarrow=False, align="left", font={"size": 11, "color": MUTED})
    return fig


def empty(title: str, language: str = "zh", why: str | None = None) -> go.Figure:
    """A figure that says in words that there is nothing to draw."""
    fig = go.Figure()
    fig.add_annotation(text=f"{say('figure.no_rows', language)}<br><span style='font-size:12px'>{plain(why or say('figure.no_rows_why', language))}</span>",
                       xref="paper", yref="paper", x=0.5, y=0.5, showarrow=False, font={"size": 16, "color": MUTED})
    fig.update_xaxes(visible=False).update_yaxes(visible=False)
    fig.update_layout(title_text=plain(title), height=150, meta={"title": title, "alt": say("figure.alt_empty", language, title=title), "source": ""})
    return fig


def _one_code(frame: pl.DataFrame, code: str | None) -> pl.DataFrame:
    if code is not None:
        return frame.filter(pl.col("code") == code)
    codes = frame["code"].drop_nulls().unique(maintain_order=True).to_list()
    return frame.filter(pl.col("code") == codes[0]) if len(codes) > 1 else frame


def _one_year(frame: pl.DataFrame, year: int | None) -> pl.DataFrame:
    if year is None and frame["year"].n_unique() > 1:
        counted = frame.filter(pl.col("value").is_not_null()).group_by("year").len().sort("len", "year", descending=True)
        year = counted["year"][0] if counted.height else frame["year"].max()
    return frame if year is None else frame.filter(pl.col("year") == year)


def dots(data: Any, *, code: str | None = None, year: int | None = None, title: str | None = None, language: str = "zh") -> go.Figure:
    """One code in one year: an issuer a row, highest on top, bounds as open-ended lines. With more than sixty issuers: the distribution and
    the extremes. `year` None takes the one with most values."""
    frame = _one_year(_one_code(frame_of(data), code), year)
    name = _name(frame, language)
    years = frame["year"].drop_nulls().unique().to_list()
    title = title or f"{name}{f'，{years[0]} 年' if language == 'zh' and years else f', {years[0]}' if years else ''}"
    every = frame.to_dicts()
    rows = sorted((row for row in every if drawable(row)), key=lambda row: (row["value"], row["issuer"] or ""))
    if not rows:
        return empty(title, language)
    without = len({row["issuer"] for row in every} - {row["issuer"] for row in rows})
    median = statistics.median(row["value"] for row in rows)
    unit = unit_of(rows)
    printed_median = amount(median, None, unit, "exact", language)
    alt = say("figure.alt_dots", language, title=title, n=len(rows), top=rows[-1]["issuer"], high=_amount(rows[-1], language), bottom=rows[0]["issuer"],
              low=_amount(rows[0], language), median=printed_median, empty=say("figure.empty_count", language, n=without) if without else "")
    note = "；".join(filter(None, [say("figure.empty_count", language, n=without).rstrip("。.") if without else "",
                                  say("figure.bound_note", language) if any(map(is_bound, rows)) else ""]))
    if len(rows) <= MANY:
        fig = go.Figure()
        _add_dots(fig, rows, language)
        height = HEAD + FOOT + ROW * max(len(rows), 3) + 32
    else:
        fig = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.3, 0.7], vertical_spacing=0.06)
        _add_histogram(fig, rows, language)
        ends = rows[:EXTREMES] + rows[-EXTREMES:]
        _add_dots(fig, ends, language, row=2, gap=say("figure.rest", language, n=len(rows) - len(ends)))
        fig.update_yaxes(title_text=say("figure.count", language), row=1, col=1)
        note = f"{say('figure.distribution', language, n=len(rows), k=EXTREMES)}{'；' + note if note else ''}"
        height = HEAD + FOOT + ROW * (len(ends) + 1) + 210
    fig.add_vline(x=median, line={"color": MUTED, "width": 1, "dash": "dot"})
    fig.add_annotation(x=median, y=1, yref="paper", yanchor="bottom", text=plain(say("figure.median", language, v=printed_median)), showarrow=False,
                       font={"size": 12, "color": MUTED})
    last = 2 if len(rows) > MANY else 1
    if last == 2:
        values = [row["value"] for row in rows]
        fig.update_xaxes(title_text=_axis_title(name, unit), row=2, col=1)
        fig.update_xaxes(range=[min(values) - (max(values) - min(values)) * 0.06, max(values) + (max(values) - min(values)) * 0.2])
    else:
        fig.update_xaxes(title_text=_axis_title(name, unit))
    fig.update_layout(showlegend=False)
    return finish(fig, frame, title=title, alt=alt, height=height, language=language, note=note)


def _add_dots(fig: go.Figure, rows: list[Row], language: str, row: int | None = None, gap: str = "") -> None:
    """Points of rows that are sorted upwards, with open-ended lines for bounds; `gap` is a row of text between the two ends."""
    where = {} if row is None else {"row": row, "col": 1}
    reach = max(abs(r["value"]) for r in rows) or 1.0
    middle = len(rows) // 2
    places = [i + (1 if gap and i >= middle else 0) for i in range(len(rows))]
    widths: list[float] = []
    for hollow in (False, True):
        chosen = [(place, r) for place, r in zip(places, rows, strict=True) if is_bound(r) == hollow]
        if not chosen:
            continue
        bounds: Row = {}
        if hollow:
            spans = [interval(r["value"], r["high"], r["qualifier"]) or (None, None) for _, r in chosen]
            widths = [(reach * 0.06 if high is None else high - r["value"]) for (_, r), (_, high) in zip(chosen, spans, strict=True)]
            below = [(min(reach * 0.06, r["value"]) if low is None else r["value"] - low) for (_, r), (low, _) in zip(chosen, spans, strict=True)]
            bounds = {"error_x": {"type": "data", "symmetric": False, "array": widths, "arrayminus": below, "color": BOUND, "thickness": 2, "width": 0}}
        fig.add_trace(go.Scatter(
            x=[r["value"] for _, r in chosen], y=[place for place, _ in chosen], mode="markers", cliponaxis=False, hovertext=[hover(r, language) for _, r in chosen],
            hoverinfo="text", customdata=[_anchor(r) for _, r in chosen],
            marker={"size": 10, "color": "white" if hollow else SERIES[0], "line": {"color": BOUND if hollow else SERIES[0], "width": 2}}, **bounds), **where)
        ends = widths if hollow else [0.0] * len(chosen)
        if len(rows) <= MANY // 2:
            fig.add_trace(go.Scatter(
                x=[r["value"] + end for (_, r), end in zip(chosen, ends, strict=True)], y=[place for place, _ in chosen], mode="text", hoverinfo="skip",
                text=[f"　{plain(_amount(r, language))}" for _, r in chosen], textposition="middle right", textfont={"size": 11, "color": MUTED},
                cliponaxis=False), **where)
    ticks, names = list(places), [label(r["issuer"] or "") for r in rows]
    if gap:
        ticks.insert(middle, middle)
        names.insert(middle, f"<i>{plain(gap)}</i>")
    fig.update_yaxes(tickmode="array", tickvals=ticks, ticktext=names, range=[-0.7, max(ticks) + 0.7], tickfont={"size": 12}, zeroline=False, **where)
    low, high = min(r["value"] for r in rows), max(r["high"] or r["value"] for r in rows)
    start = 0.0 if low >= 0 and low < 0.6 * high else low - (high - low) * 0.08 - (0.5 if low == high else 0.0)
    fig.update_xaxes(range=[start - (high - start) * 0.02, high + (high - start or 1.0) * 0.24], zeroline=False, **where)  # room for the last label


def _add_histogram(fig: go.Figure, rows: list[Row], language: str) -> None:
    values = [row["value"] for row in rows]
    low, high = min(values), max(values)
    bins = 24
    width = (high - low) / bins or 1.0
    counts = [0] * bins
    for value in values:
        counts[min(int((value - low) / width), bins - 1)] += 1
    edges = [low + width * i for i in range(bins)]
    fig.add_trace(go.Bar(x=[edge + width / 2 for edge in edges], y=counts, width=[width * 0.92] * bins, marker={"color": SERIES[4]}, hoverinfo="text", hovertext=[
        f"{amount(edge, edge + width, None, 'range', language)}：{n}" for edge, n in zip(edges, counts, strict=True)]), row=1, col=1)


def lines(data: Any, *, code: str | None = None, title: str | None = None, language: str = "zh") -> go.Figure:
    """One code over the years, a line an issuer, broken where a year is missing. More than seven issuers: grey, the extremes of the last
    year in colour. More than sixty: the median and the middle half as well, and only the extremes as lines."""
    frame = _one_code(frame_of(data), code)
    rows = [row for row in frame.to_dicts() if drawable(row) and row["year"] is not None]
    title = title or _axis_title(_name(frame, language), unit_of(rows))
    if not rows:
        return empty(title, language)
    series = _series(rows)
    years = list(range(min(r["year"] for r in rows), max(r["year"] for r in rows) + 1))
    ranked = sorted(series, key=lambda issuer: series[issuer][max(series[issuer])]["value"])
    coloured = ranked if len(series) <= COLOURED else [*ranked[:2], *ranked[-3:]]
    fig = go.Figure()
    if len(series) > MANY:
        _add_band(fig, rows, years)
    else:
        for issuer in series:
            if issuer not in coloured:
                _add_line(fig, issuer, series[issuer], years, language, colour="#c4cad1")
    for place, issuer in enumerate(reversed(coloured)):
        _add_line(fig, issuer, series[issuer], years, language, colour=SERIES[place % COLOURED], symbol=SYMBOLS[place % len(SYMBOLS)],
                  dash=DASHES[0], legend=True)
    unit = unit_of(rows)
    fig.update_xaxes(tickmode="array", tickvals=years, ticktext=[str(y) for y in years], range=[years[0] - 0.4, years[-1] + 0.4])
    fig.update_yaxes(rangemode="tozero" if unit != "%" else "normal")
    alt = say("figure.alt_lines", language, title=title, n=len(series), first=years[0], last=years[-1], points=len(rows))
    note = say("figure.bound_note", language) if any(map(is_bound, rows)) else ""
    return finish(fig, frame, title=title, alt=alt, height=420 + 20 * min(len(coloured), 7), language=language, note=note)


def _series(rows: list[Row]) -> dict[str, dict[int, Row]]:
    series: dict[str, dict[int, Row]] = {}
    for row in rows:
        series.setdefault(row["issuer"] or "", {}).setdefault(row["year"], row)
    return series


def _add_line(fig: go.Figure, issuer: str, points: dict[int, Row], years: list[int], language: str, *, colour: str, symbol: str = "circle",
              dash: str = "solid", legend: bool = False, where: dict[str, int] | None = None) -> None:
    """A line over all years with None for those that are missing, and its bounds as hollow points over it."""
    rows = [points.get(year) for year in years]
    fig.add_trace(go.Scatter(
        x=years, y=[row["value"] if row else None for row in rows], mode="lines+markers", connectgaps=False, name=plain(short(issuer)), showlegend=legend,
        line={"color": colour, "width": 2 if legend else 1, "dash": dash}, hovertext=[hover(row, language) if row else "" for row in rows], hoverinfo="text",
        customdata=[_anchor(row) if row else None for row in rows],
        marker={"size": 8 if legend else 4, "symbol": symbol, "color": ["white" if row and is_bound(row) else colour for row in rows],
                "line": {"color": colour, "width": 2 if legend else 1}}), **(where or {}))


def _add_band(fig: go.Figure, rows: list[Row], years: list[int]) -> None:
    by_year = {year: sorted(r["value"] for r in rows if r["year"] == year) for year in years}
    told = [year for year in years if len(by_year[year]) >= 4]
    quartiles = [statistics.quantiles(by_year[year], n=4) for year in told]
    for at, name in ((0, ""), (2, "25%–75%")):
        fig.add_trace(go.Scatter(x=told, y=[q[at] for q in quartiles], mode="lines", line={"width": 0, "color": "#c4cad1"}, fill="tonexty" if at else None,
                                 fillcolor="rgba(140,149,159,0.25)", name=name, showlegend=bool(at), hoverinfo="skip"))
    fig.add_trace(go.Scatter(x=told, y=[q[1] for q in quartiles], mode="lines", line={"width": 2, "color": INK, "dash": "dash"}, name="50%", hoverinfo="y"))


def multiples(data: Any, *, by: str = "code", title: str | None = None, language: str = "zh") -> go.Figure:
    """Small multiples, one under the other so that a phone can show them.

    `by="code"`: a dot plot for each code, the issuers in one order. `by="issuer"`: a small line over the years for each issuer, one scale.
    """
    frame = frame_of(data)
    rows = [row for row in frame.to_dicts() if drawable(row)]
    title = title or _name(frame, language)
    if not rows:
        return empty(title, language)
    if by == "issuer":
        return _issuer_multiples(frame, rows, title, language)
    codes = list(dict.fromkeys(row["code"] for row in rows))
    by_code = {code: sorted((r for r in rows if r["code"] == code), key=lambda r: (r["value"], r["issuer"] or "")) for code in codes}
    if len(codes) == 1 or max(map(len, by_code.values())) > MANY:
        return dots(frame, code=codes[0], title=title, language=language)
    sizes = [max(len(by_code[code]), 2) for code in codes]
    total = sum(sizes) * ROW + 70 * len(codes)
    fig = make_subplots(rows=len(codes), cols=1, row_heights=[s / sum(sizes) for s in sizes], vertical_spacing=min(62 / total, 0.9 / len(codes)))
    for place, code in enumerate(codes, 1):
        shown = by_code[code]
        _add_dots(fig, shown, language, row=place)
        named = shown[0]["name_en"] if language == "en" else shown[0]["name_zh"]
        fig.update_xaxes(title_text=_axis_title(named or code, unit_of(shown)), row=place, col=1)
    fig.update_layout(showlegend=False)
    alt = " ".join(dots(frame, code=code, language=language).layout.meta["alt"] for code in codes)
    note = say("figure.bound_note", language) if any(map(is_bound, rows)) else ""
    return finish(fig, frame, title=title, alt=alt, height=total + HEAD + FOOT, language=language, note=note)


def _issuer_multiples(frame: pl.DataFrame, rows: list[Row], title: str, language: str) -> go.Figure:
    code = rows[0]["code"]
    series = _series([row for row in rows if row["code"] == code and row["year"] is not None])
    if not series:
        return empty(title, language)
    issuers = sorted(series)[:MANY]
    years = list(range(min(y for s in series.values() for y in s), max(y for s in series.values() for y in s) + 1))
    columns = 2 if len(issuers) > 1 else 1
    count = -(-len(issuers) // columns)
    fig = make_subplots(rows=count, cols=columns, shared_xaxes=True, shared_yaxes="all", vertical_spacing=min(0.32 / count, 0.2), horizontal_spacing=0.06,
                        subplot_titles=[plain(short(i, 14)) for i in issuers])
    for place, issuer in enumerate(issuers):
        where = {"row": place // columns + 1, "col": place % columns + 1}
        _add_line(fig, issuer, series[issuer], years, language, colour=SERIES[0], where=where)
    fig.update_traces(line_width=2, marker_size=7)
    fig.update_annotations(font={"size": 12})
    fig.update_xaxes(tickmode="array", tickvals=years, ticktext=[f"{y % 100:02d}" for y in years])
    fig.update_yaxes(rangemode="tozero")
    alt = say("figure.alt_lines", language, title=title, n=len(series), first=years[0], last=years[-1], points=sum(map(len, series.values())))
    return finish(fig, frame, title=f"{title}（{unit_of(rows)}）" if unit_of(rows) else title, alt=alt, height=130 * count + HEAD + FOOT, language=language)


def slopes(data: Any, *, code: str | None = None, first: int | None = None, last: int | None = None, title: str | None = None,
           language: str = "zh") -> go.Figure:
    """Two years side by side, a line an issuer that has a value in both; rising and falling lines differ in colour and dash."""
    frame = _one_code(frame_of(data), code)
    series = _series([row for row in frame.to_dicts() if drawable(row) and row["year"] is not None])
    years = sorted({year for points in series.values() for year in points})
    name = _name(frame, language)
    if len(years) < 2:
        return empty(title or name, language)
    first, last = first or years[0], last or years[-1]
    title = title or f"{name}，{first}–{last}"
    pairs = [(issuer, points[first], points[last]) for issuer, points in series.items() if first in points and last in points]
    if not pairs:
        return empty(title, language)
    turns = {1: 0, -1: 0, 0: 0}
    told = sorted(pairs, key=lambda pair: abs(pair[2]["value"] - pair[1]["value"]), reverse=True)[:MANY // 4]
    fig = go.Figure()
    span = max(r["value"] for _, *ends in pairs for r in ends) - min(r["value"] for _, *ends in pairs for r in ends) or 1.0
    left = _apart([then["value"] for _, then, _ in told], span / 13)
    right = _apart([now["value"] for _, _, now in told], span / 13)
    for at, place, side in ((-0.04, left, 1), (1.04, right, 2)):
        texts = [plain(_amount(pair[side], language)) + (f" {plain(short(pair[0], 12))}" if side == 2 else "") for pair in told]
        fig.add_trace(go.Scatter(x=[at] * len(told), y=place, mode="text", text=texts, textposition="middle left" if side == 1 else "middle right",
                                 textfont={"size": 11, "color": INK}, hoverinfo="skip", cliponaxis=False))
    for issuer, then, now in pairs:
        turn = (now["value"] > then["value"]) - (now["value"] < then["value"])
        turns[turn] += 1
        colour = {1: SERIES[0], -1: SERIES[1], 0: MUTED}[turn]
        marked = any(issuer == name_ for name_, _, _ in told)
        fig.add_trace(go.Scatter(
            x=[0, 1], y=[then["value"], now["value"]], mode="lines+markers", line={"color": colour if marked else GRID, "width": 2, "dash": "dash" if turn < 0 else "solid"},
            marker={"size": 8, "color": ["white" if is_bound(r) else colour for r in (then, now)], "line": {"color": colour, "width": 2}},
            hovertext=[hover(then, language), hover(now, language)], hoverinfo="text", customdata=[_anchor(then), _anchor(now)], cliponaxis=False))
    fig.update_xaxes(tickmode="array", tickvals=[0, 1], ticktext=[str(first), str(last)], range=[-0.45, 1.9], showgrid=False)
    fig.update_yaxes(visible=False)
    fig.update_layout(showlegend=False)
    alt = say("figure.alt_slopes", language, title=title, first=first, last=last, up=turns[1], down=turns[-1], same=turns[0])
    return finish(fig, frame, title=title, alt=alt, height=max(320, 24 * len(told) + 160), language=language)


def _apart(values: list[float], step: float) -> list[float]:
    """Places for labels near their values and at least a step from each other."""
    order = sorted(range(len(values)), key=values.__getitem__)
    places = dict.fromkeys(order, 0.0)
    last = float("-inf")
    for index in order:
        last = places[index] = max(values[index], last + step)
    shift = sum(places[i] - values[i] for i in order) / (len(order) or 1)
    return [places[i] - shift for i in range(len(values))]


def chart(data: Any, *, title: str | None = None, language: str = "zh") -> go.Figure:
    """The figure that suits a comparison: dots for one year, lines for several, multiples for several codes."""
    frame = frame_of(data)
    told = frame.filter(pl.col("value").is_not_null())
    if told["code"].n_unique() > 1 and told["year"].n_unique() <= 1:
        return multiples(frame, title=title, language=language)
    return (lines if told["year"].n_unique() > 1 else dots)(frame, title=title, language=language)
