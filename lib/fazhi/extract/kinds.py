"""The kind of each level-1 part: achievements, problems, first_responsible_person, plan or other.

The words are in knowledge/sections.toml; the heading's words decide, then the part's place among the others and the words of
its text.
"""
from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from fazhi.extract.rows import Section
from fazhi.knowledge import KnowledgeError, compiled, load_toml, require

KINDS = ("achievements", "problems", "first_responsible_person", "plan", "other")
_CLAUSES = re.compile("[,，]")
LATER = frozenset({"problems", "plan", "first_responsible_person"})  # what an account of the work is followed by
PROMISES = 0.4  # words of the future for each sentence that a plan has at least
_YEAR = re.compile(r"((?:19|20)\d{2})\s*年")


@dataclass(frozen=True, slots=True)
class Words:
    """The words that show a kind, and those that take it back."""

    kind: str
    pattern: re.Pattern[str]
    refused: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What sections.toml says of kinds, compiled and checked."""

    words: tuple[Words, ...]
    merged: dict[frozenset[str], str]
    leading: re.Pattern[str]
    future: re.Pattern[str]
    fault: re.Pattern[str]
    intro: re.Pattern[str]


def _compiled(pattern: str, entry: str) -> re.Pattern[str]:
    return compiled("sections.toml", entry, pattern)


@cache
def _knowledge() -> Knowledge:
    data, words, merged = load_toml("sections.toml"), [], {}
    for entry in data["kind"]:
        name = f"[[kind]] {entry.get('name')}"
        require("sections.toml", name, entry, {"name": str, "pattern": str, "not": str, "yes": list, "no": list})
        if entry["name"] not in KINDS:
            raise KnowledgeError("sections.toml", name, "unknown kind", f"use one of {KINDS}")
        refused = _compiled(entry["not"], name) if entry["not"] else None
        words.append(Words(entry["name"], _compiled(entry["pattern"], name), refused))
    for entry in data["merged"]:
        name = f"[[merged]] {entry.get('kinds')}"
        require("sections.toml", name, entry, {"kinds": list, "kind": str, "yes": list})
        if not {*entry["kinds"], entry["kind"]} <= {*KINDS, "first"}:
            raise KnowledgeError("sections.toml", name, "unknown kind", f"use kinds of {KINDS}, or `first`")
        merged[frozenset(entry["kinds"])] = entry["kind"]
    unnamed = data["unnamed"]
    keys = ("leading", "future", "fault", "intro")
    require("sections.toml", "[unnamed]", unnamed, dict.fromkeys(keys, str))
    return Knowledge(tuple(words), merged, *(_compiled(unnamed[key], f"[unnamed] {key}") for key in keys))


def named_kinds(heading: str) -> list[str]:
    """The kinds that a heading names, in the order of its words; achievements only when nothing else is named before it."""
    know, found = _knowledge(), list[tuple[int, str]]()
    for words in know.words:
        shown = heading
        if words.refused:
            shown = words.refused.sub(lambda m: "＿" * len(m[0]), shown)
        m = words.pattern.search(shown)
        if m and not (words.kind == "first_responsible_person" and _CLAUSES.search(shown, 0, m.start())):
            found.append((m.start(), words.kind))  # 学思践悟习近平法治思想，压实第一责任人职责 is about its first clause
    found.sort()
    kinds = [kind for _, kind in found]
    if "achievements" in kinds and len(kinds) > 1:
        leading = know.leading.search(heading)
        if not (kinds[0] == "achievements" and leading):
            kinds.remove("achievements")
    return kinds


def merge(kinds: list[str]) -> str:
    """The kind of a part that names several."""
    rule = _knowledge().merged.get(frozenset(kinds[:2]), "first")
    return kinds[0] if rule == "first" else rule


def _a_sentence(words: re.Pattern[str], body: str) -> float:
    """How often the words stand in a text, for each of its sentences."""
    return len(words.findall(body)) / max(1, body.count("。"))


def _no_plan(body: str, before: list[list[str]], after: list[list[str]]) -> bool:
    """Whether a part that its heading makes a plan is none: the first, or one that others go on after, which promises little."""
    goes_on = not before or any(not named or "plan" in named for named in after)
    return goes_on and _a_sentence(_knowledge().future, body) < PROMISES


def kinds_of(text: str, sections: list[Section]) -> list[Section]:
    """Give each level-1 section its kind: by the words of its heading, then by its place and the words of its text."""
    know, lead = _knowledge(), _YEAR.search(text)
    year = int(lead[1]) if lead else None
    tops = [s for s in sections if s.level == 1]
    done: dict[int, str] = {}
    seen: set[str] = set()
    names = [named_kinds(s.heading or "") for s in tops]
    for i, (s, named) in enumerate(zip(tops, names, strict=True)):
        heading = s.heading or ""
        if named == ["plan"] and _CLAUSES.search(heading) and _no_plan(text[s.body : s.end], names[:i], names[i + 1 :]):
            named = []  # 加强党的领导，高标准谋划法治建设
        own = _YEAR.search(heading)
        intro = i == 0 and names[1:] and not LATER.intersection(names[1]) and know.intro.fullmatch(heading)
        if intro and sections[sections.index(s) + 1].level == 1:
            kind = "other"  # without lower headings: it tells what body that is, and the next part what was done
        elif own and year and int(own[1]) == year + 1 and named in ([], ["achievements"]) and seen:
            kind = "plan"
        elif named:
            kind = merge(named)
        else:
            body = text[s.body:s.end]
            future, fault = _a_sentence(know.future, body), _a_sentence(know.fault, body)
            if "problems" in seen and future >= PROMISES:
                kind = "plan"
            elif fault >= 1 and s is not tops[0] and fault > future:
                kind = "problems"
            elif "plan" in seen:
                kind = "other"
            else:
                kind = "achievements"
        seen.add(kind)
        done[s.section_id] = kind
    return [replace(s, kind=done[s.section_id]) if s.section_id in done else s for s in sections]
