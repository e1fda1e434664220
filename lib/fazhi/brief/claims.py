"""Changes as reports print them, and as two years' reports give them: dumbbells, contradictions on top."""

from __future__ import annotations

import statistics
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fazhi.brief.plot import FOOT, HEAD, axis_title, empty, finish, plain, short, wrapped
from fazhi.brief.show import anchor
from fazhi.brief.theme import INK, MUTED, VERDICTS, amount, number, say
from fazhi.compare.language import spoken, word

MOST, LEAST = 30, 6  # claims of a figure, the table beside it has all; of each verdict so many, if there are
LINE = 32  # pixels of a row, whose label has two lines
FAR = 4  # the axis ends at so many times what the middle claim needs, where a few claims would crush all others
PAD = 0.35  # of the axis, for the words beside the last point
Row = dict[str, Any]


def claims(data: Any, *, title: str | None = None, language: str | None = None) -> go.Figure:
    """What `fazhi.compare.changes` found (or its frame): a row a claim, the printed change (filled) joined to the recomputed one
    (hollow), a panel for each unit. Contradictions come first, the widest on top, then what agrees, then claims that nobody
    can check, which have no second point. Both points open both sentences, each its own first."""
    language = spoken(language)
    frame = getattr(data, "frame", data)
    title = word(title or say("figure.claims_title", language), language)
    every = [row for row in frame.to_dicts() if row["claimed"] is not None]
    order = list(VERDICTS)
    told = _chosen({verdict: [row for row in every if row["verdict"] == verdict] for verdict in order})
    if not told:
        return empty(title, language)
    panels: dict[str, list[Row]] = {}
    for row in told:
        panels.setdefault(row["claimed_unit"] or "", []).append(row)
    sizes = [max(len(rows), 2) for rows in panels.values()]
    height = sum(sizes) * LINE + 76 * len(panels)
    gap = min(70 / height, 0.9 / len(panels))
    fig = make_subplots(rows=len(panels), cols=1, row_heights=[s / sum(sizes) for s in sizes], vertical_spacing=gap)
    seen: set[str] = set()
    beyond = [_panel(fig, place, unit, rows[::-1], seen, language) for place, (unit, rows) in enumerate(panels.items(), 1)]
    worst = next((row for row in told if row["verdict"] == "contradicts"), None)
    rest = len(every) - len(told)
    counts = [f"{say(f'verdict.{v}', language)} {sum(row['verdict'] == v for row in every)}" for v in order]
    alt = say(
        "figure.alt_claims", language, title=title,
        told=word("，", language).join(counts),
        worst=_worst(worst, language) if worst else "",
    )  # fmt: skip
    notes = [
        say("figure.claims_computed", language),
        say("figure.claims_off", language) if any(beyond) else "",
        say("figure.claims_rest", language, n=rest) if rest else "",
    ]
    note = word("；", language).join(filter(None, notes))
    return finish(fig, frame, title=title, alt=alt, height=height + HEAD + FOOT, language=language, note=note)


def _chosen(found: dict[str, list[Row]]) -> list[Row]:
    """As many claims as a figure holds, in the order of the verdicts, the widest contradictions first; none crowds others out."""
    told: list[Row] = []
    for place, (verdict, rows) in enumerate(found.items()):
        kept = sum(min(len(later), LEAST) for later in list(found.values())[place + 1 :])
        ranked = sorted(rows, key=_gap, reverse=True) if verdict == "contradicts" else rows
        told += ranked[: MOST - kept - len(told)]
    return told


