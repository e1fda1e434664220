"""Whose report a page is, on which year, under which title: the report fields of the annotation guide.

What the page does not say is None. What is concluded rather than read leaves a finding.
"""
from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache

from fazhi.extract import issuer as bodies
from fazhi.extract.issuer import Body, Evidence, Mention
from fazhi.extract.rows import Finding, Identity
from fazhi.knowledge import load_toml, regions, require
from fazhi.read.page import Page

FILE = "identity.toml"
HEAD_LINES = 9  # a title stands above these or nowhere
LEAD = 700  # characters in which a report says whose it is
TAIL_LINES = 8  # a signature stands in these or nowhere
YEAR = r"(?:20[0-3]\d|二[〇○0零O][一二三]?[〇○0零一二三四五六七八九])"
CHINESE = str.maketrans("〇○零O一二三四五六七八九", "0000123456789")
CLAUSE = re.compile(r"(?:^|(?<![一-鿿]))(?=[一-鿿])(20\d\d年|现[将就把]|[将就])?(?=[一-鿿]{0,24}?[局委厅办府镇乡道区会院队馆站])", re.MULTILINE)
NAME_END = re.compile(r"[局委厅办府镇乡道区会室心院队网站]$")
SPAN = re.compile(rf"{YEAR}\s*年?\s*(?:[-–—－~～至到]+)\s*{YEAR}")  # 2021—2025年: an outline's years
PRINTED_DATE = re.compile(
    r"(?P<y>20\d\d|二[〇○零O0][一二三〇○零O0][〇○零O0一二三四五六七八九])\s*[年./-]\s*(?P<m>\d{1,2}|[一二三四五六七八九十]{1,2})\s*[月./-]\s*"
    r"(?P<d>\d{1,2}|[一二三四五六七八九十廿卅]{1,3})\s*日?")


@cache
def _rules() -> dict[str, re.Pattern[str]]:
    """The patterns of identity.toml, compiled once."""
    data = load_toml(FILE)
    require(FILE, "title", data.get("title", {}), {"core": str, "ends": str, "no": str, "announce": str, "verbs": str, "begins": str, "goes_on": str, "red_head": str}, {"example"})
    require(FILE, "year", data.get("year", {}), {"done": str, "plan": str, "lead": str, "not_before": str, "not_after": str}, {"example"})
    require(FILE, "site", data.get("site", {}), {"suffix": str, "parts": str, "cue": str, "attachment": str}, {"example"})
    return {f"{group}.{key}": re.compile(pattern, re.MULTILINE) for group, table in data.items() for key, pattern in table.items() if isinstance(pattern, str)}


def identify(page: Page, name: str = "", overrides: Mapping[str, str] | None = None) -> Identity:
    """The report fields of a page; `name` is its file's name, `overrides` are an analyst's (title, issuer, year, published_on), which win."""
    given = {k: v for k, v in (overrides or {}).items() if v}
    findings: list[Finding] = []
    title, above = _title(page, findings)
    title = given.get("title", title)
    signed_on, signature = _signature(page.text)
    year = int(given["year"]) if given.get("year", "").isdigit() else _year(page, name, title, signed_on, findings)
    published = date.fromisoformat(given["published_on"]) if re.fullmatch(r"\d{4}-\d\d-\d\d", given.get("published_on", "")) else page.published_on
    found = Identity(title=title, year=year, published_on=published, signed_on=signed_on)
    mentions = list(_mentions(page, name, title, above, signature, year))
    if "issuer" in given and (body := bodies.read_body(given["issuer"], year)):
        mentions = [Mention(body, "override", 99.0), *mentions]
    found = _who(found, page, mentions, findings, given.get("issuer"))
    return replace(found, findings=tuple(findings))


# --- title

