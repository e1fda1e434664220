"""Findings in sentences, computed from a comparison or a coverage: what a reader takes away, with the numbers that say so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from fazhi.compare.comparison import Comparison
from fazhi.compare.coverage import Coverage
from fazhi.compare.guards import rules

EMPTY = "没有符合条件的机关和年度，无从比较；请放宽条件，或先把报告放进原始文件夹再重建各表。"
SIGNS = {"over": "超过", "under": "不到", "about": "约", "at_least": "不少于", "at_most": "不超过"}


def number(value: float, unit: str | None = "") -> str:
    """1234.5件, 98.2%, 3.2亿元: as a Chinese reader expects it, at most two decimals."""
    if unit == "元" and abs(value) >= 1e4:
        value, unit = (value / 1e8, "亿元") if abs(value) >= 1e8 else (value / 1e4, "万元")
    return f"{value:,.2f}".rstrip("0").rstrip(".") + (unit or "")


def shown(row: dict[str, Any]) -> str:
    """A row's value with what its qualifier says: 超过2,080件."""
    high = f"至{number(row['high'])}" if row.get("high") is not None else ""
    unit, sign = row["unit"] or "", SIGNS.get(row.get("qualifier") or "", "")
    return sign + (number(row["value"], unit) if unit == "元" else f"{number(row['value'])}{high}{unit}")


def some(names: Iterable[str], most: int = 3) -> str:
    """A、B、C等5个."""
    held = list(names)
    return "、".join(held[:most]) + (f"等{len(held)}个" if len(held) > most else "")


def sentences(answer: Comparison | Coverage) -> list[str]:
    """What the data say, one sentence or two for each code (or for each thing that a coverage shows), never typed by hand."""
    if isinstance(answer, Coverage):
        return of_coverage(answer)
    if answer.frame.is_empty():
        return [EMPTY]
    said = []
    for code in answer.codes:
        rows = answer.frame.filter(pl.col("code") == code)
        several = rows["year"].n_unique() > 1
        said.append(
            of_series(rows) if several and rows["issuer"].n_unique() == 1 else of_panel(rows) if several else of_year(rows)
        )
    return said


def gist(answer: Comparison | Coverage) -> str:
    """The answer in one breath, for the first screen."""
    if answer.frame.is_empty():
        return EMPTY
    if isinstance(answer, Coverage):
        return gist_of_coverage(answer)
    told = []
    for code in answer.codes:
        rows = answer.frame.filter(pl.col("code") == code)
        good = rows.filter(pl.col("state") == "comparable")
        name = answer.name(code)
        if rows["value"].null_count() == rows.height:
            told.append(f"{name}没有报告提到")
        elif good.is_empty():
            told.append(f"{name}有数而没有可以并列的")
        else:
            middle = shown({"value": good["value"].median(), "unit": good["unit"][0]})
            told.append(f"{name}可以并列的有{good.height}个数，{'中位数' if good.height > 1 else '是'}{middle}")
    span = f"{answer.years[0]}年" if len(answer.years) == 1 else f"{answer.years[0]}年至{answer.years[-1]}年"
    return f"{span}，{answer.frame['issuer'].n_unique()}个机关：{'；'.join(told)}。"


def gist_of_coverage(answer: Coverage) -> str:
    """Reports, punctuality, completeness and unread files, with their shares."""
    reports, frame = answer.reports, answer.frame
    size = f"{frame['issuer'].n_unique()}个机关、{len(answer.years)}个年度"
    told = [f"{size}，有{reports.height}份报告（{reports.height / frame.height:.0%}）"]
    for column, asked, met in (("on_time", "看得出日期的", "按时公开"), ("complete", "应写齐各部分的", "齐全")):
        judged = reports[column].drop_nulls()
        if judged.len():
            told.append(f"{asked}{judged.len()}份中，{met}的占{judged.sum() / judged.len():.0%}")
    told.append(f"{answer.not_read.height}个文件没有读成报告" if answer.not_read.height else "文件全部读成了报告")
    return "；".join(told) + "。"


