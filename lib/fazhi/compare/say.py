"""Findings in sentences, computed from a comparison or a coverage: what a reader takes away, with the numbers that say so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from fazhi.compare.comparison import Comparison
from fazhi.compare.coverage import Coverage
from fazhi.compare.guards import rules
from fazhi.compare.language import put, spoken
from fazhi.compare.language import unit as unit_of

EMPTY = "没有符合条件的机关和年度，无从比较；请放宽条件，或先把报告放进原始文件夹再重建各表。"
SIGNS = {"over": "超过", "under": "不到", "about": "约", "at_least": "不少于", "at_most": "不超过"}


def number(value: float, unit: str | None = "") -> str:
    """1234.5件, 98.2%, 3.2亿元: as a Chinese reader expects it, at most two decimals."""
    if spoken() == "en":
        printed = f"{value:,.2f}".rstrip("0").rstrip(".")
        return printed + ("%" if unit == "%" else f" {unit_of(unit or '')}".rstrip())
    if unit == "元" and abs(value) >= 1e4:
        value, unit = (value / 1e8, "亿元") if abs(value) >= 1e8 else (value / 1e4, "万元")
    return f"{value:,.2f}".rstrip("0").rstrip(".") + (unit or "")


def shown(row: dict[str, Any]) -> str:
    """A row's value with what its qualifier says: 超过2,080件."""
    unit, sign = row["unit"] or "", put(SIGNS.get(row.get("qualifier") or "", ""))
    if row.get("high") is None:
        return sign + number(row["value"], unit)
    return sign + put("{low}至{high}", low=number(row["value"]), high=number(row["high"], unit))


def some(names: Iterable[str], most: int = 3) -> str:
    """A、B、C等5个."""
    held = list(names)
    return put("、").join(held[:most]) + (put("等{n}个", n=len(held)) if len(held) > most else "")


def name_of(rows: pl.DataFrame) -> str:
    """What the code of a comparison's rows is called, in the language that is spoken."""
    return str(rows[f"name_{spoken()}"][0])


def sentences(answer: Comparison | Coverage) -> list[str]:
    """What the data say, one sentence or two for each code (or for each thing that a coverage shows), never typed by hand."""
    if isinstance(answer, Coverage):
        return of_coverage(answer)
    if answer.frame.is_empty():
        return [put(EMPTY)]
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
        return put(EMPTY)
    if isinstance(answer, Coverage):
        return gist_of_coverage(answer)
    told = []
    for code in answer.codes:
        rows = answer.frame.filter(pl.col("code") == code)
        good = rows.filter(pl.col("state") == "comparable")
        name = answer.name(code)
        if rows["value"].null_count() == rows.height:
            told.append(put("{name}没有报告提到", name=name))
        elif good.is_empty():
            told.append(put("{name}有数而没有可以并列的", name=name))
        else:
            middle = shown({"value": good["value"].median(), "unit": good["unit"][0]})
            told.append(
                put(
                    "{name}可以并列的有{n}个数，{verb}{middle}",
                    name=name,
                    n=good.height,
                    verb="中位数" if good.height > 1 else "是",
                    middle=middle,
                )
            )
    span = (
        put("{year}年", year=answer.years[0])
        if len(answer.years) == 1
        else put("{first}年至{last}年", first=answer.years[0], last=answer.years[-1])
    )
    return put(
        "{span}，{issuers}个机关：{told}。", span=span, issuers=answer.frame["issuer"].n_unique(), told=put("；").join(told)
    )


def gist_of_coverage(answer: Coverage) -> str:
    """Reports, punctuality, completeness and unread files, with their shares."""
    reports, frame = answer.reports, answer.frame
    size = put("{issuers}个机关、{years}个年度", issuers=frame["issuer"].n_unique(), years=len(answer.years))
    told = [put("{size}，有{n}份报告（{share:.0%}）", size=size, n=reports.height, share=reports.height / frame.height)]
    for column, asked, met in (("on_time", "看得出日期的", "按时公开"), ("complete", "应写齐各部分的", "齐全")):
        judged = reports[column].drop_nulls()
        if judged.len():
            told.append(
                put(
                    "{asked}{n}份中，{met}的占{share:.0%}",
                    asked=asked,
                    n=judged.len(),
                    met=met,
                    share=judged.sum() / judged.len(),
                )
            )
    told.append(put("{n}个文件没有读成报告", n=answer.not_read.height) if answer.not_read.height else put("文件全部读成了报告"))
    return put("；").join(told) + put("。")