def _title(page: Page, findings: list[Finding]) -> tuple[str | None, str]:
    """The title as printed, and the line above it where that may name the issuer."""
    rules = _rules()
    lines = [line.strip() for line in page.text[:1500].split("\n") if line.strip()][:HEAD_LINES]
    if printed := _printed(lines):
        longer = [t for c in page.titles if _is_title(t := _without_site(c)) and _squeeze(printed[0]) in _squeeze(t) != _squeeze(printed[0])]
        shown = _squeeze(page.text[:600] + page.furniture)
        return next((t for t in longer if _squeeze(t) in shown), printed[0]), printed[1]
    for candidate in page.titles:
        candidate = _without_site(candidate)
        if _is_title(candidate):
            bare = rules["site.attachment"].sub("", candidate)
            if candidate != bare or bare in page.furniture + page.text[-200:] and bare not in page.text[:400]:
                findings.append(Finding("title_from_attachment", "info", f"标题取自附件或页面名称：{bare}"))
            return bare, ""
    for line in reversed((page.text[-600:] + "\n" + page.furniture[-600:]).split("\n")):
        bare = rules["site.attachment"].sub("", line.strip())
        if bare != line.strip() and _is_title(bare):
            findings.append(Finding("title_from_attachment", "info", f"标题取自附件名称：{bare}"))
            return re.sub(r"^(?:附件)?\s*\d*\s*[：:.、]?\s*", "", bare, count=1), ""
    return None, ""


def _printed(lines: list[str]) -> tuple[str, str] | None:
    """The title that a text's first lines hold, joined where it is broken, and the line above it."""
    rules = _rules()
    for i, first in enumerate(lines):
        if rules["site.cue"].match(first) or len(first) > 90 or first.endswith(("。", "；")):
            return None
        for size in (1, 2, 3, 4):
            part = lines[i:i + size]
            joined = _without_site("".join(part))
            if len(part) < size or len(joined) > 90 or rules["title.red_head"].search(first) or size > 1 and not (rules["title.begins"].search(first) or bodies.read_body(first)):
                break
            if not _is_title(joined):
                continue
            for more in lines[i + size:i + size + 2]:
                if not (rules["title.goes_on"].fullmatch(more) and _is_title(joined + more)):
                    break
                joined += more
            return joined, lines[i - 1] if i else ""
    return None


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _is_title(text: str) -> bool:
    rules = _rules()
    return bool(rules["title.core"].search(text) and rules["title.ends"].search(text) and not rules["title.no"].search(text))


def _without_site(title: str) -> str:
    """A page's title without the site's name or the column's behind it."""
    title = re.sub(r"^【[^】]{2,8}】", "", re.sub(r"\s+", " ", title).strip())
    for part in _rules()["site.parts"].split(title):
        if part and _is_title(part.strip()):
            return part.strip()
    return title


# --- dates

def _signature(text: str) -> tuple[date | None, list[str]]:
    """The date under the text, and the lines that stand where a signature stands, the nearest to the date first."""
    lines = [line.strip() for line in text.rstrip().split("\n")[-TAIL_LINES:] if line.strip()]
    signed, names = None, []
    for i in range(len(lines) - 1, -1, -1):
        line = lines[i]
        m = None
        for m in PRINTED_DATE.finditer(line):
            pass
        if m and len(line) - len(m[0]) <= 40 and not re.search(r"[。，；：:]", line) and line[m.end():].strip("）) 。") in ("", "印发"):
            signed = _date(m)
            before = re.sub(r"[（(]$", "", line[:m.start()]).strip()
            names = [n for n in [before, *reversed(lines[max(0, i - 3):i])] if n]
            break
    return signed, names if signed else list(reversed(lines))


def _date(m: re.Match[str]) -> date | None:
    def number(text: str) -> int:
        if text.isdigit():
            return int(text)
        text = text.replace("廿", "二十").replace("卅", "三十")
        tens, ten, ones = text.rpartition("十")
        digits = {c: i for i, c in enumerate("零一二三四五六七八九")}
        return (digits.get(tens, 1) * 10 if ten else 0) + digits.get(ones, 0)

    try:
        return date(int(m["y"].translate(CHINESE)), number(m["m"]), number(m["d"]))
    except ValueError:
        return None


# --- year

