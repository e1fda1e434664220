"""A panel of issuers, years and codes: which value fills each cell, and what keeps it from standing beside the others.

Several values for one cell: those that happened in the year, or in part of it, come before all else; among them a total before its
parts, the whole year before a part of it or a cumulative figure, the body of the report before its preamble, the unit and the extent
(本级, 全区) that most of the panel use before others, an exact figure before a bound. Where values that differ are still level, one that
is the sum of the rest is taken as their total; failing that the first is shown, with the caveat `several_values`.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from fazhi.compare import guards
from fazhi.compare.comparison import FRAME, LEFT_OUT, Comparison
from fazhi.compare.guards import BOUNDS, KINDS, LEVELS, SCOPES, CompareError, Entry, codebook, listed, one_of, rules
from fazhi.compare.roster import absences, read_roster

CELL = ["issuer", "year", "code"]
SEAT = ["province", "prefecture", "county", "zone"]
REPORT = ["report_id", "source", "url", "title", "issuer", "issuer_kind", "region_code", *SEAT, "level", "year", "published_on",
          "signed_on", "origin"]
FIGURE = ["report_id", "indicator_id", "section_id", "code", "subject", "value", "high", "unit", "qualifier", "kind", "status", "scope",
          "part_of", "value_text", "quote", "start", "end", "comparable", "caveats"]


class Tables(Protocol):
    """What a comparison asks of the tables: lazy frames with the columns of the contract."""

    @property
    def reports(self) -> pl.LazyFrame: ...
    @property
    def sections(self) -> pl.LazyFrame: ...
    @property
    def indicators(self) -> pl.LazyFrame: ...
    @property
    def sources(self) -> pl.LazyFrame: ...


def compare(t: Tables, code: str | Sequence[str], years: int | str | Iterable[int] | None = None, regions: str | Sequence[str] | None = None,
            level: str | Sequence[str] | None = None, issuer_kind: str | Sequence[str] | None = None, scope: str | None = None,
            allow: str | Sequence[str] = (), roster: Path | pl.DataFrame | None = None) -> Comparison:
    """Set like beside like: one row for each issuer, year and code, value or not, with its state.

    `years` is a year, any years, or text such as `2019-2023`; without it all between the first and the last report. `regions` are names
    (上海市, 宝山区, a zone, an issuer), paths (上海市/宝山区) or codes of GB/T 2260; `level` and `issuer_kind` are those of the tables. Without
    `scope` a code has its usual one. `allow` overrides guards by name (`bound`, `cumulative`, `level`…). `roster` is a frame or a file as
    `fazhi.compare.roster` describes; without it a file `roster.csv` above the tables' folder is taken.

    Raises CompareError (a ValueError) for a code, level, kind, scope or rule that does not exist, with the nearest names.
    """
    codes = one_of("指标", list(dict.fromkeys(texts(code))), codebook())
    allowed = one_of("比较规则", texts(allow), (name for name, words in rules().caveats.items() if words.guard))
    levels, kinds = one_of("层级", texts(level), LEVELS), one_of("机关类型", texts(issuer_kind), KINDS)
    scopes = one_of("时间范围", texts(scope), SCOPES)
    # whoever asks for several levels or kinds by name wants them side by side
    allowed += [name for name, asked in (("level", levels), ("issuer_kind", kinds)) if len(asked) > 1 and name not in allowed]
    question = {k: v for k, v in {"years": years_of(years), "regions": texts(regions), "level": levels, "issuer_kind": kinds,
                                  "scope": scope}.items() if v}
    reports, nobody = members(t, levels, kinds, texts(regions))
    expected = read_roster(roster, t)
    expected = seated(expected, levels, kinds, texts(regions)) if expected is not None else None
    span = years_of(years) or between(reports, expected)
    reports = reports.filter(pl.col("year").is_in(list(span)))
    reports, second = one_a_year(reports)
    lost = unread(t)
    issuers = roll(reports, expected)
    notes = []
    if not issuers.height:
        notes.append("没有符合条件的机关。" + nearest_regions(t, texts(regions)))
    reports, setting = strangers(reports, allowed)
    notes += setting
    values = candidates(t, reports, codes, scopes)
    chosen, others = choose(values, allowed)
    frame = panel(issuers, span, codes, reports, chosen, expected, lost)
    frame = worded(frame, "caveats").select(pl.col(name).cast(kind) for name, kind in FRAME.items())
    aside = chosen.filter(pl.col("state") != "comparable").with_columns(reason=pl.col("caveats"))
    pieces = [part.select(pl.col(name).cast(kind) if name in part.columns else pl.lit(None, kind).alias(name) for name, kind in LEFT_OUT.items())
              for part in (aside, others, nobody, second)]
    left_out = worded(named(pl.concat(pieces)), "reason").select(pl.col(name).cast(kind) for name, kind in LEFT_OUT.items())
    return Comparison(frame, left_out.sort([*CELL, "report_id", "indicator_id"], nulls_last=True), tuple(codes), tuple(span), question,
                      tuple(dict.fromkeys(allowed)), tuple(notes))


def texts(given: str | Sequence[str] | None) -> list[str]:
    """One text, several or none as a list."""
    return [] if not given else [given] if isinstance(given, str) else [str(g) for g in given]


def years_of(years: int | str | Iterable[int] | None) -> tuple[int, ...]:
    """The years asked for, in order; empty for none. Raises CompareError for text that is no year."""
    if years is None or years == "":
        return ()
    try:
        if isinstance(years, str):
            low, _, high = years.replace("–", "-").replace("—", "-").partition("-")
            return tuple(range(int(low), int(high or low) + 1))
        return (years,) if isinstance(years, int) else tuple(sorted({int(y) for y in years}))
    except (TypeError, ValueError):
        raise CompareError(f"看不懂年度 {years!r}：写 2020、2019-2023 或一列年份 (no year in {years!r})") from None


def between(*frames: pl.DataFrame | None) -> tuple[int, ...]:
    """All years from the first to the last that the frames hold."""
    found = [y for f in frames if f is not None for y in (f["year"].min(), f["year"].max()) if isinstance(y, int)]
    return tuple(range(min(found), max(found) + 1)) if found else ()


def path() -> pl.Expr:
    """上海市/宝山区: the seat, as far as it is known."""
    return pl.concat_str([pl.col(c) for c in SEAT], separator="/", ignore_nulls=True)


def members(t: Tables, levels: list[str], kinds: list[str], regions: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The reports of the panel's issuers, and the reports that belong to nobody or no year, with the reason."""
    reports = t.reports.select(REPORT).collect().with_columns(region=path())
    reason = listed({"no_issuer": pl.col("issuer").is_null(), "no_year": pl.col("year").is_null()})
    reports = reports.with_columns(reason=reason)
    known = reports.filter(pl.col("reason").list.len() == 0).drop("reason")
    # two bodies of one name (鼓楼区人民政府) are told apart by their seats
    seats = known.group_by("issuer").agg(pl.col("province", "prefecture").drop_nulls().n_unique())
    doubled = seats.filter((pl.col("province") > 1) | (pl.col("prefecture") > 1))["issuer"]
    known = known.with_columns(issuer=pl.when(pl.col("issuer").is_in(doubled.to_list()) & (pl.col("region") != ""))
                               .then(pl.format("{}（{}）", "issuer", "region")).otherwise("issuer"))
    return seated(known, levels, kinds, regions), reports.filter(pl.col("reason").list.len() > 0)


