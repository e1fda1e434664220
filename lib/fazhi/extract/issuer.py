"""Which of the bodies that a page names is the reporter, its full name and its seat."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from fazhi.extract import bodies, seat
from fazhi.extract.bodies import Body
from fazhi.extract.rows import Finding, Identity
from fazhi.extract.seat import Evidence
from fazhi.extract.title import HEAD_LINES, below, issuer_parts, rules
from fazhi.knowledge import regions
from fazhi.read.page import Page

CERTAIN = frozenset({"override", "signature", "title", "titles", "above"})  # sources that name the issuer and nobody else
NAME = 44  # characters that a name may have
LATER = 4000  # characters in which 市财政局 may be named where the opening says 我局
LEAD = 700  # characters in which a report says whose it is
CLAUSE = re.compile(
    r"(?:^|(?<![一-鿿\d]))(?=[一-鿿])(20\d\d年|现[将就把]|[将就])?(?=[一-鿿]{1,3}?[省市县区州旗盟]|[省市县区州旗盟]|[一-鿿]{2,13}?[局委厅办镇乡道会队])",
    re.MULTILINE,
)
# Where a report begins to tell: its first word is whose report it is (2022年,渝中区以……; 四季青街道在……领导下).
OPENING = re.compile(
    r"^\s*(?:(?:20\d\d|二[〇○零][一二][〇○零一二三四五六七八九])年?度?(?:以来)?[,，]?|(?:今年|一年)(?:以来|来)?[,，])?"
    r"原?(?:[在按][^,，。；：:\n]{2,24}(?:关心|支持|领导|指导|部署|监督)下[,，])?(?=[一-鿿])",
    re.MULTILINE,
)
WE = re.compile(r"我(省|市|县|区(?!域)|州|旗|盟|镇|乡(?!镇)|街道)")
OWN_COMMITTEE = re.compile(
    r"(?:^|[,，])(省|市|县|区|州|旗|盟|镇|乡|街道)委[、和]\1政府(?![^，。,]{0,6}(?:领导|部署|支持|指导|关心|要求))", re.MULTILINE
)
TOWN_NAME = re.compile(r"(?<![一-鿿])[一-鿿]{2,4}?(?:镇|乡|街道)|(?<=[《“在对将为])[一-鿿]{2,3}(?:镇|乡|街道)")
SPOKEN = re.compile("[局厅委]$")
LED = re.compile(r"(省|市|县|区|州|旗)委(?:[、和]?\1政府)")
WHOLE = re.compile(r"全(省|市|县|区(?!域)|州|旗|镇|乡)")
REGION_OWN = re.compile(r"自治区(?:人民政府|政府|党委常委会)(?![、，]?(?:部署|要求|决策))")
DISTRICT = re.compile(r"我区|(?<!自治)区(?:委(?!员会)|政府|人民政府)")
QUOTED = re.compile(r"《(?:关于)?(?:20\d\d年度?)?(?:中共)?([一-鿿]{4,24})")
NUMBERED = re.compile(r"[一-鿿]{0,3}[〔\[(（]\s*20\d\d")
FIRST_HEADING = re.compile(r"\n\s*(?:一、|[（(]一[）)]|第一部分|1[.、．])")
PROSE = re.compile(r"^[^\n]{30,}", re.MULTILINE)
TOWN = re.compile(
    r"(?:^|(?<=[，。、；：,;:\s将就年]))(?![我本该各全]|乡镇)([一-鿿]{1,6}?(?:镇|街道|乡))(?=[一-鿿])(?!(?!在).{0,12}领导下)",
    re.MULTILINE,
)
BRANCH = re.compile(r"(?:分局|(?<=[局委][一-鿿]{2})管理局|(?<=[局委][一-鿿]{3})管理局)$")  # 云岩分局, 规划和自然资源局坪山管理局
NAME_END = re.compile(r"[局委厅办处府镇乡道区会室心院队网站]$")


@dataclass(frozen=True, slots=True)
class Mention:
    """A body named in a source (title, signature, lead, publisher, site, margin, name) with the weight of that source."""

    body: Body
    source: str
    weight: float


def mentions(
    page: Page, name: str, title: str | None, above: str, signature: list[str], year: int | None, override: str | None = None
) -> Iterator[Mention]:
    """Every body that the page names where a reporter may be named, by falling weight of the place."""
    patterns = rules()

    def read(text: str, source: str, weight: float) -> Iterator[Mention]:
        if body := bodies.read_body(text, year):
            yield Mention(body, source, weight)

    if override:
        yield from read(override, "override", 99)
    for line in signature[:3]:
        yield from read(line, "signature", 9)
    for text, source, weight in (
        (title or "", "title", 8.0),
        *((t, "titles", 4.0) for t in dict.fromkeys(page.titles) if t != title),
        (name.rsplit(".", 1)[0], "name", 2.0),
    ):
        for part in issuer_parts(text):
            yield from read(part, source, weight)
    yield from read(above, "above", 5)
    yield from read(below(page.text, title), "above", 5)
    head = page.text[:LEAD]
    if (heading := FIRST_HEADING.search(head, 40)) and heading.start() > 60:
        head = head[: heading.start()]
    for m in patterns["title.announce"].finditer(page.text[:1500]):
        if body := bodies.read_body(m[1], year, whole=False) or bodies.read_body(m[1].rstrip("在对于"), year):
            yield Mention(body, "announce", 7)
    start = len(title) if title and head.startswith(title) else 0
    yield from _opening(head, start, year)
    yield from _clauses(head, start, year)
    for m in TOWN.finditer(head, start):  # 长征镇依法…: a town's name without its organ
        if regions.towns(m[1]) or page.text.count(m[1]) > 2:
            yield Mention(Body(m[1], town=m[1], kind="township"), "lead", 5)
            break
    for line in page.text.split("\n")[:HEAD_LINES]:
        if line.rstrip().endswith(("：", ":")) and len(line) < 60:
            for token in re.split(r"[、，,\s]", line.rstrip("：: ")):
                yield from read(token.removeprefix("中共"), "addressee", 2)
    yield from _ourselves(page.text, year)
    yield from read(page.publisher or "", "publisher", 5)
    if page.site:
        yield from read(patterns["site.suffix"].sub("", page.site), "site", 3)
    for token in dict.fromkeys(re.split(r"[\s>＞»›→|｜：:·•/／\\_\-—－【】\[\]（）(),，。;；、]+", page.furniture)):
        if 3 <= len(token) <= 40 and NAME_END.search(token):
            yield from read(patterns["site.suffix"].sub("", token), "margin", 1.5)


def _asides(text: str, year: int | None) -> Iterator[Mention]:
    """The bodies that a report names only on its way, where its opening names none with its place: 我局 is 市财政局 later."""
    for mention in _clauses(text[:LATER], 0, year):
        body = mention.body
        often = text.count(body.text) > 1 or f"{body.text}党" in text
        if (body.places or body.generic) and SPOKEN.search(body.text) and often:
            yield replace(mention, source="later", weight=1)
    for quoted in _quoted(text, year):
        if quoted.places or quoted.zone or quoted.town:
            yield Mention(quoted, "document", 1)


def _quoted(text: str, year: int | None = None) -> Iterator[Body]:
    """The bodies with which the titles of a text's documents begin: 《永川高新区管委会权责事项目录》."""
    return filter(None, (bodies.read_body(m[1], year, whole=False) for m in QUOTED.finditer(text)))


