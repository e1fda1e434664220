"""Cleaning: the lines of a source become the text of its report, and what stood around it becomes what is known of it.

Furniture is a prefix and a suffix. Within the body only lines that are wholly a button, a counter or the like are cut: a
line of furniture too many is a blemish, a sentence with a figure lost is an error. Every pattern is in
knowledge/furniture.toml.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import chain, pairwise

from .dates import DATE, parse_date
from .furniture import rules
from .page import Draft, Page
from .stacked import unstacked, whole_rows
from .text import closed, mend, tidy
from .wrapped import run_together, unpaged, unwrap

SEPARATOR = re.compile(r"\s*[_|｜]\s*|\s+[-–—]+\s+|(?<![\d—–-])[-–—]{1,2}(?![\d—–-])")
SPACE = re.compile(r"\s+")
TYPE = re.compile(r"^[【\[][^】\]]{2,8}[】\]]\s*")
PROSE = re.compile(r"[。；]")
# A page run together into one line: blanks stand where paragraphs began, before headings and after a title or an addressee.
RUN_HEADING = re.compile(r" (?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)])")
RUN_HEAD = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]) ?"
    r"(?:[^。；;：: ]|(?<=\d) (?=[年月日])|(?<=[\u4e00-\u9fff]) (?=\d)){2,40} +"
)
RUN_TOGETHER = re.compile(
    r" +(?=第[一二三四五六]部分|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)])"
    r"|(?<=[。：:]) +|(?<=的报告) +|(?<=年度报告) +|(?<=情况报告) +|(?<=工作报告) +|(?<=建设报告) +|(?<=总结) +"
)


def clean(draft: Draft, media_type: str, encoding: str | None = None) -> Page:
    """The page that a draft is: its text without furniture, and what the furniture says of it."""
    rule = rules()
    raw = [tidy(line) for line in draft.lines]
    if draft.broken:
        raw = [part for line in raw for part in run_together(line, rule.label)]
    if draft.start == 0 and draft.end is None:
        raw = [part for line in raw for whole in _parted(line) for part in _titled(whole)]
    if draft.broken:
        raw = unwrap(unstacked(whole_rows(unpaged(raw)), rule.label), rule.label)
    raw = mend(raw, rule.torn)
    lines = [line.strip() for line in raw]
    for i, (line, below) in enumerate(pairwise(lines)):
        if line and line == below and rule.broken.fullmatch(SPACE.sub("", line)):
            lines[i] = ""  # a title printed twice
    end = len(lines) if draft.end is None else draft.end
    opening = _opening(lines, draft.start, end)
    named = list(filter(None, (SPACE.sub("", t) for full in draft.titles for t in (full, _without_site(full)[0]))))
    first, after = _title(lines, opening, named)
    closing = _closing(lines, opening, end)
    title = "".join(lines[first:after])
    squeezed = SPACE.sub("", title)

    keep = [False] * len(lines)
    last_cut = max((i for i in range(opening) if lines[i] and _is_furniture(lines[i])), default=-1)
    for i in range(opening):
        if first <= i < after:
            keep[i] = bool(lines[i])
        elif lines[i] and not _is_furniture(lines[i]) and not (squeezed and SPACE.sub("", lines[i]).startswith(squeezed)):
            inside = i >= draft.start and (i >= after if title else i > last_cut)
            keep[i] = inside and not rule.bare.fullmatch(lines[i]) or bool(rule.number.fullmatch(lines[i]))
    for i in range(opening, closing):
        keep[i] = bool(lines[i]) and not (len(lines[i]) <= 60 and _matches(rule.anywhere, lines[i]))
    contents = next((i for i, line in enumerate(lines[: opening + 1]) if CONTENTS.fullmatch(line)), None)
    if contents is not None:  # the headings once more, before they stand
        keep[contents] = False
        for i in range(contents + 1, closing):
            entry = LEADER.sub("", lines[i])
            if lines[i] and not (entry and any(other.startswith(entry) for other in lines[i + 1 : closing])):
                break
            keep[i] = False
    text = closed("\n".join(line for line, kept in zip(lines, keep, strict=True) if kept))
    cut = [line for line, kept in zip(lines, keep, strict=True) if line and not kept]

    furniture = "\n".join(cut)
    fields = _fields(furniture)
    titles = [title, *draft.titles, *fields.get("title", ())]
    titles += [line for line in lines[:opening] if line and "_" in line]
    titles += [
        m[1]
        for line in lines[closing:]
        if (m := len(line) < 200 and ATTACHED.fullmatch(line)) and _matches(rule.attachment, line)
    ]
    parted = [_without_site(t) for t in titles]
    certain = bool(rule.report.fullmatch(squeezed)) or squeezed in named
    ranked = sorted(
        dict.fromkeys(filter(None, (t for t, _ in parted))),
        key=lambda t: not (certain and t == parted[0][0] or rule.report.fullmatch(t) and not t.endswith(("…", "..."))),
    )
    sites = [
        draft.fields.get("site"),
        *(site for _, site in parted),
        *(HOSTED.split(host)[0] for host in fields.get("host", ())),
        *(m[1] for m in HOST.finditer(furniture)),
    ]
    printed = _published(lines, keep, opening, first, after)
    return Page(
        text=text,
        media_type=media_type,
        encoding=encoding,
        titles=tuple(ranked),
        url=draft.fields.get("url") or next((u for u in fields.get("url", ()) if u.startswith("http")), None) or _alone(cut),
        published_on=printed.get("published")
        or parse_date(draft.fields.get("published", ""))
        or next((printed[g] for g in ("general", "bare", "updated", "issued") if g in printed), None),
        publisher=next(iter(fields.get("publisher", ())), None) or draft.fields.get("publisher") or _byline(cut),
        site=next((s for s in sites if s), None),
        furniture=furniture,
        leads=tuple(tidy(lead) for lead in draft.leads),
    )


def _byline(cut: list[str]) -> str | None:
    """The body that stands beside a bare date: 2025-01-09 14:07 | 市消防救援支队 | 阅读."""
    rule = rules()
    parts = (part.strip() for line in cut if rule.bare.fullmatch(line) for part in re.split(r"[|｜]", line))
    return next((part for part in parts if rule.issuer.fullmatch(part)), None)


ATTACHED = re.compile(
    r"(?:[•·▪]\s*)?(?:附\s*件\s*\d{0,2}\s*[:：.、]?\s*)?(?:\d{1,2}[.、．]\s*)?([^/\\]*?)\.[A-Za-z]{2,4}(?:\s*[（(\[].*)?(?:\s*\S*下载)?"
)
HEADED = re.compile(r"([^。；]{8,80}?(?:报告|总结|汇报|情况))\s+(?=\S)")
CONTENTS = re.compile(r"目\s*[录錄次]")
LEADER = re.compile(r"[.…·\s]*\d{0,3}$")
HOSTED = re.compile(r"\s|[A-Za-z©]|.ICP|.公网安备")
HOST = re.compile(r"(?:^|\s)([\u4e00-\u9fff（）()]{4,30})主办(?=\s|$)", re.MULTILINE)
DATED_TITLE = re.compile(r"关于|20|二[〇○零0]")  # so begins what stands below the issuer's line
PLACES = ("省", "市", "县", "区", "旗", "镇", "乡", "街道")
BRACKETED = re.compile(r"[（(][^（）()]{2,20}[）)]$")  # 市城市管理局（市综合行政执法局）
TODAY = re.compile(r"今天是\s*[:：]?.*")
ALONE = re.compile(r"https?://[^\s\u3000-\uffef]+")


def _alone(cut: list[str]) -> str | None:
    return next((m[0] for line in cut if (m := ALONE.fullmatch(line))), None)


def _names_issuer(line: str) -> bool:
    """Is a line the name of a body, and no more?"""
    return rules().issuer.fullmatch(BRACKETED.sub("", line)) is not None


def _is_furniture(line: str) -> bool:
    """Is a line before the body furniture of the head?"""
    rule = rules()
    if _matches(rule.head, line) or rule.metadata.match(line):
        return True
    short = len(line) < 120 and not PROSE.search(line)  # 某县门户网站 发布时间：2019年1月25日
    dated = rule.dated.search(line) if short else None
    return dated is not None and rule.groups[SPACE.sub("", dated["label"] or dated["close"])][0] in ("published", "general")


def _matches(pattern: re.Pattern[str], line: str) -> bool:
    """Is a line wholly of a pattern? Runs of spaces count as one, so that no pattern can spend long on them."""
    return len(line) <= 1000 and pattern.fullmatch(SPACE.sub(" ", line)) is not None


def _opening(lines: list[str], start: int, end: int) -> int:
    """Where the body begins: at its first heading label, sentence or addressee, behind the last metadata of the head."""
    rule = rules()
    total = sum(map(len, lines[start:end]))
    seen, after = 0, start
    for i in range(start, end):
        line = lines[i]
        if rule.label.match(line) and not _matches(rule.head, line) or seen > total * 0.2:
            break
        if line and rule.metadata.match(line):
            after = i + 1
        elif PROSE.search(line):
            seen += len(line)
    for i in range(after, end):
        line = lines[i]
        if not line or _is_furniture(line) or rule.bare.fullmatch(line):
            continue
        if rule.label.match(line) or PROSE.search(line) or rule.addressee.fullmatch(line):
            return i
        if (
            len(line) >= 30
            and re.search("[，,]", line)
            and not rule.report.fullmatch(line)
            or line.endswith(("：", ":"))
            and len(line) > 12
        ):
            return i
    # Nothing reads like a sentence: all that no rule takes for furniture may be text.
    return next((i for i in range(after, end) if lines[i] and not _is_furniture(lines[i])), end)


def _parted(line: str) -> list[str]:
    """The paragraphs of a line into which a whole page was run together: two headings and more behind spaces say so."""
    if len(line) < 400 or len(RUN_HEADING.findall(line)) < 2:
        return [line]
    parts = []
    for part in RUN_TOGETHER.split(line):
        m = RUN_HEAD.match(part)
        parts += [part[: m.end()].rstrip(), part[m.end() :]] if m else [part]
    return [part for part in parts if part]


def _titled(line: str) -> list[str]:
    """A line that goes on behind a report's title with a date or with fields: 2022年…报告 (2023-02-27)."""
    m = len(line) < 200 and HEADED.match(line)
    if not m or not rules().broken.fullmatch(SPACE.sub("", m[1])):
        return [line]
    rest = line[m.end() :]
    return [m[1], rest] if rules().bare.fullmatch(rest) or rules().metadata.match(rest) else [line]


