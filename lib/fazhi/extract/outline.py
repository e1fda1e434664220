"""The outline of a report: its headings with level, kind and dimension, each with the span of all that stands in it.

Label styles, the words of the parts and the lines that are no headings are listed in knowledge/sections.toml. The rules here say
where a label counts, where a heading ends, and which level a heading without label has (shared/spec/annotation.md, Sections).
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

from fazhi.extract.dimensions import Topics
from fazhi.extract.kinds import kinds_of, named_kinds
from fazhi.extract.labels import NUMERAL, SPACE, knowledge, labels, level, numbered, value
from fazhi.extract.rows import Finding, Section
from fazhi.extract.run_in import OPEN, SHUT, balanced, heading_end

_STOP = re.compile(r"[。！？!?](?![”’」』）)])|\n")
_CLOSE = " \t\u3000。．.；;：:，,、"
_BREAK = re.compile(r"[：:]|(?<![\d \u3000])[ \u3000]+(?!\d(?!\d*年))")  # a blank beside a figure parts nothing: 达到 27人, 1 386件
_PROSE = re.compile(r"[。！？；]")
_FURTHER = r"[（(]?(?:\d{1,2}|[二三四五六七八九十]{1,2})"  # a label that goes on a list begins so
_NEXT = re.compile(rf"[^。\n]*?[;；]\s*(?:{_FURTHER}[）)]|\d{{1,2}}[.、．](?!\d))")
_NUMBERED = re.compile(rf"[ \u3000]*{_FURTHER}[）)、.．](?!\d)")
_LISTED = re.compile(r"[;；]|.[①-⑳]")
_MEASURED = re.compile(r"\d[\d,.]*[余多]?(?:万|亿)?(?:件|次|人|项|家|个|份|起|条|场|%|％)")
_OPENED = re.compile(r"[,，、和与及]$|以及$")
_BULLET = re.compile(r"[★☆●○■□◆◇▲▶►※•·、．.\s]*")
_DASHED = re.compile(r"^[ \u3000]*(?:[—–―─]{1,2}|[★☆●◆■▲])[ \u3000]*(?=[\u4e00-\u9fff“《])", re.MULTILINE)
_FOREIGN = re.compile(r"[^\u4e00-\u9fff〇○\d“”‘’《》（）()、，,·—\-+ \"'：:\u3000A-Za-z]")
_HAN = re.compile(r"[\u4e00-\u9fff]{3}")
_LOST = re.compile(rf"({NUMERAL}|\d{{1,2}}(?= ))[ \u3000]*(?=[\u4e00-\u9fff\d]{{4}})(?!是|要|则)")
_TWO_CLAUSES = re.compile(r"[\u4e00-\u9fff“”]{5,18} {2,4}[\u4e00-\u9fff“”]{6,24}")
_SECOND = re.compile(rf"[。！？；]{SPACE}(?:[（(]?(?:2|二)[）)、.．]|②|⑵|⒉|㈡)")
_LINE = re.compile(r"^[ \u3000]*(\S[^\n]{0,120})", re.MULTILINE)  # as much of it as may be a lead
_PARAGRAPH = re.compile(r"[^\n]{25,}")
_TOPIC = re.compile(r"[ \u3000]*([^。；;：:\d《》]{4,32})。(?=.{25,})")
_CLAUSE = re.compile("[，,、 ]")
_ROW = re.compile(r"[\t|]")
LONGEST_UNLABELLED = 40
LONGEST_IN_SERIES = 75  # of sentences inside a paragraph with labels that follow one another
LONGEST_RUN_IN = 34  # a longer one without a stop is looked at for a stop that was lost


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


def _cut(text: str, start: int, limit: int) -> tuple[int, int]:
    """Where the heading that begins at `start` ends, and where its text begins, in a paragraph that ends at `limit`."""
    stop = _STOP.search(text, start, limit)
    end, body = (stop.start(), stop.end()) if stop else (limit, limit)
    for m in _BREAK.finditer(text, start, end):
        # A colon or a space stands where the full stop should, when a long clause follows; `党建引领 压实责任` is one heading.
        rest = text[m.end():end]
        terse = knowledge().terse.fullmatch(text, start, m.start())
        least = 4 if m[0].isspace() and not terse else 2
        told = len(rest) > (16 if "," in rest or "，" in rest or terse else 40) or (m[0].isspace() and _MEASURED.search(rest))
        if told and least <= m.start() - start <= 36 and balanced(text[start:m.start()]):
            return m.start(), m.end()
    if (item := text.find("一是", start + 6, min(end, start + 40))) > 0 and balanced(text[start:item]):
        return item, item
    if end - start > 24 and (told := knowledge().told.search(text, start + 6, min(end, start + 40))):
        return told.start(), told.start()  # the full stop is lost: the telling begins with its time or its teller
    if stop and end - start > LONGEST_RUN_IN:
        whole = body >= limit or _NUMBERED.match(text, body) is not None
        if length := heading_end(text[start:end], whole):
            return start + length, start + length
    return end, body


def _line_end(text: str, at: int) -> int:
    """Where the line ends in which an offset stands."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _leads(text: str, leads: Sequence[str]) -> dict[int, int]:
    """Of lines that begin in bold and go on in plain type: where they begin, and where what is in bold ends, at a full stop."""
    wanted = sorted({"".join(lead.split()) for lead in leads}, key=len, reverse=True)
    found = {}
    for m in _LINE.finditer(text) if wanted else ():
        words = [at for at in range(m.start(1), m.end()) if not text[at].isspace()]
        shown = "".join(text[at] for at in words)
        if lead := next((lead for lead in wanted if shown.startswith(lead)), ""):
            end = words[len(lead) - 1] + 1
            stop = _STOP.search(text, m.start(1), end)
            found[m.start(1)] = stop.start() if stop else end
    return found