def _opening(head: str, start: int, year: int | None) -> Iterator[Mention]:
    """Whom the first sentence of the telling is about: its subject."""
    told = next((m for m in PROSE.finditer(head, start) if re.search("[，,。]", m[0])), None)  # no line of addressees
    opening = OPENING.match(head, told.start()) if told else None
    if opening:
        rest = head[opening.end() :]
        if body := bodies.read_national(rest) or bodies.read_body(rest[:NAME], year, whole=False):
            yield Mention(body, "opening", 6)


def _clauses(head: str, start: int, year: int | None) -> Iterator[Mention]:
    """The bodies that begin a clause of the opening, without whom the report addresses and who numbered a document."""
    before, after = bodies.words().before, bodies.words().after
    for m in CLAUSE.finditer(head, start):
        at = m.end() if m[1] else m.start()
        line = head[at:].partition("\n")[0]
        if (len(line) < 60 and line.endswith(("：", ":"))) or (line.startswith("原") and head[at - 1 : at] in "，,、"):
            continue  # an addressee; a former body: …设立平桂区，原平桂管理区管委会职能…
        body = bodies.read_body(head[at : at + NAME], year, whole=False)
        joined = body is not None and not body.places and body.text[0] in "和与及"  # 按照……和区委依法治区办安排
        if body is None or joined or body.organ.startswith("国务院") or before.search(head, max(0, at - 4), at):
            continue
        if at and bodies.words().common.intersection(body.places):
            continue  # 会同县委、县政府督查室…
        end = at + len(body.text)
        if not NUMBERED.match(head, end):
            others = after.match(head, end)
            yield Mention(body, "text" if others else "lead", 1 if others else 6)