def _title(lines: list[str], opening: int, named: list[str]) -> tuple[int, int]:
    """The lines [first, after) before the body that print the title; (opening, opening) when none does.

    A run of lines that is a title the markup names; else the last that reads like a report's title, with the lines it is
    broken over; else the line above the first metadata.
    """
    rule = rules()
    free = [bool(line) and not _is_furniture(line) and not rule.bare.fullmatch(line) for line in lines[:opening]]
    for first in range(opening - 1, -1, -1):
        joined = ""
        for after in range(first + 1, min(first + 4, opening) + 1):
            if not free[after - 1]:
                break
            joined += SPACE.sub("", lines[after - 1])
            if joined in named:
                above = lines[first - 1] if first > 0 and free[first - 1] else ""  # the issuer, or a place in a menu
                apart = lines[first].startswith("关于") or DATED_TITLE.match(lines[first]) and not above.endswith(PLACES)
                return first - bool(apart and _names_issuer(above)), after
    for last in range(opening - 1, -1, -1):
        line = lines[last]
        if not free[last] or len(line) > 80 or _without_site(line)[1]:
            continue
        first = last
        if len(line) < 6 or not rule.report.fullmatch(line):  # broken within a word that makes it a title
            while first > max(0, last - 3) and free[first - 1] and not rule.report.fullmatch(lines[first - 1]):
                first -= 1
                if rule.broken.fullmatch(joined := "".join(lines[first : last + 1])) and len(joined) <= 80:
                    break
            else:
                continue
        while first > 0 and last - first < 5:
            up = first - 1 if lines[first - 1] else first - 2  # a title may be broken over lines set apart
            if up < 0 or not free[up] or len(lines[up]) > 45 or _without_site(lines[up])[1]:
                break
            above, title = lines[up], "".join(lines[first : last + 1])
            wants = not re.search(r"\d{4}", title) and re.search(r"\d{4}", above) or not re.search("法|政府", title)
            bare = title.startswith(("法治", "推进", "依法")) and " " not in above
            headed = DATED_TITLE.match(title) or title.startswith("年") or bare
            if rule.broken.fullmatch(SPACE.sub("", above)):
                break  # another title
            named_above = _names_issuer(above)
            joins = named_above and (headed or above.startswith("中共")) or above.endswith("关于")
            if not wants and (up < first - 1 or not joins):
                break
            first = up
        if (
            lines[first].startswith("关于")
            and first > 1
            and not lines[first - 1]
            and free[first - 2]
            and _names_issuer(lines[first - 2])
        ):
            first -= 2  # the issuer's line, set apart
        return first, last + 1
    described = next(
        (i for i, line in enumerate(lines[:opening]) if line and (rule.metadata.match(line) or rule.bare.fullmatch(line))), 0
    )
    first = next((i for i in range(described - 1, -1, -1) if lines[i]), 0)
    if described and free[first] and 6 <= len(lines[first]) <= 60:
        return first, first + 1
    return opening, opening


