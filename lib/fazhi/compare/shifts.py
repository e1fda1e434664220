"""Findings in sentences: how figures moved from one year to the next, and what is known of changes that do not add up."""

from __future__ import annotations

from typing import Any

import polars as pl

from fazhi.compare.checks import Checked
from fazhi.compare.comparison import Comparison
from fazhi.compare.language import put
from fazhi.compare.relative import growth
from fazhi.compare.say import number, some

Row = dict[str, Any]


def last_step(c: Comparison, code: str) -> str:
    """How many authorities rose and fell from the year before to the last year that has a figure of the code, in Chinese; bounds
    are not counted, because they do not say by how much."""
    name = c.name(code)
    usable = (pl.col("state") == "comparable") | (pl.col("caveats").list.eval(pl.element() != "bound").list.any().not_())
    years = c.frame.filter((pl.col("code") == code) & pl.col("value").is_not_null() & usable)["year"].unique().sort().to_list()
    if not years:
        return put("没有可以连起两年的{name}。", name=name)
    last = years[-1]
    steps = growth(c).filter((pl.col("code") == code) & (pl.col("year") == last)).sort("change", "issuer")
    span = put("{before}年到{year}年", before=last - 1, year=last)
    if steps.is_empty():
        return put("{span}，没有一个机关两年都有准确的{name}，升降无从比较。", span=span, name=name)
    rows = steps.to_dicts()
    up, down = ([row for row in rows if (row["change"] > 0) is rise and row["change"] != 0] for rise in (True, False))
    same = len(rows) - len(up) - len(down)
    turns = put("、").join(
        put("{turn}{n}个", turn=word, n=n) for word, n in (("升", len(up)), ("降", len(down)), ("平", same)) if n
    )
    ends = [put("{turn}得最多的是{who}", turn=word, who=_most(held)) for word, held in (("升", up[::-1]), ("降", down)) if held]
    return put("{span}，两年都有准确的{name}的机关{n}个：{turns}", span=span, name=name, n=len(rows), turns=turns) + (
        put("；{ends}。", ends=put("，").join(ends)) if ends else put("。")
    )


def _most(rows: list[Row]) -> str:
    """The authorities of the largest change, which comes first, with it."""
    top = rows[0]["change"]
    who = some(row["issuer"] for row in rows if row["change"] == top)
    return put("{who}（{change}）", who=who, change=("+" if top > 0 else "") + number(top, rows[0]["change_unit"]))


def apart(told: Checked) -> str:
    """Of the printed changes that contradict last year's report: what may explain them, and which is furthest off."""
    wrong = told.only("contradicts")
    if wrong.is_empty():
        return (
            put("没有一处与重算的结果不符。") if told.only("agrees").height else put("没有可以重算的增减，说不上相符还是不符。")
        )
    counted = wrong["reason_zh"].drop_nulls().value_counts(name="n").sort(["n", "reason_zh"], descending=[True, False])
    why = put("；").join(put("{why}（{n}处）", why=zh, n=n) for zh, n in counted.iter_rows())
    open_ = wrong["reason_zh"].null_count()
    said = (
        put("不符的{n}处", n=wrong.height)
        + (put("，有线索的：{why}", why=why) if why else "")
        + (put("；找不到线索的{n}处", n=open_) if open_ else "")
    )
    # a percentage is not set against a number of cases
    for unit in wrong["claimed_unit"].mode().sort().to_list()[:1]:
        gap = (pl.col("claimed") - pl.col("computed")).abs()
        row = wrong.filter(pl.col("claimed_unit") == unit).sort(gap, descending=True).row(0, named=True)
        claimed, computed = (_change(row[key], unit) for key in ("claimed", "computed"))
        said += put(
            "。相差最大的是{issuer}{year}年的{name}：报告说{claimed}，由两年的报告算出{computed}",
            issuer=row["issuer"],
            year=row["year"],
            name=row["name_zh"],
            claimed=claimed,
            computed=computed,
        )
    return said + put("。")


def _change(value: float, unit: str) -> str:
    """增长20.6%, 下降3次."""
    return put("增长{by}" if value > 0 else "下降{by}", by=number(abs(value), unit)) if round(value, 2) else put("持平")