def _labelled(text: str, leads: dict[int, int]) -> list[Head]:
    """The headings that bear a label."""
    heads: list[Head] = []
    last: dict[str, int] = {}
    listed = "", -2  # the style of a list's last item, and where its line ended
    for m, style, number, first in labels(text):
        start = m.start() + len(m[0]) - len(m[0].lstrip(" \u00a0\u3000"))
        limit = _line_end(text, m.end())
        if heads and start < heads[-1].body:
            continue
        if m.end() >= limit:
            continue
        at = m.end() + len(m[0]) if text.startswith(m[0].strip(), m.end()) and m[0].strip()[-1] in "、）)" else m.end()  # （三）（三）
        end, body = _cut(text, at, limit)
        if (shown := leads.get(start, 0)) >= m.end() + 4 and balanced(text[m.end():shown]):
            end, body = (shown, shown) if text[shown:body].strip(_CLOSE) or shown > body else (end, body)
        if style.name == "circled" and (end - m.end() > 24 or _LISTED.search(text, start, end)):
            continue  # ①…;②… inside a sentence lists things, it heads nothing
        if style.level > 1 and _NEXT.match(text, m.end(), limit):
            continue  # nor do (1)…；(2)… and (一)…；(二)…
        if style.level == 3 and body < limit and _NUMBERED.match(text, body) and _lacks_or_plans(heads):
            continue  # 1.……。2.……。 in one paragraph on problems or plans lists sentences
        if not first:
            # Inside a paragraph only a label in sequence, with a short clause and then text of its own. A blank before the label
            # stands for a line break that was lost.
            apart, told = m[0][:1].isspace(), text[m.start() - 1] in "：:"
            below = knowledge().label.match(text, limit + 1) if body >= limit and (apart or told) else None
            above = below is not None and level(below) > style.level
            if (number != last.get(style.name, 0) + 1 and number != 1) or (told and not (apart or above)):
                continue
            if number == 1 and not above and not _SECOND.search(text, end, limit):
                continue
            # one more of a series goes on to its stop, as those before it do
            series = bool(heads) and (heads[-1].style, heads[-1].number) == (style.name, number - 1) and heads[-1].body == start
            longest = LONGEST_IN_SERIES if series else LONGEST_UNLABELLED
            terse = knowledge().terse.fullmatch(text, m.end(), end)
            if not (2 if terse else 4 if number == 1 else 3) <= end - m.end() <= longest or (body >= limit and not (above or series)):
                continue
            if _MEASURED.search(text, m.end(), end) and not series:
                continue
            if text[end:body].strip() == "" and body < limit and not apart:
                continue
        end, body = _wrapped(text, m.end(), end, body)
        heading = text[at:end].replace("\n", "").strip(_CLOSE)
        item = style.level > 2 and body >= limit and text[m.end():limit].rstrip().endswith((";", "；"))
        if item or (listed == (style.name, start - 1) and body >= limit):  # 1.……；2.……。 on lines of their own list things too
            listed = style.name, limit
            continue
        if not heading:
            continue
        label = m[0].strip()
        heads.append(Head(style.level, label, heading, start, body, style.name, number))
        last[style.name] = number
        for deeper in knowledge().styles:
            if deeper.level > style.level:
                last.pop(deeper.name, None)
    return heads