def _years(text: str) -> list[int]:
    """The years that a text names, without those of outlines, document numbers and prizes' spans."""
    rules = _rules()
    text = SPAN.sub(lambda m: " " * len(m[0]), text)
    return [int(m[0].translate(CHINESE)) for m in re.finditer(YEAR + r"(?=\s*年)", text)
            if not rules["year.not_after"].match(text, m.end()) and not rules["year.not_before"].search(text, max(0, m.start() - 6), m.start())]


def _year(page: Page, name: str, title: str | None, signed: date | None, findings: list[Finding]) -> int | None:
    """The year reported on, by what title, headings, lead, plan, dates and the file's name say of it together."""
    rules = _rules()
    votes: dict[int, float] = defaultdict(float)
    said: dict[str, int] = {}

    def vote(source: str, year: int, weight: float) -> None:
        votes[year] += weight
        said.setdefault(source, year)

    if title and (years := _years(title) or [int(y.translate(CHINESE)) for y in re.findall(YEAR, SPAN.sub("", title))]):
        vote("标题", years[-1], 4)
    for m in rules["year.done"].finditer(page.text):
        if years := _years(m[0]):
            vote("成效部分的标题", years[0], 3)
            break
    for m in rules["year.plan"].finditer(page.text):
        if years := _years(m[0]):
            vote("下一年安排的标题", years[0] - 1, 2.5)
            break
    body = page.text[len(title) if title and page.text.startswith(title) else 0:][:LEAD]
    for m in rules["year.lead"].finditer(body):
        if years := _years(m[0]):
            vote("开头", years[0], 2.5)
            break
    else:
        for year in _years(body)[:1]:
            vote("开头", year, 1)
    for on, weight in ((page.published_on, 1.2), (signed, 1.2)):
        if on:
            early = on.month <= 10
            votes[on.year - 1] += weight if early else weight / 2
            votes[on.year] += 0.2 if early else weight / 2
    counted: dict[int, int] = defaultdict(int)
    for year in _years(page.text):
        counted[year] += 1
    for year, n in counted.items():
        votes[year] += min(1.0, 0.1 * n)
    for text, weight in ((name, 1.0), *((t, 0.8) for t in page.titles[:2])):
        for digits in re.findall(r"(?<!\d)20[12]\d(?!\d)", text)[:1]:
            votes[int(digits)] += weight
    if not votes:
        return None
    best = max(votes, key=lambda y: (votes[y], y))
    other = {source: y for source, y in said.items() if y != best}
    if other:
        told = "，".join(f"{source}为{y}年" for source, y in other.items())
        findings.append(Finding("year_in_doubt", "warning", f"按全文判断为{best}年度，但{told}。"))
    elif not said:
        findings.append(Finding("year_inferred", "info", f"标题和开头都没有写明年度，按日期等判断为{best}年度。"))
    return best


# --- issuer

def _mentions(page: Page, name: str, title: str | None, above: str, signature: list[str], year: int | None) -> Iterator[Mention]:
    """Every body that the page names where a reporter may be named, by falling weight of the place."""
    rules = _rules()

    def read(text: str, source: str, weight: float) -> Iterator[Mention]:
        if body := bodies.read_body(text, year):
            yield Mention(body, source, weight)

    for line in signature[:3]:
        yield from read(line, "signature", 9)
    for text, source, weight in ((title or "", "title", 8.0), *((t, "titles", 4.0) for t in page.titles), (name.rsplit(".", 1)[0], "name", 2.0)):
        yield from read(_issuer_part(text), source, weight)
    yield from read(above, "above", 5)
    head = page.text[:LEAD]
    for m in rules["title.announce"].finditer(page.text[:1500]):
        if body := bodies.read_body(m[1], year, whole=False) or bodies.read_body(m[1].rstrip("在对于"), year):
            yield Mention(body, "announce", 7)
    start = len(title) if title and head.startswith(title) else 0
    for m in CLAUSE.finditer(head, start):
        at = m.end() if m[1] else m.start()
        body = bodies.read_body(head, year, at, whole=False)
        if body and not bodies.words().before.search(head, max(0, at - 4), at):
            others = bodies.words().after.match(head, at + len(body.text))
            yield Mention(body, "text" if others else "lead", 1 if others else 6)
    for line in page.text.split("\n")[:HEAD_LINES]:
        if line.rstrip().endswith(("：", ":")) and len(line) < 60:
            for token in re.split(r"[、，,\s]", line.rstrip("：: ")):
                yield from read(token.removeprefix("中共"), "addressee", 2)
    yield from read(page.publisher or "", "publisher", 5)
    if page.site:
        yield from read(rules["site.suffix"].sub("", page.site), "site", 3)
    for token in dict.fromkeys(re.split(r"[\s>＞»›→|｜：:·•/／\\_\-—－【】\[\]（）(),，。;；、]+", page.furniture)):
        if 3 <= len(token) <= 40 and NAME_END.search(token):
            yield from read(rules["site.suffix"].sub("", token), "margin", 1.5)


