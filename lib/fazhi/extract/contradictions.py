"""Where a report's own figures do not agree: parts and totals, impossible rates, rates and changes against what they are made of.

A check speaks only where no reading of the sentence fits: every pair of its figures is tried before one is called wrong, and what
was rounded has room as it was printed. A list of parts is only short of its total where it claims to be all of it (其余, 其他, a
table's 合计).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import permutations

from fazhi.extract.codebook import codebook
from fazhi.extract.numerals import fold
from fazhi.extract.parts import lists, slack
from fazhi.extract.phrases import phrase
from fazhi.extract.places import Place
from fazhi.extract.rows import Finding, Quantity

SMALL = 1e-6
FEW = 4  # characters: fewer words than these do not say what is counted


def plain(value: float) -> str:
    """A number as a message prints it: no needless zeros."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def contradictions(text: str, found: Sequence[Quantity], where: Sequence[Place]) -> list[Finding]:
    """The findings rate_above_100, parts_exceed_total, parts_below_total, told_differently, rate_recomputed and
    change_contradicts_levels."""
    folded = fold(text)
    sentences: dict[int, list[int]] = defaultdict(list)
    for i, place in enumerate(where):
        if place.label is None:
            sentences[place.sentence].append(i)
    out = [*_impossible(folded, found, where), *_totals(folded, found, where), *_told_twice(folded, found, where)]
    for group in sentences.values():
        for i in group:
            if found[i].unit == "%" and found[i].qualifier == "exact":
                check = _change if found[i].kind == "change" else _rate
                out += check(folded, found, where, i, [k for k in group if found[k].qualifier == "exact" and k != i])
    return out


def _impossible(folded: str, found: Sequence[Quantity], where: Sequence[Place]) -> Iterator[Finding]:
    """Rates above 100 per cent, but for shares of a plan that was more than done (完成率103.6%)."""
    for q, place in zip(found, where, strict=True):
        if q.kind != "rate" or q.value <= 100:
            continue
        words = folded[place.left : place.left_end] + folded[place.clause : q.start] + folded[slice(*place.label or (0, 0))]
        if not phrase("may_exceed").search(words):
            yield Finding("rate_above_100", "error", f"比率 {plain(q.value)}% 超过 100%。", q.start, q.end)


def _totals(folded: str, found: Sequence[Quantity], where: Sequence[Place]) -> Iterator[Finding]:
    """Lists of parts against what they are parts of."""
    for at, members in lists(found):
        total, parts = found[at], [found[i] for i in members]
        whole = [total, *parts]
        if len(parts) < 2 or any((q.kind, q.qualifier) != (total.kind, "exact") for q in whole):
            continue
        added, loose = sum(q.value for q in parts), sum(slack(folded, q) for q in whole) + SMALL * total.value
        words = f"各部分合计 {plain(added)}{total.unit}，%s总数 {plain(total.value)}{total.unit}。"
        start, end = min(q.start for q in whole), max(q.end for q in whole)
        if added > total.value + loose:
            yield Finding("parts_exceed_total", "warning", words % "多于", start, end)
        elif added < total.value - loose and (where[at].label or _claims_all(folded, found, where, members)):
            yield Finding("parts_below_total", "warning", words % "少于", start, end)


def _told_twice(folded: str, found: Sequence[Quantity], where: Sequence[Place]) -> Iterator[Finding]:
    """Two sentences that begin with the same words of one figure and differ in the number.

    Only a sentence's first figure says by itself what it counts (其中，简易程序案件6件，罚款2万元 does not say so of 罚款).
    """
    told: dict[tuple[object, ...], list[Quantity]] = defaultdict(list)
    for q, place in zip(found, where, strict=True):
        plain_level = q.kind != "change" and (q.status, q.qualifier, q.part_of) == ("actual", "exact", None)
        begins = place.sentence == 0 or folded[place.sentence - 1] in "。！？!?\n"
        if not plain_level or not q.code or place.label or not begins:  # behind a heading in its line, it is of what that says
            continue
        words = phrase("said_of_the_year").sub("", folded[place.sentence : q.start])
        if len(words) >= FEW and not any(c.isdigit() for c in words):
            after = folded[q.end : place.clause_end]
            told[q.code, q.scope, q.unit, q.kind, words, after.partition("(")[0]].append(q)
    for (code, *_), group in told.items():
        first = group[0]
        if other := next((q for q in group if q.value != first.value), None):
            name = codebook().entries[str(code)].name_zh
            message = f"“{name}”同样的话说了两个数：{plain(first.value)}和{plain(other.value)}。"
            yield Finding("told_differently", "warning", message, other.start, other.end)


