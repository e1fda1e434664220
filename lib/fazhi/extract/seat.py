"""Where a body sits: which division a name means on a page, told apart by the rest of the page or not at all."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from fazhi.extract.bodies import DIVISION, words
from fazhi.knowledge import regions

KIND_OF_PLACE = {
    "自治区": "province",
    "自治州": "prefecture",
    "省": "province",
    "州": "prefecture",
    "盟": "prefecture",
    "旗": "county",
    "县": "county",
}


COUNTIES = re.compile(r"(?:各|\d个?|[一二三四五六七八九十]个?)(?:县(?:[（(]?[市区]|、区)|区[、（(]?县|市[、（(]?县)")


class Evidence:
    """How much a page speaks for each division, to tell bearers of one name apart."""

    def __init__(self, text: str, margin: str, year: int | None) -> None:
        self.text, self.year = text, year
        self.said = text + "\n" + margin
        self.direct: dict[str, float] = defaultdict(float)
        w = words()
        for mark in re.finditer(r"(?:网站?标识码|公网安备)\D{0,6}(\d{6})", margin):
            code = next((c for c in (mark[1], mark[1][:4] + "00", mark[1][:2] + "0000") if regions.by_code(c)), None)
            if code:
                self.direct[code] += 4
        for mark in re.finditer(r"(\w)ICP备", margin):
            if mark[1] in w.icp:
                self.direct[w.icp[mark[1]]] += 2

    def add(self, places: tuple[str, ...], weight: float) -> None:
        """Count a chain of place names; a name that several bear counts for those below the others of its chain."""
        for i, place in enumerate(places):
            bearers = regions.find(place, self.year)
            if i:
                above = {r.code for p in places[:i] for r in regions.find(p, self.year)}
                bearers = [r for r in bearers if any(a.code in above for a in regions.path(r.code, self.year))] or bearers
            exact = [r for r in bearers if r.name == place] or bearers
            for r in exact:
                self.direct[r.code] += weight / len(exact)

    def add_lead(self, text: str) -> None:
        """Count the divisions that an opening names in full, each once."""
        names = {p.name for p in regions.scan(text) if len(p.name) > 2}  # 和县 may be the end of another word
        for name in names - words().common:
            bearers = [r for r in regions.find(name, self.year) if r.name == name]
            for r in bearers:
                self.direct[r.code] += 1 / len(bearers)

    def of(self, region: regions.Region) -> float:
        """What speaks for a division: its own and its superiors' mentions, and a little what the text names of them."""
        chain = regions.path(region.code, self.year)
        score = sum(self.direct.get(r.code, 0.0) for r in chain)
        for above in chain[:-1]:
            score += min(3.0, 1.0 * self.text.count(above.name)) + min(1.2, 0.6 * self.text.count(above.short))
        return score + sum(0.5 * v for c, v in self.direct.items() if c != region.code and regions.within(c, region.code))

    def names(self, region: regions.Region) -> bool:
        """Whether a page names a county or its prefecture, in words or by a mark; the province alone says too little."""
        below = [r for r in regions.path(region.code, self.year) if r.level != "province"] or [region]
        called = [name for r in below for name in (r.name, f"法治{r.short}", f"平安{r.short}")]
        return any(self.direct.get(r.code) for r in below) or any(name in self.said for name in called)

    def best(self, candidates: Iterable[regions.Region]) -> regions.Region | None:
        """The candidate that clearly most speaks for, or None when two are as likely."""
        ranked = sorted(((self.of(r), r.valid_to or 9999, r.code, r) for r in candidates), key=lambda t: (-t[0], -t[1], t[2]))
        if not ranked:
            return None
        if len(ranked) == 1 or ranked[0][0] > ranked[1][0] + 0.5 or ranked[0][2] == ranked[1][2]:
            return ranked[0][3]
        return None


def level_of(place: str) -> str | None:
    """The level that a place's last word tells, for a place that no table has."""
    return next(
        (level for word, level in {**KIND_OF_PLACE, "市": "prefecture", "区": "county"}.items() if place.endswith(word)), None
    )


