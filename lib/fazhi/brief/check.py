"""A finished page looked at once more, as a suspicious reader would: links that lead nowhere, signs that no font has, numbers
in tables and points of figures that are not those of the tables.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any

import numpy as np
import polars as pl
from lxml import html as lxml_html

from fazhi.brief.bundle import unpack
from fazhi.brief.sources import CUT
from fazhi.brief.theme import number

_ANCHOR = re.compile(r"#s-([0-9a-zA-Z_.]+)-(\d+)\Z")
_PASSAGE = re.compile(r"#s-([0-9a-zA-Z_.]+)-(\d+)-(\d+)\Z")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_DIVIDED = re.compile(r"[^\s\d/<>]/[^\s/<>]|\bper (?:\d|case)")  # 6.56 件/10万人: no value of the tables, but made of one
_Held = dict[tuple[str, str], tuple[float, float | None, str]]  # report, indicator -> value, high, kind
GETA = "〓"  # stands for a sign that no font has
_SCALES = {"亿": 1e8, "万": 1e4}


def faults(page: str, tables: Any) -> list[str]:
    """What is wrong with a page, in words, once each; nothing for a good one.

    Looks for links inside the page without a target, ids that stand twice, resources from elsewhere, characters without a glyph,
    figures without their static twin, and numbers that are not what the tables hold: a number in a table, and a point of a figure
    with what is shown on hovering, must be that of the sentence it leads to, and a value in a table must be linked. `tables` is
    what `fazhi.load` gives, or None to leave the last out.
    """
    root: Any = lxml_html.document_fromstring(page)
    hidden = root.xpath("//script[@id='fz-packed-sources']/text()")
    packed = lxml_html.fragment_fromstring(unpack(hidden[0]).decode(), create_parent="div") if hidden else None
    roots = [root] if packed is None else [root, packed]
    found = [*_links(roots), *_resources(root), *_signs(root), *_figures(root)]
    if tables is not None:
        points = list(_points(root))
        linked = [(link.get("href"), link.text_content()) for link in root.xpath("//table//a[starts-with(@href, '#s-')]")]
        held = _held(tables, [href for href, _ in linked] + [f"#{target}" for _, _, target, _, _ in points])
        places = {href for href, _ in linked if _PASSAGE.match(href)}
        linked = [(href, text) for href, text in linked if href not in places]
        found += [*_numbers(root, linked, held), *_drawn(points, held), *_places(root, sorted(places), tables)]
    return list(dict.fromkeys(found))


def _links(roots: Iterable[Any]) -> Iterator[str]:
    ids = [name for root in roots for name in root.xpath("//@id")]
    known = set(ids)
    if len(ids) != len(known):
        twice = sorted({name for name in ids if ids.count(name) > 1})
        yield f"标识重复：{'、'.join(twice[:3])}"
    for root in roots:
        for link in root.xpath("//@href"):
            if link.startswith("#") and link != "#" and link[1:] not in known:
                yield f"链接 {link} 在页内没有去处"
        for names in root.xpath("//@aria-labelledby | //@aria-describedby | //@for"):
            yield from (f"引用的标识 {name} 不存在" for name in names.split() if name not in known)


def _resources(root: Any) -> Iterator[str]:
    """Whatever would be fetched; links that a reader may follow are none."""
    for address in root.xpath("//*[not(self::a)]/@src | //link/@href | //*[not(self::a)]/@srcset | //object/@data"):
        if not address.startswith("data:"):
            yield f"页面要从别处取 {address[:80]}"
    for link in root.xpath("//a/@href"):
        if not re.match(r"#|https?://|data:(?:text/csv|application/gzip)|[\w%.-]+\.html\Z", link, re.IGNORECASE):
            yield f"链接 {link[:80]} 不是网址"


def _signs(root: Any) -> Iterator[str]:
    for line in root.xpath("//*[contains(concat(' ', @class, ' '), ' fz-lost ')]"):
        yield line.text_content().strip()


def _figures(root: Any) -> Iterator[str]:
    """Each figure has words for those who do not see it, and a form without scripts."""
    for figure in root.xpath("//figure"):
        name = figure.get("id") or "图"
        drawn = figure.xpath(".//*[local-name()='svg'] | .//img")
        if not drawn:
            yield f"{name} 没有静态的样子"
        if not figure.xpath(".//@aria-label[. != ''] | .//img/@alt[. != '']"):
            yield f"{name} 没有文字说明"


def _held(tables: Any, links: Iterable[str]) -> _Held:
    """What the tables hold of the figures that links lead to."""
    ids = sorted({match[1] for link in links if (match := _ANCHOR.match(link))})
    columns = ["report_id", "indicator_id", "value", "high", "kind"]
    rows = tables.indicators.filter(pl.col("report_id").is_in(ids)).select(columns).collect()
    return {(report, str(number_)): tuple(rest) for report, number_, *rest in rows.iter_rows()}


def _numbers(root: Any, linked: Iterable[tuple[str, str]], held: _Held) -> Iterator[str]:
    for cell in root.xpath("//table//*[contains(concat(' ', @class, ' '), ' fz-v ')]"):
        text = cell.text_content().strip()
        if _NUMBER.search(text) and not cell.xpath(".//a[starts-with(@href, '#s-')]"):
            yield f"表中的数“{text}”没有原句"
    for href, text in linked:
        match = _ANCHOR.match(href)
        known = held.get((match[1], match[2])) if match else None
        if known is None:
            yield f"数“{text.strip()}”指向的 {href} 不在数据表里"
        elif not _DIVIDED.search(text) and not _says(text, *known[:2]):
            yield f"表中的数“{text.strip()}”与数据表里的 {number(known[0])} 不符（{href}）"


def _places(root: Any, places: list[str], tables: Any) -> Iterator[str]:
    """Passages whose words on the page are not those of their report at that place."""
    spans = {href: match.groups() for href in places if (match := _PASSAGE.match(href))}
    ids = sorted({report for report, *_ in spans.values()})
    texts = dict(tables.reports.filter(pl.col("report_id").is_in(ids)).select("report_id", "text").collect().iter_rows())
    shown = {item.get("id"): "".join(mark.text_content() for mark in item.xpath(".//mark")) for item in root.xpath("//li[@id]")}
    for href, (report, start, end) in spans.items():
        words = texts.get(report, "")[int(start) : int(end)]
        first, _, last = (shown.get(href[1:]) or "").partition(CUT)
        whole = len(words) == int(end) - int(start) and (not last or (_alike(words[-len(last) :], last)))
        if not words or not whole or not _alike(words[: len(first)] if last else words, first):
            yield f"{href} 处的文字与报告原文不符"


def _alike(text: str, shown: str) -> bool:
    """Whether a page shows a text, but for blanks and signs that no font has."""
    one, other = ("".join(words.split()) for words in (text, shown))
    return bool(other) and len(one) == len(other) and all(b in (a, GETA) for a, b in zip(one, other, strict=True))


_Point = tuple[str, int, str, tuple[float | None, float | None] | None, str]  # figure, trace, target, place, words on hovering


def _points(root: Any) -> Iterator[_Point]:
    """The points of figures that stand for one sentence each. Those of several are made of all of them; bars and tiles count or
    group what they stand for, so that they have no place (None) and no words."""
    for script in root.xpath("//script[@type='application/json'][starts-with(@id, 'fig-')]"):
        for place, trace in enumerate(json.loads(script.text).get("data", ())):
            targets, words = trace.get("customdata"), trace.get("hovertext")
            if not isinstance(targets, list):
                continue
            axes = [_values(trace.get(axis)) for axis in "xy"]
            scatter = trace.get("type", "scatter") == "scatter" and all(len(axis) == len(targets) for axis in axes)
            for at, target in enumerate(targets):
                if isinstance(target, str) and _ANCHOR.match(f"#{target}"):
                    said = words[at] if isinstance(words, list) and at < len(words) else words
                    where = (axes[0][at], axes[1][at]) if scatter else None
                    yield script.get("id").removesuffix("-data"), place, target, where, str(said or "") if scatter else ""


def _values(axis: Any) -> list[Any]:
    """An axis as numbers, however plotly packs them."""
    if isinstance(axis, dict) and "bdata" in axis:
        axis = np.frombuffer(base64.b64decode(axis["bdata"]), dtype=axis["dtype"]).tolist()
    return [v if isinstance(v, (int, float)) else None for v in axis] if isinstance(axis, list) else []


def _drawn(points: list[_Point], held: _Held) -> Iterator[str]:
    """Points whose place or whose words are not what the tables hold. A printed change may be drawn beside others on an axis that
    ends before it, so only its words count."""
    traces: dict[tuple[str, int], list[tuple[_Point, tuple[float, float | None, str]]]] = {}
    for point in points:
        figure, trace, target, _, words = point
        match = _ANCHOR.match(f"#{target}")
        known = held.get((match[1], match[2])) if match else None
        plain = unescape(re.sub(r"<[^>]*>", " ", words.partition("“")[0]))  # without the sentence
        if known is None:
            yield f"{figure} 的点指向的 #{target} 不在数据表里"
        elif not _DIVIDED.search(plain):
            if _NUMBER.search(plain) and not any(_near(text, known[0]) for text in _told(plain)):
                yield f"{figure} 的点“{' '.join(plain.split())}”与数据表里的 {number(known[0])} 不符（#{target}）"
            if point[3] is not None and known[2] != "change":
                traces.setdefault((figure, trace), []).append((point, known))
    for found in traces.values():
        # the axis of the values is the one on which most points agree; the other has years or places
        fits = [sum(where[axis] == known[0] for (*_, where, _), known in found if where) for axis in (0, 1)]
        axis = 0 if fits[0] > fits[1] else 1
        for (figure, _, target, where, _), known in found:
            drawn = where[axis] if where else None
            if drawn is not None and abs(drawn - known[0]) > 1e-9 * abs(known[0]):
                yield f"{figure} 的点画在 {number(drawn)}，数据表里是 {number(known[0])}（#{target}）"


def _told(text: str) -> Iterator[str]:
    """The numbers of a text, each with the sign of its scale."""
    for match in _NUMBER.finditer(text):
        after = text[match.end() :].lstrip()[:1]
        yield match[0] + (after if after in _SCALES else "")


def _near(printed: str, value: float) -> bool:
    """Whether a printed number is the value, without its sign, rounded to the places that were printed."""
    scale = _SCALES.get(printed[-1], 1.0)
    digits = printed.rstrip("".join(_SCALES)).replace(",", "")
    return abs(float(digits) - abs(value) / scale) <= 0.5 * 10.0 ** -len(digits.partition(".")[2]) + 1e-9 * abs(value)


def _says(text: str, value: float, high: float | None) -> bool:
    """Whether a printed number is the value (or the value and its upper end), rounded as numbers are printed; text without digits
    is a name, not a number."""
    printed = _NUMBER.findall(text)
    if not printed:
        return True
    wanted = [number(v) for v in (value, high) if v is not None]
    if printed[0] == wanted[0] and (len(printed) < 2 or len(wanted) < 2 or printed[1] == wanted[1]):
        return True
    for sign, scale in _SCALES.items():
        if sign in text:
            shown = float(printed[0].replace(",", ""))
            return abs(shown - value / scale) <= 0.005 + 1e-9 * abs(shown)
    return False
