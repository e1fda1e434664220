"""Codes over the years: lines with gaps, a small line for each issuer, slopes between two years."""

from __future__ import annotations

import statistics
from typing import Any

import plotly.graph_objects as go
import polars as pl
from plotly.subplots import make_subplots

from fazhi.brief.plot import (
    FOOT,
    HEAD,
    MANY,
    Row,
    axis_title,
    drawable,
    empty,
    finish,
    frame_of,
    hover,
    is_bound,
    name_of,
    one_code,
    plain,
    printed,
    short_name,
    target,
    unit_of,
)
from fazhi.brief.theme import DASHES, GRID, INK, MUTED, SERIES, SYMBOLS, say

COLOURED = len(SERIES)  # lines that can be told apart by colour; beyond, grey with the extremes in colour


def lines(data: Any, *, code: str | None = None, title: str | None = None, language: str = "zh") -> go.Figure:
    """One code over the years, a line an issuer, broken where a year is missing. More than seven issuers: grey, the extremes
    of the last year in colour. More than sixty: the median and the middle half as well, and only the extremes as lines."""
    frame = one_code(frame_of(data), code)
    rows = [row for row in frame.to_dicts() if drawable(row) and row["year"] is not None]
    title = title or axis_title(name_of(frame, language), unit_of(rows))
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
        _add_line(
            fig,
            issuer,
            series[issuer],
            years,
            language,
            colour=SERIES[place % COLOURED],
            symbol=SYMBOLS[place % len(SYMBOLS)],
            dash=DASHES[0],
            legend=True,
        )
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


def _add_line(
    fig: go.Figure,
    issuer: str,
    points: dict[int, Row],
    years: list[int],
    language: str,
    *,
    colour: str,
    symbol: str = "circle",
    dash: str = "solid",
    legend: bool = False,
    where: dict[str, int] | None = None,
) -> None:
    """A line over all years with None for those that are missing, and its bounds as hollow points over it."""
    rows = [points.get(year) for year in years]
    fig.add_trace(
        go.Scatter(
            x=years,
            y=[row["value"] if row else None for row in rows],
            mode="lines+markers",
            connectgaps=False,
            name=plain(short_name(issuer)),
            showlegend=legend,
            line={"color": colour, "width": 2 if legend else 1, "dash": dash},
            hovertext=[hover(row, language) if row else "" for row in rows],
            hoverinfo="text",
            customdata=[target(row) if row else None for row in rows],
            marker={
                "size": 8 if legend else 4,
                "symbol": symbol,
                "color": ["white" if row and is_bound(row) else colour for row in rows],
                "line": {"color": colour, "width": 2 if legend else 1},
            },
        ),
        **(where or {}),
    )


def _add_band(fig: go.Figure, rows: list[Row], years: list[int]) -> None:
    by_year = {year: sorted(r["value"] for r in rows if r["year"] == year) for year in years}
    told = [year for year in years if len(by_year[year]) >= 4]
    quartiles = [statistics.quantiles(by_year[year], n=4) for year in told]
    for at, name in ((0, ""), (2, "25%–75%")):
        fig.add_trace(
            go.Scatter(
                x=told,
                y=[q[at] for q in quartiles],
                mode="lines",
                line={"width": 0, "color": "#c4cad1"},
                fill="tonexty" if at else None,
                fillcolor="rgba(140,149,159,0.25)",
                name=name,
                showlegend=bool(at),
                hoverinfo="skip",
            )
        )
    fig.add_trace(
        go.Scatter(
            x=told,
            y=[q[1] for q in quartiles],
            mode="lines",
            line={"width": 2, "color": INK, "dash": "dash"},
            name="50%",
            hoverinfo="y",
        )
    )


