"""What the search for promises knows: knowledge/promises.toml, how alike two texts are, when a figure meets its target."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from fazhi.compare.guards import Words
from fazhi.knowledge import KnowledgeError, compiled, exemplified, load_toml, require

FILE = "promises.toml"
VERDICTS = ("kept", "missed", "cannot_tell", "not_mentioned", "no_report")
HAN = re.compile(r"[\u3400-\u9fffA-Za-z]+")
STOP = re.compile(r"[；;。！？!?\n]")  # ends a sentence or an item
RATE = re.compile(r".(?:率|比例|占比|覆盖面|满意度)")
ABOUT = 0.1  # what 约 may hide: a tenth of the value


@dataclass(frozen=True, slots=True)
class Day:
    """A way to name a day: groups 1 and 2 are month and day, or `month` is given; without a day it is the month's last."""

    pattern: re.Pattern[str]
    month: int | None

    def find(self, text: str, year: int) -> tuple[int, date] | None:
        """Where the day stands in the text, and which it is; None where there is none, or no such day (13月)."""
        found = self.pattern.search(text)
        if not found:
            return None
        month = self.month or int(found[1])
        if not 1 <= month <= 12:
            return None
        last = calendar.monthrange(year, month)[1]
        day = int(found[2]) if self.pattern.groups > 1 else last
        return (found.start(), date(year, month, day)) if 1 <= day <= last else None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """knowledge/promises.toml, checked."""

    verdicts: dict[str, Words]
    forms: dict[str, Words]
    reasons: dict[str, Words]
    alike: dict[str, float]
    words: dict[str, re.Pattern[str]]
    deadlines: tuple[Day, ...]
    happened: tuple[Day, ...]
    times: tuple[tuple[re.Pattern[str], int], ...]
    made: dict[str, re.Pattern[str]]  # form -> verb and name; group 1 is the name
    who: tuple[tuple[str, ...], ...]


def fail(entry: str, example: object) -> KnowledgeError:
    """The fault of an entry whose example says otherwise."""
    return KnowledgeError(FILE, entry, f"its example {example!r} says otherwise", "mend pattern or example")


@cache
def knowledge() -> Knowledge:
    """The words of promises.toml. Raises KnowledgeError with entry and remedy."""
    data = load_toml(FILE)
    told: dict[str, dict[str, Words]] = {"verdict": {}, "form": {}, "reason": {}}
    for kind, names in told.items():
        for number, entry in enumerate(data.get(kind, []), 1):
            require(FILE, f"{kind} {number}", entry, {"name": str, "zh": str, "en": str})
            names[entry["name"]] = Words(entry["zh"], entry["en"])
    if tuple(told["verdict"]) != VERDICTS:
        raise KnowledgeError(FILE, "verdict", f"they are {', '.join(told['verdict'])}", f"write {', '.join(VERDICTS)}")
    words = {}
    for number, entry in enumerate(data.get("words", []), 1):
        require(FILE, f"words {number}", entry, {"name": str, "pattern": str, "yes": list, "no": list})
        words[entry["name"]] = exemplified(FILE, f"words {entry['name']}", entry["pattern"], entry["yes"], entry["no"])
    made = {}
    for entry in data.get("made", []):
        require(FILE, f"made {entry.get('form')}", entry, dict.fromkeys(("verbs", "nouns", "yes", "no"), list) | {"form": str})
        verbs, nouns = "|".join(entry["verbs"]), "|".join(entry["nouns"])
        made[entry["form"]] = pattern = re.compile(
            rf"(?<![新所已件策划案序度])(?:{verbs})(?!之|后|前|的|、)([^，,；;。：:、]{{0,40}}?(?:{nouns})》?)(?=$|[，,；;。、和及等\d])"
        )
        for example, name in entry["yes"]:
            found = pattern.search(example)
            if not found or found[1] != name:
                raise fail(f"made {entry['form']}", example)
        for example in entry["no"]:
            if pattern.search(example):
                raise fail(f"made {entry['form']}", example)
    return Knowledge(
        told["verdict"],
        told["form"],
        told["reason"],
        {name: float(share) for name, share in data["alike"].items()},
        words,
        days(data, "deadline"),
        days(data, "happened"),
        tuple((compiled(FILE, "times", entry["pattern"]), entry["times"]) for entry in data.get("times", [])),
        made,
        tuple(tuple(entry["words"]) for entry in data.get("who", [])),
    )


def days(data: dict[str, Any], name: str) -> tuple[Day, ...]:
    """The ways to name a day, with their examples walked in 2021."""
    found = []
    for number, entry in enumerate(data.get(name, []), 1):
        require(FILE, f"{name} {number}", entry, {"pattern": str, "yes": list}, {"month": int})
        day = Day(compiled(FILE, f"{name} {number}", entry["pattern"]), entry.get("month"))
        for example, month_day in entry["yes"]:
            seen = day.find(example, 2021)
            if not seen or seen[1] != date.fromisoformat(f"2021-{month_day}"):
                raise fail(f"{name} {number}", example)
        found.append(day)
    return tuple(found)


def day_in(ways: Iterable[Day], text: str, year: int) -> date | None:
    """The first day that a text names; of two ways that name one at the same place the earlier of the file."""
    found = [seen for way in ways if (seen := way.find(text, year))]
    return min(found, key=lambda seen: seen[0])[1] if found else None