def _lacks_or_plans(heads: Sequence[Head]) -> bool:
    """Whether the part that the headings so far have come to tells of problems or plans."""
    kinds = next((named_kinds(h.heading) for h in reversed(heads) if h.level == 1), [])
    return bool(kinds) and {"problems", "plan"}.issuperset(kinds)


def _wrapped(text: str, start: int, end: int, body: int) -> tuple[int, int]:
    """A heading that a line break cut in two: it ends in a comma, or in a bracket or quotation that is still open."""
    if text[end:end + 1] in ("\n", ""):
        shown = text[start:end].rstrip()
        opened = any(shown.count(a) > shown.count(b) for a, b in zip(OPEN, SHUT, strict=True))
        if _OPENED.search(shown) or opened:
            following = _line_end(text, end + 1)
            line = text[end + 1:following]
            if 0 < len(line) <= 40 and not knowledge().label.match(line) and not _PROSE.search(line[:-1]):
                return following, following
    return end, body


def _unlabelled(text: str, labelled: list[Head]) -> list[Head]:
    """Lines that head what follows though they bear no label; their level is set by `_levels`."""
    know = knowledge()
    starts = {h.start for h in labelled}
    lines = [(m.start(), m.end()) for m in re.finditer(r"[^\n]+", text)]
    out: list[Head] = []
    prose_seen = False
    for i, (a, b) in enumerate(lines):
        line = text[a:b].strip()
        at = _first(text, (a, b))
        if at in starts:
            prose_seen = True
            continue
        if (bullet := _BULLET.match(line)) and bullet.end():
            at, line = at + bullet.end(), line[bullet.end():]
        if len(line) > LONGEST_UNLABELLED or _PROSE.search(line):
            prose_seen = prose_seen or len(line) > 25
            continue
        barred = know.never.search(line) and not _TWO_CLAUSES.fullmatch(line)  # 聚焦服务  环境优化: no row
        preface = know.preface.fullmatch(line)
        terse = know.terse.fullmatch(line) is not None
        if (len(line) < 3 and not (preface or terse)) or line[-1] in "：:，,、;；" or barred or _MEASURED.search(line):
            continue
        if _FOREIGN.search(line) or not (preface or terse or _HAN.search(line)):
            continue
        named = named_kinds(line)
        if know.body_end.search(line) and not named:
            continue
        if not prose_seen and not preface and (not named or know.title.search(line)):
            continue
        if any(h.start < at < h.body for h in labelled):
            continue
        following = text[slice(*lines[i + 1])].strip() if i + 1 < len(lines) else ""
        if _ROW.search(following) and know.caption.search(line):
            continue
        told = len(following) > LONGEST_UNLABELLED or (re.search(r"\d", following) and re.search("[,，]", following))
        heads_next = i + 1 < len(lines) and _first(text, lines[i + 1]) in starts
        if heads_next or told or _heads_another(text, lines[i + 1:i + 3], following) or "\t" in following \
                or (_PROSE.search(following) and len(following) > 12) or (named and following):
            out.append(Head(0, "", line, at, b, "bare"))
    return out


