"""The points, bars and tiles of a finished page's figures, held against the tables.

A point states the value of the sentence that it leads to: by its place, and in its words on hovering; one of several sentences (a
change) in its words, the value of the first. A tile prints a value, or how many of its cells have one (`2/54`); a bar that leads
nowhere is a count, as long as the number that it prints.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import numpy as np

from fazhi.brief.held import ANCHOR, NUMBER, Figure, Held, near, told
from fazhi.brief.theme import number

_SHARE = re.compile(r"(\d+)/(\d+)\Z")
_LAST = re.compile(r"(?<![\d.,])\d[\d,]*(?:\.\d+)?\Z")


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a figure: in which trace, where, what it opens, what stands on it and what is said on hovering (the sentence
    that is quoted left out). `length` is that of a bar."""

    figure: str
    trace: int
    targets: tuple[str, ...]
    place: tuple[float | None, float | None] | None
    printed: str
    words: str
    quotes: bool
    length: float | None


def points(root: Any) -> Iterator[Point]:
    """The points of the page's figures that lead to sentences, and the bars that lead to none."""
    for script in root.xpath("//script[@type='application/json'][starts-with(@id, 'fig-')]"):
        for place, trace in enumerate(json.loads(script.text).get("data", ())):
            kind = trace.get("type", "scatter")
            targets, words, printed = (trace.get(key) for key in ("customdata", "hovertext", "text"))
            axes = [_values(trace.get(axis)) for axis in "xy"]
            ends = axes[0] if trace.get("orientation") == "h" else axes[1]
            count = len(targets) if isinstance(targets, list) else len(ends) if kind == "bar" else 0
            scatter = kind == "scatter" and all(len(axis) == count for axis in axes)
            for at in range(count):
                opens = str(_at(targets, at) or "").split()
                said = str(_at(words, at) or "")
                if kind == "bar" or (scatter and opens):
                    where = (axes[0][at], axes[1][at]) if scatter and len(opens) == 1 else None
                    plain = _plain(said.partition("“")[0])
                    length = ends[at] if kind == "bar" and at < len(ends) else None
                    mark = _plain(str(_at(printed, at) or "").rpartition("<br>")[2])
                    told_ = tuple(opens) if all(map(ANCHOR.match, opens)) else ()
                    yield Point(script.get("id").removesuffix("-data"), place, told_, where, mark, plain, "“" in said, length)


def drawn(found: list[Point], held: Held) -> Iterator[str]:
    """What is wrong with points, in words."""
    traces: dict[tuple[str, int], list[tuple[Point, list[float]]]] = {}
    for point in found:
        if not point.targets:
            yield from _bar(point)
            continue
        figures = [held.get(target) for target in point.targets]
        for target, figure in zip(point.targets, figures, strict=True):
            if figure is None:
                yield f"{point.figure} 的点指向的 #{target} 不在数据表里"
        first = figures[0]
        if first is None:
            continue
        values = held.may_be(first, point.words)
        if values is None:
            continue
        yield from _tile(point, first) if point.length is not None else ()
        states = point.quotes if point.length is not None else True  # a tile of several cells counts them
        if states and NUMBER.search(point.words) and not _any(point.words, values):
            yield f"{point.figure} 的点“{point.words}”与数据表里的 {number(first.value)} 不符（#{point.targets[0]}）"
        # a printed change may be drawn beside others on an axis that ends before it, so only its words count
        if point.place is not None and first.kind != "change":
            traces.setdefault((point.figure, point.trace), []).append((point, values))
    for placed in traces.values():
        yield from _placed(placed)


def _placed(found: list[tuple[Point, list[float]]]) -> Iterator[str]:
    """Points of a trace that are not where their values are. The axis of the values is the one on which most points agree; the
    other has years or places."""
    fits = [sum(_is(point.place[axis], values) for point, values in found if point.place) for axis in (0, 1)]
    axis = 0 if fits[0] > fits[1] else 1
    for point, values in found:
        at = point.place[axis] if point.place else None
        if at is not None and not _is(at, values):
            here = f"数据表里是 {number(values[0])}" if len(values) == 1 else "与数据表里的数对不上"
            yield f"{point.figure} 的点画在 {number(at)}，{here}（#{point.targets[0]}）"


def _tile(point: Point, first: Figure) -> Iterator[str]:
    """A tile that prints another value than its first sentence's, or more cells with a value than it has sentences."""
    share = _SHARE.match(point.printed)
    if share and (int(share[1]) > len(point.targets) or int(share[1]) > int(share[2])):
        yield f"{point.figure} 的格子写着 {point.printed}，只有 {len(point.targets)} 条原句"
    elif not share and NUMBER.search(point.printed) and not _any(point.printed, [first.value]):
        yield f"{point.figure} 的格子写着 {point.printed}，数据表里是 {number(first.value)}（#{point.targets[0]}）"


def _bar(point: Point) -> Iterator[str]:
    """A bar that is not as long as the number on it, or the last one of its words, says."""
    says = _LAST.match(point.printed) or _LAST.search(point.words)
    if says and point.length is not None and not near(says[0], point.length):
        yield f"{point.figure} 的条长 {number(point.length)}，写的是 {says[0]}（{point.words}）"


def _any(text: str, values: list[float]) -> bool:
    return any(near(part, value) for part in told(text) for value in values)


def _is(at: float | None, values: list[float]) -> bool:
    return at is not None and any(abs(at - value) <= 1e-9 * abs(value) for value in values)


def _plain(text: str) -> str:
    """Words without markup, blanks made one."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())


def _at(held: Any, place: int) -> Any:
    """What a trace says of a point: of each its own, or of all the same."""
    if isinstance(held, list):
        return held[place] if place < len(held) else None
    return held


def _values(axis: Any) -> list[Any]:
    """An axis as numbers, however plotly packs them."""
    if isinstance(axis, dict) and "bdata" in axis:
        axis = np.frombuffer(base64.b64decode(axis["bdata"]), dtype=axis["dtype"]).tolist()
    return [v if isinstance(v, (int, float)) else None for v in axis] if isinstance(axis, list) else []
