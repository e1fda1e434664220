"""Names of bodies: what a string names, which mention on a page is the reporter's, and its full name and seat.

A body's name is built as places (上海市, 嘉定区) or a word for one (区), a zone or a township, an organ. The words stand in
knowledge/issuers.toml; divisions in knowledge/regions.tsv. A name that several divisions bear is told apart by the rest of
the page, or not at all.
"""
from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from fazhi.knowledge import KnowledgeError, load_toml, regions, require

FILE = "issuers.toml"
HAN = r"[一-鿿㐀-䶿〇]"
GENERIC = r"(?:自治区|自治州|省|市(?!场|容|政(?!府|法|协|务|数)|民)|州|区(?!域|划|块)|县(?!域)|旗|盟)"
KIND_OF_PLACE = {"自治区": "province", "自治州": "prefecture", "省": "province", "州": "prefecture", "盟": "prefecture", "旗": "county", "县": "county"}


@dataclass(frozen=True, slots=True)
class Body:
    """A body as named somewhere; `organ` is empty where only its place is named."""

    text: str
    places: tuple[str, ...] = ()
    generic: str = ""
    zone: str = ""
    town: str = ""
    organ: str = ""
    kind: str = "other"
    via: str = ""  # 人民政府 between a district and its sub-district's office


@dataclass(frozen=True, slots=True)
class Mention:
    """A body named in a source (title, signature, lead, publisher, site, margin, name) with the weight of that source."""

    body: Body
    source: str
    weight: float


