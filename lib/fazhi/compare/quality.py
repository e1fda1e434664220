"""How far the tables can be trusted: what was left unaccounted, what was found, how sure the codes are, and a sample to check."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from fazhi.compare import members
from fazhi.compare.guards import codebook, rules
from fazhi.compare.language import put
from fazhi.compare.members import REPORT
from fazhi.compare.question import SEAT, Names, Question, Years
from fazhi.compare.say import some

EMPTY = "数据表里没有符合条件的报告，谈不上质量；请放宽条件，或先把报告放进原始文件夹再重建各表。"
BANDS = (0.0, 0.8, 0.9, 0.95, 0.98)  # lower ends of the bands of confidence
AROUND = 24  # characters shown on either side of a numeral that has no sentence of its own
WORST = 40  # reports and loose numerals that a page lists
_WHO = ["issuer", "year", "title", "report_id"]
_SHOWN = ["name_zh", "subject", "value", "unit", "qualifier", "high", "scope", "confidence", "quote", "report_id", "indicator_id"]


class Tables(members.Tables, Protocol):
    """The tables that tell of quality besides those of a comparison."""

    @property
    def quality(self) -> pl.LazyFrame: ...
    @property
    def findings(self) -> pl.LazyFrame: ...
    @property
    def ruled_out(self) -> pl.LazyFrame: ...


@dataclass(frozen=True, slots=True)
class Quality:
    """What the tables know of themselves for some reports.

    `reports` has a row for each: issuer, year, title, source, report_id and the columns of table `quality`; `indicators`,
    `ruled_out` and `findings` hold the rows of these reports.
    """

    tables: Tables
    reports: pl.DataFrame
    indicators: pl.DataFrame
    ruled_out: pl.DataFrame
    findings: pl.DataFrame

    def total(self, column: str) -> int:
        """The sum of one of the counts of table `quality`."""
        return int(self.reports[column].sum())

    @property
    def coded(self) -> pl.DataFrame:
        """The indicators that have a code."""
        return self.indicators.filter(pl.col("code").is_not_null())

    def numerals(self) -> pl.DataFrame:
        """What became of all numerals: 去向, 个数, 占比 (per cent), 例子; figures first, what nobody accounts for last."""
        words = rules().labels["numeral"]
        counts = self.ruled_out.group_by("reason").agg(n=pl.len(), text=pl.col("text").unique(maintain_order=True).head(5))
        rows = [("figures", self.indicators.height, self.indicators["value_text"].unique(maintain_order=True).head(5).to_list())]
        rows += sorted(counts.iter_rows(), key=lambda row: (row[0] == "no_unit", -row[1], row[0]))
        lost = self.total("unaccounted") - int((self.ruled_out["reason"] == "no_unit").sum())
        rows += [("unaccounted", lost, [])] if lost > 0 else []
        every = sum(n for _, n, _ in rows) or 1
        return pl.DataFrame(
            [(words.get(reason, reason), n, round(100 * n / every, 2), "、".join(text)) for reason, n, text in rows if n],
            schema={"去向": pl.String, "个数": pl.Int64, "占比": pl.Float64, "例子": pl.String},
            orient="row",
        )

    def reasons(self) -> pl.DataFrame:
        """The numerals that measure nothing, by reason, in the columns that a dot plot takes."""
        words = rules().labels["numeral"]
        return (
            self.ruled_out.group_by(issuer=pl.col("reason").replace(words))
            .agg(value=pl.len().cast(pl.Float64))
            .sort(["value", "issuer"], descending=[True, False])
            .with_columns(name_zh=pl.lit("数字个数"), code=pl.lit("ruled_out"), unit=pl.lit("个"), year=pl.lit(None, pl.Int32))
        )

    def loose(self, most: int = WORST) -> pl.DataFrame:
        """The numerals that nobody accounts for, with the words around them: issuer, year, text, around, report_id."""
        return self._around(self.ruled_out.filter(pl.col("reason") == "no_unit").sort("report_id", "start").head(most))

    def by_report(self, most: int = WORST) -> pl.DataFrame:
        """The reports with the most that is doubtful first: those with a share of loose numerals, then those with findings."""
        return self.judged().filter((pl.col("unaccounted") > 0) | (pl.col("warnings") > 0)).head(most)

    def judged(self) -> pl.DataFrame:
        """All reports in this order, also those with nothing doubtful."""
        order = ["unaccounted_share", "warnings", "issuer", "year"]
        return self.reports.sort(order, descending=[True, True, False, False], nulls_last=True)

    def rules(self) -> pl.DataFrame:
        """The findings by rule: rule, severity (in Chinese), n, reports and an example, the gravest first."""
        grave = {"error": 0, "warning": 1, "info": 2}
        return (
            self.findings.sort("report_id", "start", "message", nulls_last=True)
            .group_by("rule", "severity", maintain_order=True)
            .agg(n=pl.len().cast(pl.Int64), reports=pl.col("report_id").drop_nulls().n_unique(), example=pl.first("message"))
            .sort([pl.col("severity").replace_strict(grave, default=3), "n", "rule"], descending=[False, True, False])
            .with_columns(pl.col("severity").replace(rules().labels["severity"]))
        )

    def grave(self, most: int = WORST) -> pl.DataFrame:
        """The findings that are more than remarks, those of several years together: issuer, years, severity, rule, message."""
        held = self.findings.filter(pl.col("severity") != "info").join(self._who(), on="report_id", how="left")
        return (
            held.sort("issuer", "year", nulls_last=True)
            .group_by("severity", "rule", "issuer", "message", maintain_order=True)
            .agg(years=pl.col("year").drop_nulls().unique(maintain_order=True).cast(pl.String).str.join("、"))
            .sort(pl.col("severity") != "error", "rule", "issuer", nulls_last=True, maintain_order=True)
            .select("issuer", "years", pl.col("severity").replace(rules().labels["severity"]), "rule", "message")
            .head(most)
        )

    def confidence(self) -> pl.DataFrame:
        """The codes by how sure they are, surest last: band, lower, n, comparable."""
        edges = pl.Series("lower", BANDS)
        names = [f"{low:.0%}–{high:.0%}" for low, high in zip(BANDS, (*BANDS[1:], 1.0), strict=True)]
        names[0] = put("不到{share:.0%}", share=BANDS[1])
        bands = pl.DataFrame({"lower": edges, "band": names})
        # the last lower end that is not above the value
        place = pl.sum_horizontal([(pl.col("confidence") >= low).cast(pl.Int8) for low in BANDS[1:]])
        counted = (
            self.coded.filter(pl.col("confidence").is_not_null())
            .with_columns(lower=place.replace_strict(dict(enumerate(BANDS)), return_dtype=pl.Float64))
            .group_by("lower")
            .agg(n=pl.len().cast(pl.Int64), comparable=pl.col("comparable").sum().cast(pl.Int64))
        )
        return (
            bands.join(counted, on="lower", how="left", maintain_order="left")
            .fill_null(0)
            .select("band", "lower", "n", "comparable")
        )

    def caveats(self) -> pl.DataFrame:
        """The caveats of coded figures, the most frequent first: reason_zh, n, of which comparable all the same."""
        words = {name: caveat.zh for name, caveat in rules().caveats.items()} | rules().labels["caveat"]
        return (
            self.coded.select("comparable", caveat="caveats")
            .explode("caveat")
            .drop_nulls("caveat")
            .group_by("caveat")
            .agg(n=pl.len().cast(pl.Int64), kept=pl.col("comparable").sum().cast(pl.Int64))
            .sort(["n", "caveat"], descending=[True, False])
            .select(reason_zh=pl.col("caveat").replace(words), n="n", kept="kept")
        )

    def codes(self, most: int = 12) -> pl.DataFrame:
        """The codes whose figures are least sure: name_zh, n, confidence (mean), lowest."""
        return (
            self.coded.drop_nulls("confidence")
            .group_by("name_zh")
            .agg(n=pl.len().cast(pl.Int64), sure=pl.col("confidence").mean().round(3), lowest=pl.col("confidence").min())
            .sort("sure", "name_zh")
            .head(most)
        )

    def sample(self, count: int = 20, seed: int = 1) -> pl.DataFrame:
        """Coded figures drawn at random, to be checked by hand, ready for `fazhi.brief.show.table`.

        The same seed draws the same figures from the same texts, however the code that reads them changes; a report more or less
        changes few of them.
        """
        return self._drawn(self.coded, count, seed).select("issuer", "year", *_SHOWN)

    def uncoded(self, count: int = 20, seed: int = 1) -> pl.DataFrame:
        """Figures without a code, drawn in the same way: those that may have been missed."""
        rest = self.indicators.filter(pl.col("code").is_null() & (pl.col("kind") != "change"))
        return self._drawn(rest, count, seed).select("issuer", "year", *(c for c in _SHOWN if c not in ("name_zh", "confidence")))

    def unread(self, count: int = 20, seed: int = 1) -> pl.DataFrame:
        """Numerals that were ruled out, drawn in the same way, with the words around them: issuer, year, reason, text, around."""
        plain = self.ruled_out.filter(~pl.col("reason").is_in(["no_unit", "title", "heading", "label"]))
        return self._around(self._drawn(plain, count, seed, who=False))

    def _drawn(self, frame: pl.DataFrame, count: int, seed: int, who: bool = True) -> pl.DataFrame:
        """`count` rows, in the order of a hash of the seed and the place in the text."""
        order = pl.Series("order", [_draw(seed, *place) for place in frame.select("report_id", "start").iter_rows()], pl.UInt64)
        # one number may be the figure of two nouns: these have one place, and stay in the order of the table
        drawn = frame.with_columns(order).sort("order", "report_id", "start", maintain_order=True).head(count).drop("order")
        if not who:
            return drawn
        scoped = drawn.with_columns(pl.col("scope").replace(rules().labels["scope"]))
        return scoped.join(self._who(), on="report_id", how="left", maintain_order="left")

    def _who(self) -> pl.DataFrame:
        return self.reports.select(_WHO)

    def _around(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Rows of `ruled_out` with who says it and the words on either side."""
        held = self.tables.reports.filter(pl.col("report_id").is_in(frame["report_id"].unique().to_list()))
        whole = held.select("report_id", whole="text").collect()
        left = (pl.col("start") - AROUND).clip(0)
        before = pl.col("whole").str.slice(left, pl.col("start") - left)
        after = pl.col("whole").str.slice(pl.col("end"), AROUND)
        line = pl.format("{}〔{}〕{}", before, "text", after).str.replace_all(r"\s+", " ")
        return (
            frame.join(whole, on="report_id", how="left", maintain_order="left")
            .join(self._who(), on="report_id", how="left", maintain_order="left")
            .select("issuer", "year", pl.col("reason").replace(rules().labels["numeral"]), "text", around=line)
        )

    # ------------------------------------------------------------------ in words
    def gist(self) -> str:
        """The answer in one breath: how much was understood, how sure the codes are, what to look at."""
        if self.reports.is_empty():
            return put(EMPTY)
        numerals, loose, coded = self.total("numerals"), self.total("unaccounted"), self.coded.height
        head = put("{reports}份报告共{numerals:,}个数字，", reports=self.reports.height, numerals=numerals)
        head += put("{n}个没有着落（{share:.2%}）", n=loose, share=loose / numerals) if loose else put("每一个都有着落")
        body = put(
            "；读出{n:,}个数量，{coded:,}个归入指标表，{fit:,}个可以与其他报告并列",
            n=self.indicators.height,
            coded=coded,
            fit=self.total("comparable"),
        )
        return put("{head}{body}。{expected}{found}", head=head, body=body, expected=self.expected(), found=self.found())

    def expected(self) -> str:
        """How many of the codes are right, going by their confidence, which was measured on practice reports."""
        sure = self.coded["confidence"].drop_nulls()
        if sure.is_empty():
            return ""
        mean = float(sure.mean())  # type: ignore[arg-type]
        wrong = round(float((1 - sure).clip(0).sum()))
        return (
            put("按练习报告上的正确率推算，归类正确的约占{share:.1%}，即约有{n}个可能归错。", share=mean, n=wrong)
            if mean <= 1
            else ""
        )

    def found(self) -> str:
        """How many findings there are, by severity, and in how many reports."""
        if self.findings.is_empty():
            return put("没有发现需要提醒的地方。")
        counts = dict(self.findings["severity"].value_counts().iter_rows())
        told = put("、").join(
            put("{severity}{n}条", severity=label, n=counts[name])
            for name, label in rules().labels["severity"].items()
            if name in counts
        )
        hit = self.findings["report_id"].drop_nulls().n_unique()
        return put("发现{told}，涉及{reports}份报告。", told=told, reports=hit)

    def accounted(self) -> str:
        """Where the numerals went, in words."""
        table = self.numerals()
        if table.is_empty():
            return put("报告里没有数字。")
        rows = [row for row in table.iter_rows(named=True) if row["去向"] != rules().labels["numeral"]["figures"]]
        told = some((put("{name}（{n}个）", name=row["去向"], n=row["个数"]) for row in rows), 4)
        share = self.indicators.height / int(table["个数"].sum())
        return (
            put("{share:.0%}的数字成了数量；其余不计量什么，最多的是{told}。", share=share, told=told)
            if rows
            else put("所有数字都成了数量。")
        )

    def doubtful(self) -> str:
        """Which reports hold the most that nobody accounts for."""
        loose = self.reports.filter(pl.col("unaccounted") > 0).sort("unaccounted_share", "issuer", descending=[True, False])
        if loose.is_empty():
            return put("没有一份报告有没着落的数字。")
        names = (
            put("{issuer}{year}年（{n}个）", issuer=row["issuer"], year=row["year"] or "", n=row["unaccounted"])
            for row in loose.iter_rows(named=True)
        )
        return put("有没着落的数字的报告{reports}份：{names}。", reports=loose.height, names=some(names))

    def unsure(self) -> str:
        """How many codes are below nine in ten, and which entries they are of."""
        low = self.coded.filter(pl.col("confidence") < BANDS[2])
        if low.is_empty():
            return put("归类的把握都在{share:.0%}以上。", share=BANDS[2]) if self.coded.height else put("没有归入指标表的数量。")
        names = low["name_zh"].value_counts(sort=True, name="n").sort(["n", "name_zh"], descending=[True, False])
        told = some(put("{name}（{n}个）", name=name, n=n) for name, n in names.iter_rows())
        return put(
            "把握不到{share:.0%}的有{n}个（{part:.0%}），多在{told}。",
            share=BANDS[2],
            n=low.height,
            part=low.height / self.coded.height,
            told=told,
        )

    def reach(self, count: int) -> str:
        """What a sample can say: how high the share of wrong ones may be when so many were checked and none is wrong."""
        drawn = min(count, self.coded.height)
        if not drawn:
            return put("没有可以抽查的数。")
        if drawn == self.coded.height:
            return put("归入指标表的{n}个全在表里，逐个核对就是全查。", n=drawn)
        clean, one = 1 - 0.05 ** (1 / drawn), _upper(1, drawn)
        return put(
            "抽出{n}个：若个个都对，全体错误的比例以95%的把握不超过{clean:.0%}；错一个，不超过{one:.0%}。要把上限压到2%，须抽{needed}个且都对。",
            n=drawn,
            clean=clean,
            one=one,
            needed=_needed(0.02),
        )