def _closing(lines: list[str], opening: int, end: int) -> int:
    """Where the body ends: before the furniture that the last lines are, the signature still within."""
    rule = rules()
    for i in range(end, min(end + 4, len(lines))):  # a signature that stands outside the article's element
        if rule.date_line.fullmatch(lines[i]) and all(not s or rule.issuer.fullmatch(s) for s in lines[end:i]):
            end = i + 1
            break
    closing, loose = end, 0
    for i in range(end - 1, opening, -1):
        line = lines[i]
        if not line:
            continue
        if _matches(rule.tail, line):
            closing, loose = i, 0
        elif (
            loose < 30
            and len(line) <= 60
            and "\t" not in line
            and not (PROSE.search(line) or rule.label.match(line) or rule.date_line.fullmatch(line))
        ):
            loose += 1
        else:
            break
    # A list of other pages may hold their first sentences, so that the walk from the end stops short of its heading.
    total, seen = sum(map(len, lines[opening:closing])), 0
    for i in range(opening, closing):
        if (
            seen > total * 0.6
            and len(lines[i]) < 200
            and _matches(rule.closing, lines[i])
            and not any(rule.label.match(line) for line in lines[i + 1 : closing])
        ):
            return i
        seen += len(lines[i])
    return closing


def _without_site(title: str) -> tuple[str, str | None]:
    """A title without the names of column and site behind (or before) it, and the site's name."""
    rule = rules()
    title = TYPE.sub("", SPACE.sub(" ", title).strip(" |｜"))
    parts = [part for part in SEPARATOR.split(title) if part]
    if len(parts) < 2:
        return title, None
    best = next((p for p in parts if len(p) > 5 and rule.report.fullmatch(p)), None)
    site = next((p for p in reversed(parts) if p != best and rule.site.fullmatch(p)), None)
    if best is None:
        best = parts[0] if site != parts[0] else parts[-1]
    if best == parts[0]:
        return best, site or parts[-1]
    return (best, site) if site or "_" in title else (title, None)


