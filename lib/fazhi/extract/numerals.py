"""Find every numeral of a text: the numbers that a unit follows, and the numerals that measure nothing, with the reason.

The grammar of numbers is here; which units there are is in knowledge/units.toml, and which numerals are none in reasons.py.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache, lru_cache
from operator import attrgetter
from typing import NamedTuple

from fazhi.extract.reasons import CHINESE, ruled_out
from fazhi.extract.rows import RuledOut
from fazhi.knowledge import KnowledgeError, load_toml, require

# One character for one: offsets in the folded text are offsets in the text.
FOLD = dict(zip("０１２３４５６７８９％．＋－（）：，／\xa0\u3000", "0123456789%.+-():,/  ", strict=True))
DIGITS = r"(?<![\d.])(?<!\d[,+])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d{1,3}(?: \d{3})+(?:\.\d+)?(?![\d.])|\d+(?:\.\d+)?)"
CHINESE_NUMBER = f"[{CHINESE}]+(?:点[零〇一二三四五六七八九]+)?"
_RATED = re.compile(r"(?:率|%)[^,，。;；]{0,6}$")  # 败诉率继续保持为零
_CASES = re.compile("[案件数请]")
_VALUES = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_QUOTED = re.compile(r"[“\"‘][^“”\"‘’\n]{1,24}[”\"’]")
_PART = re.compile(rf"(?:[^\d、,;；()]{{1,8}}(\d+)|[^\d{CHINESE}、,;；()]{{1,8}}(?<!分之)({CHINESE_NUMBER}))[、,;；和]?")
_PARTS = re.compile(rf"(?:\((?:{_PART.pattern}){{2,}}等?\)|,?其中:?(?:{_PART.pattern}){{2,}}(?<=[\d{CHINESE}])(?=[。;\n]|$))")
_ALONE = re.compile(r"((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(万)?(?=[,，。;；、)\n]|$)")
_TOLD = re.compile(r"(人次|件次|场次|家次|户次|[件人户份家场次宗项条起例个错请讼议诉]数)(?:达到?|为|共|是|有|约|超过?|突破|近)*$")
_SERIES = re.compile(  # of parts without a unit behind a stop: 案卷105卷，优秀33、合格69、不合格3。结果：维持22，驳回9。
    r"[,，:：。；;](?:其中)?[一-鿿]{2,8}\d{1,5}(?:[、,，；;][一-鿿]{2,10}\d{1,5})+(?=[。；;]|,(?![一-鿿]{1,10}\d)|\n|$)"
)
_SERIAL = re.compile(r"(?<=[一-鿿])\d+")
_DEALT = re.compile(r"[,，;；、:(](?:其中)?(?:受理|立案|办结|审结|结案|维持|撤销|驳回|调成|调解|和解|终止|变更)$")
_STOPPED = re.compile(r"[,，。;；:：(（\n\d]")
_LISTING = re.compile(r"[、和及]")
_SUMMAND = re.compile(r"\d[\d,.]*")
# One class of characters in front, so that the scan leaps from numeral to numeral.
REACH = 120  # characters in which a total stands before its parts
_COUNTED = frozenset({"case", "paper", "person", "entity", "item", "session"})
_RUN = re.compile(rf"[0-9{CHINESE}数几](?:(?<=[0-9])[0-9]*|(?<![0-9])[{CHINESE}数几]*)")
_NUMERALS = re.compile(rf"[\d{CHINESE}](?:(?<=\d)\d*(?:\.\d+)?|(?<!\d)[{CHINESE}]*)")
_BETWEEN = re.compile(r"(十)?([两二三四五六七八])([三四五六七八九])([十百千万]+)?")
_POWERS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}


@lru_cache(maxsize=8)  # every stage asks for the same text
def fold(text: str) -> str:
    """The text with full-width digits and signs as ASCII, one character for one."""
    for wide, narrow in FOLD.items():  # much faster than `translate`, which looks every character up
        text = text.replace(wide, narrow)
    return text


class Number(NamedTuple):
    """A number with its unit: `value` and `high` multiplied out, money in 元; the span holds number, qualifier and unit."""

    start: int
    end: int
    value: float
    high: float | None
    unit: str
    qualifier: str
    group: str  # the class of the unit in units.toml
    chinese: bool


def chinese_value(token: str) -> float | None:
    """The value of a bare Chinese numeral (三百二十, 一千〇五, 二〇二一, 九十八点五), or None where it is none.

    Both ways of writing are read: with places (三百二十) and digit by digit (二〇二一, only from three digits on).
    """
    whole, point, fraction = token.partition("点")
    if point:
        if not fraction or any(c not in _VALUES for c in fraction):
            return None
        base = chinese_value(whole)
        return None if base is None else base + sum(_VALUES[c] / 10 ** (i + 1) for i, c in enumerate(fraction))
    if not whole:
        return None
    if not any(c in _POWERS for c in whole):
        if len(whole) == 1:
            return float(_VALUES[whole])
        return float("".join(str(_VALUES[c]) for c in whole)) if len(whole) > 2 else None
    total = section = digit = 0.0
    last = 10.0**12
    for c in whole:
        if c in _VALUES:
            if digit and c not in "零〇":
                return None
            digit = _VALUES[c]
            continue
        power = _POWERS[c]
        if power >= 10**4:
            total = (total + section + digit) * power if power > 10**4 and total else total + (section + digit or 1) * power
            section, last = 0.0, float(power)
        else:
            if power > last and last < 10**4:
                return None
            section += (digit or 1) * power
            last = float(power)
        digit = 0
    if digit and last >= 100 and whole[-2] in _POWERS:  # 三百二 is 320, 一百零二 is 102
        digit *= last / 10
    return total + section + digit


@cache
def units() -> dict[str, str]:
    """Every unit, in brackets of either width, and its class. Raises KnowledgeError for a doubled or misshapen entry."""
    found: dict[str, str] = {}
    for entry in load_toml("units.toml")["unit"]:
        name = entry.get("class", "?")
        needed: dict[str, type] = {"class": str, "names": list, "yes": list, "no": list}
        require("units.toml", f"[[unit]] {name}", entry, needed, {"only_digits": bool, "not_before": str})
        for unit in entry["names"]:
            if unit in found:
                raise KnowledgeError(
                    "units.toml", f"[[unit]] {name}", f"`{unit}` stands in {found[unit]} too", "keep one of them"
                )
            found[unit] = found[unit.replace("(", "（").replace(")", "）")] = name
    return found


@cache
def _only_digits() -> frozenset[str]:
    """The units that only a number in digits, of three at most, counts: 赴株洲等7市, but 三市 is a name and 2023市 no number."""
    entries = [entry for entry in load_toml("units.toml")["unit"] if entry.get("only_digits")]
    return frozenset(unit for entry in entries for unit in entry["names"])


@cache
def _unit_names() -> str:
    """An alternation of all units, the longest first, each with what may not stand behind it."""
    barred = {unit: entry.get("not_before", "") for entry in load_toml("units.toml")["unit"] for unit in entry["names"]}
    names = sorted(barred, key=len, reverse=True)
    return "|".join(re.escape(unit) + (f"(?![{barred[unit]}])" if barred[unit] else "") for unit in names)


@cache
def qualifiers(place: str) -> dict[str, str]:
    """The words that qualify a number `before`, `after` or `apart` from it, each with its qualifier of the contract."""
    table = load_toml("numerals.toml")["qualifiers"]
    require("numerals.toml", "[qualifiers]", table, {"before": dict, "after": dict, "apart": dict, "none": dict})
    if unknown := set(table[place]) - {"over", "under", "about", "at_least", "at_most"}:
        raise KnowledgeError(
            "numerals.toml",
            f"[qualifiers.{place}]",
            f"unknown qualifier {sorted(unknown)}",
            "use over, under, about, at_least, at_most",
        )
    return {word: sense for sense, words in table[place].items() for word in words}


@cache
def _number() -> re.Pattern[str]:
    names = _unit_names()
    after = "|".join(sorted((w for w in qualifiers("after") if len(w) > 1), key=len, reverse=True))
    multiple = "百万|千万|十万|百亿|千亿|万|亿|千(?![米克瓦])|百(?!分点)"
    return re.compile(
        rf"(?:(?P<percent>(?<![个“])百分百(?![一-鿿])|百分之(?P<pc>{CHINESE_NUMBER}|{DIGITS})(?:[至到—-]百分之(?P<pc2>{CHINESE_NUMBER}|{DIGITS}))?)|(?P<tenths>[一二两三四五六七八九]|(?<![\d.])[1-9])成(?P<half>[一二三四五六七八九半])?(?P<over4>多|余)?(?![立为效员功果就都熟长因本交份])"
        rf"|(?P<parts>[二三四五六七八九十])分之(?P<share>[一二三四五六七八九])(?![百千万点])|(?P<halved>(?<!另)一半)"
        rf"|(?<![\d./])(?P<upper>[1-8])/(?P<lower>[2-9])(?!\d|[./]\d|\s*[页月日号])"
        rf"|(?P<low>{DIGITS}|{CHINESE_NUMBER}|数[十百千万]+|几[十百千万]+|十几)(?P<m0>{multiple})?(?(m0)(?:(?P<low2>\d+(?:\.\d+)?)(?P<m3>千万|百万|十万|万|千))?)"
        rf"(?:(?:(?P<u0>%|‰|多?余?(?:{names}))?\x20?(?:[-—–~]{{1,2}}|至|到)|(?<=[一二三四五六七八九])、(?=[二三四五六七八九十][^百千万]))"
        rf"\x20?(?P<high>{DIGITS}|{CHINESE_NUMBER}))?"
        rf"\x20?(?P<m1>{multiple})?(?P<over>余|多|来|\+)?(?P<m2>{multiple})?(?P<over2>余|多)?\x20?(?:(?P<unit>{names})(?!(?<=分)之)|(?:(?<=[万亿])|(?<=[万亿][余多+])|(?<=率[0零])|(?<=[一-鿿][为是][0零]))(?=[,，。;；、)）\n]|$))(?P<over3>余|多(?=[,，。；;、]))?"
        rf")(?P<after>\x20?及?(?:{after})|(?<=[日天时])内)?"
    )


@cache
def _before() -> re.Pattern[str]:
    none = "".join(rf"(?<!{word})" for word in load_toml("numerals.toml")["qualifiers"]["none"]["words"])
    return re.compile(rf"(?:{'|'.join(sorted(qualifiers('before'), key=len, reverse=True))}){none} ?$")


def _value(token: str) -> float | None:
    if token[0].isdigit():
        return float(token.replace(",", "").replace(" ", ""))
    if token[0] in "数几":
        return chinese_value(token[1:])
    return chinese_value(token.replace("几", ""))


def _neighbours(token: str) -> tuple[float, float] | None:
    """两三, 四五十, 十七八: a number between two that stand side by side."""
    m = _BETWEEN.fullmatch(token)
    if m is None or _VALUES[m[3]] != _VALUES[m[2]] + 1:
        return None
    low, high = (chinese_value((m[1] or "") + digit + (m[4] or "")) for digit in (m[2], m[3]))
    return (low, high) if low and high else None


def _multiple(token: str | None) -> float:
    return chinese_value(token) or 1.0 if token else 1.0


def scan(text: str) -> tuple[list[Number], list[RuledOut]]:
    """Every number with a unit, and every numeral that a listed reason rules out, in reading order.

    A numeral inside 《》 is part of a title; one that neither a unit follows nor a reason covers is `no_unit`.
    """
    folded = fold(text)
    spans = ruled_out(folded)
    covered = bytearray(len(text) + 1)
    for span in spans:
        covered[span.start : span.end] = b"\1" * (span.end - span.start)
    found = []
    pattern, kinds = _number(), units()
    sums = _sum()
    for run in _RUN.finditer(folded):
        at = run.start()
        while at < run.end() and covered[at]:
            at += 1
        if at == run.end():
            continue
        if (sum_ := sums.match(folded, at)) and ("+" in sum_[0] or _deals_out(folded, sum_)):
            found += _summands(sum_, kinds)
            covered[at : sum_.end()] = b"\2" * (sum_.end() - at)
            continue
        m, last = pattern.match(folded, at), found[-1].end if found else 0
        if m and not (m["low"] and any(covered[at : m.end("low")])) and (number := _read(folded, m, kinds, last)):
            for n in (number, *_bracketed(folded, number)):
                found.append(n)
                covered[n.start : n.end] = b"\2" * (n.end - n.start)
        elif number := _unitless(folded, at, found[-1] if found else None, kinds):
            found.append(number)
            covered[number.start : number.end] = b"\2" * (number.end - number.start)
    if parts := _serial(folded, found, covered):
        for n in parts:
            covered[n.start : n.end] = b"\2" * (n.end - n.start)
        found = sorted([*found, *parts], key=attrgetter("start"))
    out = [span for span in spans if covered.find(2, span.start, span.end) < 0]
    loose = [m for m in _NUMERALS.finditer(folded) if not covered[m.start()] and not any(covered[m.start() : m.end()])]
    quotes = [m.span() for m in _QUOTED.finditer(folded)]
    for m in loose:
        quoted = any(a < m.start() < b for a, b in quotes)
        out.append(RuledOut(m.start(), m.end(), "quoted_name" if quoted else "word" if _is_word(m[0]) else "no_unit"))
    return found, sorted(out, key=lambda r: r.start)


def _unitless(folded: str, at: int, before: Number | None, kinds: dict[str, str]) -> Number | None:
    """培训人次达2,700; 收到申请131件，受理119: a number whose unit stands in its noun, or with the total before it."""
    m = _ALONE.match(folded, at)
    if m is None:
        return None
    start, value = max(before.end if before else 0, at - 14), round(float(m[1].replace(",", "")) * _multiple(m[2]), 6)
    if told := _TOLD.search(folded, start, at):
        unit = told[1].removesuffix("数")
        unit = unit if unit in kinds else "件"  # 纠错数, 申请数
    elif before and before.group == "case" and value <= before.value and _DEALT.search(folded, start, at):
        unit = before.unit
    else:
        return None
    return Number(at, m.end(), value, None, unit, "exact", kinds[unit], False)


@cache
def _sum() -> re.Pattern[str]:
    names = _unit_names()
    one = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
    return re.compile(rf"{one}(?:(?:\+{one})+|(?: ?[、和及] ?{one})+) ?(?P<multiple>万|亿)?(?P<over>余|多)? ?(?P<unit>{names})")


def _deals_out(folded: str, m: re.Match[str]) -> bool:
    """Whether a list of bare numbers is dealt out: by a word (分别为), or to a list before it (省、市、县人大建议2、9、113件)."""
    words = folded[max(0, m.start() - 30) : m.start()]
    if "分别" in words[-10:] or "依次" in words[-10:]:
        return True
    items = _LISTING.findall(_STOPPED.split(words)[-1])
    return words[-1:] != "第" and len(items) + 1 >= len(_SUMMAND.findall(m[0]))


def _summands(m: re.Match[str], kinds: dict[str, str]) -> list[Number]:
    """主办8+5件 and 分别为8、5件 state two figures of one unit; the last one's span holds the unit."""
    spans = [x.span() for x in _SUMMAND.finditer(m[0])]
    unit, scale = m["unit"], _multiple(m["multiple"])
    qualifier = "over" if m["over"] else "exact"
    out = []
    for i, (a, b) in enumerate(spans):
        end = m.end() if i + 1 == len(spans) else m.start() + b
        value = round(float(m[0][a:b].replace(",", "")) * scale, 6)
        out.append(Number(m.start() + a, end, value, None, unit, qualifier, kinds[unit], False))
    return out


