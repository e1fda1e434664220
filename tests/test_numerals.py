"""Numerals: whatever a report can print is read back; every numeral is accounted for once; every example of the files holds."""
from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fazhi.extract.numerals import Number, chinese_value, fold, scan, units
from fazhi.extract.reasons import CHINESE
from fazhi.knowledge import load_toml

sys.path.insert(0, str(Path(__file__).parent / "practice"))
from unmark import unmark

UNITS = load_toml("units.toml")["unit"]
REASONS = load_toml("numerals.toml")["reason"]
NAMES = load_toml("numerals.toml")["names"]
PLAIN = ["件", "次", "份", "场次", "人次", "家次", "件次", "人", "名", "条", "项", "期", "批次", "起", "宗", "户", "平方米"]  # part of no idiom after a numeral
HUNDRED = "零一二三四五六七八九"
FULL_WIDTH = str.maketrans("0123456789.,%", "０１２３４５６７８９．，％")
RUN = re.compile(rf"\d+(?:\.\d+)?|[{CHINESE}]+")

# ---------------------------------------------------------------- printers: what a report may write for a value


def under_ten_thousand(n: int) -> str:
    """1 to 9999 with places: 一千零五, 三百二十."""
    out, gap = "", False
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, n = divmod(n, power)
        if digit:
            out += "零" * (gap and bool(out)) + HUNDRED[digit] + name
            gap = False
        else:
            gap = True
    return out


def with_places(n: int) -> str:
    """1 up to 10^12 as a careful writer prints it: 一万零三百, 三亿零五十万."""
    out, whole = "", n
    for power, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        part, n = divmod(n, power)
        if part:
            out += "零" * (bool(out) and part < 1000) + under_ten_thousand(part) + name
    return out.removeprefix("一") if 10 <= whole < 20 else out


CHINESE_FORMS = {
    "places": with_places,
    "round nought": lambda n: with_places(n).replace("零", "〇"),
    "两 before 百, 千, 万": lambda n: re.sub("二(?=[百千万亿])", "两", with_places(n)),
    "一十": lambda n: with_places(n) if not 10 <= n < 20 else "一" + with_places(n),
    "last place unsaid": lambda n: re.sub("(?<=[百千][一二三四五六七八九])[十百]$", "", with_places(n)),
    "digit by digit": lambda n: "".join(HUNDRED[int(d)] for d in str(n)) if n > 99 else with_places(n),
    "digit by digit, round nought": lambda n: "".join(("〇" + HUNDRED[1:])[int(d)] for d in str(n)) if n > 99 else with_places(n),
}
DIGIT_FORMS = {
    "plain": str,
    "commas": lambda n: f"{n:,}",
    "blanks": lambda n: f"{n:,}".replace(",", " "),
    "full width": lambda n: str(n).translate(FULL_WIDTH),
    "full width with commas": lambda n: f"{n:,}".translate(FULL_WIDTH),
}
# printed before, printed after the digits, printed after the unit, the qualifier
QUALIFIERS = [("", "", "", "exact"), ("", "余", "", "over"), ("", "多", "", "over"), ("", "来", "", "over"), ("", "", "以上", "over"), ("", "", "及以上", "over"),
              ("超", "", "", "over"), ("超过", "", "", "over"), ("逾", "", "", "over"), ("突破", "", "", "over"), ("近", "", "", "under"), ("将近", "", "", "under"),
              ("不足", "", "", "under"), ("不到", "", "", "under"), ("约", "", "", "about"), ("大约", "", "", "about"), ("", "", "左右", "about"),
              ("不少于", "", "", "at_least"), ("不低于", "", "", "at_least"), ("至少", "", "", "at_least"), ("不超过", "", "", "at_most"), ("至多", "", "", "at_most"),
              ("", "", "以内", "at_most"), ("近", "余", "", "under"), ("约", "余", "", "about"), ("不少于", "余", "", "at_least")]


def only(text: str) -> Number:
    """The one number of a text, of which nothing else is said."""
    numbers, ruled_out = scan(text)
    assert len(numbers) == 1 and not ruled_out, (text, numbers, [text[r.start : r.end] + " " + r.reason for r in ruled_out])
    return numbers[0]


