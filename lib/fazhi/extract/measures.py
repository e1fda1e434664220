"""The measures of a report: each sentence or inline item (一是……；) that says what was done, found wanting or planned.

What splits sentences, the words of each status and the words that tell nothing are in knowledge/measures.toml, the field's own
words in knowledge/words.tsv; knowledge/words.py cuts by them.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from fazhi.extract.dimensions import UNDER, Topics
from fazhi.extract.kinds import named_kinds
from fazhi.extract.labels import knowledge as sections_knowledge
from fazhi.extract.rows import Measure, Section
from fazhi.knowledge import KnowledgeError, compiled, load_toml, require
from fazhi.knowledge.words import own_words, segmenter

STATUS = {"achievements": "done", "problems": "problem", "plan": "planned"}
_TOPICAL = ("achievements", "first_responsible_person")  # parts whose own heading may name a dimension
_LEFT = " \t\n\u00a0\u3000•·●◆■▪*—"
_TABLE = re.compile(r"[\t ](?:(?<=\t)|(?<=\S ) +(?=\S)|\| )")  # a tab, a gap inside the line, a bar
_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")


@dataclass(frozen=True, slots=True)
class Rules:
    """measures.toml, compiled and checked."""

    boundary: re.Pattern[str]
    item: re.Pattern[str]
    closing: re.Pattern[str]
    statuses: dict[str, re.Pattern[str]]  # in the order in which they are tried
    count: int
    stop: frozenset[str]


def _compiled(pattern: str, entry: str) -> re.Pattern[str]:
    return compiled("measures.toml", entry, pattern)


@cache
def _rules() -> Rules:
    """The rules of measures.toml. A bad entry is a KnowledgeError."""
    data = load_toml("measures.toml")
    require("measures.toml", "[split]", data["split"],
            {"item": str, "yes": list, "no": list, "closing": str, "closing_yes": list, "closing_no": list})
    require("measures.toml", "[keywords]", data["keywords"], {"count": int, "stop": list})
    item = _compiled(data["split"]["item"], "[split] item")
    # One class of characters in front, so that the scan leaps from stop to stop.
    boundary = re.compile(rf"[。！？!?，,；;：:\s](?:(?<=[。！？!?])[。！？!?]*[”’」』）)]*|(?<=\n)\n*|(?={item.pattern}))")
    statuses: dict[str, re.Pattern[str]] = {}
    for entry in data["status"]:
        name = f"[[status]] {entry.get('status')}"
        require("measures.toml", name, entry, {"status": str, "pattern": str, "yes": list, "no": list})
        if entry["status"] not in STATUS.values() or entry["status"] in statuses:
            raise KnowledgeError("measures.toml", name, "unknown or doubled status",
                                 f"use each of {sorted(STATUS.values())} once")
        statuses[entry["status"]] = _compiled(entry["pattern"], name)
    if left := set(STATUS.values()) - set(statuses):
        raise KnowledgeError("measures.toml", "[[status]]", f"{sorted(left)} missing", "write an entry for each")
    return Rules(boundary, item, _compiled(data["split"]["closing"], "[split] closing"), statuses,
                 data["keywords"]["count"], frozenset(data["keywords"]["stop"]))


def own_text(sections: Sequence[Section]) -> Iterator[tuple[Section, int, int]]:
    """Each section with the span of its own text, without what stands in the sections below it."""
    for i, s in enumerate(sections):
        yield s, s.body, min(s.end, sections[i + 1].start if i + 1 < len(sections) else s.end)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences, items and lead-ins (they end in a colon) of text[start:end], trimmed; table rows are left out."""
    at = start
    for cut in [*(m.end() for m in _rules().boundary.finditer(text, start, end)), end]:
        piece = text[at:cut]
        bare = piece.lstrip(_LEFT)
        a, b = cut - len(bare), at + len(piece.rstrip())
        at = cut
        if b - a >= 4 and _HAN.search(text, a, b) and not _TABLE.search(text, a, b):
            yield a, b


def _signed(text: str, start: int, end: int) -> int:
    """Where the signature, date and annexes that end a report begin, or `end`."""
    know, closing = sections_knowledge(), _rules().closing
    while end > start:
        left = max(text.rfind("\n", start, end) + 1, start)
        line = text[left:end].strip()
        short = len(line) <= 40 and not line.endswith(tuple("。；;！"))
        signed = short and (know.never.search(line) or know.body_end.search(line) or know.ended.search(line))
        signed = signed or closing.search(line)
        if line and not (signed and left > start):
            return end
        end = left - 1 if left > start else start
    return end


