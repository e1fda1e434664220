"""The labels of headings (一、 （一） 1. ①) and the words that headings are known by: knowledge/sections.toml, compiled."""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from fazhi.knowledge import compiled, load_toml, require

NUMERAL = "[一二三四五六七八九十]{1,3}"
SPACE = r"[ \u00a0\u3000]*+"
GROUPS = "nmopq"
_VALUES = {c: i for i, c in enumerate("一二三四五六七八九", 1)} | {c: i for i, c in enumerate("㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩", 1)}
_DAMAGED = {"ㄒ": 1, "ǘ": 2, "ㄈ": 3, "ㄋ": 4, "ㄎ": 5, "ㄆ": 7, "ò": 8, "ň": 9, "ㄊ": 10}


@dataclass(slots=True)
class Head:
    """A heading on its way to become a section."""

    level: int
    label: str
    heading: str
    start: int
    body: int
    style: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Style:
    """A label style of sections.toml, compiled."""

    name: str
    level: int
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """sections.toml, compiled and checked."""

    styles: tuple[Style, ...]
    never: re.Pattern[str]
    body_end: re.Pattern[str]
    title: re.Pattern[str]
    caption: re.Pattern[str]
    told: re.Pattern[str]
    preface: re.Pattern[str]
    ended: re.Pattern[str]
    item: re.Pattern[str]
    opens: re.Pattern[str]
    terse: re.Pattern[str]
    last_part: re.Pattern[str]
    label: re.Pattern[str]
    inline: re.Pattern[str]


def _compiled(pattern: Any, entry: str) -> re.Pattern[str]:
    return compiled("sections.toml", entry, str(pattern).replace("{N}", NUMERAL).replace("{S}", SPACE))


@cache
def knowledge() -> Knowledge:
    """What knowledge/sections.toml says. Raises KnowledgeError for an entry that cannot be used."""
    data, styles = load_toml("sections.toml"), []
    for entry in data["style"]:
        name = f"[[style]] {entry.get('name')}"
        require("sections.toml", name, entry, {"name": str, "level": int, "pattern": str, "yes": list, "no": list})
        styles.append(Style(entry["name"], entry["level"], _compiled(entry["pattern"], name)))
    parts = []
    for i, style in enumerate(styles):  # one alternation finds every label; the group that matched tells the style
        parts.append(f"(?P<s{i}>" + re.sub(r"\?P<\w>", "?:", style.pattern.pattern) + ")")
    either = "|".join(parts)
    lines = data["lines"]
    keys = ("never", "body_end", "title", "caption", "told", "ended", "preface", "item", "opens", "terse", "last_part")
    require("sections.toml", "[lines]", lines, dict.fromkeys(keys, str) | {"yes": list, "no": list})
    line = {key: _compiled(lines[key], f"[lines] {key}") for key in keys}
    return Knowledge(tuple(styles), **line, label=re.compile(rf"^{SPACE}(?:{either})", re.MULTILINE),
                     inline=re.compile(rf"(?<=[。！？；;：:]){SPACE}(?:{either})"))


def value(numeral: str) -> int:
    """The number that a label shows, 0 when it shows none."""
    if numeral.isdecimal():
        return int(numeral)
    if "①" <= numeral[0] <= "⒛":
        return (ord(numeral[0]) - ord("①")) % 20 + 1
    if numeral[0] in _DAMAGED:
        return _DAMAGED[numeral[0]]
    if numeral[0] == "㈩":
        return 10
    tens, ten, ones = numeral.rpartition("十")
    return (_VALUES.get(tens, 1) * 10 if ten else 0) + _VALUES.get(ones, 0)


def labels(text: str) -> Iterator[tuple[re.Match[str], Style, int, bool]]:
    """Every label at a line's beginning or after a full stop, with its style, number and whether it begins the line."""
    know = knowledge()
    found = [(m, True) for m in know.label.finditer(text)] + [(m, False) for m in know.inline.finditer(text)]
    for m, first in sorted(found, key=lambda pair: pair[0].start()):
        style = know.styles[int((m.lastgroup or "s0")[1:])]
        label = m[m.lastgroup or 0]
        shown = style.pattern.match(label)
        groups = shown.groupdict() if shown else {}
        numeral = next((groups[g] for g in GROUPS if groups.get(g)), "")
        yield m, style, value(numeral) if numeral else 0, first


def level(label: re.Match[str]) -> int:
    """The level that a match of the labels' alternation shows."""
    return knowledge().styles[int((label.lastgroup or "s0")[1:])].level


def numbered(label: str) -> tuple[str, int]:
    """The name of a label's style and the number that it says; "" and 0 where it is of no known style."""
    style = next((x for x in knowledge().styles if x.pattern.match(label)), None)
    m = style.pattern.match(label) if style else None
    return (style.name, next((value(v) for v in m.groupdict().values() if v), 0)) if style and m else ("", 0)