def check(printed: str, value: float, unit: str, qualifier: str = "exact", high: float | None = None) -> None:
    text = f"全局办理有关案卷{printed}，反响良好。"
    n = only(text)
    assert (n.value, n.high, n.unit, n.qualifier) == (pytest.approx(value), high and pytest.approx(high), unit, qualifier), printed
    assert text[n.start : n.end] == printed


# ---------------------------------------------------------------- what is printed is read back


@pytest.mark.parametrize("unit", [u for e in UNITS for u in e["names"]])
def test_every_unit_is_read_after_a_number(unit: str) -> None:
    value = 26 if any(unit in e["names"] and e.get("only_digits") for e in UNITS) else 3126
    n = only(f"累计达到{value}{unit}，")
    assert (n.value, n.unit, n.group) == (value, unit.replace("(次)", "次"), units()[unit])


@settings(deadline=None)
@given(st.integers(0, 10**8 - 1), st.sampled_from(sorted(DIGIT_FORMS)), st.sampled_from(QUALIFIERS), st.sampled_from(PLAIN))
def test_digits(n: int, form: str, qualifier: tuple[str, str, str, str], unit: str) -> None:
    before, inside, after, sense = qualifier
    check(before + DIGIT_FORMS[form](n) + inside + unit + after, n, unit, sense)


@settings(deadline=None)
@given(st.integers(0, 99999), st.integers(1, 99), st.sampled_from(["", "万", "亿"]), st.sampled_from(QUALIFIERS), st.sampled_from([*PLAIN, "元"]), st.booleans())
def test_decimals_and_multiples(whole: int, hundredths: int, multiple: str, qualifier: tuple[str, str, str, str], unit: str, wide: bool) -> None:
    before, inside, after, sense = qualifier
    digits = f"{whole}.{hundredths:02d}"
    check(before + (digits.translate(FULL_WIDTH) if wide else digits) + multiple + inside + unit + after,
          float(digits) * {"": 1, "万": 10**4, "亿": 10**8}[multiple], unit, sense)


@settings(deadline=None)
@given(st.one_of(st.integers(2, 9999), st.integers(10**4, 10**12 - 1)), st.sampled_from(sorted(CHINESE_FORMS)))
@example(105, "places")
@example(10300, "round nought")
@example(200_000_000, "places")
@example(320, "last place unsaid")
def test_bare_chinese_numerals(n: int, form: str) -> None:
    assert chinese_value(CHINESE_FORMS[form](n)) == n


@settings(deadline=None)
@given(st.integers(2, 9999), st.sampled_from([f for f in sorted(CHINESE_FORMS) if "digit" not in f]), st.sampled_from(QUALIFIERS),
       st.sampled_from(["件", "份", "人次", "场次", "件次"]))
def test_chinese_numerals_with_a_unit(n: int, form: str, qualifier: tuple[str, str, str, str], unit: str) -> None:
    before, inside, after, sense = qualifier
    printed = CHINESE_FORMS[form](n)
    if printed in "十百千" or inside and (n % 10 or form != "places"):
        inside, sense = "", dict.fromkeys(["近", "约", "不少于"], sense).get(before, sense if before or after else "exact")
    check(before + printed + inside + unit + after, n, unit, sense)


@pytest.mark.parametrize("token", ["", "点", "三点", "点五", "三点十", "二三", "一二十", "二十三四", "十百"])
def test_what_is_no_numeral_has_no_value(token: str) -> None:
    assert chinese_value(token) is None


@settings(deadline=None)
@given(st.integers(1, 99), st.integers(0, 99), st.sampled_from(["", "近", "约", "超过", "不足", "不低于"]), st.sampled_from(["", "以上", "左右"]))
def test_per_cent_in_words(whole: int, tenths: int, before: str, after: str) -> None:
    sense = {"": {"": "exact", "以上": "over", "左右": "about"}[after], "近": "under", "约": "about", "超过": "over", "不足": "under", "不低于": "at_least"}[before]
    fraction = f"{tenths:02d}".rstrip("0")
    words = with_places(whole) + ("点" + "".join(HUNDRED[int(d)] for d in fraction) if fraction else "")
    value = float(f"{whole}.{fraction or 0}")
    check(f"{before}百分之{words}{after}", value, "%", sense)
    check(f"{before}百分之{value:g}{after}", value, "%", sense)
    check(f"{before}{value:g}%{after}", value, "%", sense)
    check(f"{before}{value:g}%{after}".translate(FULL_WIDTH), value, "%", sense)