def of_year(rows: pl.DataFrame) -> str:
    """One year, many issuers: how many say it, the middle and the ends, and what became of the others."""
    name, year = rows["name_zh"][0], rows["year"][0]
    issuers = rows["issuer"].n_unique()
    stated, good = (
        rows.filter(pl.col("value").is_not_null()),
        rows.filter(pl.col("state") == "comparable").sort("value", "issuer"),
    )
    start = f"{year}年，{issuers}个机关中{stated.height}个报告了{name}"
    if stated.is_empty():
        return f"{start.replace('中0个报告', '中没有一个报告')}：{rest(rows)}。没有报告不等于零。"
    if good.is_empty():
        return f"{start}，但没有可以并列的数：{reasons(rows)}。"
    low, high = good.row(0, named=True), good.row(-1, named=True)
    body = f"可比的{good.height}个" if good.height < stated.height else "都可比"
    if good.height == 1:
        return f"{start}，可比的只有{high['issuer']}的{shown(high)}{after(rows)}。"
    if low["value"] == high["value"]:
        return f"{start}，{body}，且都是{shown(high)}{after(rows)}。"
    ties = (
        good.filter(pl.col("value") == high["value"])["issuer"].to_list(),
        good.filter(pl.col("value") == low["value"])["issuer"].to_list(),
    )
    middle = f"，中位数{number(float(good['value'].median()), high['unit'])}" if good.height > 2 else ""  # type: ignore[arg-type]
    return (
        f"{start}，{body}：最高为{some(ties[0])}（{shown(high)}），最低为{some(ties[1])}（{shown(low)}）{middle}{after(rows)}。"
    )


def of_series(rows: pl.DataFrame) -> str:
    """One issuer over years: from, to, the peak, and the years without a comparable figure."""
    name, issuer, years = rows["name_zh"][0], rows["issuer"][0], rows["year"].unique().sort().to_list()
    good = rows.filter(pl.col("state") == "comparable").sort("year")
    start = f"{issuer}{years[0]}年至{years[-1]}年的{name}"
    if good.is_empty():
        return f"{start}没有可比的数：{reasons(rows) or rest(rows)}。"
    first, last = good.row(0, named=True), good.row(-1, named=True)
    if good.height == 1:
        return f"{start}只有{first['year']}年可比：{shown(first)}{after(rows)}。"
    top = good.sort(["value", "year"], descending=[True, False]).row(0, named=True)
    peak = f"，最高在{top['year']}年（{shown(top)}）" if top["year"] not in (first["year"], last["year"]) else ""
    return f"{start}，{len(years)}年中{good.height}年可比：{moved(first, last)}{peak}{after(rows)}。"


def of_panel(rows: pl.DataFrame) -> str:
    """Many issuers over years: how many cells hold a comparable figure, who rose and fell, the largest change."""
    name = rows["name_zh"][0]
    good = rows.filter(pl.col("state") == "comparable").sort("issuer", "year")
    share = f"{rows['issuer'].n_unique()}个机关、{rows['year'].n_unique()}个年度共{rows.height}格，{name}可比的有{good.height}格"
    ends = (
        good.group_by("issuer", maintain_order=True)
        .agg(
            pl.len().alias("n"),
            pl.first("year", "value", "unit", "qualifier", "high").name.prefix("a_"),
            pl.last("year", "value", "unit", "qualifier", "high").name.prefix("b_"),
        )
        .filter(pl.col("n") > 1)
        .with_columns(change=pl.col("b_value") - pl.col("a_value"))
    )
    if ends.is_empty():
        return f"{share}，没有一个机关有两年可比{after(rows)}。"
    up, down = ends.filter(pl.col("change") > 0).height, ends.filter(pl.col("change") < 0).height
    row = ends.sort([pl.col("change").abs(), "issuer"], descending=[True, False]).row(0, named=True)
    first, last = ({k: row[f"{side}_{k}"] for k in ("year", "value", "unit", "qualifier", "high")} for side in "ab")
    most = f"；变化最大的是{row['issuer']}，{moved(first, last)}" if row["change"] else ""
    same = f"、{ends.height - up - down}个不变" if ends.height > up + down else ""
    return f"{share}；有两年以上可比的{ends.height}个机关中，首尾相比{up}个上升、{down}个下降{same}{most}{after(rows)}。"


def moved(first: dict[str, Any], last: dict[str, Any]) -> str:
    """由2019年的12件增至2024年的30件（+18件）."""
    change = last["value"] - first["value"]
    word = "增至" if change > 0 else "降至" if change < 0 else "持平于"
    points = "个百分点" if last["unit"] == "%" else last["unit"]
    by = f"（{'+' if change > 0 else '−'}{number(abs(change), points)}）" if change else ""
    return f"由{first['year']}年的{shown(first)}{word}{last['year']}年的{shown(last)}{by}"


def rest(rows: pl.DataFrame) -> str:
    """What the empty cells are: 报告未写的3个、未收集的1个."""
    counts = dict(rows.filter(pl.col("value").is_null())["state"].value_counts().iter_rows())
    return "、".join(f"{words.zh}的{counts[state]}个" for state, words in rules().states.items() if state in counts)


