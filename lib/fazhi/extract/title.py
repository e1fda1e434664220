"""The title of a report, and the words by which titles, years and announcements are known (knowledge/identity.toml)."""

from __future__ import annotations

import re
from functools import cache

from fazhi.extract import bodies
from fazhi.extract.rows import Finding
from fazhi.knowledge import load_toml, require
from fazhi.read.clean import BRACKETED
from fazhi.read.page import Page

FILE = "identity.toml"
KEYS = {
    "title": ("core", "ends", "no", "announce", "verbs", "begins", "goes_on", "red_head", "announced"),
    "year": ("done", "plan", "ahead", "announce", "lead", "not_before", "not_after"),
    "site": ("suffix", "parts", "cue", "attachment"),
}
_BEFORE_TITLE = re.compile(
    r"^(?:【[^】]{2,14}】|[一-鿿]{1,14}[〔\[（(]\s*20\d\d\s*[〕\]）)]\s*第?\d+\s*号\s+|[\[【(（][^\]】)）\s]{2,8}[〔\[]20\d\d[〕\]]\d+号[\]】)）]"
    r"|[•·-]?\s*(?:附件|(?:文件|附件)?下载|标题|题名|名称|中文名)[:：]\s*|标\s*题\s+)"
)
_IN_BRACKETS = re.compile(r"^《([^《》]+)》(?:是20\d\d年[^。]{2,40}。?)?$")
# the last line of a covering letter, and the line or two below it
_ATTACHED = re.compile(
    r"^[ \u3000]*(?:附[ \u3000]*件?[ \u3000]*\d?[:：]?|20\d\d年\d{1,2}月\d{1,2}日|20\d{6})[ \u3000]*\n"
    r"([^\n。；]{8,70}(?:\n[^\n。；，]{2,30}报告(?=\n))?)(?=\n)",
    re.MULTILINE,
)
_PARTY_TOO = re.compile(r"^(?:中共\S+|\S+(?:党组|党委|党工委))\s+(?=\S)")  # its Party group, before the body that reports
_SPREAD = re.compile(r"\S(?:\s+\S)+")  # 报    告
_DATE = r"20\d\d\s*年\s*\d+\s*月(?:\s*\d+\s*日)?"
_DATE_BEHIND = re.compile(rf"\s*(?:[（(]\s*{_DATE}\s*[)）]|(?<=[一-鿿]){_DATE})\s*$")
OPENED = re.compile("[和及与]$")  # a title that goes on: …工作报告和 / 2023年工作思路
HEAD_LINES = 9  # a title stands above these or nowhere
# One class of characters in front, so that a scan leaps from one to the next.
YEAR = r"[2２二](?:(?<=[2２])[0０][0-3０-３]\d|(?<=二)[〇○0零O][〇○0零一二三][〇○0零一二三四五六七八九])"


@cache
def rules() -> dict[str, re.Pattern[str]]:
    """The patterns of identity.toml as `group.key`, checked and compiled once."""
    data = load_toml(FILE)
    for group, keys in KEYS.items():
        require(FILE, group, data.get(group, {}), dict.fromkeys(keys, str), {"example": list})
    return {f"{group}.{key}": re.compile(data[group][key], re.MULTILINE) for group, keys in KEYS.items() for key in keys}


def find_title(page: Page, name: str, findings: list[Finding]) -> tuple[str | None, str]:
    """The title as printed, and the line above it where that may name the issuer."""
    patterns = rules()
    lines = [line.strip() for line in page.text[:1500].split("\n") if line.strip()][:HEAD_LINES]
    lines = [_squeeze(line) if _SPREAD.fullmatch(line) else _IN_BRACKETS.sub(r"\1", line) for line in lines]
    if printed := _printed(lines):
        longer = [
            t
            for c in page.titles
            if _is_title(t := _without_site(c)) and _squeeze(printed[0]) in _squeeze(t) != _squeeze(printed[0])
        ]
        lines = [_without_site(line) for line in page.furniture.split("\n")]
        longer += [line for line in lines if _is_title(line) and _with_issuer(line, printed[0])]
        shown = _squeeze(page.text[:600] + page.furniture)
        return next((t for t in longer if _squeeze(t) in shown), printed[0]), printed[1]
    shown = _squeeze(page.text + page.furniture)
    for candidate in page.titles:
        if candidate == name and page.media_type != "text/html" and _squeeze(candidate) not in shown:
            continue  # a file's name alone is nothing that the page prints
        candidate = _without_site(candidate)
        if not (issuer_parts(candidate) or re.search(YEAR, candidate) or candidate in (page.text + page.furniture).split("\n")):
            continue  # 法治政府建设年度报告 alone is a column's name
        if _is_title(candidate):
            bare = patterns["site.attachment"].sub("", candidate)
            if candidate != bare or (bare in page.furniture + page.text[-200:] and bare not in page.text[:400]):
                findings.append(Finding("title_from_attachment", "info", f"标题取自附件或页面名称：{bare}。"))
            return bare, ""
    for line in reversed((page.text[-600:] + "\n" + page.furniture[-600:]).split("\n")):
        bare = patterns["site.attachment"].sub("", line.strip())
        if bare != line.strip() and _is_title(bare):
            findings.append(Finding("title_from_attachment", "info", f"标题取自附件名称：{bare}。"))
            return re.sub(r"^(?:附件)?\s*\d*\s*[：:.、]?\s*", "", bare, count=1), ""
    return None, ""