@settings(deadline=None)
@given(st.integers(1, 9), st.sampled_from(["", "半", *HUNDRED[1:]]), st.sampled_from(["", "近", "不足", "超"]))
def test_tenths(tenths: int, more: str, before: str) -> None:
    value = tenths * 10 + (5 if more == "半" else HUNDRED.index(more) if more else 0)
    check(f"{before}{HUNDRED[tenths]}成{more}", value, "%", {"": "exact", "近": "under", "不足": "under", "超": "over"}[before])


@settings(deadline=None)
@given(st.integers(1, 500), st.integers(1, 500), st.sampled_from(["-", "－", "—", "——", "–", "~", "至", "到"]), st.sampled_from(PLAIN),
       st.sampled_from(["digits", "both units", "万", "万 twice", "Chinese"]))
def test_ranges(low: int, more: int, dash: str, unit: str, form: str) -> None:
    high = low + more
    if form == "Chinese":
        dash = dash if dash in "至到" else "至"
        low, high = low + 1, high + 1
        check(f"{with_places(low)}{dash}{with_places(high)}份", low, "份", "range", high)
    elif form == "digits":
        check(f"{low}{dash}{high}{unit}", low, unit, "range", high)
    elif form == "both units":
        check(f"{low}{unit}{dash}{high}{unit}", low, unit, "range", high)
    else:
        check(f"{low}{'万' * (form == '万 twice')}{dash}{high}万{unit}", low * 10**4, unit, "range", high * 10**4)


@pytest.mark.parametrize(("printed", "low", "high"), [("三、四次", 3, 4), ("两三次", 2, 3), ("四五十次", 40, 50), ("十七八次", 17, 18), ("三四万元", 30000, 40000), ("40%-50%", 40, 50), ("40-50%", 40, 50), ("1.5万元至2.5万元", 15000, 25000), ("1.5至2.5万元", 15000, 25000)])
def test_ranges_of_their_own(printed: str, low: float, high: float) -> None:
    check(printed, low, "次" if "次" in printed else "%" if "%" in printed else "元", "range", high)


@pytest.mark.parametrize("text", ["一二审案件", "二三产业", "三五家", "九八件"])
def test_digits_side_by_side_are_a_range_only_in_order(text: str) -> None:
    assert not any(n.qualifier == "range" for n in scan(text)[0])


@pytest.mark.parametrize(("printed", "value"), [("百余件", 100), ("上百件", 100), ("数百件", 100), ("近百件", 100), ("几十件", 10), ("十几件", 10), ("上万件", 10**4), ("二十多万件", 200_000), ("5余万件", 50_000),
                                                ("三千余万件", 30_000_000), ("1 126余件", 1126)])
def test_round_numbers_are_bounds(printed: str, value: float) -> None:
    check(printed, value, "件", "under" if printed[0] == "近" else "over")


@pytest.mark.parametrize("text", ["法规室主任千人计划", "1,23件", "1234,567件", "12,3件", "3.件", "10.5.3件", "20-12件"])
def test_what_is_badly_printed_is_not_guessed(text: str) -> None:
    assert not [n for n in scan(text)[0] if text[n.start] == text.lstrip("法规室主任")[0]]


