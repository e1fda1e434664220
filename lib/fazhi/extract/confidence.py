"""How sure a code is: the share of practice figures whose code was right at the same lead over the next one."""
from __future__ import annotations

from bisect import bisect_right
from functools import cache

from fazhi.knowledge import KnowledgeError, load_toml, require


@cache
def _curve() -> tuple[list[float], list[float], dict[str, float]]:
    know = load_toml("confidence.toml")
    require("confidence.toml", "file", know, {"points": list, "taken": dict})
    leads = [float(p["lead"]) for p in know["points"]]
    shares = [float(p["share"]) for p in know["points"]]
    known = all(0 <= s <= 1 for s in [*shares, *know["taken"].values()])
    if leads != sorted(leads) or shares != sorted(shares) or not known:
        raise KnowledgeError("confidence.toml", "points", "not rising, or no shares", "let both rise, shares in 0 to 1")
    return leads, shares, know["taken"]


def by_lead(lead: float) -> float:
    """The confidence, 0 to 1, of a code whose bid was `lead` above the next code's."""
    leads, shares, _ = _curve()
    k = bisect_right(leads, lead)
    if k == 0:
        return shares[0]
    if k == len(leads):
        return shares[-1]
    part = (lead - leads[k - 1]) / (leads[k] - leads[k - 1])
    return round(shares[k - 1] + part * (shares[k] - shares[k - 1]), 3)


def by_rule(rule: str) -> float:
    """The confidence of a code taken from a neighbour by that rule."""
    return _curve()[2][rule]