@dataclass(frozen=True)
class _Words:
    organ: re.Pattern[str]
    zone: re.Pattern[str]
    town: re.Pattern[str]
    unknown: re.Pattern[str]
    government: re.Pattern[str]
    generic: re.Pattern[str]
    party: re.Pattern[str]
    office: re.Pattern[str]
    zone_organ: re.Pattern[str]
    town_organ: re.Pattern[str]
    short: dict[str, str]
    same_zone: dict[str, str]
    town_full: dict[str, str]
    drafters: re.Pattern[str]
    ties: tuple[str, ...]
    icp: dict[str, str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    pronoun: re.Pattern[str]
    pronouns: dict[str, str]


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


@cache
def words() -> _Words:
    """The words of issuers.toml, checked and compiled once."""
    data = load_toml(FILE)
    for entry, needed in {
        "organs": {"endings": list, "never": list, "not_after": dict}, "party": {"prefix": str, "suffixes": list, "stands_for": dict},
        "government": {"organs": list}, "township": {"units": list, "organs": list, "full": dict},
        "zone": {"units": list, "organs": list, "same": dict, "ties": list}, "drafters": {"organs": list},
        "others": {"before": list, "after": list}, "marks": {"icp": dict},
        "pronouns": {"heads": list, "department": list, "township": list, "government": list},
    }.items():
        require(FILE, entry, data.get(entry, {}), needed, {"example"})
    short: dict[str, str] = {}
    for row in data["short"]:
        require(FILE, f"short {row.get('full', '?')}", row, {"short": list, "full": str})
        for name in row["short"]:
            if name in short:
                raise KnowledgeError(FILE, f"short {name}", "stands twice", "keep the fuller entry")
            short[name] = row["full"]
    not_after = data["organs"]["not_after"]
    endings = "|".join(re.escape(e) + (f"(?![{not_after[e]}])" if not_after.get(e) else "")
                       for e in sorted(data["organs"]["endings"], key=len, reverse=True))
    never = _any(data["organs"]["never"])
    zone, town, pronouns = data["zone"], data["township"], data["pronouns"]
    kinds = {w: kind for kind in ("department", "township", "government") for w in pronouns[kind]}
    party = _any(data["party"]["suffixes"])
    return _Words(
        organ=re.compile(rf"(?:(?!{never}){HAN}){{1,22}}?(?:{endings})"),
        zone=re.compile(rf"(?:(?!{never}|局|委员会|政府){HAN}){{0,12}}?(?:{_any(zone['units'])})"),
        town=re.compile(rf"{HAN}{{1,8}}?(?:{_any(town['units'])})(?={_any(town['organs'])}|{party}|委员会|工作委员会|纪|$|\d|[^一-鿿])"),
        unknown=re.compile(
            rf"(?:(?!{never}|[和与及的、]|城市|社区|地区|园区|景区|校区|辖区|开发区|管理区|{GENERIC}){HAN}){{2,6}}?(?<![城社园景校小辖全])"
            rf"(?:自治州|自治县|省|市|县|区|旗|盟)(?=人民政府|政府|$|{HAN}{{2,6}}?(?:县|区|市)人民政府|{HAN}{{1,14}}(?:局|委员会|委|厅|办公室)$)"),
        government=re.compile(rf"(?:{_any(data['government']['organs'])})(?!{HAN}{{0,3}}(?:办公|{HAN}局))"),
        generic=re.compile(GENERIC),
        party=re.compile(rf"(?:{party})$"),
        office=re.compile(rf"(?<=[局委厅办会室])(?:机关)?{HAN}{{0,10}}[科处室股]$"),
        zone_organ=re.compile(_any(zone["organs"])),
        town_organ=re.compile(_any(town["organs"])),
        short=short, same_zone=zone["same"], town_full=town["full"],
        drafters=re.compile(_any(data["drafters"]["organs"])),
        ties=tuple(zone["ties"]), icp=data["marks"]["icp"],
        before=re.compile(rf"(?:{_any(data['others']['before'])}).{{0,3}}$"),
        after=re.compile(rf"[^。；\n]{{0,16}}?(?:{_any(data['others']['after'])})"),
        pronoun=re.compile(rf"(?:{_any(pronouns['heads'])})({_any(kinds)})"),
        pronouns=kinds,
    )


def _place(text: str, at: int, year: int | None) -> str:
    """The longest name of a division that stands at a place of the text, or nothing."""
    name, found = regions.at(text, at, year)
    return "" if found and text[at] in "市区县州" and not any(r.name == name for r in found) else name


def read_body(text: str, year: int | None = None, at: int = 0, whole: bool = True) -> Body | None:
    """The body that a string names, or None where it names none.

    With `whole` the string must be a name and nothing else (Party words and an inner office at its end are set aside);
    else a name is read from `at` as far as it goes, and must have an organ, a zone or a township.
    """
    w = words()
    party = False
    if whole:
        text = re.sub(r"\s+", "", text)
        if text.startswith("中共"):
            text, party = text[2:], True
        stripped = w.party.sub("", text)
        party, text = party or stripped != text, w.office.sub("", stripped)
        text = re.sub(r"^(?:国家税务总局|国家统计局)(?=.)", "", text) if not text.startswith("国家统计局") else text
        if not 2 <= len(text) <= 45 or re.search(r"[，。；！？,;:：]", text):
            return None
    elif text.startswith("中共", at):
        at, party = at + 2, True
    start, places = at, []
    zone = town = generic = organ = via = ""
    kind = "other"
    while len(places) < 4:
        if (place := _place(text, at, year)) and _named(place) or not w.town.match(text, at) and not w.zone.match(text, at) and (
                place := _unknown(text, at) or place):
            ahead = at + len(place)
            if not _named(place) and regions.find(place, year) and ahead < len(text) and not any(
                    p.match(text, ahead) for p in (w.zone, w.town, w.organ, w.government)) and not _place(text, ahead, year):
                break
            places.append(place)
            at = ahead
        else:
            break
    if text.startswith("人民政府", at) and w.town.match(text, at + 4):
        via, at = "人民政府", at + 4  # 越秀区人民政府北京街道办事处
    if m := w.town.match(text, at):
        town, at = m[0], m.end()
    elif (m := w.zone.match(text, at)) and not (not places and m[0] in ("新区", "林区", "园区", "新城")):
        zone, at = m[0], m.end()
        if (place := _place(zone, 0, year)) and _named(place) and len(place) < len(zone):
            places, zone = [*places, place], zone[len(place):]
        elif places and not _named(places[-1]):
            zone = places.pop() + zone
        if m := w.town.match(text, at):
            town, at = m[0], m.end()
    elif not places and (m := w.generic.match(text, at)):
        generic, at = m[0], m.end()
    if town and (m := w.town_organ.match(text, at)) and not w.organ.match(text, m.end()):
        organ, kind, at = w.town_full.get(m[0], m[0]), "township", m.end()
    elif zone and (m := w.zone_organ.match(text, at)) and (m.end() == len(text) or not w.organ.match(text, m.end()) or not whole):
        organ, kind, at = m[0], "zone", m.end()
    elif (m := w.government.match(text, at)) and not (whole and m.end() != len(text)):
        organ, kind, at = "人民政府", "government", m.end()
    elif (m := w.organ.fullmatch(text, at) if whole else w.organ.match(text, at)) and not m[0].startswith("委"):
        organ, kind, at = m[0], "department", m.end()
    elif town:
        kind = "township"
    elif zone:
        kind = "zone"
    elif places or generic:
        kind = "government"
    if (whole and at != len(text)) or at == start:
        return None
    if party and organ in ("委员会", "工作委员会", "") and not (kind == "department" and organ not in ("委员会", "工作委员会")):
        if town:
            organ, kind = ("办事处" if town.endswith("街道") else "人民政府"), "township"
        elif zone:
            organ, kind = "管理委员会", "zone"
        elif places or generic:
            organ, kind = "人民政府", "government"
    if not whole and not (organ or zone or town):
        return None
    if not (places or generic or zone or town) and kind != "department":
        return None
    return Body(text[start:at], tuple(places), generic, zone, town, organ, kind, via)


def _unknown(text: str, at: int) -> str:
    """A name built like a division's that no table has (a made-up county, an old one), before an organ or another place."""
    m = words().unknown.match(text, at)
    return m[0] if m else ""



def _named(place: str) -> bool:
    """Whether a place stands with its kind (宝山区), not short (宝山)."""
    return any(r.name == place for r in regions.find(place))


def fuller(short: str, long: str) -> bool:
    """Whether one name is another one shortened: its characters in their order, from the same first to the same kind of last."""
    if len(long) <= len(short) or short[:1] != long[:1]:
        return False
    if short[-1] != long[-1] and not (short[-1] == "委" and long.endswith("委员会") or short[-1] == "办" and long.endswith("办公室")
                                      or short.endswith("管委会") and long.endswith("管理委员会")):
        return False
    rest = iter(long)
    return all(ch in rest for ch in short)


class Evidence:
    """How much a page speaks for each division, to tell bearers of one name apart."""

    def __init__(self, text: str, margin: str, year: int | None) -> None:
        self.text, self.margin, self.year = text, margin, year
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
        for name in {p.name for p in regions.scan(text)}:
            bearers = [r for r in regions.find(name, self.year) if r.name == name]
            for r in bearers:
                self.direct[r.code] += 1 / len(bearers)

    def of(self, region: regions.Region) -> float:
        """What speaks for a division: its own and its superiors' mentions, and a little what the text names of them."""
        chain = regions.path(region.code, self.year)
        score = sum(self.direct.get(r.code, 0.0) for r in chain)
        for above in chain[:-1]:
            score += min(3.0, 1.0 * self.text.count(above.name)) + min(1.0, 0.5 * self.text.count(above.short))
        return score + sum(0.5 * v for c, v in self.direct.items() if c != region.code and regions.within(c, region.code))

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
    return next((level for word, level in {**KIND_OF_PLACE, "市": "prefecture", "区": "county"}.items() if place.endswith(word)), None)


def resolve(places: tuple[str, ...], generic: str, evidence: Evidence) -> tuple[regions.Region | None, bool]:
    """The division that a chain of names, or a bare 区, means here, and whether more than the name itself was needed."""
    year = evidence.year
    if places:
        bearers = regions.find(places[-1], year) or regions.find(places[-1])
        exact = [r for r in bearers if r.name == places[-1]]
        if generic and not exact:
            exact = [r for r in bearers if r.name.endswith(generic)]
        if not exact:  # 长沙 alone is the city, not the county inside it
            exact = [r for r in bearers if not any(r.code != other.code and regions.within(r.code, other.code) for other in bearers)]
        bearers = exact or bearers
        if not bearers:
            return None, False
        if len(places) > 1:
            above = {r.code for r in regions.find(places[-2], year)}
            bearers = [r for r in bearers if any(a.code in above for a in regions.path(r.code, year)[:-1])] or bearers
        stood = [r for r in bearers if r.stood(year, 0)] or bearers
        return evidence.best(stood), len({r.code for r in stood}) > 1
    found = [r for c in evidence.direct if (r := regions.by_code(c, year))]
    if not any(fits(r, generic) for r in found):
        for place in regions.scan(evidence.text):
            for r in regions.find(place.name, year):
                if r.name == place.name and fits(r, generic):
                    evidence.direct[r.code] += 0.5 / len(regions.find(place.name, year))
        found = [r for c in evidence.direct if (r := regions.by_code(c, year))]
    return evidence.best([r for r in found if fits(r, generic)]), True


def fits(region: regions.Region, generic: str) -> bool:
    """Whether a division may be called 区, 市, 县 …; any may where the word is empty."""
    return not generic or (region.name.endswith(generic) and KIND_OF_PLACE.get(generic, region.level) == region.level)


def seat_name(region: regions.Region, year: int | None) -> str:
    """The division as official names bear it: a district with its city (福州市鼓楼区), a county or city alone (昆山市)."""
    chain = regions.path(region.code, year)
    municipal = chain[0].code[:2] in ("11", "12", "31", "50")
    if region.level == "county" and len(chain) > 1 and (region.name.endswith("区") and chain[-2].level == "prefecture" or municipal):
        return chain[-2].name + region.name
    return region.name


def tied(zone: str, region: regions.Region, evidence: Evidence) -> regions.Region | None:
    """The ordinary division below `region` that the page ties a zone to (武汉经济技术开发区（汉南区）), or None."""
    whole = evidence.text + "\n" + evidence.margin
    for place in regions.scan(whole):
        for r in regions.find(place.name, evidence.year):
            if r.name == place.name and r.level == "county" and r.code != region.code and regions.within(r.code, region.code):
                for tie in words().ties:
                    pattern = tie.replace("Z", f"{re.escape(zone[-3:])}[^。\\n]{{0,3}}").replace("D", place.name)
                    if re.search(pattern, whole):
                        return r
    return None