def status_of(sentence: str, default: str) -> str:
    """The status that a sentence's own words show, or `default`."""
    return next((name for name, pattern in _rules().statuses.items() if pattern.search(sentence)), default)


@dataclass(slots=True)
class Standing:
    """What the headings and sentences so far say of the status of those that follow."""

    part: str = "done"  # by the part's kind
    status: str = "done"
    open: bool = False  # the part's kind does not settle the status: the words of each sentence do
    merged: bool = False  # the part names two kinds: what a sentence shows holds on for those after it

    def enter(self, section: Section) -> None:
        """Take what a heading says. Below a part on faults, or on two kinds, a heading that names a kind settles it."""
        if section.level == 1:
            kind = section.kind or "other"
            self.merged = len(named_kinds(section.heading or "")) > 1
            self.part = self.status = STATUS.get(kind, "done")
            self.open = self.merged or kind not in STATUS
        elif self.merged or self.part == "problem":
            named = named_kinds(section.heading or "")
            if named in (["problems"], ["plan"]):
                self.status, self.open = STATUS[named[0]], False
            elif not self.merged and section.level == 2:
                self.status = self.part

    def of(self, sentence: str) -> str:
        """The status of a sentence."""
        if self.open:
            found = status_of(sentence, self.status)
            if not self.merged:
                return found
            self.status = self.status if found == "done" else found
        elif self.status == "problem" and _turns(sentence):
            self.status = "planned"  # what is to be done about them, at the end of a part on faults
        return self.status


def _turns(sentence: str) -> bool:
    """Whether a sentence among faults begins what is planned: it opens with such words, or has them and names no fault."""
    rules = _rules().statuses
    plan = rules["planned"].search(sentence)
    return plan is not None and (plan.start() == 0 or not rules["problem"].search(sentence))


def measures(text: str, sections: list[Section]) -> list[Measure]:
    """Every measure of a report's clean text in reading order, with keywords. A preamble counts only where no heading follows.

    A heading is a measure only where it is the whole of its section: a sentence with a label and nothing below it.
    """
    out: list[Measure] = []
    topics = Topics(text)
    headed = any(s.heading for s in sections)
    standing = Standing()
    last = len(sections) - 1
    for i, (s, start, end) in enumerate(own_text(sections)):
        if s.level == 0 and headed:
            continue
        standing.enter(s)
        if i == last:
            end = _signed(text, start, end)
        spans = list(_pieces(text, start, end))
        if s.heading and len(s.heading) >= 12 and not text[s.body:s.end].strip():
            a = s.start + len(s.label or "")
            spans = [(a + len(text[a:s.body]) - len(text[a:s.body].lstrip()), a + len(text[a:s.body].rstrip()))]
        # A heading of the first level may only say that what follows are achievements, faults or plans.
        topical = s.heading and (s.level > 1 or s.kind in _TOPICAL and not standing.merged)
        under = topics.weights(s.start, s.body, UNDER) if topical else None
        for a, b in spans:
            sentence = text[a:b]
            status = standing.of(sentence)
            if sentence[-1] in "：:":
                continue  # it leads items in, and says no more than what they are
            out.append(Measure(len(out), s.section_id, a, b, status, topics.of_sentence(a, b, under),
                               keywords(sentence)))
    return out


class _Ranks(dict[str, int]):
    """How much each word tells: the field's own words before all others, longer before shorter; 0 for one that tells nothing."""

    def __missing__(self, word: str) -> int:
        if len(self) > 1 << 16:
            self.clear()
        told = len(word) > 1 and word not in _rules().stop and _HAN.fullmatch(word)
        self[word] = rank = len(word) + 100 * (word in own_words()) if told else 0
        return rank


_RANKS = _Ranks()


def keywords(sentence: str) -> tuple[str, ...]:
    """The few words that tell most of a sentence, in its order."""
    rules, ranks = _rules(), _RANKS
    if mark := rules.item.match(sentence):
        sentence = sentence[mark.end():]
    ranked = tuple(dict.fromkeys(filter(ranks.__getitem__, segmenter().cut(sentence))))
    if len(ranked) > rules.count:
        best = sorted(ranked, key=ranks.__getitem__, reverse=True)[:rules.count]
        return tuple([word for word in ranked if word in best])
    return ranked
