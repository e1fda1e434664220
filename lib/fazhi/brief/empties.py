"""Which reports there are: a grid of issuers and years that draws the kinds of empty apart by colour, pattern and sign."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from fazhi.brief.plot import FOOT, HEAD, MANY, empty, filled, finish, frame_of, inside, label, pitch, plain
from fazhi.brief.theme import STATES, say
from fazhi.compare.language import spoken, word


def coverage(data: Any, *, title: str | None = None, language: str | None = None, state: str = "state") -> go.Figure:
    """Issuers down, years across, a cell a state (`state` names the column). With more than sixty issuers: how many in each
    state, a bar a year.

    States are those of a comparison (`comparable`, `not_comparable`, `not_stated`, `unreadable`, `not_collected`,
    `not_published`) and of a
    coverage table (`published`, `on_time`, `late`, `undated`); one that the theme does not know is drawn in grey under its
    own name.
    """
    language = spoken(language)
    frame = frame_of(data)
    if state != "state":
        frame = frame.with_columns(pl.col(state).alias("state"))
    title = word(title or say("figure.coverage", language), language)
    cells = frame.filter(pl.col("issuer").is_not_null() & pl.col("year").is_not_null() & pl.col("state").is_not_null())
    if cells.is_empty():
        return empty(title, language)
    rank = {name: place for place, name in enumerate(STATES)}
    cells = (
        cells.with_columns(pl.col("state").replace_strict(rank, default=len(rank), return_dtype=pl.Int32).alias("_rank"))
        .sort("issuer", "year", "_rank")
        .unique(["issuer", "year"], keep="first", maintain_order=True)
    )
    issuers, years = cells["issuer"].unique().sort(descending=True).to_list(), sorted(cells["year"].unique().to_list())
    counted = dict(cells.group_by("state").len().iter_rows())
    states = sorted(counted, key=lambda name: rank.get(name, len(rank)))
    counts = word("，", language).join(f"{say(f'state.{name}', language)} {counted[name]}" for name in states)
    alt = say("figure.alt_coverage", language, title=title, n=len(issuers), m=len(years), counts=counts)
    fig = go.Figure()
    many = len(issuers) > MANY
    at = {issuer: place for place, issuer in enumerate(issuers)}
    column = {year: place for place, year in enumerate(years)}
    for name in states:
        colour, hatch, sign = STATES.get(name, ("#8c959f", "", "?"))
        rows = cells.filter(pl.col("state") == name).to_dicts()
        said = say(f"state.{name}", language)
        marker = filled(colour, hatch)
        if many:
            totals = [sum(row["year"] == year for row in rows) for year in years]
            fig.add_trace(
                go.Bar(
                    x=list(range(len(years))),
                    y=totals,
                    name=f"{sign} {plain(said)}",
                    marker=marker,
                    hoverinfo="text",
                    hovertext=[
                        f"{year}　{plain(said)}{say('page.colon', language)}{n}" for year, n in zip(years, totals, strict=True)
                    ],
                )
            )
            continue
        fig.add_trace(
            go.Bar(
                x=[0.94] * len(rows),
                base=[column[row["year"]] - 0.47 for row in rows],
                y=[at[row["issuer"]] for row in rows],
                width=[0.88] * len(rows),
                orientation="h",
                name=f"{sign} {plain(said)}",
                marker=marker,
                text=[sign] * len(rows),
                **inside(sign),
                hoverinfo="text",
                hovertext=[f"<b>{plain(row['issuer'])}</b><br>{row['year']}　{plain(said)}" for row in rows],
            )
        )
    fig.update_layout(barmode="stack" if many else "overlay", bargap=0.2, legend={"traceorder": "normal"})
    fig.update_xaxes(
        tickmode="array",
        tickvals=list(range(len(years))),
        ticktext=[str(year) for year in years],
        showgrid=False,
        zeroline=False,
        range=[-0.55, len(years) - 0.45],
    )
    labels = [label(name) for name in issuers]
    if many:
        fig.update_yaxes(title_text=say("figure.count", language, noun=say("figure.noun", language)))
    else:
        fig.update_yaxes(
            tickmode="array",
            tickvals=list(range(len(issuers))),
            ticktext=labels,
            showgrid=False,
            zeroline=False,
            range=[-0.6, len(issuers) - 0.4],
            tickfont={"size": 12},
        )
    height = 420 if many else HEAD + FOOT + pitch(labels) * len(issuers) + 60
    return finish(fig, frame, title=title, alt=alt, height=height, language=language)
