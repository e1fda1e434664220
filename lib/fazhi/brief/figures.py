"""Comparisons -> plotly figures, chosen for comparing: dots, lines with gaps, small multiples, slopes, coverage.

Every function takes a `Comparison` (anything with `.frame`) or a polars frame of its columns and gives a plotly Figure that
can be
changed further. `layout.meta` says in words what the figure shows: `title`, `alt`, `source`. A point carries in `customdata` the
anchor of its sentence. Values that are bounds are hollow with an open-ended line; other values that are not comparable are
not drawn but counted. Only scatter and bar traces are used, so that `static` can draw each figure in matplotlib.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from fazhi.brief.bars import bars
from fazhi.brief.dots import by_code, dots
from fazhi.brief.empties import coverage
from fazhi.brief.plot import drawable, empty, frame_of, name_of
from fazhi.brief.series import by_issuer, lines, slopes
from fazhi.brief.shares import shares
from fazhi.brief.tiles import maps, tile_map

__all__ = ["bars", "chart", "coverage", "dots", "empty", "lines", "maps", "multiples", "shares", "slopes", "tile_map"]


def multiples(data: Any, *, by: str = "code", title: str | None = None, language: str = "zh") -> go.Figure:
    """Small multiples, one under the other so that a phone can show them.

    `by="code"`: a dot plot for each code, the issuers in one order. `by="issuer"`: a small line over the years for each
    issuer, one scale.
    """
    frame = frame_of(data)
    rows = [row for row in frame.to_dicts() if drawable(row)]
    title = title or name_of(frame, language)
    if not rows:
        return empty(title, language)
    if by == "issuer":
        return by_issuer(frame, rows, title, language)
    return by_code(frame, rows, title, language)


def chart(data: Any, *, title: str | None = None, language: str = "zh") -> go.Figure:
    """The figure that suits a comparison: dots for one year, lines for several, multiples for several codes."""
    frame = frame_of(data)
    told = frame.filter(pl.col("value").is_not_null())
    if told["code"].n_unique() > 1 and told["year"].n_unique() <= 1:
        return multiples(frame, title=title, language=language)
    return (lines if told["year"].n_unique() > 1 else dots)(frame, title=title, language=language)