def _claims_all(folded: str, found: Sequence[Quantity], where: Sequence[Place], members: Sequence[int]) -> bool:
    """Whether a list says that it is the whole: its last item is the rest."""
    return phrase("the_rest").search(folded[where[members[-1]].left : found[members[-1]].start]) is not None


def _size(folded: str, q: Quantity) -> float:
    """The step to which a rate is printed: 0.1 for 98.2%."""
    _, _, decimals = folded[q.start : q.end].rstrip("%").partition(".")
    return 10.0 ** -sum(c.isdigit() for c in decimals)


def _fits(claimed: float, size: float, top: tuple[float, float], base: tuple[float, float]) -> bool:
    """Whether a rate printed to steps of `size`, rounded or cut off, can be the share of two numbers, given as intervals."""
    low, high = 100 * top[0] / base[1], 100 * top[1] / base[0] if base[0] else float("inf")
    return low - size - SMALL <= claimed <= high + size + SMALL


def _span(folded: str, q: Quantity) -> tuple[float, float]:
    room = slack(folded, q)
    return q.value - room, q.value + room


def _rate(folded: str, found: Sequence[Quantity], where: Sequence[Place], i: int, others: Sequence[int]) -> Iterator[Finding]:
    """A rate that names its count (办结率 beside 办结N件), where no two figures of the sentence make it."""
    q, size = found[i], _size(folded, found[i])
    named = phrase("rate_of").search(folded[where[i].left : where[i].left_end])
    counts = [k for k in others if found[k].kind == "count" and found[k].value and found[k].high is None]
    if named is None or q.kind != "rate" or q.status != "actual" or q.value == 100:  # 100 % of what was due
        return
    if any(_fits(q.value, size, _span(folded, found[a]), _span(folded, found[b])) for a, b in permutations(counts, 2)):
        return
    word = named["of"][-2:]
    before = [k for k in counts if k < i]
    tops = [k for k in before if word in folded[where[k].left : found[k].start]]
    if len(tops) != 1:
        return
    top = found[tops[0]]
    bases = [k for k in before if k < tops[0] and found[k].unit == top.unit and found[k].value >= top.value]
    if named["closed"]:  # of the cases that were closed, not of those that came in
        bases = [k for k in bases if phrase("closed_cases").search(folded[where[k].left : found[k].start])]
    if len(bases) == 1 and not phrase("carried").search(folded, found[bases[0]].start, q.start):
        base = found[bases[0]]
        true = f"{plain(top.value)}÷{plain(base.value)} 应为 {100 * top.value / base.value:.2f}%"
        yield Finding("rate_recomputed", "warning", f"所报比率 {plain(q.value)}%，按 {true}。", q.start, q.end)


def _change(folded: str, found: Sequence[Quantity], where: Sequence[Place], i: int, others: Sequence[int]) -> Iterator[Finding]:
    """A change in per cent against the level and last year's, or against the level and the change in numbers."""
    q, up = found[i], found[i].direction == "up"
    if q.direction is None or q.status != "actual" or phrase("change_words").sub("", folded[where[i].left : q.start]):
        return
    claimed, size = (q.value if up else -q.value), _size(folded, q)
    levels = [k for k in others if found[k].kind in ("count", "amount") and found[k].high is None]
    made: list[tuple[int, int, float]] = []  # the level, what it is set against, and what that was before by it
    for n in levels:
        for k in others:
            if found[n].scope == "previous" or found[k].unit != found[n].unit or k == n:
                continue
            if k in levels and found[k].scope == "previous":
                made.append((n, k, found[k].value))
            elif found[k].kind == "change" and found[k].direction == q.direction:
                made.append((n, k, found[n].value - (found[k].value if up else -found[k].value)))
    for n, k, before in made:
        now, then = _span(folded, found[n]), slack(folded, found[k])
        if before <= 0 or _fits(claimed + 100, size, now, (before - then, before + then)):
            return
    if len(made) == 1 and made[0][0] < i == max(made[0][:2]) + 1 and abs(made[0][0] - made[0][1]) == 1:
        n, _, before = made[0]
        true = 100 * (found[n].value / before - 1)
        message = f"称变动 {plain(claimed)}%，按 {plain(before)} 至 {plain(found[n].value)} 应为 {true:.1f}%。"
        yield Finding("change_contradicts_levels", "warning", message, q.start, q.end)
