"""Shares of outcomes, a bar a group: how many promises were kept, missed or never mentioned again."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from fazhi.brief.plot import FOOT, HEAD, MANY, empty, filled, finish, inside, label, pitch, plain
from fazhi.brief.theme import STATES, say
from fazhi.compare.language import spoken, word

ENDS = 12  # groups of each end, when there are many


def shares(
    frame: pl.DataFrame, *, title: str, order: list[str] | None = None, least: int = 1, language: str | None = None
) -> go.Figure:
    """How often each outcome came in each group, end to end on one scale; the group with the largest share of the first on top.

    `frame` has a row for each thing counted: `group`, `state`, `state_zh` (the outcome in words), `report_id`. `order` are the
    outcomes from left to right, those not named are not drawn; `least` is how many things a group needs. With more than sixty
    groups: the two ends.
    """
    language = spoken(language)
    title = word(title, language)
    order = order or frame["state"].unique(maintain_order=True).to_list()
    counted = frame.filter(pl.col("state").is_in(order), pl.col("group").is_not_null())
    drawn = counted.group_by("group", "state", "state_zh").agg(count=pl.len().cast(pl.Int64)).sort("group", "state")
    first = pl.col("count").filter(pl.col("state") == order[0]).sum() if order else pl.lit(0)
    groups = (
        drawn.group_by("group")
        .agg(total=pl.col("count").sum(), first=first)
        .filter(pl.col("total") >= least)
        .with_columns(share=pl.col("first") / pl.col("total"))
        .sort(["share", "total", "group"], descending=[False, False, True])
    )
    if groups.is_empty():
        return empty(title, language)
    names, total = groups["group"].to_list(), int(groups["total"].sum())
    note = ""
    if len(names) > MANY:
        note = say("figure.ends", language, n=len(names), k=ENDS)
        names = names[:ENDS] + names[-ENDS:]
    at = {name: place for place, name in enumerate(names)}
    base = dict.fromkeys(names, 0)
    fig, told = go.Figure(), []
    words = dict(drawn.select("state", "state_zh").iter_rows())
    for state in (state for state in order if state in words):
        colour, hatch, sign = STATES.get(state, ("#8c959f", "", "?"))
        rows = drawn.filter(pl.col("state") == state, pl.col("group").is_in(names)).to_dicts()
        said = word(words[state], language)
        told.append(f"{said} {drawn.filter(pl.col('state') == state)['count'].sum()}")
        fig.add_trace(
            go.Bar(
                x=[row["count"] for row in rows],
                base=[base[row["group"]] for row in rows],
                y=[at[row["group"]] for row in rows],
                width=[0.72] * len(rows),
                orientation="h",
                name=f"{sign} {plain(said)}",
                marker=filled(colour, hatch),
                text=[str(row["count"]) for row in rows],
                **inside(sign),
                hoverinfo="text",
                hovertext=[f"<b>{plain(word(row['group'], language))}</b><br>{plain(said)} {row['count']}" for row in rows],
            )
        )
        for row in rows:
            base[row["group"]] += row["count"]
    fig.update_layout(barmode="overlay", legend={"traceorder": "normal"})
    fig.update_xaxes(title_text=say("figure.items", language), rangemode="tozero", range=[0, max(base.values()) * 1.04])
    labels = [label(word(name, language)) for name in names]
    fig.update_yaxes(
        tickmode="array", tickvals=list(range(len(names))), ticktext=labels,
        showgrid=False, zeroline=False, range=[-0.6, len(names) - 0.4], tickfont={"size": 12}, ticklabelstandoff=4,
    )  # fmt: skip
    alt = say("figure.alt_shares", language, title=title, n=groups.height, total=total, told=word("，", language).join(told))
    height = HEAD + FOOT + pitch(labels) * max(len(names), 3) + 70
    return finish(fig, counted, title=title, alt=alt, height=height, language=language, note=note)
