"""The outline of a report: its headings with level, kind and dimension, each with the span of all that stands in it.

Label styles, the words of the parts and the lines that are no headings are listed in knowledge/sections.toml. The rules here say
where a label counts, where a heading ends, and which level a heading without label has (shared/spec/annotation.md, Sections).
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from fazhi.extract.dimensions import Topics
from fazhi.extract.kinds import kinds_of, named_kinds
from fazhi.extract.labels import NUMERAL, SPACE, Head, knowledge, labels, level, numbered, value
from fazhi.extract.rows import Finding, Section
from fazhi.extract.run_in import CLOSE, FURTHER, MEASURED, NUMBERED, OPEN, PROSE, SHUT, STOP, balanced, cut, line_end
from fazhi.extract.unlabelled import LONGEST_UNLABELLED, bold_leads, dashed, last_parts, topics, unlabelled

_NEXT = re.compile(rf"[^。\n]*?[;；]\s*(?:{FURTHER}[）)]|\d{{1,2}}[.、．](?!\d))")
_LISTED = re.compile(r"[;；]|.[①-⑳]")
_OPENED = re.compile(r"[,，、和与及]$|以及$")
_LOST = re.compile(rf"({NUMERAL}|\d{{1,2}}(?= ))[ \u3000]*(?=[\u4e00-\u9fff\d]{{4}})(?!是|要|则)")
_SECOND = re.compile(rf"[。！？；]{SPACE}(?:[（(]?(?:2|二)[）)、.．]|②|⑵|⒉|㈡)")
_LINE = re.compile(r"^[ \u3000]*(\S[^\n]{0,120})", re.MULTILINE)  # as much of it as may be a lead
LONGEST_IN_SERIES = 75  # of sentences inside a paragraph with labels that follow one another


def _leads(text: str, leads: Sequence[str]) -> dict[int, int]:
    """Of lines that begin in bold and go on in plain type: where they begin, and where what is in bold ends, at a full stop."""
    wanted = sorted({"".join(lead.split()) for lead in leads}, key=len, reverse=True)
    found = {}
    for m in _LINE.finditer(text) if wanted else ():
        words = [at for at in range(m.start(1), m.end()) if not text[at].isspace()]
        shown = "".join(text[at] for at in words)
        if lead := next((lead for lead in wanted if shown.startswith(lead)), ""):
            end = words[len(lead) - 1] + 1
            stop = STOP.search(text, m.start(1), end)
            found[m.start(1)] = stop.start() if stop else end
    return found


def _labelled(text: str, leads: dict[int, int]) -> list[Head]:
    """The headings that bear a label."""
    heads: list[Head] = []
    last: dict[str, int] = {}
    listed = "", -2  # the style of a list's last item, and where its line ended
    for m, style, number, first in labels(text):
        start = m.start() + len(m[0]) - len(m[0].lstrip(" \u00a0\u3000"))
        limit = line_end(text, m.end())
        if heads and start < heads[-1].body:
            continue
        if m.end() >= limit:
            continue
        again = m[0].strip()  # （三）（三）规范执法
        at = m.end() + (len(again) if again[-1] in "、）)" and text.startswith(again, m.end()) else 0)
        end, body = cut(text, at, limit)
        if (shown := leads.get(start, 0)) >= m.end() + 4 and balanced(text[m.end():shown]):
            end, body = (shown, shown) if text[shown:body].strip(CLOSE) or shown > body else (end, body)
        if style.name == "circled" and (end - m.end() > 24 or _LISTED.search(text, start, end)):
            continue  # ①…;②… inside a sentence lists things, it heads nothing
        if style.level > 1 and _NEXT.match(text, m.end(), limit):
            continue  # nor do (1)…；(2)… and (一)…；(二)…
        if style.level == 3 and body < limit and NUMBERED.match(text, body) and _lacks_or_plans(heads):
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
            least = 2 if knowledge().terse.fullmatch(text, m.end(), end) else 4 if number == 1 else 3
            if not least <= end - m.end() <= longest or (body >= limit and not (above or series)):
                continue
            if MEASURED.search(text, m.end(), end) and not series:
                continue
            if text[end:body].strip() == "" and body < limit and not apart:
                continue
        end, body = _wrapped(text, m.end(), end, body)
        heading = text[at:end].replace("\n", "").strip(CLOSE)
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
            following = line_end(text, end + 1)
            line = text[end + 1:following]
            if 0 < len(line) <= 40 and not knowledge().label.match(line) and not PROSE.search(line[:-1]):
                return following, following
    return end, body


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


def _ending(text: str, labelled: list[Head]) -> int:
    """Where a report ends: nothing is headed below its signature or annex, but its parts go on behind a table's 附：…."""
    tops = [h for h in labelled if h.level == 1 and h.number]
    at = len(text) * 3 // 5
    while signed := knowledge().ended.search(text, at):
        last = next((h.number for h in reversed(tops) if h.start < signed.start()), None)
        following = next((h for h in tops if h.start > signed.start()), None)
        if last is None or following is None or following.number != last + 1:
            return signed.start()
        at = following.start
    return len(text)


def outline(text: str, leads: Sequence[str] = ()) -> list[Section]:
    """The sections of a report's clean text in reading order, a preamble first when text stands before the first heading.

    `leads` is what paragraphs begin with in bold before they go on in plain type, as far as the source shows it (Page.leads).

    Every `start` is at the label (at the heading where there is none); a section ends where the next of its level or above
    begins.
    """
    shown = _leads(text, leads)
    labelled = _labelled(text, shown)
    ending = _ending(text, labelled)
    labelled = [h for h in labelled if h.start < ending]
    bold = bold_leads(text, shown, labelled)
    marked = {h.start for h in bold}  # what is in bold heads the line, not the line what follows
    numbered, bare = _numbered([h for h in unlabelled(text, labelled) if h.start < ending and h.start not in marked])
    labelled = sorted([*labelled, *numbered], key=lambda h: h.start)
    known = {h.start for h in bare}
    told = [h for h in (*dashed(text), *bold) if h.start < ending]
    told += [h for h in topics(text, [*labelled, *bare, *told], ending) if h.start not in known]
    known |= {h.start for h in (*labelled, *told)}
    told += [h for h in last_parts(text, [*labelled, *bare, *told]) if h.start < ending and h.start not in known]
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
