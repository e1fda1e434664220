"""The measures of a report: each sentence or inline item (一是……；) that says what was done, found wanting or planned.

What splits sentences, the words of each status and the words that tell nothing are in knowledge/measures.toml, the field's own
words in knowledge/words.tsv; knowledge/words.py cuts by them.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from fazhi.extract.dimensions import Topics
from fazhi.extract.kinds import named_kinds
from fazhi.extract.outline import knowledge as sections_knowledge
from fazhi.extract.rows import Measure, Section
from fazhi.knowledge import KnowledgeError, load_toml, require
from fazhi.knowledge.words import own_words, segmenter

STATUS = {"achievements": "done", "problems": "problem", "plan": "planned"}
_LEFT = " \t\n\u00a0\u3000•·●◆■▪*—"
_TABLE = re.compile(r"\t|\S {2,}\S| \| ")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")


@cache
def _rules() -> tuple[re.Pattern[str], re.Pattern[str], tuple[tuple[str, re.Pattern[str]], ...], frozenset[str], int]:
    """The boundary, the item's mark, the status rules, the stop words, how many keywords. A bad entry is a KnowledgeError."""
    data = load_toml("measures.toml")
    require("measures.toml", "[split]", data["split"], {"item": str, "yes": list, "no": list})
    require("measures.toml", "[keywords]", data["keywords"], {"count": int, "stop": list})
    statuses = []
    try:
        item = re.compile(data["split"]["item"])
        boundary = re.compile(rf"[。！？!?]+[”’」』）)]*|\n+|(?<=[，,；;：:。！？\s])(?={item.pattern})")
    except re.error as fault:
        raise KnowledgeError("measures.toml", "[split] item", f"the pattern fails: {fault}", "mend it") from None
    for entry in data["status"]:
        name = f"[[status]] {entry.get('status')}"
        require("measures.toml", name, entry, {"status": str, "pattern": str, "yes": list, "no": list})
        if entry["status"] not in STATUS.values():
            raise KnowledgeError("measures.toml", name, "unknown status", f"use one of {sorted(STATUS.values())}")
        try:
            statuses.append((entry["status"], re.compile(entry["pattern"])))
        except re.error as fault:
            raise KnowledgeError("measures.toml", name, f"the pattern fails: {fault}", "mend it") from None
    return boundary, item, tuple(statuses), frozenset(data["keywords"]["stop"]), data["keywords"]["count"]


def own_text(sections: Sequence[Section]) -> Iterator[tuple[Section, int, int]]:
    """Each section with the span of its own text, without what stands in the sections below it."""
    for i, s in enumerate(sections):
        yield s, s.body, min(s.end, sections[i + 1].start if i + 1 < len(sections) else s.end)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences and items of text[start:end], trimmed; lead-ins that end in a colon and table rows are left out."""
    boundary = _rules()[0]
    at = start
    for cut in [m.end() for m in boundary.finditer(text, start, end)] + [end]:
        piece = text[at:cut]
        a, b = at + len(piece) - len(piece.lstrip(_LEFT)), at + len(piece.rstrip())
        at = cut
        if b - a >= 4 and text[b - 1] not in "：:" and _HAN.search(text, a, b) and not _TABLE.search(text, a, b):
            yield a, b


def _signed(text: str, start: int, end: int) -> int:
    """Where the signature, date and annexes that end a report begin, or `end`."""
    know = sections_knowledge()
    while end > start:
        left = max(text.rfind("\n", start, end) + 1, start)
        line = text[left:end].strip()
        short = len(line) <= 40 and not line.endswith(tuple("。；;！"))
        signed = short and (know.never.search(line) or know.body_end.search(line))
        if line and not (signed and left > start):
            return end
        end = left - 1 if left > start else start
    return end


def status_of(sentence: str, default: str) -> str:
    """The status that a sentence's own words show, or `default`."""
    return next((name for name, pattern in _rules()[2] if pattern.search(sentence)), default)


def measures(text: str, sections: list[Section]) -> list[Measure]:
    """Every measure of a report's clean text in reading order, with keywords. A preamble counts only where no heading follows.

    A heading is a measure only where it is the whole of its section: a sentence with a label and nothing below it.
    """
    out: list[Measure] = []
    topics = Topics(text)
    headed = any(s.heading for s in sections)
    kind, mixed, status = "achievements", False, "done"
    last = len(sections) - 1
    for i, (s, start, end) in enumerate(own_text(sections)):
        if s.level == 0 and headed:
            continue
        if s.level == 1:
            kind, mixed = s.kind or "other", len(named_kinds(s.heading or "")) > 1
            status = STATUS.get(kind, "done")
        if i == last:
            end = _signed(text, start, end)
        spans = list(_pieces(text, start, end))
        label = len(s.label or "")
        if s.heading and len(s.heading) >= 12 and not text[s.body:s.end].strip():
            a = s.start + label
            spans = [(a + len(text[a:s.body]) - len(text[a:s.body].lstrip()), a + len(text[a:s.body].rstrip()))]
        for a, b in spans:
            if mixed or kind not in STATUS:
                found = status_of(text[a:b], status)
                if mixed and found == "done":
                    found = status
                if mixed:
                    status = found
            else:
                found = STATUS[kind]
            dimension = topics.of(a, b, None, (s.start, s.body) if s.heading else None)
            out.append(Measure(len(out), s.section_id, a, b, found, dimension, keywords(text[a:b])))
    return out


@lru_cache(maxsize=1 << 16)
def _rank(word: str) -> int:
    """How much a word tells: the field's own words before all others, longer before shorter; 0 for a word that tells nothing."""
    if len(word) < 2 or word in _rules()[3] or not _HAN.fullmatch(word):
        return 0
    return len(word) + 100 * (word in own_words())


def keywords(sentence: str) -> tuple[str, ...]:
    """The few words that tell most of a sentence, in its order."""
    _, item, _, _, count = _rules()
    if mark := item.match(sentence):
        sentence = sentence[mark.end():]
    ranked = {word: rank for word in segmenter().cut(sentence) if (rank := _rank(word))}
    if len(ranked) > count:
        best = sorted(ranked, key=ranked.__getitem__, reverse=True)[:count]
        return tuple(word for word in ranked if word in best)
    return tuple(ranked)