def _ourselves(text: str, year: int | None) -> Iterator[Mention]:
    """Who says 我县: a government of that kind of place; who says 我镇: the town that the text names most."""
    we = speaker(text)
    if bodies.words().pronouns.get(we) == "township":
        names = Counter(m[0] for m in TOWN_NAME.finditer(text) if m[0].endswith(we) and bodies.read_body(m[0], year))
        if (best := names.most_common(1)) and best[0][1] > 1:
            yield Mention(Body(best[0][0], town=best[0][0], kind="township"), "we", 1)
    elif we:
        yield Mention(Body("我" + we, generic=we, kind="government"), "we", 1)


def speaker(text: str) -> str:
    """The division that a report calls its own: the 县 of 我县, else of 县委、县政府 in its opening; "" where there is none."""
    said = Counter(m[1] for m in WE.finditer(text)).most_common(1)
    opening = OWN_COMMITTEE.search(text, 0, LEAD)
    return said[0][0] if said else opening[1] if opening else ""


def reporter(found: Identity, page: Page, named: list[Mention], findings: list[Finding]) -> Identity:
    """The identity with its issuer, kind, level and seat filled in from the bodies that the page names."""
    margin = "\n".join(filter(None, (page.furniture, page.site, page.publisher)))
    evidence = Evidence(page.text, margin, found.year)
    for m in named:
        evidence.add(m.body.places, m.weight)
    evidence.add_lead(page.text[:LEAD])
    notes: list[Finding] = []
    chosen = _choose(named, page.text, notes)
    if chosen is None or not (chosen.places or chosen.head):
        asides = list(_asides(page.text, found.year))
        for m in asides:
            evidence.add(m.body.places, m.weight)
        named, notes = named + asides, []
        chosen = _choose(named, page.text, notes)
    findings += notes
    if chosen is None:
        return _nameless(found, page.text, evidence, findings)
    if chosen.organ == "分局":  # of which bureau, the page may say elsewhere
        chosen = next((m.body for m in named if m.body.organ.endswith(chosen.text)), chosen)
    body = _complete(chosen, named, page.text)
    region, told_apart = seat.resolve(body.places, body.generic, evidence) if body.places or body.generic else (None, True)
    if region is None and body.zone:
        lead: list[str] = []  # 河北唐山 of 河北唐山汉沽管理区
        for p in regions.scan(body.zone + body.organ):
            if not lead and p.start in (0, len(body.zone)) or lead and p.start == len("".join(lead)) and _below(p.name, lead[-1]):
                lead.append(p.name)
        if lead:
            region, told_apart = seat.resolve(tuple(lead), "", evidence)
    if region is None and not body.places and not body.generic:
        region, told_apart = seat.resolve((), "" if body.zone or body.town else speaker(page.text), evidence)
        if region and region.level == "county" and region.code not in (regions.towns(body.town) or [region.code]):
            region = None  # 友谊路街道 does not lie in 友谊县
    placed = _placed(found, body, region, told_apart, evidence, findings)
    return placed if placed.level else replace(placed, level=_spoken(page.text, evidence, found.year).level)


