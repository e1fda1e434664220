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
from fazhi.brief.theme import DASHES, GRID, INK, MUTED, SERIES, SYMBOLS, interval, say
from fazhi.compare.language import spoken, word

COLOURED = len(SERIES)  # lines that can be told apart by colour; beyond, grey with the extremes in colour


def lines(data: Any, *, code: str | None = None, title: str | None = None, language: str | None = None) -> go.Figure:
    """One code over the years, a line an issuer, broken where a year is missing. More than seven issuers: grey, the extremes
    of the last year in colour. More than sixty: the median and the middle half as well, and only the extremes as lines."""
    language = spoken(language)
    frame = one_code(frame_of(data), code)
    rows = [row for row in frame.to_dicts() if drawable(row) and row["year"] is not None]
    title = word(title, language) if title else axis_title(name_of(frame, language), unit_of(rows), language)
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


def _add_band(fig: go.Figure, rows: list[Row], years: list[int], where: dict[str, int] | None = None) -> None:
    """The median and the middle half of each year that has four values or more."""
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
            ),
            **(where or {}),
        )
    fig.add_trace(
        go.Scatter(
            x=told,
            y=[q[1] for q in quartiles],
            mode="lines",
            line={"width": 2, "color": INK, "dash": "dash"},
            name="50%",
            hoverinfo="y",
        ),
        **(where or {}),
    )