def seated(frame: pl.DataFrame, levels: list[str], kinds: list[str], regions: list[str]) -> pl.DataFrame:
    """The rows of these levels, kinds and regions; an empty list asks for nothing."""
    if levels:
        frame = frame.filter(pl.col("level").is_in(levels))
    if kinds:
        frame = frame.filter(pl.col("issuer_kind").is_in(kinds))
    if regions:
        frame = frame.filter(pl.any_horizontal([within(region).fill_null(False) for region in regions]))
    return frame


def within(region: str) -> pl.Expr:
    """Whether a row's issuer sits in the region: a code of GB/T 2260, a path, or a name."""
    if region.isdigit():
        stem = region.rstrip("0")
        return pl.col("region_code").str.starts_with(stem + "0" * (len(stem) % 2))
    if "/" in region:
        return (pl.col("region") == region) | pl.col("region").str.starts_with(region + "/")
    return pl.any_horizontal([pl.col(c) == region for c in (*SEAT, "issuer")])


def nearest_regions(t: Tables, regions: list[str]) -> str:
    """A sentence with the names that come nearest to the regions asked for; empty when none does."""
    import difflib
    known = t.reports.select(*SEAT, "issuer").collect()
    names = sorted({name for column in known.columns for name in known[column].drop_nulls()})
    near = list(dict.fromkeys(n for region in regions for n in difflib.get_close_matches(region, names, 3, 0.4)))
    return f"与“{'、'.join(regions)}”相近的有：{'、'.join(near)}。" if near else ""