@pytest.mark.parametrize(("text", "value", "unit"), [
    ("罚没款1亿2千万元。", 120_000_000, "元"), ("办理各类业务12万3千件。", 123_000, "件"),
    ("罚没款2012.6万元。", 20_126_000, "元"), ("新建绿道2021.5公里。", 2021.5, "公里"), ("全年受理2022件。", 2022, "件"),  # no dates
    ("购置设备二十三台。", 23, "台"), ("新建绿道三公里。", 3, "公里"), ("新建绿道32千米。", 32, "千米"), ("购置设备三台套。", 3, "台套"),  # no names
    ("归集数据12TB。", 12, "TB"), ("纠错率提高3百分点。", 3, "百分点"), ("梳理五大类问题，", 5, "大类"), ("占比百分之一。", 1, "%"),
    ("占全部败诉案件的四分之三。", 75, "%"), ("下降近三分之一。", 33.33, "%"), ("干部接近一半。", 50, "%"), ("一半以上完成整改。", 50, "%"),
    ("年均浓度21μg/m3，", 21, "μg/m3"), ("规范摊点6700余摊次，", 6700, "摊次"), ("检定器具2.7万台件。", 27_000, "台件"),
    ("培训人次达2,700；", 2700, "人次"), ("被纠错数为0，", 0, "件"), ("参训人数达到1.2万。", 12_000, ""),
    ("邀请居民代表60余人参观。", 60, "人"),  # no caption of a table
])
def test_what_only_looks_like_something_else(text: str, value: float, unit: str) -> None:
    n = only(text)
    assert (n.value, n.unit) == (value, unit)


def test_a_part_takes_the_unit_of_its_total() -> None:
    assert [(n.value, n.unit) for n in scan("收到申请131件，受理119，其余未受理。")[0]] == [(131, "件"), (119, "件")]
    assert [n.value for n in scan("收到申请131件，受理1999，其余未受理。")[0]] == [131]


@pytest.mark.parametrize(("text", "reason"), [
    ("万分之一的差错", "fraction"), ("没有一件被撤销。", "article"), ("建设“一区两地一园一通道”", "quoted_name"), ("表1情况", "caption"), ("建设5G网络，", "formula"), ("贯彻党的二十大精神，", "plan_name"), ("学习十九届四中全会精神。", "ordinal"),
    ("《安全生产法》第一百一十四条规定", "ordinal"), ("党的十八届三中全会以来", "ordinal"), ("依据国发〔2020〕3号文件，", "document_number"),
])
def test_what_looks_like_a_number_and_measures_nothing(text: str, reason: str) -> None:
    numbers, ruled_out = scan(text)
    assert not numbers and reason in {r.reason for r in ruled_out} and "no_unit" not in {r.reason for r in ruled_out}


# ---------------------------------------------------------------- the examples of the files


@pytest.mark.parametrize(("entry", "sentence"), [(e, s) for e in UNITS for s in e["yes"]], ids=lambda x: x if isinstance(x, str) else x["class"])
def test_units_yes(entry: dict[str, Any], sentence: str) -> None:
    assert any(n.unit in entry["names"] and n.group == entry["class"] for n in scan(sentence)[0]), scan(sentence)


@pytest.mark.parametrize(("entry", "sentence"), [(e, s) for e in UNITS for s in e["no"]], ids=lambda x: x if isinstance(x, str) else x["class"])
def test_units_no(entry: dict[str, Any], sentence: str) -> None:
    assert not [n for n in scan(sentence)[0] if n.group == entry["class"]]


@pytest.mark.parametrize(("reason", "sentence"), [(e.get("name", e.get("reason")), s) for e in [*REASONS, *NAMES] for s in e["yes"]])
def test_reasons_yes(reason: str, sentence: str) -> None:
    numbers, ruled_out = scan(sentence)
    assert reason in {r.reason for r in ruled_out} and not numbers, (numbers, ruled_out)


@pytest.mark.parametrize(("reason", "sentence"), [(e.get("name", e.get("reason")), s) for e in [*REASONS, *NAMES] for s in e["no"]])
def test_reasons_no(reason: str, sentence: str) -> None:
    numbers, ruled_out = scan(sentence)
    assert numbers and reason not in {r.reason for r in ruled_out}


def test_every_listed_name_measures_nothing() -> None:
    assert not [(name, n) for e in NAMES for name in e["list"] for n in scan(name)[0]]


# ---------------------------------------------------------------- every numeral is accounted for exactly once

