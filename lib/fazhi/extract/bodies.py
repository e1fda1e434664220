"""Names of bodies: what a string names.

A body's name is built as places (上海市, 嘉定区) or a word for one (区), a zone or a township, an organ. The words stand in
knowledge/issuers.toml, the divisions in knowledge/regions.tsv.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from fazhi.knowledge import KnowledgeError, load_toml, regions, require

FILE = "issuers.toml"
KEYS: dict[str, dict[str, type]] = {
    "organs": {"endings": list, "never": list, "not_after": dict, "last": list},
    "national": {"whole": str, "before_place": str},
    "party": {"suffixes": list},
    "government": {"organs": list, "as_printed": list},
    "township": {"units": list, "organs": list, "full": dict, "no": list, "inside": list},
    "zone": {"units": list, "not_alone": list, "before_organ": list, "organs": list, "ties": list},
    "drafters": {"organs": list},
    "others": {"before": list, "after": list},
    "marks": {"icp": dict},
    "words": {"places": list},
    "pronouns": {"heads": list, "department": list, "township": list, "government": list},
}
HAN = r"[一-鿿㐀-䶿〇]"
GENERIC = r"(?:自治区|自治州|省|市(?!场|容|民(?!政|族|宗)|政(?!府|法|协|务|数))|州|区(?!域|划|块)|县(?!域)|旗|盟)"
# what is left where a name was cut, and the Party's committees
_NO_ORGAN = re.compile("委|街|镇|乡(?!村)|.*(?:党委|(?<!党)(?<!区)工委|[省市县区州旗]委)$")
_STREET = re.compile(rf"{HAN}{{1,6}}?街(?=$|\d|[^一-鿿])")
DIVISION = re.compile(rf"[（(]({HAN}{{1,6}}[县市区])[）)]")  # a zone that is a district too
_BRANCH = re.compile(rf"{HAN}{{2,6}}?分局")
NO_NAME = re.compile(r"[，。；！？,;:：]")


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
    head: str = ""  # 国家税务总局 before a place
    via: str = ""  # 人民政府 between a district and its sub-district's office


@dataclass(frozen=True)
class _Words:
    organ: re.Pattern[str]
    never: re.Pattern[str]
    run: re.Pattern[str]
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
    town_full: dict[str, str]
    drafters: re.Pattern[str]
    ties: tuple[str, ...]
    national: re.Pattern[str]
    as_printed: tuple[str, ...]
    above: re.Pattern[str]
    last: frozenset[str]
    bare_zones: frozenset[str]
    zone_units: frozenset[str]
    common: frozenset[str]
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
    for entry, needed in KEYS.items():
        require(FILE, entry, data.get(entry, {}), needed, {"example": list})
    short: dict[str, str] = {}
    for row in data["short"]:
        require(FILE, f"short {row.get('full', '?')}", row, {"short": list, "full": str})
        for name in row["short"]:
            if name in short:
                raise KnowledgeError(FILE, f"short {name}", "stands twice", "keep the fuller entry")
            short[name] = row["full"]
    not_after = data["organs"]["not_after"]
    endings = "|".join(
        re.escape(e) + (f"(?![{not_after[e]}])" if not_after.get(e) else "")
        for e in sorted(data["organs"]["endings"], key=len, reverse=True)
    )
    never = _any(data["organs"]["never"])
    zone, town, pronouns = data["zone"], data["township"], data["pronouns"]
    kinds = {w: kind for kind in ("department", "township", "government") for w in pronouns[kind]}
    party = _any(data["party"]["suffixes"])
    return _Words(
        organ=re.compile(rf"{HAN}{{1,22}}?(?:{endings})|海关"),
        never=re.compile(never),
        run=re.compile(rf"{HAN}[（）()一-鿿㐀-䶿〇]{{1,40}}"),
        zone=re.compile(
            rf"(?:(?!政府)[一-局屁-鿿（）]){{0,12}}?(?:{_any(zone['units'])}|(?:{_any(zone['before_organ'])})(?={_any(zone['organs'])}))"
        ),
        town=re.compile(
            rf"(?!{_any(town['no'])})(?:(?!{_any(town['inside'])}){HAN}){{1,8}}?(?:{_any(town['units'])})(?={_any(town['organs'])}|{party}|委员会|工作委员会|纪|$|\d|[^一-鿿])"
        ),
        unknown=re.compile(
            rf"(?:(?![和与及的、我局委厅办各全本其]|城市|社区|地区|园区|景区|校区|辖区|开发区|管理区|{GENERIC}){HAN}){{2,6}}?(?<![城社园景校小辖全])"
            rf"(?:自治州|自治县|省|市|县|区|旗|盟)(?=人民政府|政府|$|{HAN}{{2,6}}?(?:县|区|市)人民政府|{HAN}{{1,14}}(?:局|委员会|委|厅|办公室)$)"
        ),
        government=re.compile(rf"(?:{_any(data['government']['organs'])})(?!{HAN}{{0,3}}(?:办公|{HAN}局))"),
        generic=re.compile(GENERIC),
        party=re.compile(rf"(?:{party})$"),
        office=re.compile(rf"(?<=[局委厅办会室])(?!公[室厅]$)(?:机关)?{HAN}{{0,10}}[科处室股]$"),
        zone_organ=re.compile(_any(zone["organs"])),
        town_organ=re.compile(_any(town["organs"])),
        short=short,
        town_full=town["full"],
        drafters=re.compile(_any(data["drafters"]["organs"])),
        ties=tuple(zone["ties"]),
        national=re.compile(data["national"]["whole"]),
        as_printed=tuple(data["government"]["as_printed"]),
        above=re.compile(data["national"]["before_place"]),
        last=frozenset(data["organs"]["last"]),
        bare_zones=frozenset(zone["not_alone"]),
        zone_units=frozenset(zone["units"]),
        common=frozenset(data["words"]["places"]),
        icp=data["marks"]["icp"],
        before=re.compile(rf"(?:{_any(data['others']['before'])}).{{0,3}}$"),
        after=re.compile(rf"[^。；\n]{{0,16}}?(?:{_any(data['others']['after'])})"),
        pronoun=re.compile(rf"(?:{_any(pronouns['heads'])})({_any(kinds)})"),
        pronouns=kinds,
    )


def _place(text: str, at: int, year: int | None) -> str:
    """The longest name of a division that stands at a place of the text, or nothing."""
    name, found = regions.at(text, at, year)
    return "" if found and text[at] in "市区县州" and not any(r.name == name for r in found) else name


def _town(text: str, at: int) -> tuple[str, int] | None:
    """A township's name at a place of the text, and where it ends: no 现将本镇, though 月浦镇 and 万年乡 hold such words too.

    新港街 is 新港街道, where there is one.
    """
    m = words().town.match(text, at)
    if m and (not words().never.search(m[0]) or regions.towns(m[0])):
        return m[0], m.end()
    m = _STREET.match(text, at)
    return (m[0] + "道", m.end()) if m and regions.towns(m[0] + "道") else None


@lru_cache(maxsize=8192)  # the same parent offices, columns and sites stand on page after page
def read_body(text: str, year: int | None = None, whole: bool = True) -> Body | None:
    """The body that a string names, or None where it names none.

    With `whole` the string must be a name and nothing else (Party words and an inner office at its end are set aside);
    else the name that it begins with is read, which must have an organ, a zone, a township or a full place name.
    """
    w = words()
    party = text.startswith("中共")
    text = text[2 * party :]
    if whole:
        text = re.sub(r"\s+", "", text)
        stripped = w.party.sub("", text)
        party, text = party or stripped != text, w.office.sub("", stripped)
        if not 2 <= len(text) <= 45 or NO_NAME.search(text):
            return None
        if w.national.fullmatch(text) and not w.above.match(text):
            return Body(text, organ=text, kind="department")
    elif run := w.run.match(text):
        text = run[0]  # a name goes no further than its clause
    else:
        return None
    head = m[0] if (m := w.above.match(text)) else ""
    places, at = _places(text, len(head), year)
    zone = town = generic = via = ""
    if places and text[at : at + 1] == places[-1][-1] and text[at] in "县区" and w.organ.match(text, at + 1):
        text = text[:at] + text[at + 1 :]  # 大姚县县卫生健康局
    if text.startswith("人民政府", at) and _town(text, at + 4):
        via, at = "人民政府", at + 4  # 越秀区人民政府北京街道办事处
    named = _town(text, at)
    if stop := w.never.search(text, named[1] if named else at):
        if whole and not named:
            return None
        text = text if whole else text[: stop.start()]
    if found := _town(text, at):
        town, at = found
    elif (m := w.zone.match(text, at)) and (places or m[0] not in w.bare_zones):
        zone, at = m[0], m.end()
        if (same := DIVISION.match(text, at)) and regions.is_full(_place(same[1], 0, year)):
            zone, at = zone + same[0], same.end()  # 经开区（头屯河区）人民政府
        if (place := _place(zone, 0, year)) and regions.is_full(place) and len(place) < len(zone):
            places, zone = [*places, place], zone[len(place) :]
        elif places and not regions.is_full(places[-1]):
            zone = places.pop() + zone  # 乐山高新区 is the zone's name
        if found := _town(text, at):
            town, at = found
    elif not places and (m := w.generic.match(text, at)):
        generic, at = m[0], m.end()
    organ, kind, at = _organ(text, at, year, whole, zone, town, bool(places or generic))
    if town and w.party.fullmatch(organ):  # 大柳塔镇党委、政府: the town
        organ, kind = "", "township"
    if whole and party and town and text[at:] in ("委员会", "工作委员会"):
        at = len(text)
    if whole and any(place in organ for place in places):
        return None  # two names, one behind the other
    if (whole and at != len(text)) or at == 0:
        return None
    if party and organ in ("委员会", "工作委员会", ""):  # the Party's committee stands for the government of its place
        kind = "township" if town else "zone" if zone else "government"
        organ = ("办事处" if town.endswith("街道") else "人民政府") if town else "管理委员会" if zone else "人民政府"
    if not whole and not (organ or zone or town or (places and regions.is_full(places[-1]))):
        return None
    if not (places or generic or zone or town) and (kind != "department" or organ == "分局"):
        return None
    return Body(text[:at], tuple(places), generic, zone, town, organ, kind, head, via)


def read_national(text: str) -> Body | None:
    """The ministry or body of the centre that a text begins with, or None: 环境保护部深入学习…."""
    m = words().national.match(text)
    return Body(m[0], organ=m[0], kind="department") if m and m[0].endswith(("部", "审计署", "海关总署")) else None


def _places(text: str, at: int, year: int | None) -> tuple[list[str], int]:
    """The chain of places at a place of the text, and where it ends."""
    w = words()
    places: list[str] = []
    while len(places) < 4:
        place = _place(text, at, year)
        if not regions.is_full(place):
            if _town(text, at) or w.zone.match(text, at):
                break  # a town's or zone's name may begin like a place's
            m = w.unknown.match(text, at)
            m = None if m and w.never.search(m[0]) else m  # 多次主持召开省 is no place's name
            place = m[0] if m else place
            ahead = at + len(place)
            if not m and (
                not place
                or text[ahead : ahead + 1] in w.last
                or (
                    ahead < len(text)
                    and not _place(text, ahead, year)
                    and not any(p.match(text, ahead) for p in (w.zone, w.town, w.organ, w.government))
                )
            ):
                break  # 公安局 is no bureau of 公安县, and a short name in a sentence is a word
        places.append(place)
        at += len(place)
    return places, at


def _organ(text: str, at: int, year: int | None, whole: bool, zone: str, town: str, placed: bool) -> tuple[str, str, int]:
    """The organ at a place of the text, the kind of body that it makes, and where it ends."""
    w = words()
    if zone and (place := _place(text, at, year)) and (m := w.zone_organ.match(text, at + len(place))):
        return place + m[0], "zone", m.end()  # 天府新区成都管委会
    if town and (m := w.town_organ.match(text, at)) and not w.organ.match(text, m.end()):
        return w.town_full.get(m[0], m[0]), "township", m.end()
    if zone and (m := w.zone_organ.match(text, at)) and not (whole and w.organ.match(text, m.end())):
        return m[0], "zone", m.end()
    if (m := w.government.match(text, at)) and not (whole and m.end() != len(text)):
        return ("人民政府" if m[0] == "政府" else m[0]), "government", m.end()
    if (m := w.organ.fullmatch(text, at) if whole else w.organ.match(text, at)) and not _NO_ORGAN.match(m[0]):
        end = m.end()
        if not whole and m[0][-1] in "局委" and (branch := _BRANCH.match(text, end)):
            end = branch.end()  # 佛山市公安局高明分局
        return text[at:end], "department", end
    return "", "township" if town else "zone" if zone else "government" if placed else "other", at


def fuller(short: str, long: str) -> bool:
    """Whether one name is another one shortened: its characters in their order, from the same first to the same kind of last."""
    if len(long) <= len(short) or short[:1] != long[:1]:
        return False
    if short[-1] != long[-1] and not (
        (short[-1] == "委" and long.endswith("委员会"))
        or (short[-1] == "办" and long.endswith("办公室"))
        or (short.endswith("管委会") and long.endswith("管理委员会"))
    ):
        return False
    rest = iter(long)
    return all(ch in rest for ch in short)