def _fields(furniture: str) -> dict[str, list[str]]:
    """The values of the metadata fields in furniture, by group, the best label first."""
    rule = rules()
    found: dict[str, list[tuple[int, str]]] = {}
    for m in chain(rule.field.finditer(furniture), rule.joined.finditer(furniture)):
        group, rank = rule.groups[SPACE.sub("", m[1])]
        value = m[2].strip(" \t|｜;；,，、")
        if value and value not in rule.groups and not DATE.match(value) and len(value) <= 120:
            found.setdefault(group, []).append((rank, value))
    return {group: [value for _, value in sorted(values, key=lambda v: v[0])] for group, values in found.items()}


def _published(lines: list[str], keep: list[bool], opening: int, first: int, after: int) -> dict[str, date]:
    """The first date of each group of labels in the furniture; `bare` for one that stands alone near the title."""
    rule = rules()
    dates: dict[str, date] = {}
    alone: list[tuple[bool, int, date]] = []  # above the title?, how far from it
    for i, line in enumerate(lines):
        line = TODAY.sub("", line)
        if keep[i] or not line or _matches(rule.today, line):
            continue
        labels = [(rule.groups[SPACE.sub("", m["label"] or m["close"])][0], m["on"]) for m in rule.dated.finditer(line)]
        for group, on in labels:
            if day := parse_date(on):
                dates.setdefault(group, day)
        if (
            i < opening
            and not labels
            and (first == after or first - 4 <= i < after + 6)
            and (b := rule.bare.fullmatch(line))
            and (day := parse_date(b[1]))
        ):
            alone.append((i < first, abs(i - first), day))
    if alone:
        dates["bare"] = min(alone)[2]
    return dates
