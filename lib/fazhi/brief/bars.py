"""Bars for counts of things that have an order of their own: bands, years, steps."""

from __future__ import annotations

import re
from collections.abc import Sequence

import plotly.graph_objects as go
import polars as pl

from fazhi.brief.plot import FOOT, HEAD, axis_title, empty, finish, plain
from fazhi.brief.theme import MUTED, SERIES, number, say
from fazhi.compare.language import spoken, word


def bars(
    frame: pl.DataFrame,
    *,
    by: str,
    counts: Sequence[str] | str,
    names: Sequence[str] | str = (),
    title: str,
    axis: str = "",
    language: str | None = None,
) -> go.Figure:
    """A bar for each row of `frame`, in its order: `by` is the column of names, `counts` those of numbers, from the whole to its
    part (each is drawn over the one before), `names` their words, `axis` what is counted."""
    language = spoken(language)
    title = word(title, language)
    columns = [counts] if isinstance(counts, str) else list(counts)
    words = [names] if isinstance(names, str) else list(names) or columns
    rows = frame.select(by, *columns).to_dicts()
    if not any(row[column] for row in rows for column in columns):
        return empty(title, language)
    fig = go.Figure()
    for place, (column, said) in enumerate(zip(columns, words, strict=True)):
        fig.add_trace(
            go.Bar(
                x=list(range(len(rows))),
                y=[row[column] for row in rows],
                width=[0.72 - 0.24 * place] * len(rows),
                name=plain(word(said, language)),
                showlegend=len(columns) > 1,
                marker={"color": (SERIES[4], *SERIES)[place]},
                hoverinfo="text",
                hovertext=[
                    f"{plain(word(row[by], language))}　{plain(word(said, language))} {number(row[column])}" for row in rows
                ],
            )
        )
    fig.add_trace(
        go.Scatter(
            x=list(range(len(rows))),
            y=[row[columns[0]] for row in rows],
            mode="text",
            text=[number(row[columns[0]]) for row in rows],
            textposition="top center",
            textfont={"size": 12, "color": MUTED},
            hoverinfo="skip",
            showlegend=False,
            cliponaxis=False,
        )
    )
    fig.update_xaxes(
        tickmode="array",
        tickvals=list(range(len(rows))),
        ticktext=[_lines(word(row[by], language)) for row in rows],
        tickangle=0,
        showgrid=False,
    )
    top = max(row[column] or 0 for row in rows for column in columns)
    fig.update_yaxes(title_text=axis_title(word(axis, language), "", language), range=[0, top * 1.12])
    fig.update_layout(barmode="overlay")
    told = word("，", language).join(f"{word(row[by], language)} {number(row[columns[0]])}" for row in rows[:12])
    alt = say("figure.alt_bars", language, title=title, told=told)
    counted = frame.with_columns(report_id=pl.lit(None, pl.String))
    return finish(fig, counted, title=title, alt=alt, height=HEAD + FOOT + 260, language=language)


def _lines(name: object) -> str:
    """A name under its bar, broken before a number, at a dash or a blank: on a phone five of them stand side by side."""
    return re.sub(r"(?<=[–\s])(?=\S)|(?<=[\u4e00-\u9fff])(?=\d)", "<br>", plain(name))