class Spoken(NamedTuple):
    """What a report says of its body without naming it."""

    kind: str  # "" where it does not say 我局, 我镇 …
    place: str  # the division that it calls its own, "" where it calls none so
    region: regions.Region | None
    level: str | None


def _spoken(text: str, evidence: Evidence, year: int | None) -> Spoken:
    """What 我局, 县委、县政府 and the titles that a report quotes say of its body's kind and seat."""
    w = bodies.words()
    spoken = Counter(w.pronouns[m[1]] for m in w.pronoun.finditer(text))
    kind = next((kind for kind in ("department", "township") if spoken[kind]), "")
    place = speaker(text) or next((m[1] for m in (kind and LED.search(text, 0, LEAD), WHOLE.search(text)) if m), "")
    if place == "区" and len(REGION_OWN.findall(text)) > 1 and not DISTRICT.search(text):
        place = "自治区"
    named = [r for c in evidence.direct if place and (r := regions.by_code(c, year)) and seat.fits(r, place)]
    region = seat.resolve((), place, evidence)[0] if place == "自治区" else evidence.best(named)  # of five, one is named
    return Spoken(kind, place, region, "township" if kind == "township" else region.level if region else seat.level_of(place))


def _nameless(found: Identity, text: str, evidence: Evidence, findings: list[Finding]) -> Identity:
    """The identity of a report that names no body, from what it says of it."""
    kind, place, region, level = _spoken(text, evidence, found.year)
    found = replace(found, issuer_kind=kind or ("government" if place else found.issuer_kind), level=level)
    if region and found.issuer_kind == "government":
        found = replace(found, issuer=seat.seat_name(region, found.year, evidence) + seat.government(region))
        said = f"报告没有写明单位，按“{place}”和文中引用的文件判断为{found.issuer}。"
        findings.append(Finding("issuer_inferred", "info", said))
    return _seated(found, region) if region else found


def _seated(found: Identity, region: regions.Region) -> Identity:
    """The identity with a division's code and the names of its chain."""
    names = {r.level: r.name for r in regions.path(region.code, found.year)}
    chain = names.get("province"), names.get("prefecture"), names.get("county")
    return replace(found, region_code=region.code, province=chain[0], prefecture=chain[1], county=chain[2])


def _choose(named: list[Mention], text: str, findings: list[Finding]) -> Body | None:
    """The body that reports: the override, else who signs, else whom the title names, else whom the text and the page name."""
    w = bodies.words()
    spoken = {w.pronouns[m[1]] for m in w.pronoun.finditer(text)}
    we = speaker(text) if WE.search(text) else ""
    speaks = next((kind for kind in ("department", "township") if kind in spoken), "")  # 我局; 我区 is said by all

    def first(*sources: str, organ: bool = True) -> Body | None:
        """The first body of the first of these sources that names one, and not of another kind than the one that speaks."""
        for source in sources:
            for m in named:
                b = m.body
                if (
                    m.source == source
                    and (not organ or b.organ or b.town or b.zone)
                    and (source in CERTAIN or not speaks or b.kind == speaks or (b.kind == "zone" and speaks == "department"))
                    and (
                        source in CERTAIN | {"opening"} or b.kind != "government" or _may_say((b.places or (b.generic,))[-1], we)
                    )
                ):
                    return b
        return None

    titled, signed = first("override", "title", "titles", organ=False), first("signature")
    if titled and (titled.organ or titled.town):
        return signed if signed and _same(titled, signed) and len(signed.text) >= len(titled.text) else titled
    if signed and not (titled and w.drafters.search(signed.organ)):
        return signed
    if titled and (speaks != "department" or not first("announce", "lead", "publisher")):
        return titled
    found = (
        first("above", "announce")
        or first("opening", organ=False)
        or first("lead", "publisher", "name", "margin", "site")
        or titled
        or (first("later", "document") if speaks else None)
        or first("announce", "lead", "site", "text", "margin", "we", organ=False)
    )
    if found and we and not speaks and w.drafters.search(found.organ):
        own = replace(found, organ="人民政府", kind="government")  # 同仁市人民政府办公室 publishes what 我市 reports
        found = next((b for b in (*(m.body for m in named if m.body.kind == "government"), own) if _names(b, we)), found)
    if found:
        findings.append(
            Finding("issuer_inferred", "info", f"报告没有署名，标题也没有写明单位，按页面其他部分判断为{found.text}。")
        )
    return found