def of_year(rows: pl.DataFrame) -> str:
    """One year, many issuers: how many say it, the middle and the ends, and what became of the others."""
    name, year = name_of(rows), rows["year"][0]
    issuers = rows["issuer"].n_unique()
    stated, good = (
        rows.filter(pl.col("value").is_not_null()),
        rows.filter(pl.col("state") == "comparable").sort("value", "issuer"),
    )
    start = put("{year}年，{issuers}个机关中{n}个报告了{name}", year=year, issuers=issuers, n=stated.height, name=name)
    if stated.is_empty():
        return put(
            "{year}年，{issuers}个机关中没有一个报告了{name}：{rest}。没有报告不等于零。",
            year=year,
            issuers=issuers,
            name=name,
            rest=rest(rows),
        )
    if good.is_empty():
        return put("{start}，但没有可以并列的数：{why}。", start=start, why=reasons(rows))
    low, high = good.row(0, named=True), good.row(-1, named=True)
    body = put("可比的{n}个", n=good.height) if good.height < stated.height else put("都可比")
    if good.height == 1:
        return put(
            "{start}，可比的只有{issuer}的{value}{after}。",
            start=start,
            issuer=high["issuer"],
            value=shown(high),
            after=after(rows),
        )
    if low["value"] == high["value"]:
        return put("{start}，{body}，且都是{value}{after}。", start=start, body=body, value=shown(high), after=after(rows))
    ties = (
        good.filter(pl.col("value") == high["value"])["issuer"].to_list(),
        good.filter(pl.col("value") == low["value"])["issuer"].to_list(),
    )
    middle = put("，中位数{value}", value=number(float(good["value"].median()), high["unit"])) if good.height > 2 else ""  # type: ignore[arg-type]
    return put(
        "{start}，{body}：最高为{top}（{high}），最低为{bottom}（{low}）{middle}{after}。",
        start=start,
        body=body,
        top=some(ties[0]),
        high=shown(high),
        bottom=some(ties[1]),
        low=shown(low),
        middle=middle,
        after=after(rows),
    )


def of_series(rows: pl.DataFrame) -> str:
    """One issuer over years: from, to, the peak, and the years without a comparable figure."""
    name, issuer, years = name_of(rows), rows["issuer"][0], rows["year"].unique().sort().to_list()
    good = rows.filter(pl.col("state") == "comparable").sort("year")
    start = put("{issuer}{first}年至{last}年的{name}", issuer=issuer, first=years[0], last=years[-1], name=name)
    if good.is_empty():
        return put("{start}没有可比的数：{why}。", start=start, why=reasons(rows) or rest(rows))
    first, last = good.row(0, named=True), good.row(-1, named=True)
    if good.height == 1:
        return put(
            "{start}只有{year}年可比：{value}{after}。", start=start, year=first["year"], value=shown(first), after=after(rows)
        )
    top = good.sort(["value", "year"], descending=[True, False]).row(0, named=True)
    peak = (
        put("，最高在{year}年（{value}）", year=top["year"], value=shown(top))
        if top["year"] not in (first["year"], last["year"])
        else ""
    )
    return put(
        "{start}，{years}年中{n}年可比：{moved}{peak}{after}。",
        start=start,
        years=len(years),
        n=good.height,
        moved=moved(first, last),
        peak=peak,
        after=after(rows),
    )


def of_panel(rows: pl.DataFrame) -> str:
    """Many issuers over years: how many cells hold a comparable figure, who rose and fell, the largest change."""
    name = name_of(rows)
    good = rows.filter(pl.col("state") == "comparable").sort("issuer", "year")
    share = put(
        "{issuers}个机关、{years}个年度共{cells}格，{name}可比的有{n}格",
        issuers=rows["issuer"].n_unique(),
        years=rows["year"].n_unique(),
        cells=rows.height,
        name=name,
        n=good.height,
    )
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
        return put("{share}，没有一个机关有两年可比{after}。", share=share, after=after(rows))
    up, down = ends.filter(pl.col("change") > 0).height, ends.filter(pl.col("change") < 0).height
    row = ends.sort([pl.col("change").abs(), "issuer"], descending=[True, False]).row(0, named=True)
    first, last = ({k: row[f"{side}_{k}"] for k in ("year", "value", "unit", "qualifier", "high")} for side in "ab")
    most = put("；变化最大的是{issuer}，{moved}", issuer=row["issuer"], moved=moved(first, last)) if row["change"] else ""
    same = put("、{n}个不变", n=ends.height - up - down) if ends.height > up + down else ""
    return put(
        "{share}；有两年以上可比的{n}个机关中，首尾相比{up}个上升、{down}个下降{same}{most}{after}。",
        share=share,
        n=ends.height,
        up=up,
        down=down,
        same=same,
        most=most,
        after=after(rows),
    )


def moved(first: dict[str, Any], last: dict[str, Any]) -> str:
    """由2019年的12件增至2024年的30件（+18件）."""
    change = last["value"] - first["value"]
    turned = "增至" if change > 0 else "降至" if change < 0 else "持平于"
    points = "个百分点" if last["unit"] == "%" else last["unit"]
    by = put("（{change}）", change=("+" if change > 0 else "−") + number(abs(change), points)) if change else ""
    return put(
        "由{before}年的{was}{turned}{year}年的{now}{by}",
        before=first["year"],
        was=shown(first),
        turned=turned,
        year=last["year"],
        now=shown(last),
        by=by,
    )


def rest(rows: pl.DataFrame) -> str:
    """What the empty cells are: 报告未写的3个、未收集的1个."""
    counts = dict(rows.filter(pl.col("value").is_null())["state"].value_counts().iter_rows())
    return put("、").join(
        put("{state}的{n}个", state=words.zh, n=counts[state]) for state, words in rules().states.items() if state in counts
    )