def _issuer_part(title: str) -> str:
    """What a title holds before or after its year and before its matter: the issuer's name, or nothing."""
    text = re.sub(r"\s+", "", title)
    text = re.sub(rf"[（(]?{YEAR}年?度?[）)]?", "\0", text).replace("关于", "\0")
    m = _rules()["title.core"].search(text)
    text = text[:m.start()] if m else text
    parts = [_rules()["title.verbs"].sub("", part) for part in text.split("\0")]
    return next((p for p in parts if len(p) > 1), "")


def _who(found: Identity, page: Page, mentions: list[Mention], findings: list[Finding], override: str | None) -> Identity:
    """The identity with its issuer, kind, level and seat filled in."""
    margin = "\n".join(filter(None, (page.furniture, page.site, page.publisher)))
    evidence = Evidence(page.text, margin, found.year)
    for m in mentions:
        evidence.add(m.body.places, m.weight)
    evidence.add_lead(page.text[:LEAD])
    chosen = _choose(mentions, page.text, findings)
    if chosen is None:
        return found
    body, source = chosen
    body = _complete(body, mentions, found.year)
    region, told_apart = bodies.resolve(body.places, body.generic, evidence) if body.places or body.generic else (None, True)
    if region is None and body.zone and (lead := [p for p in regions.scan(body.zone) if p.start == 0]):
        region, told_apart = bodies.resolve((lead[0].name,), "", evidence)
    if region is None and not body.places and not body.generic:
        region, told_apart = bodies.resolve((), "", evidence)
    return _placed(found, body, source, region, told_apart, evidence, findings, override)


def _choose(mentions: list[Mention], text: str, findings: list[Finding]) -> tuple[Body, str] | None:
    """The mention that is the reporter's: signature, then title, then what the report calls itself."""
    w = bodies.words()
    spoken: dict[str, int] = defaultdict(int)
    for m in w.pronoun.finditer(text):
        spoken[w.pronouns[m[1]]] += 1
    speaks = "department" if spoken["department"] else "township" if spoken["township"] else "government" if spoken["government"] else ""

    def first(*sources: str, organ: bool = True) -> tuple[Body, str] | None:
        for source in sources:
            for m in mentions:
                b = m.body
                if m.source == source and (b.organ or b.town or b.zone or not organ) and not (speaks in ("department", "township") and source not in ("override", "signature", "title", "titles", "above")
                                                                                           and b.kind != speaks and not (b.kind == "zone" and not b.organ)):
                    return b, source
        return None

    if override := first("override", organ=False):
        return override
    titled = first("title", organ=False) or first("titles", organ=False)
    signed = first("signature")
    if titled and (titled[0].organ or titled[0].town):
        return titled if not (signed and _same(titled[0], signed[0])) else (signed if len(signed[0].text) >= len(titled[0].text) else titled)
    if signed and not (titled and w.drafters.search(signed[0].organ)):
        return signed
    if titled and (speaks != "department" or not first("announce", "lead", "publisher")):
        return titled
    found = first("above", "announce", "lead", "publisher", "name", "margin", "site") or titled or first("announce", "lead", "site", "text", "margin", organ=False)
    if found:
        findings.append(Finding("issuer_inferred", "info", f"报告没有署名，标题也没有写明单位，按页面其他部分判断为{found[0].text}。"))
    return found


