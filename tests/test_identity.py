"""Whose report it is, on which year, under which title; every text here is made up."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi.extract import bodies
from fazhi.extract.identity import identify
from fazhi.extract.title import rules
from fazhi.knowledge import load_toml
from fazhi.read.page import Page

BODY = "\n一、主要举措和成效\n（一）依法履职。全年办理案件12件。\n二、存在的问题\n队伍不强。\n三、下一步打算\n继续努力。"


def page(
    text: str, *titles: str, on: str | None = None, publisher: str | None = None, site: str | None = None, furniture: str = ""
) -> Page:
    return Page(text, "text/plain", "utf-8", titles, None, date.fromisoformat(on) if on else None, publisher, site, furniture)


# --- issuer, kind, seat: (text, what the page says besides) -> (issuer, kind, code)

CASES = [
    (
        "2020年静海区法治政府建设情况报告\n2020年，静海区有序推进。",
        {"publisher": "司法局"},
        "天津市静海区人民政府",
        "government",
        "120118",
    ),
    ("2019年，在省委、市委领导下，南昌县稳步推进。\n我县完成改革。", {}, "南昌县人民政府", "government", "360121"),
    ("淮安市人民政府关于2017年度法治政府建设情况的报告", {"site": "江苏省司法厅"}, "淮安市人民政府", "government", "320800"),
    (
        "新疆维吾尔自治区人民政府关于2017年法治政府建设工作的报告",
        {"site": "莎车县人民政府网"},
        "新疆维吾尔自治区人民政府",
        "government",
        "650000",
    ),
    ("2017年，山东省全面落实部署。", {}, "山东省人民政府", "government", "370000"),
    (
        "2023年度乡镇法治政府建设情况报告\n区政府：按照上海市普陀区的部署，长征镇依法履职。现将本镇情况报告如下：",
        {},
        "上海市普陀区长征镇人民政府",
        "township",
        "310107",
    ),
    (
        "重庆市开州区铁桥镇人民政府\n关于2022年度法治政府建设情况的报告\n我镇围绕中心。",
        {"publisher": "开州区政府办公室"},
        "重庆市开州区铁桥镇人民政府",
        "township",
        "500154",
    ),
    (
        "市水务局关于2024年度法治政府建设工作情况的报告\n我局依法治水。",
        {"publisher": "武汉市水务局"},
        "武汉市水务局",
        "department",
        "420100",
    ),
    ("慈溪市2019年度法治政府建设工作报告", {"publisher": "市司法局"}, "慈溪市人民政府", "government", "330282"),
    (
        "中共兰陵县应急管理局党组关于2022年度法治政府建设情况的报告\n我局扎实工作。",
        {},
        "兰陵县应急管理局",
        "department",
        "371324",
    ),
    ("朝阳区2021年法治政府建设年度情况报告", {"site": "北京市朝阳区人民政府"}, "北京市朝阳区人民政府", "government", "110105"),
    (
        "鼓楼区2021年法治政府建设年度报告",
        {"furniture": "闽ICP备05012345号 网站标识码：3501020001"},
        "福州市鼓楼区人民政府",
        "government",
        "350102",
    ),
    ("国家税务总局苏州市税务局2020年法治政府建设情况报告\n我局落实。", {}, "国家税务总局苏州市税务局", "department", "320500"),
    ("水利部2021年度法治政府建设情况", {}, "水利部", "department", None),
    ("内蒙古自治区司法厅2023年法治政府建设情况报告", {}, "内蒙古自治区司法厅", "department", "150000"),
    ("恩施州人民政府关于2020年度法治政府建设情况的报告", {}, "恩施土家族苗族自治州人民政府", "government", "422800"),
    ("恩施市人民政府2020年度法治政府建设情况报告", {}, "恩施市人民政府", "government", "422801"),
    ("东莞市虎门镇人民政府2022年度法治政府建设情况报告\n我镇依法行政。", {}, "东莞市虎门镇人民政府", "township", "441900"),
    ("贵阳市公安局云岩分局2021年法治政府建设报告", {}, "贵阳市公安局云岩分局", "department", "520103"),
    ("天府新区成都管委会2021年法治政府建设年度报告", {}, "天府新区成都管委会", "zone", "510100"),
    (
        "长沙高新区应急管理局2021年度法治政府建设情况报告\n长沙高新区与岳麓区融合共建。我局依法履职。",
        {},
        "长沙高新区应急管理局",
        "department",
        "430104",
    ),
    ("深圳市光明新区管委会2016年度法治政府建设情况报告", {}, "深圳市光明新区管委会", "zone", "440300"),
    ("崇明县2015年度依法行政工作总结", {}, "崇明县人民政府", "government", "310230"),
    ("郫县人民政府2015年度法治政府建设情况报告", {}, "郫县人民政府", "government", "510124"),
    (
        "荣成市市场监管局2021年度法治政府建设情况报告\n荣成市市场监督管理局依法监管。",
        {},
        "荣成市市场监督管理局",
        "department",
        "371082",
    ),
    (
        "县卫健局2020年法治政府建设工作总结\n我局依法行政。",
        {"furniture": "首页 > 平南县人民政府 > 部门"},
        "平南县卫生健康局",
        "department",
        "450821",
    ),
    ("神农架林区人民政府2019年法治政府建设工作报告", {}, "神农架林区人民政府", "government", "429021"),
    ("白鹭县人民政府2022年法治政府建设年度报告", {}, "白鹭县人民政府", "government", None),  # no such place
    ("福建省将乐县2021年法治政府建设情况报告", {}, "将乐县人民政府", "government", "350428"),
    ("鹰潭市月湖区教育局2021年法治政府建设情况报告", {}, "鹰潭市月湖区教育局", "department", "360602"),
    (
        "2021年法治政府建设情况报告\n2021年，宝山区月浦镇坚持依法行政。我镇稳步推进。",
        {},
        "上海市宝山区月浦镇人民政府",
        "township",
        "310113",
    ),
    (
        "2021年度法治政府建设情况报告（市教育局）\n我局依法治教。",
        {"site": "巢湖市人民政府"},
        "巢湖市教育局",
        "department",
        "340181",
    ),
    (
        "2022年度法治政府建设情况报告\n2022年，区城管局坚持依法行政。我局稳步推进。",
        {"site": "南京市玄武区人民政府网站"},
        "南京市玄武区城市管理局",
        "department",
        "320102",
    ),
    (
        "市政园林局2021年法治政府建设工作报告\n我局依法行政。",
        {"site": "厦门市人民政府"},
        "厦门市市政园林局",
        "department",
        "350200",
    ),
    ("锡林郭勒盟行政公署关于2021年度法治政府建设情况的报告", {}, "锡林郭勒盟行政公署", "government", "152500"),
    ("当湖街道2023年法治政府建设工作报告", {"site": "平湖市人民政府"}, "平湖市当湖街道办事处", "township", "330482"),
    ("广州市黄埔区、广州开发区2021年法治政府建设年度报告", {}, "广州市黄埔区人民政府", "government", "440112"),
    ("苏州工业园区2021年度法治政府建设工作情况报告", {}, "苏州工业园区管理委员会", "zone", "320500"),
    ("云阳县人民政府办公室关于2020年度法治政府建设工作情况的报告", {}, "云阳县人民政府办公室", "department", "500235"),
    ("2023年,友谊路街道落实上海市法治建设规划。", {"site": None}, "上海市宝山区友谊路街道办事处", "township", "310113"),
    ("2024年，我县立足阳城实际，审查县政府常务会议题96件。", {"site": None}, "阳城县人民政府", "government", "140522"),
    ("西安市雁塔区政府办2021年度法治政府建设工作报告", {}, "西安市雁塔区人民政府办公室", "department", "610113"),
    ("2022年，我街道依法履职。", {"site": None}, None, "township", None),
    ("新疆生产建设兵团2018年法治政府建设情况报告", {"publisher": "兵团司法局"}, "新疆生产建设兵团", "government", "650000"),
    ("鲁甸县乡村振兴局法治政府建设情况报告", {}, "鲁甸县乡村振兴局", "department", "530621"),
    ("蜀山分局2022年法治政府建设工作总结", {"publisher": "合肥市公安局蜀山分局"}, "合肥市公安局蜀山分局", "department", "340104"),
    (
        "2016年度法治政府建设工作情况报告\n市政府：\n国务院批复设立平桂区，原平桂管理区管委会职能依法转由区政府行使，我区平稳衔接。",
        {"publisher": "区法制办", "furniture": "贺州市平桂区人民政府门户网站\n来源：区法制办"},
        "贺州市平桂区人民政府",
        "government",
        "451103",
    ),
    ("国家矿山安全监察局党组 国家矿山安全监察局关于2021年度推进法治政府建设情况的报告", {}, "国家矿山安全监察局", "department", None),
    ("中共忠县汝溪镇委员会 忠县汝溪镇人民政府关于2024年法治政府建设情况的报告", {}, "忠县汝溪镇人民政府", "township", "500233"),
    ("深圳市规划和自然资源局坪山管理局2024年法治政府建设年度报告", {}, "深圳市规划和自然资源局坪山管理局", "department", "440310"),
    ("阿克苏地区2020年度法治政府建设情况报告", {}, "阿克苏地区行政公署", "government", "652900"),
    ("经开区(头屯河区)人民政府2023年法治政府建设工作报告", {}, "经开区(头屯河区)人民政府", "government", "650106"),
    ("武汉经济技术开发区（汉南区）管委会2021年度法治政府建设工作报告", {}, "武汉经济技术开发区（汉南区）管委会", "zone", "420113"),
    ("2021年，青龙街道围绕“建设法治街道、平安街道”目标，青龙街道依法履职，建设法治街道。我街道有序推进。", {"site": "重庆市云阳县人民政府"},
     "重庆市云阳县青龙街道办事处", "township", "500235"),
    ("河北唐山汉沽管理区管委会2021年度法治政府建设工作报告", {}, "河北唐山汉沽管理区管委会", "zone", "130200"),
    (
        "天津经济技术开发区管理委员会2022年度法治政府建设情况报告\n滨海新区人民政府：\n2022年，管委会依法行政。",
        {"site": None},
        "天津经济技术开发区管理委员会",
        "zone",
        "120116",
    ),
]


@pytest.mark.parametrize(("text", "more", "issuer", "kind", "code"), CASES)
def test_issuer_kind_and_seat(text: str, more: dict[str, str], issuer: str | None, kind: str, code: str | None) -> None:
    found = identify(page(text + BODY, **more))
    assert (found.issuer, found.issuer_kind, found.region_code) == (issuer, kind, code)


def test_a_signature_names_the_issuer_and_the_party_group_stands_for_its_body() -> None:
    found = identify(
        page(
            "2023年，武汉经开区发改局党组依法履职。" + BODY + "\n中共武汉经济技术开发区发展和改革局党组\n2024年2月18日",
            furniture="承办单位：武汉经济技术开发区（汉南区）运行中心",
        )
    )
    assert (found.issuer, found.zone, found.region_code, found.level) == (
        "武汉经济技术开发区发展和改革局",
        "武汉经济技术开发区",
        "420113",
        "county",
    )
    assert found.signed_on == date(2024, 2, 18)


def test_a_name_that_several_bear_is_left_open_with_a_finding() -> None:
    found = identify(page("朝阳区2021年法治政府建设年度报告" + BODY))
    assert found.region_code is None
    assert found.province is None
    assert "region_unknown" in {f.rule for f in found.findings}


def test_the_bearer_is_told_apart_by_the_page_and_the_inference_is_recorded() -> None:
    found = identify(page("宝山区2020年法治政府建设年度报告" + BODY, site="双鸭山市宝山区人民政府"))
    assert (found.issuer, found.province, found.prefecture, found.county) == (
        "双鸭山市宝山区人民政府",
        "黑龙江省",
        "双鸭山市",
        "宝山区",
    )
    assert "region_inferred" in {f.rule for f in found.findings}


def test_the_drafter_is_not_the_issuer_of_a_governments_report() -> None:
    found = identify(page("襄阳市2020年法治政府建设情况报告" + BODY + "\n襄阳市司法局\n2021年3月1日"))
    assert found.issuer == "襄阳市人民政府"


# --- title


@pytest.mark.parametrize(
    ("head", "title"),
    [
        (
            "高县沙河镇人民政府\n关于2019年度法治政府建设工作\n情况的报告\n沙府〔2019〕87号\n县政府：",
            "高县沙河镇人民政府关于2019年度法治政府建设工作情况的报告",
        ),
        ("鼓楼区司法局2021年度\n法治政府建设工作报告\n区委依法治区办：", "鼓楼区司法局2021年度法治政府建设工作报告"),
        (
            "临政发〔2019〕7号 签发人：石某\n临洮县人民政府关于2018年度法治政府建设情况的报告",
            "临洮县人民政府关于2018年度法治政府建设情况的报告",
        ),
        ("2021年法治政府建设工作报告\n2021年法治政府建设工作报告\n我局……", "2021年法治政府建设工作报告"),
        ("宝山区2020年法治政府建设情况报告_法治政府_上海市宝山区人民政府门户网站", "宝山区2020年法治政府建设情况报告"),
        ("【市政府法治建设年度报告】南宁市人民政府2016年度依法行政工作报告", "南宁市人民政府2016年度依法行政工作报告"),
        ("【工作总结】沙龙镇2021年法治政府建设工作总结", "沙龙镇2021年法治政府建设工作总结"),
        ("按照要求，现将我委2019年度法治政府建设工作情况报告如下：", None),
        ("嵊州市烟草专卖局党组\n关于2023年度法治政府建设工作情况的\n报    告", "嵊州市烟草专卖局党组关于2023年度法治政府建设工作情况的报告"),
        (
            "《甲县人民政府2017年度法治政府建设工作报告》是2018年甲县人民政府发布的通知。\n2017年，我县依法行政。",
            "甲县人民政府2017年度法治政府建设工作报告",
        ),
    ],
)
def test_title(head: str, title: str | None) -> None:
    assert identify(page(head + BODY)).title == title


def test_a_title_that_stands_only_as_an_attachment_is_taken_with_a_finding() -> None:
    found = identify(
        page(
            "按照要求，现将我委2019年度情况报告如下：" + BODY,
            furniture="嘉定区发展和改革委员会2019年度法治政府建设工作情况报告.pdf",
        )
    )
    assert found.title == "嘉定区发展和改革委员会2019年度法治政府建设工作情况报告"
    assert found.issuer == "上海市嘉定区发展和改革委员会"
    assert "title_from_attachment" in {f.rule for f in found.findings}


def test_a_columns_name_is_no_title() -> None:
    column = page("2022年，怀柔区依法行政。" + BODY, "法治政府建设年度报告", furniture="首页 > 政务公开 > 法治政府建设年度报告 > 区政府")
    assert identify(column).title is None
    printed = page("法治政府建设年度报告\n2022年，怀柔区依法行政。" + BODY, "法治政府建设年度报告")
    assert identify(printed).title == "法治政府建设年度报告"


def test_a_files_name_is_no_title_but_tells_the_issuer() -> None:
    found = identify(
        page("我局依法治教。" + BODY, "望城区教育局2021年法治政府建设报告"), "望城区教育局2021年法治政府建设报告.txt"
    )
    assert (found.title, found.issuer, found.year) == (None, "长沙市望城区教育局", 2021)


# --- year and dates


@pytest.mark.parametrize(
    ("text", "on", "year", "doubt"),
    [
        ("2022年度法治政府建设情况报告\n2022年，我局依法行政。" + BODY, "2023-02-01", 2022, False),
        ("区经委2024年度法治政府建设工作情况报告\n2024年，区经委依法行政。" + BODY, "2024-12-23", 2024, False),
        (
            "2025年度法治政府建设情况年度报告\n一、2024年法治政府建设基本情况\n扎实工作。\n二、2025年工作打算\n继续。",
            "2025-01-20",
            2024,
            True,
        ),
        (
            "我局按照《法治政府建设实施纲要（2021—2025年）》和国发〔2019〕3号，被评为2021年度先进。现将2023年工作报告如下："
            + BODY,
            "2024-01-20",
            2023,
            False,
        ),
        ("一年来，我局依法行政。\n一、主要成效\n做了工作。\n二、2020年工作安排\n继续。", "2020-03-01", 2019, False),
        ("2021年法治政府建设工作总结和2022年工作计划\n2021年，我局依法行政。" + BODY, None, 2021, False),
        ("２０２３年度法治政府建设情况报告\n我局依法行政。" + BODY, None, 2023, False),
        ("20212025年纲要实施以来，2022年我局依法行政。" + BODY, None, 2022, False),
        ("二〇一八年法治政府建设工作报告\n我局依法行政。" + BODY, None, 2018, False),
        ("我局依法行政。" + BODY, "2021-03-01", 2020, False),
        ("我局依法行政。" + BODY, None, None, False),
    ],
)
def test_year(text: str, on: str | None, year: int | None, doubt: bool) -> None:
    found = identify(page(text, on=on))
    assert found.year == year
    assert ("year_in_doubt" in {f.rule for f in found.findings}) == doubt


@pytest.mark.parametrize(
    ("tail", "day"),
    [
        ("兰州市城关区人民政府\n2022年3月20日", date(2022, 3, 20)),
        ("某局\n二〇二二年三月一日", date(2022, 3, 1)),
        ("某局\n二○二一年十二月三十一日", date(2021, 12, 31)),
        ("某局 2022.3.1", date(2022, 3, 1)),
        ("2022年13月41日", None),
        ("2022年3月20日，我局召开会议，研究明年工作。", None),
    ],
)
def test_signed_on(tail: str, day: date | None) -> None:
    assert identify(page("2021年法治政府建设报告" + BODY + "\n" + tail)).signed_on == day


def test_overrides_win_and_a_bad_one_is_told() -> None:
    found = identify(
        page("2021年法治政府建设报告" + BODY),
        overrides={"issuer": "云岭省清岚市人民政府", "year": "2020", "published_on": "soon", "url": "x", "province": "云岭省"},
    )
    assert (found.issuer, found.issuer_kind, found.year, found.published_on, found.province) == (
        "云岭省清岚市人民政府",
        "government",
        2020,
        None,
        "云岭省",
    )
    assert "override_unusable" in {f.rule for f in found.findings}


# --- knowledge

ISSUERS = [
    (table, kind, ex)
    for table, row in load_toml("issuers.toml").items()
    if isinstance(row, dict)
    for ex in row.get("example", ())
    for kind in ("yes", "no")
    if kind in ex
]


@pytest.mark.parametrize(("table", "kind", "example"), ISSUERS)
def test_examples_of_issuers(table: str, kind: str, example: dict[str, str]) -> None:
    body = bodies.read_body(example[kind])
    assert (body.kind if body else None) == (example["kind"] if kind == "yes" else None)


def test_examples_of_identity() -> None:
    patterns = rules()
    for example in load_toml("identity.toml")["title"]["example"]:
        text = example.get("yes") or example["no"]
        is_title = bool(
            patterns["title.core"].search(text) and patterns["title.ends"].search(text) and not patterns["title.no"].search(text)
        )
        assert is_title == ("yes" in example), text
    for example in load_toml("identity.toml")["year"]["example"]:
        assert re.search(str(example["year"]), patterns["year.done"].search(example["yes"])[0])  # type: ignore[index]


def test_short_forms_are_shortened_forms_of_their_full_names() -> None:
    assert bodies.fuller("发改局", "发展和改革局")
    assert bodies.fuller("卫健委", "卫生健康委员会")
    assert bodies.fuller("高新区", "高新技术产业开发区")
    assert not bodies.fuller("司法局", "司法所")
    assert not bodies.fuller("教育局", "教育局")


@given(st.text(alphabet="市区县镇局委办年20法治报告\n、。：（）武汉宝山上海开发高新中共党组0123", max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    found = identify(page(text, text[:20], publisher=text[:9], site=text[3:12], furniture=text))
    assert found.issuer_kind in {"government", "department", "zone", "township", "other"}
    assert found.issuer is None or found.issuer.strip()


# --- what a page says only by half


def test_a_report_behind_a_covering_letter() -> None:
    letter = "生态环境部：\n现将我局2020年度情况报上，请审阅。\n重庆市生态环境局\n2021年1月21日\n附件\n"
    text = letter + "重庆市生态环境局关于2020年度法治政府建设情况的报告\n2020年，我局依法行政。" + BODY
    found = identify(page(text), "x.txt")
    assert (found.title, found.issuer) == ("重庆市生态环境局关于2020年度法治政府建设情况的报告", "重庆市生态环境局")
    assert found.signed_on == date(2021, 1, 21) and found.year == 2020
    bare = letter.replace("2021年1月21日", "20210121").removesuffix("附件\n")
    found = identify(page(bare + "重庆市生态环境局\n2020年度法治政府建设自查报告\n2020年，我局依法行政。" + BODY), "x.txt")
    assert found.title == "重庆市生态环境局2020年度法治政府建设自查报告"
    drafted = "区委：\n我局起草了报告，请批示。\n上海市普陀区司法局\n2023年1月6日\n2022年普陀区法治政府建设情况报告\n2022年，普陀区依法行政。"
    found = identify(page(drafted + BODY), "x.txt")
    assert (found.issuer, found.issuer_kind) == ("上海市普陀区人民政府", "government")


@pytest.mark.parametrize("below", ["乐安县退役军人事务局", "乐安县退役军人事务局 2025年2月24日", "乐安县退役军人事务局（2025年2月）"])
def test_the_line_below_a_title_names_who_reports(below: str) -> None:
    found = identify(page(f"2024年法治政府建设情况报告\n{below}\n2024年，在县委领导下，我局依法履职。" + BODY), "x.txt")
    assert (found.issuer, found.region_code) == ("乐安县退役军人事务局", "361025")


def test_a_title_has_no_date_behind_it_and_no_number_before_it() -> None:
    found = identify(page("洮南市人民政府2024年法治政府建设工作报告(2025 年 1 月)\n2024年，我市依法行政。" + BODY), "x.txt")
    assert found.title == "洮南市人民政府2024年法治政府建设工作报告"
    found = identify(page("内府〔2025〕6号 内江市人民政府 关于2024年法治政府建设工作情况的报告\n2024年，我市依法行政。" + BODY), "x.txt")
    assert found.title == "内江市人民政府 关于2024年法治政府建设工作情况的报告"
    found = identify(page("法治政府建设年度报告（2024年度）\n2024年，洮南市依法行政。" + BODY), "x.txt")
    assert found.title == "法治政府建设年度报告（2024年度）"


def test_figures_of_full_width_hide_no_body() -> None:
    found = identify(page("２０２４年，桐城市依法行政，我市稳步推进。" + BODY), "x.txt")
    assert (found.issuer, found.region_code) == ("桐城市人民政府", "340881")


def test_a_report_that_names_no_body_has_a_kind_and_a_level() -> None:
    found = identify(page("2024年，我局认真履职，推动全县民政事业健康发展，现将情况报告如下。" + BODY), "x.txt")
    assert (found.issuer, found.issuer_kind, found.level) == (None, "department", "county")
    found = identify(page("2021年，在市委、市政府领导下，我局依法理财。" + BODY), "x.txt")
    assert (found.issuer, found.issuer_kind, found.level) == (None, "department", "prefecture")


def test_a_government_whose_place_only_its_documents_name_is_inferred() -> None:
    text = "2023年，全省各级政府依法行政，省政府修订《贵州省政府立法规定》，贵州省重大行政决策出台前听取意见。"
    found = identify(page(text + BODY), "x.txt")
    assert (found.issuer, found.region_code, found.level) == ("贵州省人民政府", "520000", "province")
    assert [f.rule for f in found.findings] == ["issuer_inferred"]
    own = "2023年，全区各级政府落实《法治广西建设规划》，自治区人民政府严格执行报告制度。自治区党委常委会专题研究，依法治区委员会部署。"
    found = identify(page(own + BODY, site=None), "x.txt")
    assert (found.issuer, found.region_code, found.level) == ("广西壮族自治区人民政府", "450000", "province")


def test_a_body_named_only_later_or_in_a_documents_title() -> None:
    text = "2021年以来，对照《惠州市2021年法治建设工作要点》，我局依法理财。" + BODY + "\n市财政局党组认真学习。"
    assert identify(page(text), "x.txt").issuer == "惠州市财政局"
    text = "我委对照《永川区2023年法治政府建设工作要点》总结如下。" + BODY + "\n出台《永川高新区管委会权责事项目录》。"
    assert (found := identify(page(text), "x.txt")).issuer == "永川高新区管委会" and found.issuer_kind == "zone"
    text = "2025年，我局将法治建设列为局年度重点。" + BODY + "\n印发《2025年邵阳市人力资源和社会保障局法治建设要点》。"
    assert identify(page(text, site=None), "x.txt").issuer == "邵阳市人力资源和社会保障局"
    text = "2024年，我分局在市公安局领导下依法履职。" + BODY + "\n制定《佛山市公安局高明分局2024年法治公安建设任务分工方案》。"
    assert (found := identify(page(text, site=None), "x.txt")).issuer == "佛山市公安局高明分局" and found.region_code == "440608"


def test_the_pages_own_full_name_is_better_than_the_tables() -> None:
    text = "2024年，钟祥市城管执法局依法履职，我局现报告如下。" + BODY
    assert identify(page(text, site=None), "x.txt").issuer == "钟祥市城市管理综合行政执法局"
    assert identify(page(text + "\n印发《钟祥市城市管理执法局2024年要点》。", site=None), "x.txt").issuer == "钟祥市城市管理执法局"


def test_addressees_do_not_report() -> None:
    text = "邯郸市人民政府、中共馆陶县委、馆陶县人民代表大会常务委员会：\n2024年以来，馆陶县依法行政，我县成效明显。"
    assert identify(page(text + BODY, site=None), "x.txt").issuer == "馆陶县人民政府"
    text = "2026年，按照《督察工作规定》和区委依法治区办安排，区财政局作了回顾，我区有序推进。"
    assert identify(page(text + BODY, site="西安市新城区人民政府"), "x.txt").issuer == "西安市新城区财政局"


@pytest.mark.parametrize(("lead", "issuer", "code"), [
    ("今年以来，巴州认真贯彻党的二十大精神，自治区党委作出部署。", "巴音郭楞蒙古自治州人民政府", "652800"),
    ("昌吉州坚持以习近平法治思想为指导。", "昌吉回族自治州人民政府", "652300"),
    ("2022年，月湖街道在区委区政府领导下，落实《法治宁波建设重点任务》，宁波市海曙区月湖街道依法履职。", "宁波市海曙区月湖街道办事处", "330203"),
    ("2022年，大姚县县卫生健康局认真履职。", "大姚县卫生健康局", "532326"),
    ("广州市越秀区北京街2020年法治政府建设情况报告\n我街依法履职。", "广州市越秀区北京街道办事处", "440104"),
])
def test_whom_the_first_words_name(lead: str, issuer: str, code: str) -> None:
    found = identify(page(lead + BODY), "x.txt")
    assert (found.issuer, found.region_code) == (issuer, code)


def test_a_word_that_is_also_a_countys_name_names_no_county() -> None:
    found = identify(page("我受县政府委托报告工作。县政府制定年度方案。会同县委、县政府督查室开展督察，公安局配合。" + BODY), "x.txt")
    assert (found.issuer, found.region_code, found.level) == (None, None, "county")


@pytest.mark.parametrize(("text", "issuer"), [
    ("罗庄区教育局2023年法治政府建设情况报告", "临沂市罗庄区教育局"),  # a district is its city's
    ("沂水县教育局2023年法治政府建设情况报告", "沂水县教育局"),
    ("沂水县教育局2023年法治政府建设情况报告\n临沂市要求依法治教。", "沂水县教育局"),
    ("云阳县教育局2023年法治政府建设情况报告", "云阳县教育局"),
    ("云阳县教育局2023年法治政府建设情况报告\n重庆市要求依法治教。", "云阳县教育局"),
    ("云阳县教育局2023年法治政府建设情况报告\n重庆市云阳县坚持依法治教。", "重庆市云阳县教育局"),
])  # fmt: skip
def test_which_names_bear_that_of_the_city(text: str, issuer: str) -> None:
    assert identify(page(text + BODY), "x.txt").issuer == issuer


def test_a_zone_is_called_as_the_page_calls_it_most_fully() -> None:
    found = identify(page("红嘴经济技术开发区2022年度法治政府建设情况报告" + BODY, furniture="四平红嘴经济技术开发区管理委员会 版权所有"), "x.txt")
    assert (found.issuer, found.region_code) == ("四平红嘴经济技术开发区管理委员会", "220300")


def test_the_only_town_of_its_name_has_its_county() -> None:
    found = identify(page("汀泗桥镇2023年法治政府建设年度报告" + BODY), "x.txt")
    assert (found.issuer, found.region_code, found.county) == ("汀泗桥镇人民政府", "421202", "咸安区")
    assert [f.message for f in found.findings if f.rule == "region_inferred"] == ["全国只有一个汀泗桥镇，据此判断汀泗桥镇人民政府属于湖北省/咸宁市/咸安区。"]
    assert identify(page("城关镇2023年法治政府建设年度报告" + BODY), "x.txt").region_code is None