def _heads_another(text: str, lines: list[tuple[int, int]], following: str) -> bool:
    """Whether the line below is of the same kind and has text of its own: 黑体 above 楷体."""
    know = knowledge()
    if not 3 <= len(following) <= LONGEST_UNLABELLED or len(lines) < 2 or following[-1] in "：:，,、;；":
        return False
    if any(p.search(following) for p in (_PROSE, _FOREIGN, _MEASURED, know.never, know.body_end)):
        return False
    return len(text[slice(*lines[1])].strip()) > LONGEST_UNLABELLED


def _dashed(text: str) -> list[Head]:
    """——强化组织领导，压实责任。局党组……: topic sentences behind a dash, where they are a series."""
    out = []
    for m in _DASHED.finditer(text):
        limit = _line_end(text, m.end())
        end, body = _cut(text, m.end(), limit)
        heading = text[m.end():end].strip(_CLOSE)
        if 4 <= len(heading) <= LONGEST_UNLABELLED and body + 10 < limit and not _MEASURED.search(heading):
            out.append(Head(0, "", heading, m.end(), body, "bare"))
    return out if len(out) > 1 else []


def _topics(text: str, labelled: list[Head], ending: int) -> list[Head]:
    """Topic sentences without a label that run into their text, where nearly every paragraph of a part begins with one."""
    know, starts = knowledge(), {h.start for h in labelled}
    tops = [h for h in labelled if h.level == 1]
    parts = [(h.body, n.start if n else ending) for h, n in zip_longest(tops, tops[1:])] or [(0, ending)]
    out: list[Head] = []
    for begin, end in parts:
        if any(begin <= at < end for at in starts):
            continue
        told = list(_PARAGRAPH.finditer(text, begin, end))[not tops:]  # the lead heads nothing
        found = []
        for m in told:
            topic = _TOPIC.match(text, m.start(), m.end())
            told_first = topic and (know.item.match(topic[1]) or know.opens.match(topic[1]))
            if topic and not told_first and all(3 <= len(c) <= 18 for c in _CLAUSE.split(topic[1])):
                found.append(Head(0, "", topic[1], topic.start(1), topic.end(), "bare"))
        named = tops or any(named_kinds(h.heading) for h in found)  # without any label, problems or a plan are among a report's
        if named and len(found) > 2 and len(found) * 4 >= len(told) * 3:
            out += found
    return out


def _last_parts(text: str, labelled: list[Head]) -> list[Head]:
    """存在的问题：一是…… and 2024年打算。力争……: parts that their first words name, where no heading does."""
    known = {kind for h in labelled for kind in named_kinds(h.heading)}
    out = []
    for m in knowledge().last_part.finditer(text):
        kinds = set(named_kinds(m[1]))
        if kinds and not kinds & known:
            known |= kinds
            out.append(Head(0, "", m[1], m.start(1), m.end(), "bare"))
    return out


def _bold(text: str, leads: dict[int, int], labelled: list[Head]) -> list[Head]:
    """Topic sentences in bold without a label, where they are a series."""
    starts = {h.start for h in labelled}
    out = []
    for start, end in leads.items():
        heading = text[start:end].strip(_CLOSE)
        told = text[end:].lstrip(" ")[:1] in ("：", ":") or knowledge().never.search(heading) or _MEASURED.search(heading)
        if start not in starts and not told and not knowledge().item.match(heading) and 2 <= len(heading) <= LONGEST_UNLABELLED:
            out.append(Head(0, "", heading, start, end, "bare"))
    return out if len(out) > 1 else []