def _same(a: Body, b: Body) -> bool:
    return a.kind == b.kind and (a.organ == b.organ or bodies.fuller(a.organ, b.organ) or bodies.fuller(b.organ, a.organ))


def _complete(body: Body, mentions: list[Mention], year: int | None) -> Body:
    """The body with the fullest form that the page has of its organ and zone, else with the table's."""
    w = bodies.words()
    organ, zone, town, places, generic = body.organ, body.zone, body.town, body.places, body.generic
    for m in mentions:
        other = m.body
        if other.kind == body.kind and organ and bodies.fuller(organ, other.organ):
            organ = other.organ
        if zone and other.zone and (bodies.fuller(zone, other.zone) or other.zone.endswith(zone)):
            zone = other.zone
    if body.kind == "zone" and not organ:
        organ = next((m.body.organ for m in mentions if m.body.kind == "zone" and m.body.organ and m.body.zone == zone), "管理委员会")
    organ = w.short.get(organ, organ)
    for m in sorted(mentions, key=lambda m: -m.weight):
        other = m.body
        same = other.organ == organ or bodies.fuller(other.organ, organ)
        if not places and other.places and same and other.kind == body.kind and not zone and not town and (not generic or other.places[-1].endswith(generic)):
            places, generic = other.places, ""
        if not places and other.places and (zone and other.zone == zone or town and other.town == town):
            places, generic = other.places, ""
        if len(other.places) > len(places) and places and other.places[-1] == places[-1] and m.source in ("signature", "title") and same:
            places = other.places
    if body.kind == "township" and town and not organ:
        organ = "办事处" if town.endswith("街道") else "人民政府"
    if body.kind == "government" and not organ:
        organ = "人民政府"
    via = body.via or next((m.body.via for m in mentions if town and m.body.town == town and m.body.via), "")
    return replace(body, organ=organ, zone=zone, via=via, places=places, generic=generic)


def _placed(found: Identity, body: Body, source: str, region: regions.Region | None, told_apart: bool, evidence: Evidence,
            findings: list[Finding], override: str | None) -> Identity:
    """The identity with the body's full name, kind, level and the chain of divisions of its seat."""
    year = found.year
    if region is None and body.town and (counties := regions.towns(body.town)):
        region = evidence.best([r for c in counties if (r := regions.by_code(c, year))])
        told_apart = True
    if region and body.zone and (tied := bodies.tied(body.zone, region, evidence)):
        region = tied
    kind = "department" if body.kind == "department" else body.kind
    level = "township" if kind == "township" else "county" if body.zone else region.level if region else None
    tail = body.zone + body.via + body.town + body.organ
    if body.places and body.zone:
        name = tail
    elif region is None:
        name = "".join(body.places) + body.generic + tail
        level = level or (bodies.level_of(body.places[-1]) if body.places else None)
        findings.append(Finding("region_unknown", "warning", f"无法确定{name}所在的行政区：重名或页面没有写明。"))
    else:
        name = (bodies.seat_name(region, year) if not body.zone else "") + tail
        printed = re.sub(r"\s", "", body.text)
        if printed.endswith(tail) and len(printed) > len(name) and printed.endswith(name[len(name) - len(tail) - 2:]):
            name = printed
        if told_apart and region:
            findings.append(Finding("region_inferred", "info", f"按页面其他部分判断{name}属于{'/'.join(r.name for r in regions.path(region.code, year))}。"))
    chain = {r.level: r.name for r in regions.path(region.code, year)} if region else {bodies.level_of(p) or "": p for p in body.places}
    return replace(found, issuer=override or name, issuer_kind=kind, region_code=region.code if region else None, province=chain.get("province"),
                   prefecture=chain.get("prefecture"), county=chain.get("county"), zone=body.zone or None, level=level)
