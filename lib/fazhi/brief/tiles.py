"""A map of the provinces in equal tiles: how much of what was asked is comparable, or what each province's government reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl

from fazhi.brief.plot import (
    axis_title,
    empty,
    finish,
    frame_of,
    hover,
    name_of,
    one_code,
    one_year,
    plain,
    short,
    target,
    unit_of,
)
from fazhi.brief.theme import BOUND, GRID, INK, MUTED, PAPER, STATES, amount, number, ramp, say
from fazhi.compare.language import spoken, word
from fazhi.compare.provinces import Province, own, provinces
from fazhi.knowledge.tiles import Tile, tiles

SIDE, AROUND = 62, 130  # pixels of a tile where there is room, and above and below the map
STEPS = 5  # colours of values
TOLD = 10  # provinces that the words for those who do not see it name, and authorities that a tile names
SHARES = ((1 / 3, "share_third"), (2 / 3, "share_two_thirds"), (1.0, "share_most"))
Row = dict[str, Any]
Drawn = tuple[Province, str]  # a province and what its tile prints


def maps(data: Any, *, language: str | None = None) -> list[go.Figure]:
    """The maps that a comparison is worth: none where it lies in one province, one a code where the provinces' own governments
    report, else one for all codes."""
    language = spoken(language)
    frame = frame_of(data)
    if len(provinces(frame)) < 2:
        return []
    codes = frame["code"].drop_nulls().unique(maintain_order=True).to_list() if own(frame) else [None]
    return [tile_map(frame, code=code, language=language) for code in codes]


def tile_map(
    data: Any,
    *,
    code: str | None = None,
    year: int | None = None,
    show: str | None = None,
    title: str | None = None,
    language: str | None = None,
) -> go.Figure:
    """All provinces as tiles. `show="share"`: the part of the cells asked (authority, year and code) that has a comparable value,
    a province without any by its kind of empty. `show="value"`: what each province's own government reports for one code and
    year. None takes the values where all authorities are governments of provinces. A tile opens all its sentences, one a click.
    """
    language = spoken(language)
    frame = frame_of(data)
    show = show or ("value" if own(frame) else "share")
    if show not in ("share", "value"):
        raise ValueError(f"a map shows 'share' or 'value', not {show!r}")
    if show == "value":
        ours = (pl.col("level") == "province") & (pl.col("issuer_kind") == "government")
        frame = one_year(one_code(frame.filter(ours), code), year)
    else:
        frame = frame if code is None else frame.filter(pl.col("code") == code)
        frame = frame if year is None else frame.filter(pl.col("year") == year)
    title = word(title or _title(frame, show, language), language)
    found = provinces(frame)
    if not found:
        return empty(title, language)
    fig = go.Figure()
    classes = _values(found, language) if show == "value" else _shares(found, language)
    for place, (name, drawn) in enumerate(classes):
        dark = place >= len(classes) / 2 and len(classes) > 1
        _add(fig, name, drawn, ramp(len(classes))[place], language, ink=PAPER if dark else INK)
    ranked = [f"{_name(held.tile, language)} {text}" for _, drawn in reversed(classes) for held, text in reversed(drawn)]
    told = word("、", language).join(ranked[:TOLD]) + (
        say("figure.tile_more", language, n=len(ranked)) if len(ranked) > TOLD else ""
    )
    blank: list[str] = []
    for state, (colour, hatch, sign) in STATES.items():
        without = [(held, sign) for held in found.values() if not _told(held, show) and held.state == state]
        if without:
            said = say(f"state.{state}", language)
            blank.append(f"{said} {len(without)}")
            _add(fig, f"{sign} {said}", without, colour, language, hatch=hatch)
    _add_others(fig, [tile for tile in tiles() if tile.code not in found], language)
    _add_bounds(fig, [held for held in found.values() if held.bounds], language)
    columns, rows = (max(getattr(tile, side) for tile in tiles()) + 1 for side in ("column", "row"))
    fig.update_layout(barmode="overlay", legend={"traceorder": "normal"})
    fig.update_xaxes(visible=False, range=[-0.55, columns - 0.45], constrain="domain")
    fig.update_yaxes(visible=False, range=[rows - 0.45, -0.55], scaleanchor="x", constrain="domain", constraintoward="top")
    alt = say(
        "figure.alt_tiles", language, title=title, all=len(tiles()), asked=len(found), told=told or "0",
        n=len(ranked),
        empty=say("figure.tiles_empty", language, told=word("，", language).join(blank)) if blank else "",
    )  # fmt: skip
    note = say("figure.tile_note", language)
    finish(fig, frame, title=title, alt=alt, height=rows * SIDE + AROUND, language=language, note=note)
    fig.layout.meta = {**fig.layout.meta, "shape": [rows / columns, AROUND]}
    return fig


def _title(frame: pl.DataFrame, show: str, language: str) -> str:
    years = frame["year"].drop_nulls().unique().sort().to_list()
    span = f"{years[0]}–{years[-1]}" if len(years) > 1 else str(years[0]) if years else ""
    name = f"{name_of(frame, language)}{word('，', language) + span if span else ''}"
    if show == "value":
        return axis_title(name, unit_of(frame.to_dicts()), language)
    return say("figure.tiles_title", language, name=name)


def _told(held: Province, show: str) -> bool:
    """Whether a province has something to draw: a comparable value, or a bound where values are drawn."""
    return bool(held.comparable or (show == "value" and held.bounds))


def _shares(found: dict[str, Province], language: str) -> list[tuple[str, list[Drawn]]]:
    """Classes of shares with their provinces; all classes, so that a colour means the same on every map."""
    classes: list[tuple[str, list[Drawn]]] = [(say(f"figure.{key}", language), []) for _, key in SHARES]
    classes.append((say("figure.share_all", language), []))
    for held in sorted(found.values(), key=lambda held: held.share):
        if held.comparable:
            place = sum(held.share >= edge for edge, _ in SHARES)
            text = say("figure.share_part", language, n=len(held.comparable), m=len(held.rows))
            classes[place][1].append((held, text))
    return classes


def _values(found: dict[str, Province], language: str) -> list[tuple[str, list[Drawn]]]:
    """Classes of about as many provinces each, by their values; equal values are in one class."""
    told = {code: (held.comparable or held.bounds)[0] for code, held in found.items() if _told(held, "value")}
    ranked = sorted(told.values(), key=lambda row: row["value"])
    classes: dict[int, list[tuple[float, Drawn]]] = {}
    for code, row in sorted(told.items(), key=lambda item: item[1]["value"]):
        below = sum(other["value"] < row["value"] for other in ranked)
        text = amount(row["value"], row["high"], None, row["qualifier"], language)
        classes.setdefault(below * STEPS // len(ranked), []).append((row["value"], (found[code], text)))
    return [
        ("–".join(dict.fromkeys((number(held[0][0]), number(held[-1][0])))), [drawn for _, drawn in held])
        for _, held in sorted(classes.items())
    ]


def _add(
    fig: go.Figure, name: str, drawn: Sequence[Drawn], colour: str, language: str, *, hatch: str = "", ink: str = INK
) -> None:
    """Tiles of one look; a class without tiles has no trace and no line in the legend."""
    if not drawn:
        return
    fig.add_trace(
        go.Bar(
            **_places([held.tile for held, _ in drawn]),
            name=plain(name),
            marker={
                "color": colour,
                "line": {"color": MUTED if hatch or colour.upper() == PAPER.upper() else PAPER, "width": 1},
                "pattern": {"shape": hatch, "size": 6, "bgcolor": colour, "fgcolor": INK, "fgopacity": 0.2, "solidity": 0.2},
            },
            text=[f"{plain(_name(held.tile, language))}<br>{plain(text)}" for held, text in drawn],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"size": 12, "color": ink},
            hoverinfo="text",
            hovertext=[_hover(held, language) for held, _ in drawn],
            customdata=[_targets(held) for held, _ in drawn],
        )
    )


def _add_others(fig: go.Figure, others: list[Tile], language: str) -> None:
    """The provinces of which nothing was asked: their names in an outline."""
    if not others:
        return
    said = say("state.not_asked", language)
    fig.add_trace(
        go.Bar(
            **_places(others),
            name=plain(said),
            marker={"color": STATES["not_asked"][0], "line": {"color": GRID, "width": 1}},
            text=[plain(_name(tile, language)) for tile in others],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"size": 12, "color": MUTED},
            hoverinfo="text",
            hovertext=[f"<b>{plain(_name(tile, language))}</b><br>{plain(said)}" for tile in others],
        )
    )


def _add_bounds(fig: go.Figure, bound: list[Province], language: str) -> None:
    """Frames over the tiles that have a bound among their values."""
    if not bound:
        return
    fig.add_trace(
        go.Bar(
            **_places([held.tile for held in bound]),
            name=plain(say("figure.tile_bound", language)),
            marker={"color": "rgba(0,0,0,0)", "line": {"color": BOUND, "width": 3}},
            hoverinfo="skip",
        )
    )


def _places(drawn: list[Tile]) -> dict[str, Any]:
    """The boxes of tiles, north on top."""
    return {
        "x": [0.92] * len(drawn),
        "base": [tile.column - 0.46 for tile in drawn],
        "y": [tile.row for tile in drawn],
        "width": [0.92] * len(drawn),
        "orientation": "h",
    }


def _name(tile: Tile, language: str) -> str:
    return tile.en if language == "en" else tile.short


def _sayers(held: Province) -> list[Row]:
    """The cells with something to read: comparable ones first, then bounds, then what is not comparable."""
    stated = [row for row in held.rows if row["value"] is not None]
    return sorted(stated, key=lambda row: (row["state"] != "comparable", row not in held.bounds))


def _targets(held: Province) -> str | None:
    """All sentences of a province, to be opened one after the other."""
    return " ".join(dict.fromkeys(filter(None, map(target, _sayers(held))))) or None


def _hover(held: Province, language: str) -> str:
    good, cells = len(held.comparable), len(held.rows)
    lines = [f"<b>{plain(_name(held.tile, language))}</b>"]
    if cells == 1:
        return "<br>".join([*lines, hover(held.rows[0], language)])
    lines.append(plain(say("figure.share_cells", language, n=good, m=cells, share=f"{held.share:.0%}")))
    counted: dict[str, int] = {}
    for row in held.rows:
        counted[row["state"]] = counted.get(row["state"], 0) + 1
    lines += [f"{plain(say(f'state.{state}', language))} {n}" for state, n in counted.items() if state != "comparable"]
    issuers = list(dict.fromkeys(row["issuer"] for row in [*_sayers(held), *held.rows]))
    lines += [plain(short(name)) for name in issuers[:TOLD]]
    if len(issuers) > TOLD:
        lines.append(plain(say("figure.tile_more", language, n=len(issuers))))
    return "<br>".join(lines)