def _numbered(bare: list[Head]) -> tuple[list[Head], list[Head]]:
    """The bare lines that begin with 一, 二, 三 in sequence (一总体成效: the mark after the label is lost), and the others."""
    found, number = [], 0
    for h in bare:
        m = _LOST.match(h.heading)
        if m and value(m[1]) == number + 1:
            number += 1
            found.append(replace(h, level=1, label=m[1], heading=h.heading[m.end():], style="han", number=number))
    if number < 2 or not any(named_kinds(h.heading) for h in found):
        return [], bare
    return found, [h for h in bare if h.start not in {f.start for f in found}]


def _first(text: str, span: tuple[int, int]) -> int:
    return span[0] + len(text[slice(*span)]) - len(text[slice(*span)].lstrip())


def _levels(labelled: list[Head], bare: list[Head]) -> list[Head]:
    """All headings in reading order, each bare one with the level that it visibly has."""
    styles = [h.style for h in labelled]
    if "chapter" in styles and "han" in styles:
        if styles[0] == "han":  # 第一部分 stands below 一、
            for h in labelled:
                h.level = 2 if h.style == "chapter" else h.level
        else:  # 一、 below 第一部分, and what is below 一、 too, but 1. only where （一） stands between
            between = any(h.level == 2 for h in labelled)
            for h in labelled:
                h.level = min(4, h.level + (h.style == "han" or h.level == 2 or (between and h.style != "chapter")))
    tops = [h for h in labelled if h.level == 1]
    heads = sorted([*labelled, *bare], key=lambda h: h.start)
    # without labels, what heads other headings is above them, and so is all before the first such
    above = {h.start for h, n in pairwise(heads) if h.style == n.style == "bare" and n.start - h.body <= 2}
    first = min(above, default=len(heads) and heads[-1].start)
    numbers: dict[int, int] = {}
    kept: list[Head] = []
    for i, h in enumerate(heads):
        if h.style == "bare":
            after = next((n for n in heads[i + 1:] if n.style != "bare"), None)
            if tops and after is not None and after.level == 1 and after is heads[i + 1] and after.start - h.body <= 2:
                h.level = 1  # it has no text, and what it heads is labelled as a part
            elif not tops:
                h.level = 1 if named_kinds(h.heading) or h.start in above or h.start <= first else 2
            elif (named_kinds(h.heading) or knowledge().preface.fullmatch(h.heading)) and (
                    1 not in numbers or after is None or after.level > 1 or after.number == numbers[1] + 2):
                h.level = 1
                numbers = {1: numbers.get(1, 0) + 1}
            elif 2 in numbers and not (after is not None and after.level == 2 and (after.number or 0) >= numbers[2] + 2):
                h.level = 3
            else:
                h.level = 2
        else:
            numbers[h.level] = h.number or 0
            numbers = {level: n for level, n in numbers.items() if level <= h.level}
        kept.append(h)
    return kept


