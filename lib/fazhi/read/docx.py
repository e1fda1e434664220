"""DOCX to lines, straight from its XML: what a reader of the printed document sees.

Automatic numbers are written out as labels, deleted text is left out and inserted text kept, text boxes come before the
paragraph that they hang on, a table's row is one line with tabs. Headers, footers and notes are no part of the report.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from .leads import BOLD, PLAIN, parted, unmarked
from .page import Draft, Unreadable

LIMIT = 64_000_000
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, remove_comments=True, remove_pis=True)
SKIPPED = {
    "moveFrom",
    "del",
    "Fallback",
    "rt",
    "instrText",
    "delText",
    "footnoteReference",
    "txbxContent",
    "pPr",
    "rPr",
    "p",
    "tbl",
}
DIGITS = "零一二三四五六七八九"
LEGAL = "零壹贰叁肆伍陆柒捌玖"
STEMS = "甲乙丙丁戊己庚辛壬癸"


def parse(archive: zipfile.ZipFile) -> Draft:
    """The lines of a DOCX, and the title of its properties. Raises Unreadable for a document that cannot be opened."""
    root = _part(archive, "word/document.xml")
    body = None if root is None else next((e for e in root if _name(e) == "body"), None)
    if body is None:
        raise Unreadable(
            "DOCX 里没有正文，文件可能已损坏，请用 Word 或 WPS 重新保存",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        )
    numbering = Numbering(_part(archive, "word/numbering.xml"), _part(archive, "word/styles.xml"))
    lines, leads = parted(_blocks(body, numbering))
    core = _part(archive, "docProps/core.xml")
    title = "" if core is None else next((e.text or "" for e in core if _name(e) == "title"), "")
    return Draft(lines, titles=[title.strip()] if 6 <= len(title.strip()) <= 120 else [], leads=leads)


def _part(archive: zipfile.ZipFile, name: str) -> etree._Element | None:
    try:
        if archive.getinfo(name).file_size > LIMIT:
            return None
        return etree.fromstring(archive.read(name), PARSER)
    except (KeyError, etree.XMLSyntaxError):
        return None


def _name(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _get(element: etree._Element | None, attribute: str = "val") -> str | None:
    """An attribute by its local name: transitional and strict documents have different namespaces."""
    if element is not None:
        for key, value in element.attrib.items():
            if str(key).rpartition("}")[2] == attribute:
                return str(value)
    return None


def _child(element: etree._Element | None, *path: str) -> etree._Element | None:
    for name in path:
        if element is None:
            return None
        element = element.find(f"{{*}}{name}")
    return element


def _integer(value: str | None, default: int = 0) -> int:
    return int(value) if value and re.fullmatch(r"-?\d{1,9}", value) else default


def _on(element: etree._Element | None) -> bool:
    return element is not None and _get(element) not in {"0", "false", "off"}


def _blocks(container: etree._Element, numbering: Numbering) -> list[str]:
    """The lines of a body, cell or text box."""
    lines: list[str] = []
    carried = ""  # a paragraph whose mark was deleted runs on in the next
    for block in container:
        name = _name(block)
        if name == "p":
            style = _get(_child(block, "pPr", "pStyle")) or ""
            if re.match(r"(?i)toc\s*\d", numbering.names.get(style, style)):
                continue
            for box in block.iter():
                if _name(box) == "txbxContent" and not any(
                    _name(up) in {"Fallback", "txbxContent"} for up in box.iterancestors()
                ):
                    lines += _blocks(box, numbering)
            text = carried + numbering.label(block) + _text(block)
            carried = ""
            if _child(block, "pPr", "rPr", "del") is not None:
                carried = text
            else:
                lines += text.split("\n")
        elif name == "tbl":
            lines += _table(block, numbering)
        elif name in {"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "AlternateContent", "Choice"}:
            lines += _blocks(block, numbering)
    return [*lines, carried] if carried else lines


def _table(table: etree._Element, numbering: Numbering) -> list[str]:
    lines: list[str] = []
    for row in (e for e in table.iter() if _name(e) == "tr" and next(a for a in e.iterancestors() if _name(a) == "tbl") is table):
        cells = []
        for cell in (e for e in row.iter() if _name(e) == "tc" and next(a for a in e.iterancestors() if _name(a) == "tr") is row):
            merged = _child(cell, "tcPr", "vMerge")
            cells.append(
                [] if merged is not None and _get(merged) != "restart" else [t for t in _blocks(cell, numbering) if t.strip()]
            )
        if len(cells) < 2 or any(len(line) > 300 for cell in cells for line in cell):
            lines += [line for cell in cells for line in cell]
        else:
            lines.append("\t".join(" ".join(" ".join(cell).split()) for cell in cells).rstrip("\t"))
    return lines


def _text(paragraph: etree._Element) -> str:
    return "".join(_pieces(paragraph))


def _pieces(element: etree._Element) -> Iterator[str]:
    for child in element:
        name = _name(child)
        if name == "t":
            yield child.text or ""
        elif name in {"br", "cr"}:
            yield "\n"
        elif name in {"tab", "ptab"}:
            yield " "
        elif name == "noBreakHyphen":
            yield "-"
        elif name in SKIPPED or name == "r" and _on(_child(child, "rPr", "vanish")):
            continue
        elif name == "r" and _on(_child(child, "rPr", "b")):
            yield from (BOLD, *_pieces(child), PLAIN)
        else:
            yield from _pieces(child)


@dataclass(slots=True)
class Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""
    restart: int | None = None  # the level whose step restarts this one; None: any above it


@dataclass(slots=True)
class Numbering:
    """The automatic numbers of a document: `label` gives a paragraph's and counts on."""

    numbering: etree._Element | None
    styles: etree._Element | None
    names: dict[str, str] = field(default_factory=dict)  # a style's id -> its name
    _levels: dict[str, dict[int, Level]] = field(default_factory=dict)  # abstract list -> level
    _lists: dict[str, tuple[str, dict[int, Level], dict[int, int]]] = field(
        default_factory=dict
    )  # list -> abstract, own levels, starts
    _styled: dict[str, tuple[str | None, str | None, str | None]] = field(default_factory=dict)  # style -> list, level, parent
    _linked: dict[tuple[str, str], int] = field(default_factory=dict)  # abstract list, style -> level
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _begun: set[tuple[str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        for style in self.styles.iterchildren("{*}style") if self.styles is not None else ():
            if key := _get(style, "styleId"):
                own = _child(style, "pPr", "numPr")
                self._styled[key] = _get(_child(own, "numId")), _get(_child(own, "ilvl")), _get(_child(style, "basedOn"))
                self.names[key] = _get(_child(style, "name")) or key
        borrowed: dict[str, str] = {}
        for entry in self.numbering if self.numbering is not None else ():
            if _name(entry) == "abstractNum":
                key = _get(entry, "abstractNumId") or ""
                self._levels[key] = dict(self._level(e, key) for e in entry.iterchildren("{*}lvl"))
                if link := _get(_child(entry, "numStyleLink")):
                    borrowed[key] = link
            elif _name(entry) == "num":
                changed: dict[int, Level] = {}
                starts: dict[int, int] = {}
                abstract = _get(_child(entry, "abstractNumId")) or ""
                for change in (e for e in entry if _name(e) == "lvlOverride"):
                    number = _integer(_get(change, "ilvl"))
                    if (level := _child(change, "lvl")) is not None:
                        changed[number] = self._level(level, abstract)[1]
                    if (start := _child(change, "startOverride")) is not None:
                        starts[number] = _integer(_get(start), 1)
                self._lists[_get(entry, "numId") or ""] = abstract, changed, starts
        for key, link in borrowed.items():
            target = self._lists.get(self._styled.get(link, (None, None, None))[0] or "")
            if target and not self._levels[key]:
                self._levels[key] = self._levels.get(target[0], {})

    def _level(self, element: etree._Element, abstract: str) -> tuple[int, Level]:
        number = _integer(_get(element, "ilvl"))
        if style := _get(_child(element, "pStyle")):
            self._linked[abstract, style] = number
        restart = _get(_child(element, "lvlRestart"))
        return number, Level(
            _integer(_get(_child(element, "start")), 1),
            _get(_child(element, "numFmt")) or "decimal",
            _get(_child(element, "lvlText")) or "",
            None if restart is None else _integer(restart),
        )

    def label(self, paragraph: etree._Element) -> str:
        """The number that Word prints before a paragraph, or nothing."""
        own = _child(paragraph, "pPr", "numPr")
        style: str | None = _get(_child(paragraph, "pPr", "pStyle"))
        number, level = _get(_child(own, "numId")), _get(_child(own, "ilvl"))
        owner = None
        for _ in range(12):  # up the chain of styles, which a broken file may close to a ring
            if number is not None or style not in self._styled:
                break
            listed, at, parent = self._styled[style]
            if listed is not None:
                number, level, owner = listed, level or at, style
            style = parent
        if number is None or number not in self._lists:
            return ""
        abstract, levels, starts = self._lists[number]
        at_level = _integer(level, self._linked.get((abstract, owner or ""), 0))
        shapes = {**self._levels.get(abstract, {}), **levels}
        shape = shapes.get(at_level)
        text = unmarked(_text(paragraph)).strip()
        if shape is None or not text:
            return ""
        counts = self._counts.setdefault(abstract, {})
        if at_level in starts and (number, at_level) not in self._begun:
            counts[at_level] = starts[at_level]
        else:
            counts[at_level] = counts[at_level] + 1 if at_level in counts else shape.start
        self._begun.add((number, at_level))
        for below in [n for n in counts if n > at_level]:
            restart = shapes[below].restart if below in shapes else None
            if restart is None or restart > 0 and at_level < restart:
                del counts[below]
        if shape.format == "bullet":
            return ""

        def count(m: re.Match[str]) -> str:
            which = int(m[1]) - 1
            return numeral(
                counts.get(which, shapes[which].start if which in shapes else 1),
                shapes[which].format if which in shapes else "decimal",
            )

        label = re.sub(r"%(\d)", count, shape.text)
        return label + " " if label[-1:] in {".", "．"} and text[:1].isdigit() else label


def numeral(number: int, kind: str) -> str:
    """A number in one of Word's formats (ST_NumberFormat); an unknown format counts in digits."""
    if (
        kind
        in {
            "chineseCounting",
            "chineseCountingThousand",
            "taiwaneseCounting",
            "taiwaneseCountingThousand",
            "japaneseCounting",
            "ideographDigital",
            "taiwaneseDigital",
            "japaneseDigitalTenThousand",
            "koreanCounting",
        }
        and 0 <= number < 1000
    ):
        return _chinese(number, DIGITS, "十百")
    if kind in {"chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"} and 0 <= number < 1000:
        return _chinese(number, LEGAL, "拾佰")
    if kind in {"decimalEnclosedCircle", "decimalEnclosedCircleChinese"} and 1 <= number <= 20:
        return chr(0x245F + number)
    if kind == "decimalEnclosedParen" and 1 <= number <= 20:
        return chr(0x2473 + number)
    if kind == "decimalEnclosedFullstop" and 1 <= number <= 20:
        return chr(0x2487 + number)
    if kind in {"lowerLetter", "upperLetter"} and number > 0:
        letter = chr(97 + (number - 1) % 26) * min(1 + (number - 1) // 26, 9)
        return letter.upper() if kind == "upperLetter" else letter
    if kind in {"lowerRoman", "upperRoman"} and 0 < number < 4000:
        roman = ""
        for value, sign in zip(
            (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
            ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
            strict=True,
        ):
            roman += sign * (number // value)
            number %= value
        return roman.upper() if kind == "upperRoman" else roman
    if kind == "ideographTraditional" and 1 <= number <= 10:
        return STEMS[number - 1]
    if kind == "decimalZero":
        return f"{number:02}"
    if kind in {"decimalFullWidth", "decimalFullWidth2"}:
        return "".join(chr(ord(digit) + 0xFEE0) for digit in str(number))
    return "" if kind == "none" else str(number)


def _chinese(number: int, digits: str, units: str) -> str:
    """Counting below a thousand: 十二, 二十, 一百零五."""
    if number < 10:
        return digits[number]
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    head = digits[hundreds] + units[1] if hundreds else ""
    middle = (digits[tens] if tens > 1 or hundreds else "") + units[0] if tens else digits[0] if hundreds and ones else ""
    return head + middle + (digits[ones] if ones else "")