def quality(
    t: Tables,
    *,
    years: Years = None,
    regions: Names = None,
    level: Names = None,
    issuer_kind: Names = None,
) -> Quality:
    """What the tables know of themselves, for all reports or those that are asked for; those whose issuer or year nobody knows
    are among them as long as nothing is asked. Parameters and errors as in `compare`.
    """
    asked = Question.of(years, regions, level, issuer_kind)
    reports = t.reports.select(REPORT).collect().with_columns(region=pl.concat_str(SEAT, separator="/", ignore_nulls=True))
    reports = asked.dated(asked.seated(reports))
    counts = t.quality.rename({"findings": "warnings"})
    reports = (
        reports.select("issuer", "year", "title", "source", "origin", "report_id")
        .with_columns(issuer=pl.coalesce("issuer", "title", "source"))
        .join(counts.collect(), on="report_id", how="left", maintain_order="left")
        .sort("issuer", "year", "report_id", nulls_last=True)
    )
    names = {code: entry.name_zh for code, entry in codebook().items()}
    name = pl.col("code").replace_strict(names, default=pl.col("code"), return_dtype=pl.String)
    everything = asked == Question()
    known = reports.select("report_id").lazy()

    def of(frame: pl.LazyFrame) -> pl.LazyFrame:
        return frame.join(known, on="report_id", how="semi", maintain_order="left")

    findings = t.findings if everything else of(t.findings)  # those about a source or a correction have no report
    held = of(t.indicators).with_columns(name_zh=name)
    return Quality(t, reports, held.collect(), of(t.ruled_out).collect(), findings.collect())


def _draw(seed: int, report: str, start: int) -> int:
    return int.from_bytes(hashlib.blake2b(f"{seed}:{report}:{start}".encode(), digest_size=8).digest(), "big")


def _upper(wrong: int, drawn: int) -> float:
    """The exact upper end (95 %, one-sided) of the share of wrong ones when `wrong` of `drawn` are wrong; by halving."""
    from math import comb

    low, high = wrong / drawn, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        seen = sum(comb(drawn, k) * middle**k * (1 - middle) ** (drawn - k) for k in range(wrong + 1))
        low, high = (middle, high) if seen > 0.05 else (low, middle)
    return high


def _needed(share: float) -> int:
    """How many must be right, without one that is wrong, for the upper end to be no higher than `share`."""
    from math import ceil, log

    return ceil(log(0.05) / log(1 - share))