def outline(text: str, leads: Sequence[str] = ()) -> list[Section]:
    """The sections of a report's clean text in reading order, a preamble first when text stands before the first heading.

    `leads` is what paragraphs begin with in bold before they go on in plain type, as far as the source shows it (Page.leads).

    Every `start` is at the label (at the heading where there is none); a section ends where the next of its level or above
    begins.
    """
    signed = knowledge().ended.search(text, len(text) * 3 // 5)
    ending = signed.start() if signed else len(text)  # nothing is headed below the signature
    shown = _leads(text, leads)
    labelled = [h for h in _labelled(text, shown) if h.start < ending]
    bold = _bold(text, shown, labelled)
    marked = {h.start for h in bold}  # what is in bold heads the line, not the line what follows
    numbered, bare = _numbered([h for h in _unlabelled(text, labelled) if h.start < ending and h.start not in marked])
    labelled = sorted([*labelled, *numbered], key=lambda h: h.start)
    known = {h.start for h in bare}
    told = [h for h in (*_dashed(text), *bold) if h.start < ending]
    told += [h for h in _topics(text, [*labelled, *bare, *told], ending) if h.start not in known]
    known |= {h.start for h in (*labelled, *told)}
    told += [h for h in _last_parts(text, [*labelled, *bare, *told]) if h.start < ending and h.start not in known]
    bare = sorted([*bare, *told], key=lambda h: h.start)
    heads = _once(_levels(labelled, bare), text)
    sections: list[Section] = []
    before = heads[0].start if heads else len(text)
    if text[:before].strip():
        sections.append(Section(0, None, 0, None, None, None, None, 0, 0, before))
    offset = len(sections)
    stack: list[int] = []
    for i, h in enumerate(heads):
        while stack and heads[stack[-1]].level >= h.level:
            stack.pop()
        end = next((n.start for n in heads[i + 1:] if n.level <= h.level), len(text))
        parent = stack[-1] + offset if stack else None
        body = min(h.body, end)
        sections.append(Section(i + offset, parent, h.level, h.label or None, h.heading, None, None, h.start, body, end))
        stack.append(i)
    return _dimensions(text, kinds_of(text, sections))


def _once(heads: list[Head], text: str) -> list[Head]:
    """Without the headings of a table of contents, or of a line printed twice: no text of their own, and repeated below."""
    out = []
    again = next((i for i, h in enumerate(heads[2:], 2) if (h.level, h.heading) == (heads[0].level, heads[0].heading)), 0)
    if again and not any(text[h.body:n.start].strip() for h, n in pairwise(heads[:again])):  # a table of contents
        heads = heads[again:]
    for i, h in enumerate(heads):
        following = heads[i + 1].start if i + 1 < len(heads) else len(text)
        if not text[h.body:following].strip() and any(n.level == h.level and n.heading == h.heading for n in heads[i + 1:]):
            continue
        out.append(h)
    return out


def _dimensions(text: str, sections: list[Section]) -> list[Section]:
    """Give each section below an achievements part its dimension.

    What stands before a first part with the label 二、 or a later one is below a part that was cut off, the achievements.
    """
    first = next((s for s in sections if s.level == 1), None)
    cut = first is not None and numbered(first.label or "")[1] > 1
    if not cut and not any(s.kind == "achievements" for s in sections):
        return sections
    topics = Topics(text)
    out, inside, at = [], cut, {s.section_id: (s.start, s.body) for s in sections}
    for s in sections:
        if s.level == 1:
            inside = s.kind == "achievements"
        elif inside and s.level > 1:
            above = None if s.parent_id is None else at[s.parent_id]
            s = replace(s, dimension=topics.of(s.body, s.end, (s.start, s.body), above))
        out.append(s)
    return out


def outline_findings(text: str, sections: list[Section]) -> list[Finding]:
    """What a reader should know of the outline: labels skipped, doubled or damaged, parts merged, headings repeated."""
    out: list[Finding] = []
    last: dict[tuple[int | None, int], int] = {}
    titles: dict[tuple[int, str], int] = {}
    for s in sections:
        if s.heading is None:
            continue
        if s.label:
            style, number = numbered(s.label)
            before = last.get((s.parent_id, s.level))
            where = (s.start, s.start + len(s.label))
            if style == "damaged-han":
                message = f"标题“{s.heading}”的序号已损坏（“{s.label}”），按第{number}项读取。"
                out.append(Finding("label_damaged", "info", message, *where))
            elif before is not None and number == before:
                out.append(Finding("label_doubled", "info", f"序号“{s.label}”在同一部分出现了两次。", *where))
            elif number > (before or 0) + 1 and (before is not None or s.level < 3):
                message = f"序号“{s.label}”之前缺少第{(before or 0) + 1}项，请核对原文是否有缺漏。"
                out.append(Finding("label_skipped", "info", message, *where))
            last[s.parent_id, s.level] = number
        key = (s.level, s.heading)
        if key in titles:
            out.append(Finding("heading_repeated", "info", f"标题“{s.heading}”重复出现。", s.start, s.body))
        titles[key] = s.section_id
        if s.level == 1 and len(named := named_kinds(s.heading)) > 1:
            message = f"“{s.heading}”把几个部分合在一起（{'、'.join(named)}），按“{s.kind}”归类。"
            out.append(Finding("merged_section", "info", message, s.start, s.body))
    return out