def one_a_year(reports: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One report for each issuer and year: as published before restated, then the latest; and the others."""
    order = reports.sort([*CELL[:2], pl.col("origin") != "published", "published_on", "report_id"],
                         descending=[False, False, False, True, False], nulls_last=True)
    kept = order.unique(CELL[:2], keep="first", maintain_order=True)
    return kept, order.join(kept, on="report_id", how="anti").with_columns(reason=pl.lit(["second_report"], pl.List(pl.String)))


def unread(t: Tables) -> pl.DataFrame:
    """Issuer and year of the sources that could not be read, where sources.csv says whose they are."""
    known = t.sources.collect_schema().names()
    if not {"issuer", "year"} <= set(known):
        return pl.DataFrame(schema={"issuer": pl.String, "year": pl.Int32, "source": pl.String})
    return (t.sources.filter((pl.col("status") == "unreadable") & pl.col("issuer").is_not_null() & pl.col("year").is_not_null())
            .select("issuer", pl.col("year").cast(pl.Int32), "source").collect().unique(["issuer", "year"], keep="first", maintain_order=True))


def roll(reports: pl.DataFrame, expected: pl.DataFrame | None) -> pl.DataFrame:
    """The panel's issuers with their latest seat, level and kind."""
    columns = ["issuer", "issuer_kind", "level", "region", "region_code", *SEAT]
    frames = [reports.sort("year", "report_id", descending=[True, False]).select(columns)]
    if expected is not None:
        frames.append(expected.select(columns))
    return pl.concat(frames).unique("issuer", keep="first", maintain_order=True).sort("region", "issuer")


def trade(row: dict[str, Any]) -> str:
    """A department's name without the places before it: 市场监督管理局."""
    name = str(row["issuer"]).partition("（")[0]
    for place in (row[c] for c in SEAT):
        if place and name.startswith(place):
            name = name.removeprefix(place)
    return name


def strangers(reports: pl.DataFrame, allowed: list[str]) -> tuple[pl.DataFrame, list[str]]:
    """The reports with a list `strange`: level, kind or trade that is not that of most; and a note that says which that is."""
    labels = rules().labels
    reports = reports.with_columns(pl.Series("trade", [trade(r) if r["issuer_kind"] == "department" else None
                                                       for r in reports.iter_rows(named=True)], pl.String))
    # one vote an issuer: the kind of most, the level of most of that kind, the trade of most departments at that level
    issuers = reports.sort("year").unique("issuer", keep="last", maintain_order=True)
    kind = guards.reference(issuers, [], "issuer_kind").get((), "")
    alike = issuers if "issuer_kind" in allowed else issuers.filter(pl.col("issuer_kind") == kind)
    level = guards.reference(alike, [], "level").get((), "")
    peers = alike if "level" in allowed else alike.filter(pl.col("level") == level)
    work = guards.reference(peers, [], "trade").get((), "") if kind == "department" else ""
    # an issuer whose level nobody knows is a stranger as soon as another's is known
    tests = {"level": pl.col("level").fill_null("") != level, "issuer_kind": pl.col("issuer_kind") != kind,
             "trade": pl.col("trade") != work if work else pl.lit(False)}
    reports = reports.with_columns(strange=listed(tests))
    names = {"level": labels["level"].get(level, level), "issuer_kind": labels["issuer_kind"].get(kind, kind), "trade": work}
    held = [c for c in tests if reports["strange"].list.contains(c).any() and c not in allowed]
    if not held:
        return reports, []
    return reports, [f"只有{''.join(str(names[c]) for c in ('level', 'issuer_kind') if names[c])}{'（' + work + '）' if work else ''}"
                     "可以并列；其余机关的数列为不可比，原因见未采用的数。"]


def candidates(t: Tables, reports: pl.DataFrame, codes: list[str], scopes: list[str]) -> pl.DataFrame:
    """All values of the codes in the panel's reports, each with its rank for its cell and its caveats."""
    book = {c: codebook()[c] for c in codes}
    figures = t.indicators.filter(pl.col("code").is_in(codes)).select(FIGURE).collect().join(
        reports.select(*REPORT, "region", "strange"), on="report_id", how="inner")
    held = figures.select("report_id").unique().lazy()
    totals = (t.indicators.filter(pl.col("part_of").is_not_null()).select("report_id", indicator_id="part_of").unique()
              .join(held, on="report_id", how="semi").with_columns(total=pl.lit(True)).collect())
    preambles = (t.sections.filter(pl.col("level") == 0).select("report_id", "section_id").join(held, on="report_id", how="semi")
                 .with_columns(preamble=pl.lit(True)).collect())
    figures = (figures.join(totals, on=["report_id", "indicator_id"], how="left").join(preambles, on=["report_id", "section_id"], how="left")
               .with_columns(group=guards.unit_group("unit"), extent=guards.extent("quote"), wanted=fits(book, scopes),
                             happened=pl.col("status") == ("target" if scopes == ["next"] else "actual")))
    usable = figures.filter("wanted", "happened")
    # one vote an issuer, so that a long series does not outvote its neighbours
    votes = usable.unique(["issuer", "code", "group"], keep="any")
    figures = with_reference(figures, "group", votes)
    figures = with_reference(figures, "extent", usable.unique(["issuer", "code", "extent"], keep="any"))
    open_ = pl.col("happened") & ~(pl.col("scope").is_in(["previous", "next"]) & ~pl.col("wanted"))
    other_unit = (pl.col("group") != pl.col("group_ref")) & (pl.col("kind") != "rate")
    other_extent = pl.col("extent").is_not_null() & (pl.col("extent") != pl.col("extent_ref"))
    ranks = [~open_, pl.col("total").is_null() & pl.col("part_of").is_not_null(), pl.col("total").is_null(),
             ~pl.col("wanted"), pl.col("preamble").fill_null(False), other_unit, other_extent, pl.col("qualifier").is_in(BOUNDS)]
    rank = pl.sum_horizontal([test.fill_null(False).cast(pl.Int32) * 2 ** (len(ranks) - i) for i, test in enumerate(ranks)])
    tests = {"bound": pl.col("qualifier").is_in(BOUNDS), "unit": other_unit, "extent": other_extent}
    tests |= {name: (pl.col("scope") == name) & ~pl.col("wanted") for name in ("partial", "cumulative", "stock")}
    tests["other_scope"] = (pl.col("scope") == "year") & ~pl.col("wanted")
    return figures.with_columns(open=open_, rank=rank, found=listed(tests), state=pl.lit(None, pl.String)).with_columns(
        # what the reading marked is a caveat of its own only where nothing here explains it
        found=pl.when(pl.col("comparable") | (pl.col("found").list.len() > 0)).then("found")
        .otherwise(pl.concat_list("found", pl.when(pl.col("caveats").list.len() > 0).then("caveats").otherwise(pl.lit(["unfit"])))))


def fits(book: dict[str, Entry], scopes: list[str]) -> pl.Expr:
    """Whether a figure has the scope asked for, or its code's usual one; a list that bears the year does for a stock."""
    if scopes:
        return pl.col("scope").is_in(scopes)
    stocks = [code for code, entry in book.items() if entry.scope == "stock"]
    return (pl.col("scope") == "year") | (pl.col("code").is_in(stocks) & (pl.col("scope") == "stock"))


def with_reference(figures: pl.DataFrame, column: str, votes: pl.DataFrame) -> pl.DataFrame:
    """Add `column_ref`: what most issuers have for the code; null where nobody says."""
    found = guards.reference(votes, ["code"], column)
    table = pl.DataFrame({"code": [k[0] for k in found], f"{column}_ref": list(found.values())},
                         schema={"code": pl.String, f"{column}_ref": pl.String})
    return figures.join(table, on="code", how="left")


def choose(values: pl.DataFrame, allowed: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The value of each cell with its caveats and state, and all other values with the reason."""
    open_, closed = values.filter("open"), values.filter(~pl.col("open"))
    top = open_.filter(pl.col("rank") == pl.col("rank").min().over(CELL))
    alone = pl.col("value").n_unique().over(CELL) == 1
    largest, whole = pl.col("value").max().over(CELL), pl.col("value").sum().over(CELL)
    sums = (pl.len().over(CELL) > 2) & (pl.col("kind") != "rate") & ((whole - 2 * largest).abs() < 1e-6)
    top = top.with_columns(alone=alone, sums=sums, later=~(sums & (pl.col("value") == largest)))
    chosen = (top.sort([*CELL, "later", "start"]).unique(CELL, keep="first", maintain_order=True)
              .with_columns(found=pl.concat_list("found", listed({"several_values": ~pl.col("alone") & ~pl.col("sums")}))))
    blocking = pl.concat_list("strange", "found").list.unique(maintain_order=True)
    chosen = chosen.with_columns(caveats=blocking, state=pl.when(blocking.list.set_difference(allowed or [""]).list.len() == 0)
                                 .then(pl.lit("comparable")).otherwise(pl.lit("not_comparable")))
    taken = chosen.select(*CELL, kept="value", kept_total="total", kept_start="start", kept_preamble="preamble")
    rest = open_.join(chosen, on=["report_id", "indicator_id"], how="anti").join(taken, on=CELL, how="left")
    part = pl.col("part_of").is_not_null() & pl.col("kept_total").fill_null(False)
    why = (pl.when(pl.col("value") == pl.col("kept")).then(pl.lit(["repeated"])).when(part).then(pl.lit(["part"]))
           .when(pl.col("found").list.len() > 0).then("found").when(pl.col("preamble").fill_null(False)).then(pl.lit(["summary"]))
           .otherwise(pl.lit(["less_preferred"])))
    off = (pl.when((pl.col("status") != "actual") & ~pl.col("happened")).then(pl.concat_list("status"))
           .when(~pl.col("happened")).then(pl.lit(["actual"])).when(pl.col("scope").is_in(["previous", "next"])).then(pl.concat_list("scope"))
           .otherwise(pl.lit(["other_scope"])))
    return chosen, pl.concat([rest.with_columns(reason=why).select(*closed.columns, "reason"), closed.with_columns(reason=off)])


def panel(issuers: pl.DataFrame, span: Sequence[int], codes: Sequence[str], reports: pl.DataFrame, chosen: pl.DataFrame,
          expected: pl.DataFrame | None, lost: pl.DataFrame) -> pl.DataFrame:
    """Every issuer, year and code with its value or with the kind of empty that it is."""
    book = pl.DataFrame([(c, e.name_zh, e.name_en, e.dimension) for c, e in codebook().items() if c in codes],
                        schema={"code": pl.String, "name_zh": pl.String, "name_en": pl.String, "dimension": pl.String}, orient="row")
    order = {c: i for i, c in enumerate(codes)}
    book = book.sort(pl.col("code").replace_strict(order, return_dtype=pl.Int64))
    years = pl.DataFrame({"year": list(span)}, schema={"year": pl.Int32})
    seat = ["issuer_kind", "level", "region", "region_code", *SEAT]
    of_report = reports.select("issuer", "year", *[pl.col(c).alias(f"{c}_then") for c in ("level", "issuer_kind")],
                               "title", "url", "source", "origin", "report_id", published=pl.lit(True))
    cells = book.with_row_index("place").join(issuers.with_row_index("row"), how="cross").join(years, how="cross")
    frame = (cells.join(of_report, on=["issuer", "year"], how="left")
             .join(chosen.drop(*seat, "title", "url", "source", "origin", "report_id"), on=CELL, how="left")
             .with_columns(level=pl.coalesce("level_then", "level"), issuer_kind=pl.coalesce("issuer_kind_then", "issuer_kind"),
                           bound=pl.when(pl.col("qualifier").is_in(BOUNDS)).then("qualifier"),
                           caveats=pl.col("caveats").fill_null([])))
    frame = (frame.join(absences(expected, span), on=["issuer", "year"], how="left")
             .join(lost.rename({"source": "lost"}), on=["issuer", "year"], how="left"))
    state = (pl.when(pl.col("state").is_not_null()).then("state").when(pl.col("published").fill_null(False)).then(pl.lit("not_stated"))
             .when(pl.col("lost").is_not_null()).then(pl.lit("unreadable")).when(pl.col("absent").fill_null(False)).then(pl.lit("not_published"))
             .otherwise(pl.lit("not_collected")))
    return frame.with_columns(state=state, source=pl.coalesce("source", "lost")).sort("place", "row", "year")


def named(frame: pl.DataFrame) -> pl.DataFrame:
    """Fill `name_zh` from the codebook."""
    return frame.with_columns(name_zh=pl.col("code").replace_strict({c: e.name_zh for c, e in codebook().items()}, default=None,
                                                                    return_dtype=pl.String))


def worded(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Add `reason_zh` and `reason_en`: a list of caveats in words, null for none."""
    some = pl.col(column).list.len() > 0
    lists = frame[column].unique().to_list()
    keys = {"|".join(c): c for c in lists if c}
    joined = pl.col(column).list.join("|")
    return frame.with_columns(
        reason_zh=pl.when(some).then(joined.replace_strict({k: rules().reason(v) for k, v in keys.items()}, default=None, return_dtype=pl.String)),
        reason_en=pl.when(some).then(joined.replace_strict({k: rules().reason(v, "en") for k, v in keys.items()}, default=None,
                                                           return_dtype=pl.String)))