FRAGMENTS = ["办理案件", "3件", "1,234件", "3.2万余元", "两次", "三百二十份", "百分之九十八点五", "百分之百", "五成以上", "40%-50%", "1至2次", "2020年", "2020年12月31日", "12月4日", "1-11月", "〔2020〕3号", "第3条",
             "第一责任人", "第二批", "“八五”普法", "十九届四中全会", "12345热线", "一网通办", "三项制度", "“四风”", "《法治政府建设实施纲要（2015—2020年）》", "《", "》", "“", "”", "一批", "一个", "一是", "（一）",
             "1.", "15日内", "3个工作日", "7×24小时", "1+3+N", "约", "近", "余", "万", "以上", "、", "，", "。", "；", "\n", " ", "\t", "　", "１２３", "％", "三分之一", "十", "百", "零", "点", "-", "至", "分别"]
SENTENCES = st.lists(st.tuples(
    st.one_of(st.sampled_from(FRAGMENTS), st.text("0123456789,.%一二三四五六七八九十百千万亿零两第年月日件次个人分成 、，。《》“”（）", max_size=6)),
    st.sampled_from("，、。；（）“”案 \n")).map("".join), max_size=20).map("".join)


def account(text: str, whole: bool = True) -> None:
    numbers, ruled_out = scan(text)
    assert [n.start for n in numbers] == sorted(n.start for n in numbers) and [r.start for r in ruled_out] == sorted(r.start for r in ruled_out)
    times = bytearray(len(text))
    for start, end in [*((n.start, n.end) for n in numbers), *((r.start, r.end) for r in ruled_out)]:
        assert 0 <= start < end <= len(text)
        for i in range(start, end):
            times[i] += 1
    assert not (twice := [text[max(0, i - 6) : i + 6] for i, k in enumerate(times) if k > 1]), twice
    folded = fold(text)
    covered = all if whole else any  # what is garbled may leave a rest that belongs to nothing
    missed = [folded[max(0, m.start() - 4) : m.end() + 4] for m in RUN.finditer(folded) if not covered(times[m.start() : m.end()])]
    assert not missed, missed
    assert all(n.value >= 0 and (n.high is None or n.high > n.value) and (n.high is not None) == (n.qualifier == "range") for n in numbers)


@settings(max_examples=300, deadline=None)
@given(SENTENCES)
def test_every_numeral_is_accounted_for_once(text: str) -> None:
    account(text, whole=False)


@pytest.mark.parametrize("path", sorted((Path(__file__).parent / "samples").glob("*.txt")), ids=lambda p: p.stem)
def test_every_numeral_of_the_samples_is_accounted_for_once(path: Path) -> None:
    account(unmark(path.read_text("utf-8"), path.name)[0])


def test_inside_a_title_nothing_is_measured() -> None:
    numbers, ruled_out = scan("修订《行政处罚“3件事”清单（2020版）》1部。")
    assert [n.value for n in numbers] == [1] and [r.reason for r in ruled_out] == ["title"]


def test_nothing_in_nothing_out() -> None:
    assert scan("") == scan("依法行政") == ([], [])


@pytest.mark.parametrize(("text", "values"), [
    ("许可、处罚、强制分别为40、98、12宗。", [40, 98, 12]), ("分别办理40、98和12件。", [40, 98, 12]), ("依次受理3、5件。", [3, 5]), ("主办8+5件。", [8, 5]),
    ("户政、交管、出入境分别为40.2、112.5和5.9万笔。", [402_000, 1_125_000, 59_000]), ("分别有68、1,902人。", [68, 1902]),
    ("承办省、市、县人大代表建议2、9、113件。", [2, 9, 113]), ("主办、会办建议41、67件。", [41, 67]),
])
def test_bare_numbers_that_share_the_last_ones_unit(text: str, values: list[float]) -> None:
    found = scan(text)[0]
    assert [n.value for n in found] == values and {n.unit for n in found} == {text.rstrip("。")[-1]}


@pytest.mark.parametrize(("text", "values"), [
    ("审结十七件（维持十三、变更一、撤销一、终止二）", [17, 13, 1, 1, 2]), ("审结35件(维持30,撤销5)", [35, 30, 5]), ("审结35件（含上年2件）", [35, 2]),
    ("立案3件（第15、16号）", [3]),
])
def test_bare_numbers_in_a_bracket_have_the_unit_before_it(text: str, values: list[float]) -> None:
    assert [n.value for n in scan(text)[0]] == values