# --- texts


def sentences(text: str, start: int = 0) -> Iterator[tuple[int, str]]:
    """The parts of a text between ；and 。, each with its place (counted from `start`)."""
    place = 0
    for stop in [*(m.start() for m in STOP.finditer(text)), len(text)]:
        part = text[place:stop]
        if part.strip():
            yield start + place + len(part) - len(part.lstrip()), part.strip()
        place = stop + 1


def around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence or item begins and ends in which a span stands: between the stops around it."""
    first = max((m.end() for m in STOP.finditer(text, 0, start)), default=0)
    found = STOP.search(text, end)
    last = found.start() if found else len(text)
    return last - len(text[first:last].lstrip()), last


@lru_cache(maxsize=200_000)
def grams(text: str) -> frozenset[str]:
    """The pairs of characters of what a text is about, idle words and numbers left out; the word itself where it has only one."""
    bare = knowledge().words["idle"].sub(" ", text)
    runs = [run for run in HAN.findall(bare) if len(run) > 1] or HAN.findall(bare)
    return frozenset(run[i : i + 2] for run in runs for i in range(max(len(run) - 1, 1)))


def alike(promise: str, answer: str) -> float:
    """The share of the promise's pairs of characters that the answer has too; 0 where the promise has none."""
    asked = grams(promise)
    return len(asked & grams(answer)) / len(asked) if asked else 0.0


def others(promise: str, answer: str) -> bool:
    """Whether the two name different ones of a set that exclude each other: 常务会议, 中心组."""
    for words in knowledge().who:
        one, two = ({w for w in words if w in text} for text in (promise, answer))
        if one and two and not one & two:
            return True
    return False


def other_rates(promise: str, answer: str) -> bool:
    """Whether the two name different rates: 审结率, 受理率."""
    one, two = (RATE.findall(text) for text in (promise, answer))
    return bool(one and two and one[-1] != two[-1])


# --- figures


def spread(row: dict[str, Any]) -> tuple[float, float]:
    """The lowest and the highest value for the year that a figure may stand for. A part of the year bounds the year from below, a
    sum over several years from above; 每季度1次 is 4 a year."""
    many = often(row["words"])
    value, high = row["value"] * many, row["high"] * many if row["high"] is not None else None
    low, top = {
        "over": (value, math.inf),
        "at_least": (value, math.inf),
        "under": (-math.inf, math.nextafter(value, -math.inf)),
        "at_most": (-math.inf, value),
        "about": (value * (1 - ABOUT), value * (1 + ABOUT)),
        "range": (value, value if high is None else high),
    }.get(row["qualifier"], (value, value))
    if row["scope"] == "partial":
        return (-math.inf, math.inf) if row["kind"] == "rate" else (low, math.inf)
    if row["scope"] == "cumulative" and row["kind"] != "rate":
        return -math.inf, top
    return low, top


def often(words: str) -> int:
    """How many times a year a clause means: 4 for 每季度."""
    return next((times for pattern, times in knowledge().times if pattern.search(words)), 1)


def judge(target: dict[str, Any], found: dict[str, Any]) -> tuple[str, str]:
    """Verdict and reason for a target and the figure that answers it; both have value, high, qualifier, kind, scope, direction,
    `words` (the clause) and `extent`, the target `ceiling` too.

    A plain target is one to reach (评查200卷, 达到97%), unless its words or its bound (以内, 不超过) make it a ceiling. Half-open
    bounds decide where they can: 近90% misses 90%, 10余次 keeps 10次.
    """
    words = knowledge().words
    if target["extent"] and found["extent"] and target["extent"] != found["extent"]:
        return "cannot_tell", "extent"
    if bool(words["each"].search(target["words"])) != bool(words["each"].search(found["words"])):
        return "cannot_tell", "each"
    if target["kind"] == "change" and {target["direction"], found["direction"]} == {"up", "down"}:
        return "missed", "direction"
    low, top = spread(found)
    counted = target["kind"] in ("count", "amount")
    more, new = (counted and bool(words["increment"].search(row["words"])) for row in (target, found))
    if more and found["scope"] == "stock":
        low = -math.inf  # a total says how many were added at most
    elif new and not more and found["scope"] == "stock":
        top = math.inf  # what was added says how many there are at least
    at_most = target["qualifier"] in ("under", "at_most") or target["ceiling"]
    aim = (target["high"] if at_most and target["high"] is not None else target["value"]) * often(target["words"])
    verdict = decide(at_most, aim, low, top, found["qualifier"] == "over")
    if verdict != ("cannot_tell", "bound"):
        return verdict
    if found["scope"] in ("partial", "cumulative"):
        return "cannot_tell", found["scope"]
    return "cannot_tell", "increment" if more != new else "bound"


def decide(at_most: bool, aim: float, low: float, top: float, above: bool = False) -> tuple[str, str]:
    """Verdict and reason for an aim and the least and most that was reached; `above`: more than the least for sure."""
    if at_most:
        if top <= aim:
            return "kept", "met"
        return ("missed", "exceeded") if low > aim or (above and low == aim) else ("cannot_tell", "bound")
    if low >= aim:
        return "kept", "met"
    return ("missed", "short") if top < aim else ("cannot_tell", "bound")
