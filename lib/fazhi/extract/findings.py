"""What a reader should know before trusting a figure: caveats of single figures, findings on a report as a whole.

Each rule has a name that docs/caveats.md explains; a finding's message is one Chinese sentence with the figures that it compares.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from fazhi.extract.codebook import codebook
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
        if q.part_of is not None and (found[q.part_of].code, found[q.part_of].scope) == (q.code, q.scope):
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


def _plain(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def findings(text: str, found: Sequence[Quantity], ruled_out: Sequence[RuledOut]) -> list[Finding]:
    """Parts against totals, impossible rates, rates against their parts, changes against levels, one code with two values."""
    out: list[Finding] = []
    parts: dict[int, list[Quantity]] = defaultdict(list)
    for q in found:
        if q.part_of is not None:
            parts[q.part_of].append(q)
        if q.kind == "rate" and q.value > 100:
            out.append(Finding("rate_above_100", "error", f"比率 {_plain(q.value)}% 超过 100%。", q.start, q.end))
    for index, group in parts.items():
        total = found[index]
        same = [p for p in group if p.unit == total.unit and p.high is None]
        if len(same) < 2 or total.qualifier != "exact" or any(p.qualifier != "exact" for p in same):
            continue
        added = sum(p.value for p in same)
        if added > total.value:
            out.append(
                Finding(
                    "parts_exceed_total",
                    "warning",
                    f"各部分合计 {_plain(added)}{total.unit}，多于总数 {_plain(total.value)}{total.unit}。",
                    total.start,
                    same[-1].end,
                )
            )
        elif added < total.value:
            out.append(
                Finding(
                    "parts_below_total",
                    "info",
                    f"所列各部分合计 {_plain(added)}{total.unit}，少于总数 {_plain(total.value)}{total.unit}；或未列全。",
                    total.start,
                    same[-1].end,
                )
            )
    values: dict[tuple[str, str], list[Quantity]] = defaultdict(list)
    for q in found:
        narrower = q.part_of is not None and found[q.part_of].code == q.code
        if q.code and q.kind != "change" and q.status == "actual" and not narrower:
            values[q.code, q.scope].append(q)
    for (code, _), group in values.items():
        distinct = {q.value for q in group}
        if len(distinct) > 1:
            listed = "、".join(_plain(q.value) for q in group)
            message = f"“{codebook().entries[code].name_zh}”同一口径有 {len(distinct)} 个数：{listed}。"
            out.append(Finding("two_values", "info", message, group[0].start, group[-1].end))
    out += _rates(values)
    out += _changes(found)
    loose = [r for r in ruled_out if r.reason == "no_unit"]
    if loose:
        at, end = loose[0].start, loose[0].end
        shown = text[max(0, at - 6) : end + 4].strip()
        message = f"有 {len(loose)} 个数字既未识别为指标，也未归入任何排除理由，首处为“{shown}”。"
        out.append(Finding("numeral_unaccounted", "info", message, at, end))
    return out


def _one(values: dict[tuple[str, str], list[Quantity]], code: str) -> Quantity | None:
    group = values.get((code, "year"), [])
    return group[0] if len(group) == 1 and group[0].qualifier == "exact" else None


def _rates(values: dict[tuple[str, str], list[Quantity]]) -> list[Finding]:
    """Rates that the report gives beside the counts they are made of."""
    out = []
    for rate, part, whole in (("reconsideration_correction_rate", "reconsideration_corrected", "reconsideration_closed"),):
        r, p, w = (_one(values, c) for c in (rate, part, whole))
        if r and p and w and w.value and abs(100 * p.value / w.value - r.value) > 0.6:
            true = f"{_plain(p.value)}÷{_plain(w.value)} 应为 {100 * p.value / w.value:.2f}%"
            out.append(Finding("rate_recomputed", "warning", f"所报比率 {_plain(r.value)}%，按 {true}。", r.start, r.end))
    return out


def _changes(found: Sequence[Quantity]) -> list[Finding]:
    """A change in per cent against the two levels, where the same report gives both."""
    out = []
    for i, q in enumerate(found):
        if q.kind != "change" or q.unit != "%" or not q.change_of or q.direction is None:
            continue
        near = [x for x in found[max(0, i - 3) : i + 3] if x.code == q.change_of and x.kind == "count"]
        now = [x for x in near if x.scope == "year"]
        before = [x for x in near if x.scope == "previous"]
        if len(now) == 1 and len(before) == 1 and before[0].value:
            true = 100 * (now[0].value / before[0].value - 1)
            claimed = q.value if q.direction == "up" else -q.value
            if abs(true - claimed) > 0.6:
                out.append(
                    Finding(
                        "change_contradicts_levels",
                        "warning",
                        f"称变动 {_plain(claimed)}%，按 {_plain(before[0].value)} 至 {_plain(now[0].value)} 应为 {true:.1f}%。",
                        q.start,
                        q.end,
                    )
                )
    return out