def _bracketed(folded: str, total: Number) -> list[Number]:
    """审结17件（维持13、变更1、撤销3）: bare numbers in a bracket or a 其中 behind a number have its unit."""
    m = _PARTS.match(folded, total.end)
    if m is None or total.group == "rate":
        return []
    out = []
    for part in _PART.finditer(m[0]):
        value, (a, b) = _value(part[part.lastindex or 1]), part.span(part.lastindex or 1)
        if value is None or value > total.value:
            return []
        chinese = part[1] is None
        out.append(Number(m.start() + a, m.start() + b, value, None, total.unit, "exact", total.group, chinese))
    return out


def _serial(folded: str, found: Sequence[Number], covered: bytearray) -> list[Number]:
    """案卷105卷，优秀33、合格69、不合格3: a series of bare numbers has the unit of the total before it, their sum or more."""
    out = []
    for m in _SERIES.finditer(folded):
        parts = list(_SERIAL.finditer(m[0]))
        if any(covered[m.start() + x.start()] == 1 for x in parts):
            continue
        first = max(folded.rfind("\n", 0, m.start()), m.start() - REACH)
        a, b = (bisect_left(found, at, key=attrgetter("start")) for at in (first, m.start()))
        least = sum(int(x[0]) for x in parts)
        total = next((n for n in reversed(found[a:b]) if n.group in _COUNTED and n.value >= least), None)
        if total:
            for x in parts:
                start, end = m.start() + x.start(), m.start() + x.end()
                if not covered[start]:  # none that another rule has read
                    out.append(Number(start, end, float(x[0]), None, total.unit, "exact", total.group, False))
    return out