def reasons(rows: pl.DataFrame) -> str:
    """Why stated values are not comparable: 累计数的2个；层级不同的1个."""
    aside = rows.filter(pl.col("state") == "not_comparable")
    counts = aside["caveats"].list.first().value_counts(sort=True, name="n").sort(["n", "caveats"], descending=[True, False])
    words = rules().caveats
    return put("；").join(
        put("{why}的{n}个", why=words[name].short if name in words else name, n=n) for name, n in counts.iter_rows()
    )


def after(rows: pl.DataFrame) -> str:
    """The tail of a sentence that accounts for all cells that are not comparable."""
    parts = [put("不可比的：{why}", why=reasons(rows))] if (rows["state"] == "not_comparable").any() else []
    parts += [put("没有数的：{rest}", rest=rest(rows))] if rows["value"].null_count() else []
    return put("。") + put("。").join(parts) if parts else ""


def empties(answer: Comparison) -> str:
    """How the cells of a comparison divide: how many hold a comparable value, and which kinds of empty the others are."""
    if answer.frame.is_empty():
        return put(EMPTY)
    counts = dict(answer.frame["state"].value_counts().iter_rows())
    total, good = answer.frame.height, counts.pop("comparable", 0)
    kinds = put("，").join(
        put("{state}的{n}格（{share:.0%}）", state=words.zh, n=counts[name], share=counts[name] / total)
        for name, words in rules().states.items()
        if name in counts
    )
    names = put("、").join(answer.name(code) for code in answer.codes)
    return put("{names}共{total}格，有可比数的{n}格（{share:.0%}）", names=names, total=total, n=good, share=good / total) + (
        put("；其余：{kinds}。空白不等于零。", kinds=kinds) if kinds else put("。")
    )


def of_coverage(answer: Coverage) -> list[str]:
    """All that a coverage says: how many reports, on time, complete, and what was not read."""
    return [said for said in (counted(answer), punctual(answer), whole(answer), not_read(answer)) if said]


def counted(answer: Coverage) -> str:
    """How many of the cells have a report."""
    frame = answer.frame
    if frame.is_empty():
        return put(EMPTY)
    states = dict(frame["state"].value_counts().iter_rows())
    gaps = put("，").join(
        put("{state}的{n}格", state=words.zh, n=states[name]) for name, words in rules().states.items() if name in states
    )
    return put(
        "{issuers}个机关、{years}个年度共{cells}格，有报告的{n}格",
        issuers=frame["issuer"].n_unique(),
        years=len(answer.years),
        cells=frame.height,
        n=answer.reports.height,
    ) + (put("，{gaps}。", gaps=gaps) if gaps else put("。"))


def punctual(answer: Coverage) -> str:
    """How many reports were public in time, which was the latest, and of how many nobody can tell."""
    reports = answer.reports
    dated, late = reports.filter(pl.col("on_time").is_not_null()), answer.late
    said = []
    if dated.height:
        tail = ""
        if late.height:
            worst = late.row(0, named=True)
            how = put("迟了{n}天", n=worst["days_late"]) if worst["days_late"] else put("落款已过期限")
            tail = put("；最迟的是{issuer}{year}年度的报告，{how}", issuer=worst["issuer"], year=worst["year"], how=how)
        said.append(
            put(
                "按规定有公开期限、且看得出日期的{n}份报告中，{good}份按时，{late}份迟延{tail}。",
                n=dated.height,
                good=dated.height - late.height,
                late=late.height,
                tail=tail,
            )
        )
    undated = reports.filter(pl.col("standing") == "undated").height
    if undated:
        said.append(put("{n}份报告的页面上没有公开日期，是否按时无从判断。", n=undated))
    free = reports.filter(pl.col("deadline").is_null())["year"].unique().sort().to_list()
    if free:
        said.append(put("{years}年度的报告早于规定施行，不判断迟延。", years=some(map(str, free), 5)))
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
    lack = put("；").join(put("缺“{part}”的{n}份", part=labels[part], n=n) for part, n in missing.iter_rows())
    return put("按规定应写齐各部分的{n}份报告中，{good}份齐全", n=law.height, good=law.height - answer.incomplete.height) + (
        put("，{lack}。", lack=lack) if lack else put("。")
    )


def not_read(answer: Coverage) -> str:
    """How many files gave no report, and why in a word; and the reports that belong to nobody."""
    said = ""
    if answer.not_read.height:
        kinds = dict(answer.not_read["status"].value_counts().iter_rows())
        names = rules().labels["source"]
        said = (
            put("{sources}个原始文件中{n}个没有成为报告：", sources=answer.sources, n=answer.not_read.height)
            + put("，").join(put("{kind}的{n}个", kind=names.get(kind, kind), n=kinds[kind]) for kind in sorted(kinds))
            + put("。")
        )
    elif answer.sources:
        said = put("{n}个原始文件都读成了报告。", n=answer.sources)
    return said + (put("另有{n}份报告认不出机关或年度，没有计入。", n=answer.nobody.height) if answer.nobody.height else "")
