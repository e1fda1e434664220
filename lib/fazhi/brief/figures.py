"""Comparisons -> plotly figures, chosen for comparing: dots, lines with gaps, small multiples, slopes, coverage, a tile map.

Every function takes a `Comparison` (anything with `.frame`) or a polars frame of its columns and gives a plotly Figure that can
be changed further. `layout.meta` says in words what the figure shows: `title`, `alt`, `source`. A point carries in `customdata`
the anchor of its sentence, or of several with spaces between, which open in turn. Values that are bounds are hollow with an
open-ended line; other values that are not comparable are not drawn but counted. Only scatter and bar traces are used, so that
`static` can draw each figure in matplotlib.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import plotly.graph_objects as go
import polars as pl

from fazhi.brief.bars import bars
from fazhi.brief.claims import claims
from fazhi.brief.dots import by_group, dated, dots
from fazhi.brief.empties import coverage
from fazhi.brief.plot import Row, drawable, empty, frame_of, name_of, one_code, one_year
from fazhi.brief.series import by_code as lines_by_code
from fazhi.brief.series import by_issuer, lines, slopes
from fazhi.brief.shares import shares
from fazhi.brief.tiles import maps, tile_map
from fazhi.compare.language import spoken

__all__ = ["bars", "chart", "claims", "coverage", "dots", "empty", "lines", "maps", "multiples", "shares", "slopes", "tile_map"]


def multiples(data: Any, *, by: str = "code", title: str | None = None, language: str | None = None) -> go.Figure:
    """Small multiples, one under the other so that a phone can show them.

    `by="code"`: for each code a dot plot, or where there are several years, its lines. `by="level"`: a dot plot of one code and
    year for each level of issuers, each with a scale of its own. `by="issuer"`: a small line over the years for each issuer,
    one scale.
    """
    language = spoken(language)
    frame = frame_of(data)
    if by == "level":
        frame = one_year(one_code(frame, None), None)
        title = title or dated(frame, language)
    rows = [row for row in frame.to_dicts() if drawable(row)]
    title = title or name_of(frame, language)
    if not rows:
        return empty(title, language)
    if by == "issuer":
        return by_issuer(frame, rows, title, language)
    if by == "code" and len({row["year"] for row in rows}) > 1:
        return lines_by_code(frame, rows, title, language)
    return by_group(frame, rows, by, title, language)


def chart(data: Any, *, code: str | None = None, title: str | None = None, language: str | None = None) -> go.Figure:
    """The figure that suits a comparison, or one code of it: multiples for several codes; of one code dots for a year (for each
    level, where there are several), slopes for two years, lines for more."""
    language = spoken(language)
    frame = frame_of(data)
    frame = frame if code is None else frame.filter(pl.col("code") == code)
    rows = [row for row in frame.to_dicts() if drawable(row)]
    codes, levels, years = ({row[key] for row in rows} - {None} for key in ("code", "level", "year"))
    if len(codes) > 1:
        return multiples(frame, title=title, language=language)
    if len(years) > 2 or (len(years) == 2 and not _both(rows)):
        return lines(frame, title=title, language=language)
    if len(years) == 2:
        return slopes(frame, title=title, language=language)
    if len(levels) > 1:
        return multiples(frame, by="level", title=title, language=language)
    return dots(frame, title=title, language=language)


def _both(rows: list[Row]) -> bool:
    """Whether more than one issuer has values in two years."""
    told = {(row["issuer"], row["year"]) for row in rows}
    return sum(count > 1 for count in Counter(issuer for issuer, _ in told).values()) > 1
