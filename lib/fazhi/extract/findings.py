"""What a reader should know before trusting a figure: caveats of single figures, findings on a report as a whole.

Each rule has a name that docs/caveats.md explains; a finding's message is one Chinese sentence with the figures that it compares.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from fazhi.extract.codebook import codebook
from fazhi.extract.contradictions import contradictions, plain
from fazhi.extract.places import Place
from fazhi.extract.rows import Finding, Quantity, RuledOut

BLOCKING = frozenset(
    {"uncoded", "bound", "range", "partial", "cumulative", "previous", "next", "target", "norm", "change", "part", "year_unknown"}
)


def caveats(found: Sequence[Quantity], year: int | None) -> None:
    """Set the caveats of each quantity in place; those in BLOCKING make it unfit to stand beside other figures of its code."""
    book = codebook()
    seen: dict[tuple[str, str, str], set[float]] = defaultdict(set)
    for q in found:
        if q.code and q.kind != "change" and q.part_of is None:
            seen[q.code, q.scope, q.status].add(q.value)
    for q in found:
        out = []
        if q.kind == "change":
            out.append("change")
        elif q.code is None:
            out.append("uncoded")
        if q.qualifier == "range":
            out.append("range")
        elif q.qualifier != "exact":
            out.append("bound")
        if q.scope in ("partial", "cumulative", "previous", "next"):
            out.append(q.scope)
        if q.status != "actual":
            out.append(q.status)
        if q.code and q.part_of is not None and (found[q.part_of].code, found[q.part_of].scope) == (q.code, q.scope):
            out.append("part")
        if year is None:
            out.append("year_unknown")
        if q.code and q.kind != "change":
            entry = book.entries[q.code]
            if entry.scope != q.scope and q.scope in ("year", "stock"):
                out.append("scope_unusual")
            if q.unit not in entry.units:
                out.append("unit_unusual")
            if q.part_of is None and len(seen[q.code, q.scope, q.status]) > 1:
                out.append("several_values")
            if q.rule == "part_of_total":
                out.append("code_from_total")
        q.caveats = out


def comparable(q: Quantity) -> bool:
    """Whether a figure is fit to stand beside other issuers' and years' figures of its code."""
    return q.code is not None and not BLOCKING.intersection(q.caveats)


def findings(text: str, found: Sequence[Quantity], where: Sequence[Place], ruled_out: Sequence[RuledOut]) -> list[Finding]:
    """One code with two values, what the report's own figures contradict, and the numerals that nothing accounts for."""
    out: list[Finding] = []
    values: dict[tuple[str, str], list[Quantity]] = defaultdict(list)
    for q in found:
        narrower = q.part_of is not None and found[q.part_of].code == q.code
        if q.code and q.kind != "change" and q.status == "actual" and not narrower:
            values[q.code, q.scope].append(q)
    for (code, _), group in values.items():
        distinct = {q.value for q in group}
        if len(distinct) > 1:
            listed = "、".join(plain(q.value) for q in group)
            message = f"“{codebook().entries[code].name_zh}”同一口径有 {len(distinct)} 个数：{listed}。"
            out.append(Finding("two_values", "info", message, group[0].start, group[-1].end))
    out += contradictions(text, found, where)
    loose = [r for r in ruled_out if r.reason == "no_unit"]
    if loose:
        at, end = loose[0].start, loose[0].end
        shown = text[max(0, at - 6) : end + 4].strip()
        message = f"有 {len(loose)} 个数字既未识别为指标，也未归入任何排除理由，首处为“{shown}”。"
        out.append(Finding("numeral_unaccounted", "info", message, at, end))
    return out