def reasons(rows: pl.DataFrame) -> str:
    """Why stated values are not comparable: 累计数的2个；层级不同的1个."""
    aside = rows.filter(pl.col("state") == "not_comparable")
    counts = aside["caveats"].list.first().value_counts(sort=True, name="n").sort(["n", "caveats"], descending=[True, False])
    words = rules().caveats
    return "；".join(f"{words[name].short if name in words else name}的{n}个" for name, n in counts.iter_rows())


def after(rows: pl.DataFrame) -> str:
    """The tail of a sentence that accounts for all cells that are not comparable."""
    parts = [f"不可比的：{reasons(rows)}"] if (rows["state"] == "not_comparable").any() else []
    parts += [f"没有数的：{rest(rows)}"] if rows["value"].null_count() else []
    return "。" + "。".join(parts) if parts else ""


def empties(answer: Comparison) -> str:
    """How the cells of a comparison divide: how many hold a comparable value, and which kinds of empty the others are."""
    if answer.frame.is_empty():
        return EMPTY
    counts = dict(answer.frame["state"].value_counts().iter_rows())
    total, good = answer.frame.height, counts.pop("comparable", 0)
    kinds = "，".join(
        f"{words.zh}的{counts[name]}格（{counts[name] / total:.0%}）" for name, words in rules().states.items() if name in counts
    )
    names = "、".join(answer.name(code) for code in answer.codes)
    return f"{names}共{total}格，有可比数的{good}格（{good / total:.0%}）" + (
        f"；其余：{kinds}。空白不等于零。" if kinds else "。"
    )


def of_coverage(answer: Coverage) -> list[str]:
    """All that a coverage says: how many reports, on time, complete, and what was not read."""
    return [said for said in (counted(answer), punctual(answer), whole(answer), not_read(answer)) if said]


def counted(answer: Coverage) -> str:
    """How many of the cells have a report."""
    frame = answer.frame
    if frame.is_empty():
        return EMPTY
    states = dict(frame["state"].value_counts().iter_rows())
    gaps = "，".join(f"{words.zh}的{states[name]}格" for name, words in rules().states.items() if name in states)
    return (
        f"{frame['issuer'].n_unique()}个机关、{len(answer.years)}个年度共{frame.height}格，有报告的{answer.reports.height}格"
        + (f"，{gaps}。" if gaps else "。")
    )


def punctual(answer: Coverage) -> str:
    """How many reports were public in time, which was the latest, and of how many nobody can tell."""
    reports = answer.reports
    dated, late = reports.filter(pl.col("on_time").is_not_null()), answer.late
    said = []
    if dated.height:
        tail = ""
        if late.height:
            worst = late.row(0, named=True)
            how = f"迟了{worst['days_late']}天" if worst["days_late"] else "落款已过期限"
            tail = f"；最迟的是{worst['issuer']}{worst['year']}年度的报告，{how}"
        said.append(
            f"按规定有公开期限、且看得出日期的{dated.height}份报告中，"
            f"{dated.height - late.height}份按时，{late.height}份迟延{tail}。"
        )
    undated = reports.filter(pl.col("standing") == "undated").height
    if undated:
        said.append(f"{undated}份报告的页面上没有公开日期，是否按时无从判断。")
    free = reports.filter(pl.col("deadline").is_null())["year"].unique().sort().to_list()
    if free:
        said.append(f"{some(map(str, free), 5)}年度的报告早于规定施行，不判断迟延。")
    return "".join(said)


def whole(answer: Coverage) -> str:
    """How many reports have all parts that the rule of their year asks for, and which are missing."""
    law = answer.reports.filter(pl.col("complete").is_not_null())
    if law.is_empty():
        return ""
    missing = (
        answer.incomplete["missing"]
        .explode()
        .drop_nulls()
        .value_counts(name="n")
        .sort(["n", "missing"], descending=[True, False])
    )
    labels = rules().labels["part"]
    lack = "；".join(f"缺“{labels[part]}”的{n}份" for part, n in missing.iter_rows())
    return f"按规定应写齐各部分的{law.height}份报告中，{law.height - answer.incomplete.height}份齐全" + (
        f"，{lack}。" if lack else "。"
    )


def not_read(answer: Coverage) -> str:
    """How many files gave no report, and why in a word; and the reports that belong to nobody."""
    said = ""
    if answer.not_read.height:
        kinds = dict(answer.not_read["status"].value_counts().iter_rows())
        names = rules().labels["source"]
        said = (
            f"{answer.sources}个原始文件中{answer.not_read.height}个没有成为报告："
            + "，".join(f"{names.get(kind, kind)}的{kinds[kind]}个" for kind in sorted(kinds))
            + "。"
        )
    elif answer.sources:
        said = f"{answer.sources}个原始文件都读成了报告。"
    return said + (f"另有{answer.nobody.height}份报告认不出机关或年度，没有计入。" if answer.nobody.height else "")