def resolve(places: tuple[str, ...], generic: str, evidence: Evidence) -> tuple[regions.Region | None, bool]:
    """The division that a chain of names, or a bare 区, means here, and whether more than the name itself was needed."""
    year = evidence.year
    if places:
        bearers = regions.find(places[-1], year) or regions.find(places[-1])
        exact = [r for r in bearers if r.name == places[-1]]
        if generic and not exact:
            exact = [r for r in bearers if r.name.endswith(generic)]
        if not exact and regions.is_full(places[-1]):  # 巴州 is a prefecture, not 巴州区
            exact = [r for r in bearers if r.level == level_of(places[-1])]
        if not exact:  # 长沙 alone is the city, not the county inside it
            exact = [
                r for r in bearers if not any(r.code != other.code and regions.within(r.code, other.code) for other in bearers)
            ]
        bearers = exact or bearers
        if not bearers:
            return None, False
        if len(places) > 1:
            above = {r.code for r in regions.find(places[-2], year)}
            bearers = [r for r in bearers if any(a.code in above for a in regions.path(r.code, year)[:-1])] or bearers
        stood = [r for r in bearers if r.stood(year, 0)] or bearers
        return evidence.best(stood), len({r.code for r in stood}) > 1
    found = [r for c in evidence.direct if (r := regions.by_code(c, year))]
    if generic or not found:
        for place in regions.scan(evidence.text):
            if place.name in words().common:
                continue
            bearers = [r for r in regions.find(place.name, year) if fits(r, generic) and (generic or r.name == place.name)]
            for r in bearers:  # 深圳 alone counts less than 深圳市, and 和县 may be the end of another word
                weight = 1.0 if place.name.endswith(generic) and len(place.name) > 2 else 0.4
                evidence.direct[r.code] += weight / len(bearers)
        found = [r for c in evidence.direct if (r := regions.by_code(c, year))]
    counties = generic == "市" and COUNTIES.search(evidence.text)  # a city that has counties is no county itself
    return evidence.best([r for r in found if fits(r, generic) and not (counties and r.level == "county")]), True


def fits(region: regions.Region, generic: str) -> bool:
    """Whether a division may be called 区, 市, 县 …; any may where the word is empty."""
    return not generic or (region.name.endswith(generic) and KIND_OF_PLACE.get(generic, region.level) == region.level)


def seat_name(region: regions.Region, year: int | None, evidence: Evidence, town: bool = False) -> str:
    """The division as official names bear it: a district with its city (福州市鼓楼区), a county or city alone (昆山市).

    Where the page does not name the city, a town's district stands alone unless several cities have one of that name; a
    municipality's county bears its name where the page prints both together (重庆市奉节县).
    """
    chain = regions.path(region.code, year)
    if region.level != "county" or len(chain) < 2:
        return region.name
    above = chain[-2]
    district, full = region.name.endswith("区"), above.name + region.name
    if above.level == "province":  # no 湖北省神农架林区
        return full if above.name.endswith("市") and (district or full in evidence.said) else region.name
    if not district or not town:
        return full if district else region.name
    named = evidence.direct.get(above.code) or above.short in evidence.said
    shared = len({r.code for r in regions.find(region.name, year) if r.name == region.name}) > 1
    return full if named or shared else region.name


def tied(zone: str, region: regions.Region, evidence: Evidence) -> regions.Region | None:
    """The ordinary division below `region` that a zone's name or the page ties it to (武汉经济技术开发区（汉南区）), or None."""
    also = DIVISION.search(zone)
    for place in regions.scan(zone if region.level == "province" else also[1] if also else ""):
        below = [r for r in regions.find(place.name, evidence.year) if _county_below(r, region)]
        if len(below) == 1:
            return below[0]  # 孝义经济开发区
    for place in regions.scan(evidence.said):
        for r in regions.find(place.name, evidence.year):
            if r.name == place.name and _county_below(r, region):
                for tie in words().ties:
                    pattern = tie.replace("Z", f"{re.escape(zone[-3:])}[^。\\n]{{0,3}}").replace("D", place.name)
                    if re.search(pattern, evidence.said):
                        return r
    return None


def branch(name: str, region: regions.Region, year: int | None) -> regions.Region | None:
    """The county that a city bureau's branch is named for, by its name without its last word (公安局云岩)."""
    for size in (5, 4, 3, 2):
        for r in regions.find(name[-size:], year):
            if _county_below(r, region):
                return r
    return None


def government(region: regions.Region) -> str:
    """What the government of a division is called: those of 地区 and 盟 are agencies of the province's (地方组织法)."""
    return "行政公署" if region.level == "prefecture" and region.name.endswith(("地区", "盟")) else "人民政府"


def _county_below(r: regions.Region, region: regions.Region) -> bool:
    return r.level == "county" and r.code != region.code and regions.within(r.code, region.code)