def by_issuer(frame: pl.DataFrame, rows: list[Row], title: str, language: str) -> go.Figure:
    code = rows[0]["code"]
    series = _series([row for row in rows if row["code"] == code and row["year"] is not None])
    if not series:
        return empty(title, language)
    issuers = sorted(series)[:MANY]
    years = list(range(min(y for s in series.values() for y in s), max(y for s in series.values() for y in s) + 1))
    columns = 2 if len(issuers) > 1 else 1
    count = -(-len(issuers) // columns)
    fig = make_subplots(
        rows=count,
        cols=columns,
        shared_xaxes=True,
        shared_yaxes="all",
        vertical_spacing=min(0.32 / count, 0.2),
        horizontal_spacing=0.06,
        subplot_titles=[plain(short_name(i, 14)) for i in issuers],
    )
    for place, issuer in enumerate(issuers):
        where = {"row": place // columns + 1, "col": place % columns + 1}
        _add_line(fig, issuer, series[issuer], years, language, colour=SERIES[0], where=where)
    fig.update_traces(line_width=2, marker_size=7)
    fig.update_annotations(font={"size": 12})
    fig.update_xaxes(tickmode="array", tickvals=years, ticktext=[f"{y % 100:02d}" for y in years])
    fig.update_yaxes(rangemode="tozero")
    alt = say(
        "figure.alt_lines",
        language,
        title=title,
        n=len(series),
        first=years[0],
        last=years[-1],
        points=sum(map(len, series.values())),
    )
    return finish(
        fig,
        frame,
        title=f"{title}（{unit_of(rows)}）" if unit_of(rows) else title,
        alt=alt,
        height=130 * count + HEAD + FOOT,
        language=language,
    )


def slopes(
    data: Any,
    *,
    code: str | None = None,
    first: int | None = None,
    last: int | None = None,
    title: str | None = None,
    language: str = "zh",
) -> go.Figure:
    """Two years side by side, a line an issuer that has a value in both; rising and falling lines differ in colour and dash."""
    frame = one_code(frame_of(data), code)
    series = _series([row for row in frame.to_dicts() if drawable(row) and row["year"] is not None])
    years = sorted({year for points in series.values() for year in points})
    name = name_of(frame, language)
    if len(years) < 2:
        return empty(title or name, language)
    first, last = first or years[0], last or years[-1]
    title = title or f"{name}，{first}–{last}"
    pairs = [(issuer, points[first], points[last]) for issuer, points in series.items() if first in points and last in points]
    if not pairs:
        return empty(title, language)
    turns = {1: 0, -1: 0, 0: 0}
    told = sorted(pairs, key=lambda pair: abs(pair[2]["value"] - pair[1]["value"]), reverse=True)[: MANY // 4]
    fig = go.Figure()
    span = max(r["value"] for _, *ends in pairs for r in ends) - min(r["value"] for _, *ends in pairs for r in ends) or 1.0
    left = _apart([then["value"] for _, then, _ in told], span / 13)
    right = _apart([now["value"] for _, _, now in told], span / 13)
    before = [plain(printed(then, language)) for _, then, _ in told]
    after = [plain(f"{printed(now, language)} {short_name(issuer, 12)}") for issuer, _, now in told]
    for at, place, texts in ((-0.04, left, before), (1.04, right, after)):
        fig.add_trace(
            go.Scatter(
                x=[at] * len(told),
                y=place,
                mode="text",
                text=texts,
                textposition="middle left" if at < 0 else "middle right",
                textfont={"size": 11, "color": INK},
                hoverinfo="skip",
                cliponaxis=False,
            )
        )
    grey = [pair for pair in pairs if pair not in told]  # one trace for all lines that have no name in the figure
    fig.add_trace(
        go.Scatter(
            x=[at for _ in grey for at in (0, 1, None)],
            y=[value for _, then, now in grey for value in (then["value"], now["value"], None)],
            mode="lines",
            line={"color": GRID, "width": 1},
            hoverinfo="skip",
        )
    )
    for pair in pairs:
        _, then, now = pair
        turn = (now["value"] > then["value"]) - (now["value"] < then["value"])
        turns[turn] += 1
        colour = {1: SERIES[0], -1: SERIES[1], 0: MUTED}[turn]
        if pair not in told:
            continue
        fig.add_trace(
            go.Scatter(
                x=[0, 1],
                y=[then["value"], now["value"]],
                mode="lines+markers",
                line={"color": colour, "width": 2, "dash": "dash" if turn < 0 else "solid"},
                marker={
                    "size": 8,
                    "color": ["white" if is_bound(r) else colour for r in (then, now)],
                    "line": {"color": colour, "width": 2},
                },
                hovertext=[hover(then, language), hover(now, language)],
                hoverinfo="text",
                customdata=[target(then), target(now)],
                cliponaxis=False,
            )
        )
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
