"""Two values of each thing side by side: here and elsewhere, a line between them."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
import polars as pl

from fazhi.brief.plot import FOOT, HEAD, axis_title, empty, finish, label, pitch, plain, short, wrapped
from fazhi.brief.theme import GRID, MUTED, SERIES, number, say
from fazhi.compare.language import spoken, word

MOST = 30  # rows of a figure; the table beside it has all


def pairs(
    frame: pl.DataFrame,
    *,
    by: str,
    values: Sequence[str],
    names: Sequence[str],
    title: str,
    axis: str = "",
    language: str | None = None,
) -> go.Figure:
    """A row for each row of `frame`, the first on top: `by` is the column of names, `values` the two columns of numbers (the
    filled point, then the hollow one), `names` their words, `axis` what is counted. A column `quote` is shown on hovering."""
    language = spoken(language)
    title, names = word(title, language), [word(name, language) for name in names]
    rows = frame.head(MOST).filter(pl.col(values[0]).is_not_null()).to_dicts()[::-1]
    if not rows:
        return empty(title, language)
    fig = go.Figure()
    places = list(range(len(rows)))
    for place, row in enumerate(rows):
        fig.add_trace(
            go.Scatter(
                x=[row[values[1]] or 0, row[values[0]]],
                y=[place, place],
                mode="lines",
                line={"color": GRID, "width": 3},
                hoverinfo="skip",
                showlegend=False,
            )
        )
    for column, name, hollow in ((values[0], names[0], False), (values[1], names[1], True)):
        fig.add_trace(
            go.Scatter(
                x=[row[column] or 0 for row in rows],
                y=places,
                mode="markers",
                name=plain(name),
                cliponaxis=False,
                hoverinfo="text",
                hovertext=[
                    f"<b>{plain(row[by])}</b>　{plain(name)} {number(row[column] or 0)}"
                    + (f"<br>{wrapped('“' + short(row['quote'], 112) + '”', 28)}" if row.get("quote") else "")
                    for row in rows
                ],
                marker={
                    "size": 10,
                    "color": "white" if hollow else SERIES[0],
                    "line": {"color": MUTED if hollow else SERIES[0], "width": 2},
                },
            )
        )
    labels = [label(str(row[by])) for row in rows]
    fig.update_yaxes(
        tickmode="array",
        tickvals=places,
        ticktext=labels,
        range=[-0.7, len(rows) - 0.3],
        zeroline=False,
    )
    reach = max(max(row[column] or 0 for column in values) for row in rows)
    fig.update_xaxes(
        title_text=axis_title(word(axis, language), "", language), range=[-0.03 * reach, 1.06 * reach], zeroline=False
    )
    top = rows[-1]
    told = word("、", language).join(str(row[by]) for row in rows[::-1])
    alt = say(
        "figure.alt_pairs", language, title=title, n=len(rows), all=told, top=top[by], one=names[0], other=names[1],
        high=number(top[values[0]]), low=number(top[values[1]] or 0),
    )  # fmt: skip
    height = HEAD + FOOT + pitch(labels) * max(len(rows), 3) + 60
    # the rows count many reports each: which they are, the notebook says
    counted = frame.head(0).with_columns(value=pl.lit(0.0))
    return finish(fig, counted, title=title, alt=alt, height=height, language=language)