def below(text: str, title: str | None) -> str:
    """The line below the title, without a date behind it, where a text begins with its title; the issuer may be named there."""
    lines, left = text[:600].split("\n"), _squeeze(title or "")
    while left and lines and (line := _squeeze(lines[0])) and left.startswith(line):
        left = left.removeprefix(line)
        lines = lines[1:]
    return _DATE_BEHIND.sub("", lines[0]) if title and not left and lines else ""


def attached(text: str) -> tuple[int, str] | None:
    """Where a report begins that stands behind a covering letter's date or the word 附件, and its title; else None."""
    for m in _ATTACHED.finditer(text, 0, min(3000, max(1500, len(text) // 2))):
        title = m[1].replace("\n", "").strip()
        if _is_title(title):
            return m.start(1), title
    return None


def _printed(lines: list[str]) -> tuple[str, str] | None:
    """The title that a text's first lines hold, joined where it is broken, and the line above it."""
    patterns = rules()
    for i, first in enumerate(lines):
        if patterns["title.announced"].fullmatch(first):
            continue
        if patterns["site.cue"].match(first) or len(first) > 90 or first.endswith(("。", "；")):
            return None
        for size in (1, 2, 3, 4):
            part = lines[i : i + size]
            joined = _without_site("".join(part))
            if (
                len(part) < size
                or len(joined) > 90
                or patterns["title.red_head"].search(_BEFORE_TITLE.sub("", first))
                or (size > 1 and not (patterns["title.begins"].search(first) or OPENED.search(first) or _names_body(first)))
            ):
                break
            if not _is_title(joined):
                continue
            for more in lines[i + size : i + size + 2]:
                if not (patterns["title.goes_on"].fullmatch(more) and _is_title(joined + more)):
                    break
                joined += more
            return joined, lines[i - 1] if i else ""
    return None


def _names_body(line: str) -> bool:
    """Whether a line is the name of a body, perhaps with its other one in brackets: 市城市管理局（市综合行政执法局）."""
    return bodies.read_body(BRACKETED.sub("", line)) is not None


def _with_issuer(longer: str, title: str) -> bool:
    """Whether a title is another one with the issuer's name before it."""
    longer, title = _squeeze(longer), _squeeze(title)
    before = longer.removesuffix(title).removesuffix("关于")
    named = bodies.words().generic.fullmatch(before) or bodies.read_body(before)  # 县应急管理局…, and 应急管理局…
    return longer.endswith(title) and named is not None


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _is_title(text: str) -> bool:
    patterns = rules()
    return bool(
        patterns["title.core"].search(text) and patterns["title.ends"].search(text) and not patterns["title.no"].search(text)
    )


def _without_site(title: str) -> str:
    """A page's title without the site's name or the column's behind it."""
    title = _DATE_BEHIND.sub("", _BEFORE_TITLE.sub("", re.sub(r"\s+", " ", title).strip()))
    for part in rules()["site.parts"].split(title):
        if part and _is_title(part.strip()):
            return part.strip()
    return title


def issuer_parts(title: str) -> list[str]:
    """What a title holds besides its year and its matter, where the issuer's name may be; the likeliest first."""
    marked = re.sub(rf"[（(]?{YEAR}\s*年?度?[）)]?", "\0", title).replace("关于", "\0")
    m = rules()["title.core"].search(marked)
    parts = [rules()["title.verbs"].sub("", part.strip()) for part in (marked[: m.start()] if m else marked).split("\0")]
    parts = [_PARTY_TOO.sub("", p) for p in parts if len(p) > 1]
    last = re.search(r"[（(]([^（）()]{2,20})[）)]\s*$", title)
    pieces = [
        piece for p in parts for piece in re.split(r"[、\s【】]+", p) if piece != p
    ]  # two that report, the first is the issuer
    return parts + pieces + ([last[1]] if last else [])