@pytest.mark.parametrize(("text", "value"), [("败诉率为0，", 0), ("发生率零。", 0), ("3成以上人员无证", 30), ("电话8,214件", 8214), ("举办一期执法培训班", 1), ("压减企业报表11张", 11)])
def test_rates_of_nothing_and_numbers_after_a_name(text: str, value: float) -> None:
    assert [n.value for n in scan(text)[0]] == [value]


def test_what_falls_is_no_range() -> None:
    assert [(n.value, n.unit, n.high) for n in scan("分解任务21条到13个科室")[0]] == [(21, "条", None), (13, "个", None)]


@pytest.mark.parametrize("text", ["实行一次性告知", "超亿元项目落地", "完成执法平台（二期）建设", "任命一名干部", "会同公安等部门开展“101%服务”"])
def test_names_and_manners_of_speaking_measure_nothing(text: str) -> None:
    assert scan(text)[0] == []


def test_a_list_that_deals_nothing_out_shares_no_unit() -> None:
    assert [n.value for n in scan("受理12、15件。")[0]] == [15]


@pytest.mark.parametrize(("text", "value", "qualifier"), [
    ("短视频点击量6万+。", 60_000, "over"), ("阅读量287万，", 2_870_000, "exact"), ("惠及群众10万余，", 100_000, "over"), ("浏览量近1.2亿；", 120_000_000, "under"),
])
def test_ten_thousands_without_a_unit(text: str, value: float, qualifier: str) -> None:
    n = only(text)
    assert (n.value, n.unit, n.qualifier) == (value, "", qualifier)


@pytest.mark.parametrize("text", ["签约12家。", "侦破12起。", "修订村规民约12部。", "反馈不足12处。", "节约12万元。", "治超12起。", "就近12次。"])
def test_a_word_that_ends_as_a_qualifier_is_none(text: str) -> None:
    assert only(text).qualifier == "exact"


@pytest.mark.parametrize(("text", "qualifier"), [("突破12件。", "over"), ("发现问题约12起。", "about"), ("处罚不足12起。", "under"), ("公约约12部。", "about")])
def test_a_qualifier_is_one_all_the_same(text: str, qualifier: str) -> None:
    assert only(text).qualifier == qualifier


def test_a_place_named_with_a_numeral_is_one_wherever_it_stands() -> None:
    places = load_toml("numerals.toml")["places"]
    assert all(re.search(places["pattern"], sentence) for sentence in places["yes"])
    assert not any(re.search(places["pattern"], sentence) for sentence in places["no"])
    numbers, out = scan("三台子街道办事处组织培训3场。在三台子文化广场宣传5场。")
    assert [n.value for n in numbers] == [3, 5] and [r.reason for r in out] == ["idiom", "idiom"]


@pytest.mark.parametrize(("text", "value"), [("时限压到了1/3，", 33.33), ("占总量的1/5左右。", 20), ("办理时限1/2以内", 50)])
def test_a_fraction_in_digits_is_a_rate(text: str, value: float) -> None:
    assert [(n.value, n.unit) for n in scan(text)[0]] == [(value, "%")]


@pytest.mark.parametrize("text", ["2021/3/5印发", "24/7服务", "比分3/2。", "5/6月间"])
def test_what_has_a_stroke_and_is_no_fraction(text: str) -> None:
    assert not [n for n in scan(text)[0] if n.unit == "%"]


@pytest.mark.parametrize(("text", "values"), [
    ("评查案卷105卷,优秀33、合格69、不合格3。", [105, 33, 69, 3]),
    ("审结180件（含结转），在办18件。结案方式：维持58、驳回33、调解10、终止52。", [180, 18, 58, 33, 10, 52]),
    ("清理17个：继续有效12，修改2，废止3。", [17, 12, 2, 3]),
])  # fmt: skip
def test_bare_parts_behind_a_stop_have_the_unit_of_the_total(text: str, values: list[float]) -> None:
    numbers = scan(text)[0]
    assert [n.value for n in numbers] == values and {n.unit for n in numbers[2:]} <= {numbers[0].unit}


@pytest.mark.parametrize("text", ["清理2个：继续有效12，修改2，废止3。", "见附件1、附件2。", "甲组12、乙组13。"])
def test_a_series_without_a_total_is_none(text: str) -> None:
    assert len(scan(text)[0]) < 2
