"""Dot plots: a code in a year, an issuer a row, bounds as open-ended lines."""

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
    label,
    name_of,
    one_code,
    one_year,
    pitch,
    plain,
    printed,
    target,
    unit_of,
)
from fazhi.brief.theme import BOUND, MUTED, SERIES, amount, interval, say
from fazhi.compare.guards import LEVELS
from fazhi.compare.language import spoken, word

EXTREMES = 8  # of each end, when there are many


def dots(
    data: Any,
    *,
    code: str | None = None,
    year: int | None = None,
    title: str | None = None,
    noun: str | None = None,
    language: str | None = None,
) -> go.Figure:
    """One code in one year: an issuer a row, highest on top, bounds as open-ended lines. With more than sixty issuers: the
    distribution and the extremes. `year` None takes the one with most values; `noun` says what the rows are where they are no
    issuers (维度, 原因)."""
    language = spoken(language)
    noun = word(noun or say("figure.noun", language), language)
    frame = one_year(one_code(frame_of(data), code), year)
    name = name_of(frame, language)
    title = word(title or dated(frame, language), language)
    every = frame.to_dicts()
    rows = sorted((row for row in every if drawable(row)), key=lambda row: (row["value"], row["issuer"] or ""))
    if not rows:
        return empty(title, language)
    without = len({row["issuer"] for row in every} - {row["issuer"] for row in rows})
    median = statistics.median(row["value"] for row in rows)
    unit = unit_of(rows)
    printed_median = amount(median, None, unit, "exact", language)
    alt = say(
        "figure.alt_dots",
        language,
        title=title,
        n=len(rows),
        top=word(rows[-1]["issuer"] or "", language),
        high=printed(rows[-1], language),
        bottom=word(rows[0]["issuer"] or "", language),
        low=printed(rows[0], language),
        median=printed_median,
        noun=noun,
        empty=say("figure.empty_count", language, n=without, noun=noun) if without else "",
    )
    note = word("；", language).join(
        filter(
            None,
            [
                say("figure.empty_count", language, n=without, noun=noun).rstrip("。.") if without else "",
                say("figure.bound_note", language) if any(map(is_bound, rows)) else "",
            ],
        )
    )
    if len(rows) <= MANY:
        fig = go.Figure()
        _add_dots(fig, rows, language)
        height = HEAD + FOOT + _pitch(rows, language) * max(len(rows), 3) + 32
    else:
        fig = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.3, 0.7], vertical_spacing=0.06)
        _add_histogram(fig, rows, language)
        ends = rows[:EXTREMES] + rows[-EXTREMES:]
        _add_dots(fig, ends, language, row=2, gap=say("figure.rest", language, n=len(rows) - len(ends), noun=noun))
        fig.update_yaxes(title_text=say("figure.count", language, noun=noun), row=1, col=1)
        spread = say("figure.distribution", language, n=len(rows), k=EXTREMES, noun=noun)
        note = word("；", language).join(filter(None, [spread, note]))
        height = HEAD + FOOT + _pitch(ends, language) * (len(ends) + 1) + 210
    if noun == say("figure.noun", language):  # the middle of issuers says something, that of kinds of things does not
        fig.add_vline(x=median, line={"color": MUTED, "width": 1, "dash": "dot"})
        fig.add_annotation(
            x=median,
            y=1,
            yref="paper",
            yanchor="bottom",
            text=plain(say("figure.median", language, v=printed_median)),
            showarrow=False,
            font={"size": 12, "color": MUTED},
        )
    last = 2 if len(rows) > MANY else 1
    if last == 2:
        values = [row["value"] for row in rows]
        fig.update_xaxes(title_text=axis_title(name, unit, language), row=2, col=1)
        fig.update_xaxes(
            range=[min(values) - (max(values) - min(values)) * 0.06, max(values) + (max(values) - min(values)) * 0.2]
        )
    else:
        fig.update_xaxes(title_text=axis_title(name, unit, language))
    fig.update_layout(showlegend=False)
    return finish(fig, frame, title=title, alt=alt, height=height, language=language, note=note)