def _below(place: str, above: str) -> bool:
    """Whether a division of one name lies in one of the other."""
    return any(regions.within(r.code, a.code) for r in regions.find(place) for a in regions.find(above))


def _names(body: Body, we: str) -> bool:
    """Whether a body is that of a place which may say 我区."""
    return bool(body.places) and regions.is_full(body.places[-1]) and _may_say(body.places[-1], we)


def _may_say(place: str, we: str) -> bool:
    """Whether the government of a place may say 我县: not that of a city."""
    kinded = regions.is_full(place) or bodies.words().generic.fullmatch(place)
    return not (we and place and kinded) or place.endswith(we) or we in "镇乡街道"


def _same(a: Body, b: Body) -> bool:
    return a.kind == b.kind and (a.organ == b.organ or bodies.fuller(a.organ, b.organ) or bodies.fuller(b.organ, a.organ))


def _complete(body: Body, named: list[Mention], text: str) -> Body:
    """The body with the fullest form that the page has of its organ and zone, else with the table's."""
    w = bodies.words()
    organ, zone, town, places, generic = body.organ, body.zone, body.town, body.places, body.generic
    for m in named:
        other = m.body
        other_name = len(organ) > 4 and organ[:-1] in other.organ  # 城市管理局 is no short 城市管理综合行政执法局
        if other.kind == body.kind and organ and not other_name and bodies.fuller(organ, other.organ):
            organ = other.organ
        called = m.source == "site" and len(zone) > len("高新区")  # 襄阳高新区 stays so, whatever its site is called
        longer = len(zone) <= 8 and bodies.fuller(zone, other.zone) or other.zone.endswith(zone)
        if zone and other.zone and longer and not called:
            zone = other.zone
    if body.kind == "zone" and not organ:
        own = (m.body.organ for m in named if m.body.kind == "zone" and m.body.organ and m.body.zone == zone)
        organ = next(own, "管委会" if "管委会" in text and "管理委员会" not in text else "管理委员会")
    if organ in w.short:  # the page's own full name is better than the table's
        quoted = (b for b in _quoted(text) if b.kind == body.kind and b.places and (not places or b.places[-1] == places[-1]))
        organ = next((b.organ for b in quoted if b.organ not in w.short and bodies.fuller(organ, b.organ)), w.short[organ])
    if body.kind == "department" and organ.endswith("委") and len(organ) > 2:
        organ += "员会"
    for m in sorted(named, key=lambda m: -m.weight):
        other = m.body
        same = other.organ == organ or bodies.fuller(other.organ, organ)
        here = (
            other.zone == zone
            if zone
            else other.town == town
            if town
            else (same and other.kind == body.kind and other.places[-1:] and other.places[-1].endswith(generic))
        )
        if not places and other.places and here:
            places, generic = other.places, ""
        if (
            len(other.places) > len(places)
            and places
            and other.places[-1] == places[-1]
            and m.source in ("signature", "title")
            and same
        ):
            places = other.places
    if body.kind == "township" and town and not organ:
        organ = "办事处" if town.endswith("街道") else "人民政府"
    if body.kind == "government" and not organ:
        organ = "人民政府"
    via = body.via or next((m.body.via for m in named if town and m.body.town == town and m.body.via), "")
    return replace(body, organ=organ, zone=zone, via=via, places=places, generic=generic)