def by_code(frame: pl.DataFrame, rows: list[Row], title: str, language: str) -> go.Figure:
    """Lines over the years for each code, one under the other, an issuer in one colour throughout; `rows` are the drawable ones.
    More than seven issuers are grey, with the median and the middle half over them."""
    rows = [row for row in rows if row["year"] is not None]
    codes = list(dict.fromkeys(row["code"] for row in rows))
    if len(codes) < 2:
        return lines(frame, code=codes[0] if codes else None, title=title, language=language)
    issuers = list(dict.fromkeys(row["issuer"] or "" for row in rows))
    years = list(range(min(row["year"] for row in rows), max(row["year"] for row in rows) + 1))
    held = {code: [row for row in rows if row["code"] == code] for code in codes}
    named = {code: (own[0]["name_en"] if language == "en" else own[0]["name_zh"]) or code for code, own in held.items()}
    heads = [axis_title(named[code], unit_of(own), language) for code, own in held.items()]
    fig = make_subplots(
        rows=len(codes), cols=1, shared_xaxes=True, vertical_spacing=min(0.3 / len(codes), 0.16), subplot_titles=heads
    )
    seen: set[str] = set()
    for place, own in enumerate(held.values(), 1):
        where = {"row": place, "col": 1}
        few = len(issuers) <= COLOURED
        for issuer, points in _series(own).items() if len(issuers) <= MANY else ():
            nth = issuers.index(issuer) if few else -1
            look = {"colour": SERIES[nth], "symbol": SYMBOLS[nth]} if few else {"colour": "#c4cad1"}
            _add_line(fig, issuer, points, years, language, legend=few, where=where, **look)
            fig.data[-1].showlegend = few and issuer not in seen
            seen.add(issuer)
        if not few:
            _add_band(fig, own, years, where)
    if len(issuers) > COLOURED:
        for trace in fig.data:
            trace.showlegend = trace.name in ("50%", "25%–75%") and trace.xaxis == "x"  # once for all panels
    fig.update_annotations(font={"size": 13})
    fig.update_xaxes(tickmode="array", tickvals=years, ticktext=[str(y) for y in years], range=[years[0] - 0.4, years[-1] + 0.4])
    fig.update_yaxes(rangemode="tozero")
    alt = " ".join(
        say("figure.alt_lines", language, title=head, n=len(_series(own)), first=years[0], last=years[-1], points=len(own))
        for head, own in zip(heads, held.values(), strict=True)
    )
    note = say("figure.bound_note", language) if any(map(is_bound, rows)) else ""
    height = 210 * len(codes) + HEAD + FOOT + 40
    return finish(fig, frame, title=title, alt=alt, height=height, language=language, note=note)


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
        title=axis_title(title, unit_of(rows), language),
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
    language: str | None = None,
) -> go.Figure:
    """Two years side by side, a line an issuer that has a value in both; rising and falling lines differ in colour and dash.
    Where a bound leaves open which it is, the line is grey and dotted. `first` None is the earliest year with values, -1 the
    year before `last`."""
    language = spoken(language)
    frame = one_code(frame_of(data), code)
    series = _series([row for row in frame.to_dicts() if drawable(row) and row["year"] is not None])
    years = sorted({year for points in series.values() for year in points})
    name = name_of(frame, language)
    if len(years) < 2:
        return empty(title or name, language)
    last = last or years[-1]
    first = last + first if first is not None and first < 0 else first or years[0]
    title = title or axis_title(f"{name}{word('，', language)}{first}–{last}", unit_of(frame.to_dicts()), language)
    pairs = [(issuer, points[first], points[last]) for issuer, points in series.items() if first in points and last in points]
    if not pairs:
        return empty(title, language)
    turns: dict[int | None, int] = {1: 0, -1: 0, 0: 0, None: 0}
    told = sorted(pairs, key=lambda pair: abs(pair[2]["value"] - pair[1]["value"]), reverse=True)[: MANY // 4]
    fig = go.Figure()
    span = max(r["value"] for _, *ends in pairs for r in ends) - min(r["value"] for _, *ends in pairs for r in ends) or 1.0
    left = _apart([then["value"] for _, then, _ in told], span / 13)
    right = _apart([now["value"] for _, _, now in told], span / 13)
    before = [plain(printed(then, language)) for _, then, _ in told]
    after = [plain(f"{printed(now, language)} {short_name(issuer, 12)}") for issuer, _, now in told]
    ends = ((0, -0.07, left, [then for _, then, _ in told]), (1, 1.07, right, [now for *_, now in told]))
    fig.add_trace(  # from each point to its label, which may stand apart from it
        go.Scatter(
            x=[x for at, label_at, places, _ in ends for _ in places for x in (at, label_at, None)],
            y=[y for *_, ys, held in ends for place, row in zip(ys, held, strict=True) for y in (row["value"], place, None)],
            mode="lines",
            line={"color": "#c4cad1", "width": 1},
            hoverinfo="skip",
            cliponaxis=False,
        )
    )
    for at, place, texts in ((-0.07, left, before), (1.07, right, after)):
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
        turn = _turn(then, now)
        turns[turn] += 1
        colour, dash = {1: (SERIES[0], "solid"), -1: (SERIES[1], "dash"), 0: (MUTED, "solid"), None: (MUTED, "dot")}[turn]
        if pair not in told:
            continue
        fig.add_trace(
            go.Scatter(
                x=[0, 1],
                y=[then["value"], now["value"]],
                mode="lines+markers",
                line={"color": colour, "width": 2, "dash": dash},
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
    fig.update_xaxes(tickmode="array", tickvals=[0, 1], ticktext=[str(first), str(last)], range=[-0.5, 1.95], showgrid=False)
    fig.update_yaxes(visible=False)
    fig.update_layout(showlegend=False)
    alt = say("figure.alt_slopes", language, title=title, first=first, last=last, up=turns[1], down=turns[-1], same=turns[0])
    alt += say("figure.open_turns", language, n=turns[None]) if turns[None] else ""
    notes = [
        say("figure.slope_note", language),
        say("figure.bound_note", language) if any(is_bound(row) for _, *ends in pairs for row in ends) else "",
        say("figure.slopes_rest", language, n=len(grey)) if grey else "",
        say("figure.one_year_only", language, n=len(series) - len(pairs)) if len(series) > len(pairs) else "",
    ]
    note = word("；", language).join(filter(None, notes))
    height = max(320, 24 * len(told) + 160)
    return finish(fig, frame, title=title, alt=alt, height=height, language=language, note=note)


def _turn(then: Row, now: Row) -> int | None:
    """1 for a rise, -1 for a fall, 0 for neither; None where a bound leaves it open."""
    if "about" in (then["qualifier"], now["qualifier"]):
        return None
    was, is_ = (interval(row["value"], row["high"], row["qualifier"]) or (row["value"], row["value"]) for row in (then, now))
    endless = float("inf")
    if (is_[0] if is_[0] is not None else -endless) > (was[1] if was[1] is not None else endless):
        return 1
    if (is_[1] if is_[1] is not None else endless) < (was[0] if was[0] is not None else -endless):
        return -1
    return None if is_bound(then) or is_bound(now) else 0


def _apart(values: list[float], step: float) -> list[float]:
    """Places for labels near their values and at least a step from each other."""
    order = sorted(range(len(values)), key=values.__getitem__)
    places = dict.fromkeys(order, 0.0)
    last = float("-inf")
    for index in order:
        last = places[index] = max(values[index], last + step)
    shift = sum(places[i] - values[i] for i in order) / (len(order) or 1)
    return [places[i] - shift for i in range(len(values))]
