"""Headings without a label: lines that head what follows, and the first words of paragraphs that are set apart from their text.

Their level is set where all headings of a report are known (outline.py).
"""
from __future__ import annotations

import re
from itertools import zip_longest

from fazhi.extract.kinds import named_kinds
from fazhi.extract.labels import Head, knowledge
from fazhi.extract.run_in import CLOSE, MEASURED, PROSE, cut, line_end

_BULLET = re.compile(r"[★☆●○■□◆◇▲▶►※•·、．.\s]*")
_DASHED = re.compile(r"^[ \u3000]*(?:[—–―─]{1,2}|[★☆●◆■▲])[ \u3000]*(?=[\u4e00-\u9fff“《])", re.MULTILINE)
_FOREIGN = re.compile(r"[^\u4e00-\u9fff〇○\d“”‘’《》（）()、，,·—\-+ \"'：:\u3000A-Za-z]")
_HAN = re.compile(r"[\u4e00-\u9fff]{3}")
_TWO_CLAUSES = re.compile(r"[\u4e00-\u9fff“”]{5,18} {2,4}[\u4e00-\u9fff“”]{6,24}")
_PARAGRAPH = re.compile(r"[^\n]{25,}")
_TOPIC = re.compile(r"[ \u3000]*([^。；;：:\d《》]{4,32})。(?=.{25,})")
_CLAUSE = re.compile("[，,、 ]")
_ROW = re.compile(r"[\t|]")
LONGEST_UNLABELLED = 40


def unlabelled(text: str, labelled: list[Head]) -> list[Head]:
    """Lines that head what follows though they bear no label; their level is set in outline.py."""
    know = knowledge()
    starts = {h.start for h in labelled}
    lines = [(m.start(), m.end()) for m in re.finditer(r"[^\n]+", text)]
    out: list[Head] = []
    prose_seen = False
    for i, (a, b) in enumerate(lines):
        line = text[a:b].strip()
        at = first(text, (a, b))
        if at in starts:
            prose_seen = True
            continue
        if (bullet := _BULLET.match(line)) and bullet.end():
            at, line = at + bullet.end(), line[bullet.end():]
        if len(line) > LONGEST_UNLABELLED or PROSE.search(line):
            prose_seen = prose_seen or len(line) > 25
            continue
        barred = know.never.search(line) and not _TWO_CLAUSES.fullmatch(line)  # 聚焦服务  环境优化: no row
        preface = know.preface.fullmatch(line)
        terse = know.terse.fullmatch(line) is not None
        if (len(line) < 3 and not (preface or terse)) or line[-1] in "：:，,、;；" or barred or MEASURED.search(line):
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
        heads_next = i + 1 < len(lines) and first(text, lines[i + 1]) in starts
        if heads_next or told or _heads_another(text, lines[i + 1:i + 3], following) or "\t" in following \
                or (PROSE.search(following) and len(following) > 12) or (named and following):
            out.append(Head(0, "", line, at, b, "bare"))
    return out


def _heads_another(text: str, lines: list[tuple[int, int]], following: str) -> bool:
    """Whether the line below is of the same kind and has text of its own: 黑体 above 楷体."""
    know = knowledge()
    if not 3 <= len(following) <= LONGEST_UNLABELLED or len(lines) < 2 or following[-1] in "：:，,、;；":
        return False
    if any(p.search(following) for p in (PROSE, _FOREIGN, MEASURED, know.never, know.body_end)):
        return False
    return len(text[slice(*lines[1])].strip()) > LONGEST_UNLABELLED


def dashed(text: str) -> list[Head]:
    """——强化组织领导，压实责任。局党组……: topic sentences behind a dash or a star, where they are a series."""
    out = []
    for m in _DASHED.finditer(text):
        limit = line_end(text, m.end())
        end, body = cut(text, m.end(), limit)
        heading = text[m.end():end].strip(CLOSE)
        if 4 <= len(heading) <= LONGEST_UNLABELLED and body + 10 < limit and not MEASURED.search(heading):
            out.append(Head(0, "", heading, m.end(), body, "bare"))
    return out if len(out) > 1 else []


def topics(text: str, labelled: list[Head], ending: int) -> list[Head]:
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


def last_parts(text: str, labelled: list[Head]) -> list[Head]:
    """存在的问题：一是…… and 2024年打算。力争……: parts that their first words name, where no heading does."""
    named = list(knowledge().last_part.finditer(text))
    known = {kind for h in labelled for kind in named_kinds(h.heading)} if named else set()
    out = []
    for m in named:
        kinds = set(named_kinds(m[1]))
        if kinds and not kinds & known:
            known |= kinds
            out.append(Head(0, "", m[1], m.start(1), m.end(), "bare"))
    return out


def bold_leads(text: str, leads: dict[int, int], labelled: list[Head]) -> list[Head]:
    """Topic sentences in bold without a label, where they are a series."""
    starts = {h.start for h in labelled}
    out = []
    for start, end in leads.items():
        heading = text[start:end].strip(CLOSE)
        told = text[end:].lstrip(" ")[:1] in ("：", ":") or knowledge().never.search(heading) or MEASURED.search(heading)
        if start not in starts and not told and not knowledge().item.match(heading) and 2 <= len(heading) <= LONGEST_UNLABELLED:
            out.append(Head(0, "", heading, start, end, "bare"))
    return out if len(out) > 1 else []


def first(text: str, span: tuple[int, int]) -> int:
    """Where the words of a line begin."""
    return span[0] + len(text[slice(*span)]) - len(text[slice(*span)].lstrip())
