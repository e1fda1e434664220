"""A finished page looked at once more, as a suspicious reader would: links that lead nowhere, signs that no font has, numbers
in tables and points of figures that are not those of the tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl
from lxml import html as lxml_html

from fazhi.brief.bundle import unpack
from fazhi.brief.held import NUMBER, SCALES, Held, near, told
from fazhi.brief.points import drawn, points
from fazhi.brief.sources import CUT
from fazhi.brief.theme import number

_PASSAGE = re.compile(r"#s-([0-9a-zA-Z_.]+)-(\d+)-(\d+)\Z")
GETA = "〓"  # stands for a sign that no font has


def faults(page: str, tables: Any) -> list[str]:
    """What is wrong with a page, in words, once each; nothing for a good one.

    Looks for links inside the page without a target, ids that stand twice, resources from elsewhere, characters without a glyph,
    figures without their static twin, and numbers that are not what the tables hold: a number in a table, and a point, bar or
    tile of a figure (`points.py`), must be that of the sentence it leads to, and a value in a table must be linked. `tables` is
    what `fazhi.load` gives, or None to leave the last out.
    """
    root: Any = lxml_html.document_fromstring(page)
    hidden = root.xpath("//script[@id='fz-packed-sources']/text()")
    packed = lxml_html.fragment_fromstring(unpack(hidden[0]).decode(), create_parent="div") if hidden else None
    roots = [root] if packed is None else [root, packed]
    found = [*_links(roots), *_resources(root), *_signs(root), *_figures(root)]
    if tables is not None:
        found_points = list(points(root))
        linked = [(link.get("href"), link.text_content()) for link in root.xpath("//table//a[starts-with(@href, '#s-')]")]
        held = Held(tables, [href for href, _ in linked] + [target for point in found_points for target in point.targets])
        places = {href for href, _ in linked if _PASSAGE.match(href)}
        linked = [(href, text) for href, text in linked if href not in places]
        found += [*_numbers(root, linked, held), *drawn(found_points, held), *_places(root, sorted(places), tables)]
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


def _numbers(root: Any, linked: Iterable[tuple[str, str]], held: Held) -> Iterator[str]:
    for cell in root.xpath("//table//*[contains(concat(' ', @class, ' '), ' fz-v ')]"):
        text = cell.text_content().strip()
        if NUMBER.search(text) and not cell.xpath(".//a[starts-with(@href, '#s-')]"):
            yield f"表中的数“{text}”没有原句"
    for href, text in linked:
        known = held.get(href)
        if known is None:
            yield f"数“{text.strip()}”指向的 {href} 不在数据表里"
        elif (values := held.may_be(known, text)) and not (
            _says(text, known.value, known.high)
            if values == [known.value]
            else any(near(part, value) for part in told(text) for value in values)
        ):
            yield f"表中的数“{text.strip()}”与数据表里的 {number(known.value)} 不符（{href}）"


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


def _says(text: str, value: float, high: float | None) -> bool:
    """Whether a printed number is the value (or the value and its upper end), rounded as numbers are printed; text without digits
    is a name, not a number."""
    printed = NUMBER.findall(text)
    if not printed:
        return True
    wanted = [number(v) for v in (value, high) if v is not None]
    if printed[0] == wanted[0] and (len(printed) < 2 or len(wanted) < 2 or printed[1] == wanted[1]):
        return True
    for sign, scale in SCALES.items():
        if sign in text:
            shown = float(printed[0].replace(",", ""))
            return abs(shown - value / scale) <= 0.005 + 1e-9 * abs(shown)
    return False