def _placed(
    found: Identity, body: Body, region: regions.Region | None, told_apart: bool, evidence: Evidence, findings: list[Finding]
) -> Identity:
    """The identity with the body's full name, kind, level and the chain of divisions of its seat."""
    year, silent = found.year, False
    if region is None and body.town and (counties := regions.towns(body.town)):
        seats = [r for c in counties if (r := regions.by_code(c, year))]
        region = evidence.best([r for r in seats if evidence.names(r)])
        if region is None and seats and len(counties) == 1:  # the only town of its name: the page need not say where it is
            region, silent = seats[0], True
        told_apart = True
    if body.town and region and region.level != "county":  # 上海市友谊路街道: the city has one of that name
        below = [r for c in regions.towns(body.town) if regions.within(c, region.code) and (r := regions.by_code(c, year))]
        region = below[0] if len(below) == 1 else region
    if region and body.zone and (tied := seat.tied(body.zone, region, evidence)):
        region = tied
    level: str | None = "township" if body.kind == "township" else "county" if body.zone else region.level if region else None
    tail = body.zone + body.via + body.town + body.organ
    if region and BRANCH.search(body.organ) and (branch := seat.branch(BRANCH.sub("", body.organ), region, year)):
        region, level = branch, branch.level
        name = body.head + seat.seat_name(regions.path(region.code, year)[-2], year, evidence) + tail
    elif bodies.words().national.fullmatch(body.organ) and not body.places:
        name, region, level = body.organ, None, "national"
    elif body.organ.endswith(bodies.words().as_printed):
        name = body.text
    elif body.zone:
        name = "".join(p for p in body.places if body.text.startswith("".join(body.places))) + tail
        if not body.places and region and body.zone in bodies.words().zone_units:  # 高新区 alone names none
            name = region.short + name
    elif region is None:
        name = "".join(body.places) + body.generic + tail
        level = level or seat.level_of("".join(body.places) + body.generic)
        findings.append(Finding("region_unknown", "warning", f"无法确定{name}所在的行政区：重名或页面没有写明。"))
        if body.kind == "government" and not body.places:
            name = ""  # 县人民政府 names none
    else:
        tail = seat.government(region) if tail == "人民政府" else tail
        name = body.head + ("" if silent else seat.seat_name(region, year, evidence, bool(body.town))) + tail
        printed = re.sub(r"\s", "", body.text)
        whole = bool(body.places) and regions.is_full(body.places[0])  # no 广西贺州市平桂区人民政府
        if whole and printed.endswith(tail) and len(printed) > len(name) and printed.endswith(name[len(name) - len(tail) - 2 :]):
            name = printed
        elif whole and len(body.places) > 1 and not regions.is_full(body.places[-1]) and printed.endswith(tail):
            name = printed  # 河池市宜州生态环境局, the city's bureau in 宜州区
        if told_apart and region:
            by = f"全国只有一个{body.town}，据此" if silent else "按页面其他部分"
            seated = "/".join(r.name for r in regions.path(region.code, year))
            findings.append(Finding("region_inferred", "info", f"{by}判断{name}属于{seated}。"))
    found = replace(found, issuer=name or None, issuer_kind=body.kind, zone=body.zone or None, level=level)
    if region:
        return _seated(found, region)
    chain = {seat.level_of(p): p for p in body.places}
    return replace(found, province=chain.get("province"), prefecture=chain.get("prefecture"), county=chain.get("county"))