def _is_word(run: str) -> bool:
    """Whether a run of numeral characters without a unit belongs to a word: one alone (零售, 三角), or powers of ten (万元)."""
    return run[0] in CHINESE and (len(run) == 1 or ("十" not in run and all(c in _POWERS for c in run)))


def _read(folded: str, m: re.Match[str], kinds: dict[str, str], after: int) -> Number | None:
    """The number that a match of the number pattern says, with the qualifier before it (which stands `after` the last number).

    None where it is none after all.
    """
    start = m.start()
    said = None
    if (word := _before().search(folded, max(after, start - 5), start)) and (
        word[0].strip() != "上" or folded[start] in "百千万"  # 以上三项, 网上12件: only 上百, 上千 is a bound
    ):
        start, said = word.start(), word[0].strip()
    low, m0, low2, m3, _, high, m1, over, m2, over2, unit, over3, behind = m.groups()[11:]  # behind those of shares
    qualifier = qualifiers("before")[said] if said else "exact"
    if behind and not said:
        qualifier = qualifiers("after").get(behind.lstrip().removeprefix("及"), "exact")
    if low is None:
        return _read_share(m, start, qualifier)
    chinese = not low[0].isdigit()
    if unit is None and low in ("0", "零"):  # 败诉率为0, 败诉案件为0
        rate = _RATED.search(folded, max(0, start - 10), start)
        cases = "%" if rate else "件" if _CASES.search(folded, max(0, start - 4), start) else ""
        return Number(start, m.end(), 0.0, None, cases, qualifier, "rate" if rate else "case" if cases else "bare", low == "零")
    if unit is None and chinese:
        return None
    unit = unit or ""  # 阅读量287万
    unit = unit.replace("(次)", "次")  # 家(次) is 家次
    between = _neighbours(low) if chinese else None
    value = between[0] if between else _value(low)
    if value is None or low in ("零", "〇") or (unit in _only_digits() and (chinese or value >= 1000)):
        return None
    power = chinese and not (over or over2) and low[0] != "十" and all(c in _POWERS for c in low)
    if power and (not said or kinds.get(unit) in ("money", "currency")):
        return None  # 千人, 万名: a name or a manner of speaking; 超亿元项目 a sort of project
    if (over or over2 or over3 or low[0] in "数几" or low == "十几") and qualifier == "exact":
        qualifier = "over"
    scale = _multiple(m1) * _multiple(m2) if m1 or m2 else 1.0
    top = between[1] * scale if between else None
    if between:
        value, qualifier = value * scale, "range"
    elif high:
        top = _value(high)
        if top is None or top * scale <= value * _multiple(m0 or m1):
            if (alone := m["u0"]) not in kinds:
                return None
            value *= _multiple(m0)  # 分解任务21条到13个科室 is no range
            return Number(start, m.end("u0"), round(value, 6), None, alone, qualifier, kinds[alone], chinese)
        top, qualifier = top * scale, "range"
        value *= _multiple(m0) if m0 else scale
    else:
        value *= scale * _multiple(m0) if m0 else scale
        if low2:
            value += float(low2) * _multiple(m3)
    return Number(start, m.end(), round(value, 6), top, unit, qualifier, kinds.get(unit, "bare"), chinese)


def _read_share(m: re.Match[str], start: int, qualifier: str) -> Number | None:
    """百分之九十八点五, 九成五, 四分之三, 3/4 and 一半, in percent."""
    if m["halved"]:
        value: float | None = 50.0
    elif m["parts"]:
        value = round(100 * (_value(m["share"]) or 0) / (_value(m["parts"]) or 1), 2)
    elif m["upper"]:
        upper, lower = int(m["upper"]), int(m["lower"])
        value = round(100 * upper / lower, 2) if upper < lower else None
    elif m["tenths"]:
        value = (_value(m["tenths"]) or 0) * 10 + (5 if m["half"] == "半" else _VALUES.get(m["half"] or "零", 0))
    else:
        value = _value(m["pc"]) if m["pc"] else 100.0  # 百分百
    if value is None:
        return None
    if m["over4"] and qualifier == "exact":
        qualifier = "over"
    top = _value(m["pc2"]) if m["pc2"] else None
    return Number(start, m.end(), value, top, "%", qualifier if top is None else "range", "rate", True)