def _panel(fig: go.Figure, place: int, unit: str, rows: list[Row], seen: set[str], language: str) -> bool:
    """The claims in one unit, the last row on top; whether some lie beyond the axis."""
    where = {"row": place, "col": 1}
    ends = [[v for v in (row["claimed"], row["computed"]) if v is not None] for row in rows]
    needs = [max(map(abs, values)) for values in ends]
    limit = max(needs)
    if limit > 2 * FAR * (middle := statistics.median(needs)) > 0:
        limit = FAR * middle
    at = [[max(-limit, min(limit, v)) for v in values] for values in ends]
    low, high = min(0.0, *(min(v) for v in at)), max(0.0, *(max(v) for v in at))
    reach = high - low or 1.0
    fig.add_vline(x=0, line={"color": MUTED, "width": 1, "dash": "dot"}, **where)
    for verdict, (colour, symbol) in VERDICTS.items():
        chosen = [i for i, row in enumerate(rows) if row["verdict"] == verdict]
        pairs = [i for i in chosen if len(at[i]) == 2]
        if not chosen:
            continue
        bar = {"mode": "lines", "line": {"color": colour, "width": 3}, "hoverinfo": "skip", "showlegend": False}
        line_x = [x for i in pairs for x in (*at[i], None)]
        fig.add_trace(go.Scatter(x=line_x, y=[y for i in pairs for y in (i, i, None)], **bar), **where)
        ring = {"size": 15, "symbol": symbol, "color": "rgba(0,0,0,0)", "line": {"color": colour, "width": 2}}
        points = {"mode": "markers", "cliponaxis": False, "hoverinfo": "text"}
        fig.add_trace(
            go.Scatter(
                x=[at[i][1] for i in pairs],
                y=pairs,
                marker=ring,
                showlegend=False,
                hovertext=[_hover(rows[i], "before", language) for i in pairs],
                customdata=[_targets(rows[i], "before") for i in pairs],
                **points,
            ),
            **where,
        )
        fig.add_trace(
            go.Scatter(
                x=[at[i][0] for i in chosen],
                y=chosen,
                marker={"size": 8, "symbol": symbol, "color": colour, "line": {"color": colour, "width": 1}},
                name=plain(say(f"verdict.{verdict}", language)),
                showlegend=verdict not in seen,
                hovertext=[_hover(rows[i], "claimed", language) for i in chosen],
                customdata=[_targets(rows[i], "claimed") for i in chosen],
                **points,
            ),
            **where,
        )
        seen.add(verdict)
    told = [_printed(row, language) for row in rows]
    words = {"mode": "text", "hoverinfo": "skip", "showlegend": False, "cliponaxis": False}
    ink = {"size": 11, "color": INK}
    for left in (False, True):  # on the side that has more room
        side = [i for i, values in enumerate(at) if (min(values) - low > high + PAD * reach - max(values)) is left]
        x = [(min if left else max)(at[i]) for i in side]
        text = [f"{plain(told[i])}　" if left else f"　{plain(told[i])}" for i in side]
        fig.add_trace(
            go.Scatter(x=x, y=side, text=text, textfont=ink, textposition="middle left" if left else "middle right", **words),
            **where,
        )
    fig.update_yaxes(
        tickmode="array", tickvals=list(range(len(rows))), ticktext=[_label(row, language) for row in rows],
        tickfont={"size": 12}, range=[-0.7, len(rows) - 0.3], zeroline=False, showgrid=False, **where,
    )  # fmt: skip
    fig.update_xaxes(
        title_text=axis_title(say("figure.claims_axis", language), unit, language), zeroline=False,
        range=[low - 0.1 * reach, high + PAD * reach], **where,
    )  # fmt: skip
    crushed: bool = limit < max(needs)
    if unit not in ("%", "个百分点", "百分点", "倍") and reach <= 6:
        fig.update_xaxes(dtick=1, **where)  # nobody meets half a time more
    return crushed


def _gap(row: Row) -> float:
    """How far the two changes are apart, in the unit of the claim."""
    return abs(row["claimed"] - row["computed"]) if row["computed"] is not None else 0.0


def _label(row: Row, language: str) -> str:
    return "<br>".join(
        (
            plain(short(row["issuer"], 11)),
            plain(short(f"{row['year']} {word(row['name_zh'] or '', language)}", 14 if language == "zh" else 24)),
        )
    )


def _change(value: float | None, unit: str | None, language: str) -> str:
    """A change with its sign: +20.6%, -3 次."""
    if value is None:
        return ""
    return ("+" if value > 0 else "") + amount(round(value, 1), None, unit, "exact", language)


def _printed(row: Row, language: str) -> str:
    """Both changes where they differ, else the printed one."""
    said = _change(row["claimed"], row["claimed_unit"], language)
    if row["verdict"] != "contradicts":
        return said
    return say("figure.claims_pair", language, said=said, found=_change(row["computed"], row["claimed_unit"], language))


def _worst(row: Row, language: str) -> str:
    said, found = (_change(row[key], row["claimed_unit"], language) for key in ("claimed", "computed"))
    return say(
        "figure.claims_worst",
        language,
        name=f"{row['issuer']} {row['year']} {word(row['name_zh'] or '', language)}",
        said=said,
        found=found,
    )


def _hover(row: Row, which: str, language: str) -> str:
    """What a point is, and the sentence that it rests on: this year's, or that of the year before."""
    mine = which == "claimed"
    value = _change(row["claimed" if mine else "computed"], row["claimed_unit"], language)
    quote = row["quote"] if mine else row["before_quote"]
    lines = [
        f"<b>{plain(row['issuer'])}</b>",
        f"{row['year']}　{plain(word(row['name_zh'] or '', language))}",
        f"{plain(say('figure.claims_said' if mine else 'figure.claims_found', language))} {plain(value)}",
    ]
    if not mine and row["before"] is not None and row["now"] is not None:
        lines.append(f"{row['year'] - 1}　{number(row['before'])} → {row['year']}　{number(row['now'])}")
    if row.get(f"reason_{language}"):
        lines.append(wrapped(row[f"reason_{language}"], 28))
    if quote:
        lines.append(wrapped(f"“{short(quote, 112)}”", 28))
    return "<br>".join(lines)


def _targets(row: Row, first: str) -> str | None:
    """Both sentences of a claim, its own first: a click opens one, the next click the other."""
    reports = {"claimed": row["report_id"], "before": row["before_report"]}
    ids = {"claimed": row["claimed_id"], "before": row["before_id"]}
    both = sorted(ids, key=lambda side: side != first)
    return " ".join(anchor(reports[side], ids[side]) for side in both if reports[side] and ids[side] is not None) or None