def dated(frame: pl.DataFrame, language: str) -> str:
    """What the frame counts, with its year: the title of a figure of one year."""
    years = frame["year"].drop_nulls().unique().to_list()
    return f"{name_of(frame, language)}{f'，{years[0]} 年' if language == 'zh' and years else f', {years[0]}' if years else ''}"


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
            widths = [
                (reach * 0.06 if high is None else high - r["value"]) for (_, r), (_, high) in zip(chosen, spans, strict=True)
            ]
            below = [
                (min(reach * 0.06, r["value"]) if low is None else r["value"] - low)
                for (_, r), (low, _) in zip(chosen, spans, strict=True)
            ]
            bounds = {
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": widths,
                    "arrayminus": below,
                    "color": BOUND,
                    "thickness": 2,
                    "width": 0,
                }
            }
        fig.add_trace(
            go.Scatter(
                x=[r["value"] for _, r in chosen],
                y=[place for place, _ in chosen],
                mode="markers",
                cliponaxis=False,
                hovertext=[hover(r, language) for _, r in chosen],
                hoverinfo="text",
                customdata=[target(r) for _, r in chosen],
                marker={
                    "size": 10,
                    "color": "white" if hollow else SERIES[0],
                    "line": {"color": BOUND if hollow else SERIES[0], "width": 2},
                },
                **bounds,
            ),
            **where,
        )
        ends = widths if hollow else [0.0] * len(chosen)
        if len(rows) <= MANY // 2:
            fig.add_trace(
                go.Scatter(
                    x=[r["value"] + end for (_, r), end in zip(chosen, ends, strict=True)],
                    y=[place for place, _ in chosen],
                    mode="text",
                    hoverinfo="skip",
                    text=[f"　{plain(printed(r, language))}" for _, r in chosen],
                    textposition="middle right",
                    textfont={"size": 11, "color": MUTED},
                    cliponaxis=False,
                ),
                **where,
            )
    ticks, names = list(places), _names(rows, language)
    if gap:
        ticks.insert(middle, middle)
        names.insert(middle, f"<i>{plain(gap)}</i>")
    fig.update_yaxes(
        tickmode="array",
        tickvals=ticks,
        ticktext=names,
        range=[-0.7, max(ticks) + 0.7],
        tickfont={"size": 12},
        ticklabelstandoff=6,  # a point at zero does not cover its name
        zeroline=False,
        **where,
    )
    low, high = min(r["value"] for r in rows), max(r["high"] or r["value"] for r in rows)
    start = 0.0 if low >= 0 and (low < 0.6 * high or low == high) else low - (high - low) * 0.08 - (0.5 if low == high else 0.0)
    if all(float(r["value"]).is_integer() for r in rows) and high - start <= 6:
        fig.update_xaxes(dtick=1, **where)  # nobody meets two and a half times
    fig.update_xaxes(
        range=[start - (high - start) * 0.02, high + (high - start or 1.0) * 0.24], zeroline=False, **where
    )  # room for the last label


def _names(rows: list[Row], language: str) -> list[str]:
    return [label(word(row["issuer"] or "", language)) for row in rows]


def _pitch(rows: list[Row], language: str) -> int:
    return pitch(_names(rows, language))


def _add_histogram(fig: go.Figure, rows: list[Row], language: str) -> None:
    values = [row["value"] for row in rows]
    low, high = min(values), max(values)
    bins = 24
    width = (high - low) / bins or 1.0
    counts = [0] * bins
    for value in values:
        counts[min(int((value - low) / width), bins - 1)] += 1
    edges = [low + width * i for i in range(bins)]
    fig.add_trace(
        go.Bar(
            x=[edge + width / 2 for edge in edges],
            y=counts,
            width=[width * 0.92] * bins,
            marker={"color": SERIES[4]},
            hoverinfo="text",
            hovertext=[
                f"{amount(edge, edge + width, None, 'range', language)}{say('page.colon', language)}{n}"
                for edge, n in zip(edges, counts, strict=True)
            ],
        ),
        row=1,
        col=1,
    )


def by_group(frame: pl.DataFrame, rows: list[Row], by: str, title: str, language: str) -> go.Figure:
    """A dot plot for each code, or each level (`by` names the column), one under the other; `rows` are the drawable ones."""
    groups = [group for group in dict.fromkeys(row[by] for row in rows) if group is not None]
    if by == "level":
        groups.sort(key=lambda level: LEVELS.index(level) if level in LEVELS else len(LEVELS))
    held = {
        group: sorted((row for row in rows if row[by] == group), key=lambda row: (row["value"], row["issuer"] or ""))
        for group in groups
    }
    if len(groups) < 2:
        return dots(frame, code=rows[0]["code"], title=title, language=language)
    drawn = {group: shown if len(shown) <= MANY else shown[:EXTREMES] + shown[-EXTREMES:] for group, shown in held.items()}
    sizes = [max(len(shown), 2) + (len(held[group]) > len(shown)) for group, shown in drawn.items()]
    total = sum(sizes) * _pitch(rows, language) + 70 * len(groups)
    fig = make_subplots(
        rows=len(groups), cols=1, row_heights=[s / sum(sizes) for s in sizes], vertical_spacing=min(62 / total, 0.9 / len(groups))
    )
    alts = []
    for place, (group, shown) in enumerate(held.items(), 1):
        rest = len(shown) - len(drawn[group])
        gap = say("figure.rest", language, n=rest, noun=say("figure.noun", language)) if rest else ""
        _add_dots(fig, drawn[group], language, row=place, gap=gap)
        named = _group_name(by, group, shown[0], language)
        fig.update_xaxes(title_text=axis_title(named, unit_of(shown), language), row=place, col=1)
        own_title = named if by == "level" else None
        alts.append(dots(frame.filter(pl.col(by) == group), title=own_title, language=language).layout.meta["alt"])
    fig.update_layout(showlegend=False)
    note = say("figure.bound_note", language) if any(map(is_bound, rows)) else ""
    return finish(fig, frame, title=title, alt=" ".join(alts), height=total + HEAD + FOOT, language=language, note=note)


def _group_name(by: str, group: str, row: Row, language: str) -> str:
    """What a panel is called: the code's name, or the level's."""
    if by == "code":
        return str((row["name_en"] if language == "en" else row["name_zh"]) or group)
    return say(f"level.{group}", language)
