"""Score the reading of marked reports against the gold that stands inside them.

    python tests/practice/score.py                      # the open part: what rules were written and the model trained with
    python tests/practice/score.py --part phrases       # wordings of each entry, and its near misses
    python tests/practice/score.py --part samples       # the project's sample reports
    python tests/practice/score.py --write              # ... and record the figures: last.json, docs/accuracy.md, the READMEs
    python tests/practice/score.py --tables DIR         # a build's tables instead of a reading in this process
    python tests/practice/score.py --verbose            # and every miss, one line each

Each line of the table is micro-averaged over the reports of the part. Width, spaces and punctuation never cost a point
(`fold`). A quantity is found when a row has its value and stands on its number inside the gold's quote; what the gold calls
optional costs nothing, found or not. A numeral is unaccounted for when it is no quantity, no heading's label and not ruled out
by a named reason. Measures are scored on the reports that have gold for them (measures/NN.tsv), and stand under the table.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lib"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
from unmark import DIMENSIONS, MarkError, fold, unmark

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PARTS = {"open": HERE / "open", "shut": HERE / "shut", "unseen": HERE / "unseen", "phrases": HERE / "phrases", "paragraphs": HERE / "paragraphs", "samples": HERE.parent / "samples"}
RAW = ROOT / "data" / "raw"
MEASURES = {"open": HERE / "measures"}  # of some reports: NN.tsv for the marked file NN.*
LAST = HERE / "last.json"
FIELDS = ("title", "issuer", "issuer_kind", "region_code", "level", "year", "published_on")
STATUSES = ("done", "problem", "planned")
ATTRIBUTES = ("high", "unit", "qualifier", "kind", "status", "scope")
LINES = (*FIELDS, "headings", "heading kinds", "heading dimensions", "quantities", "quantities, every attribute",
         "coded indicators", "codes", "instruments")
LINES_ZH = dict(zip(LINES, ("标题", "机关", "机关类型", "区划代码", "层级", "年度", "公开日期", "小标题", "部分的类别",
                            "小标题的维度", "数量", "数量及其全部属性", "归入指标的数量", "报告有哪些指标", "书名号内文件"),
                    strict=True))
MEASURE_LINES = ("measures", "measures, status", "measures, dimension")
NUMERAL = re.compile(r"[\d０-９]+")
Row = Mapping[str, Any]


@dataclass
class Tally:
    """How many were right, of how many found and how many there are."""

    hit: int = 0
    found: int = 0
    gold: int = 0

    def add(self, hit: int, found: int, gold: int) -> None:
        self.hit, self.found, self.gold = self.hit + hit, self.found + found, self.gold + gold

    def bag(self, found: Iterable[object], gold: Iterable[object]) -> None:
        """Add two multisets: what stands in both is right."""
        mine, true = Counter(found), Counter(gold)
        self.add((mine & true).total(), mine.total(), true.total())

    @property
    def precision(self) -> float:
        return self.hit / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.hit / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.hit / (self.found + self.gold) if self.hit else 0.0


@dataclass
class Read:
    """What was read of one report, in the names of the tables."""

    text: str
    report: Row
    sections: Sequence[Row]
    quantities: Sequence[Row]
    instruments: list[str]
    numerals: int = 0
    unaccounted: list[str] = field(default_factory=list)
    measures: Sequence[Row] = ()


@dataclass
class Score:
    """The tallies of a part: one for each line, one for each code of the codebook that is met."""

    reports: int = 0
    marks: str = ""  # a digest of the marked files: figures of other files are other figures
    lines: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in LINES})
    codes: dict[str, Tally] = field(default_factory=dict)
    measures: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in MEASURE_LINES})
    dimensions: dict[str, Tally] = field(default_factory=dict)  # of the measures, where the gold has but one
    numerals: int = 0
    unaccounted: int = 0
    confidence: list[tuple[float, bool]] = field(default_factory=list)  # of each code that was given, and whether it is right
    misses: list[str] = field(default_factory=list)

    def curve(self, bins: int = 8) -> list[dict[str, float]]:
        """The codes by rising confidence in bins of one size: from, to, how many, and the share that is right."""
        ranked = sorted(self.confidence)
        cuts = [len(ranked) * i // bins for i in range(bins + 1)]
        parts = [ranked[a:b] for a, b in pairwise(cuts) if b > a]
        return [{"from": round(p[0][0], 3), "to": round(p[-1][0], 3), "n": len(p),
                 "right": round(sum(right for _, right in p) / len(p), 4)} for p in parts]

    def record(self) -> dict[str, Any]:
        """As last.json holds it."""
        return {"reports": self.reports, "marks": self.marks, "numerals": self.numerals, "unaccounted": self.unaccounted,
                "lines": {name: asdict(t) | {"f1": round(t.f1, 4)} for name, t in self.lines.items()},
                "codes": {name: asdict(t) | {"f1": round(t.f1, 4)} for name, t in sorted(self.codes.items())},
                **{key: {name: asdict(t) | {"f1": round(t.f1, 4)} for name, t in tallies.items()}
                   for key, tallies in (("measures", self.measures), ("dimensions", dict(sorted(self.dimensions.items()))))
                   if self.measures["measures"].gold},
                "confidence": self.curve()}


# --- reading ---------------------------------------------------------------------------------------------------------

def marked(part: str) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """Name, raw source and gold of each marked report of a part; a sample's raw source is the file in data/raw."""
    for path in sorted(PARTS[part].glob("*")):
        if path.suffix not in (".txt", ".html"):
            continue
        raw, gold = unmark(path.read_text("utf-8"), path.name)
        gold["measures"] = gold_measures(part, path.stem)
        if part == "samples":
            for source in sorted(RAW.glob(path.stem.removeprefix("restated_") + ".*")):
                if source.suffix == ".docx":  # a Word file lies on the disk without the page that dates it
                    gold["report"]["published_on"] = None
                yield source.name, source.read_bytes(), gold
        else:
            yield path.name, raw.encode(), gold


def gold_measures(part: str, stem: str) -> list[dict[str, Any]]:
    """The gold measures of a report in reading order, none where nobody wrote them. A bad row is a MarkError."""
    path = MEASURES[part] / f"{stem}.tsv" if part in MEASURES else HERE
    if not path.is_file():
        return []
    out = []
    for line in path.read_text("utf-8").splitlines()[1:]:
        start, status, dimensions, optional = [*line.split("\t"), "", "", ""][:4]
        names = dimensions.split("/")
        if status not in STATUSES or not set(names) <= DIMENSIONS or optional not in ("", "optional") or not fold(start):
            raise MarkError(f"{path.name}: {line!r} wants start, status, dimension and perhaps optional, apart by tabs")
        out.append({"start": start, "status": status, "dimensions": names, "optional": bool(optional)})
    return out


def marks(part: str) -> str:
    """A digest of a part's marked files, and of its gold measures."""
    digest = hashlib.sha256()
    for path in sorted([*PARTS[part].glob("*"), *(MEASURES[part].glob("*") if part in MEASURES else ())]):
        if path.suffix in (".txt", ".html", ".tsv"):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def read_here(raw: bytes, name: str) -> Read | None:
    """A reading in this process; None where the source is not taken for a report."""
    from fazhi.extract import extract
    from fazhi.read import Unreadable, read

    try:
        reading = extract(read(raw, name), name)
    except Unreadable:
        return None
    if reading.not_a_report:
        return None
    text = reading.text
    labels = [(s.start, s.start + len(s.label)) for s in reading.sections if s.label]
    bare = {(r.start, r.end) for r in reading.ruled_out if r.reason == "no_unit"}
    spans = {(q.start, q.end) for q in reading.quantities} | {(r.start, r.end) for r in reading.ruled_out} - bare
    covered = bytearray(len(text))
    for start, end in [*spans, *labels]:
        covered[start:end] = b"\1" * (end - start)
    bare = {span for span in bare | {m.span() for m in NUMERAL.finditer(text)} if not any(covered[slice(*span)])}
    return Read(
        text, {f: getattr(reading.identity, f) for f in FIELDS}, [asdict(s) for s in reading.sections],
        [asdict(q) | {"value_text": text[q.start:q.end], "quote": text[q.quote_start:q.quote_end]} for q in reading.quantities],
        [i.title for i in reading.instruments],
        len(spans | set(labels)) + len(bare), [text[max(0, a - 12):b + 8] for a, b in sorted(bare)], [asdict(m) for m in reading.measures])


def read_tables(folder: Path) -> dict[str, Read]:
    """The reports of a build by the file name of their source. Numerals that were ruled out are not in the tables."""
    import polars as pl

    def table(name: str) -> pl.DataFrame:
        path = folder / f"{name}.parquet"
        return pl.read_parquet(path if path.is_file() else f"{path}/**/*.parquet")

    parts = {name: table(name).partition_by("report_id", as_dict=True) for name in
             ("sections", "indicators", "instruments", "measures")}

    def rows(name: str, rid: str) -> list[dict[str, Any]]:
        found = parts[name].get((rid,))
        return [] if found is None else found.to_dicts()

    return {Path(r["source"]).name: Read(r["text"], r, rows("sections", r["report_id"]), rows("indicators", r["report_id"]),
                                         [i["title"] for i in rows("instruments", r["report_id"])],
                                         measures=rows("measures", r["report_id"]))
            for r in table("reports").iter_rows(named=True)}


# --- matching --------------------------------------------------------------------------------------------------------

def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each offset of `text` and its end the offset in the folded text."""
    parts, at, length = [], [], 0
    for ch in text:
        at.append(length)
        parts.append(fold(ch))
        length += len(parts[-1])
    return "".join(parts), [*at, length]


def occurrences(needle: str, hay: str) -> list[int]:
    """Where the needle begins in the hay, overlaps included."""
    return [m.start() for m in re.finditer(f"(?={re.escape(needle)})", hay)] if needle else []


def pair(gold: Sequence[Row], found: Sequence[Row], text: str) -> tuple[list[int | None], list[int]]:
    """For each gold quantity the index of the row that is it, or None; and the rows that are none.

    Surer pairs are made first: required before optional, the same code before another, the very words before an overlap.
    """
    hay, at = fold_with_offsets(text)
    offers = []
    for g, q in enumerate(gold):
        number, quote = fold(q["value_text"]), fold(q["quote"])
        places = [p + inner for p in occurrences(quote, hay) for inner in occurrences(number, quote)]
        for f, r in enumerate(found):
            if r["value"] is None or abs(r["value"] - q["value"]) > 1e-6 * max(1.0, abs(q["value"])):
                continue
            low, high = at[r["start"]], at[r["end"]]
            if any(low < p + len(number) and p < high for p in places):
                offers.append((bool(q.get("optional")), r["code"] != q["code"], fold(r["value_text"]) != number, g, f))
    pairs: list[int | None] = [None] * len(gold)
    free = dict.fromkeys(range(len(found)))
    for *_, g, f in sorted(offers):
        if pairs[g] is None and f in free:
            pairs[g] = f
            del free[f]
    return pairs, list(free)


def same(a: object, b: object) -> bool:
    """Null and nothing are one."""
    return (a or None) == (b or None)


# --- scoring ---------------------------------------------------------------------------------------------------------

def score_one(score: Score, name: str, gold: Row, read: Read | None) -> None:
    """Add one report to the score; a report that was not read is missed as a whole."""
    def say(what: str) -> None:
        score.misses.append(f"{name}: {what}")

    if read is None:
        say("not taken for a report")
        read = Read("", {}, [], [], [])
    score.reports += 1
    score.numerals += read.numerals
    score.unaccounted += len(read.unaccounted)
    score.misses += [f"{name}: numeral unaccounted for: {u!r}" for u in read.unaccounted]
    for key in FIELDS:
        want, got = gold["report"].get(key), read.report.get(key)
        right = want is not None and got is not None and fold(str(got)) == fold(str(want))
        score.lines[key].add(int(right), int(got is not None), int(want is not None))
        if not right and (want is not None or got is not None):
            say(f"{key} is {got!r}, gold {want!r}")
    heads = [s for s in sorted(read.sections, key=lambda s: s["start"]) if s["heading"]]
    for line, key in (("headings", "level"), ("heading kinds", "kind"), ("heading dimensions", "dimension")):
        mine = [(fold(s["heading"]), s[key]) for s in heads if s[key]]
        true = [(fold(s["heading"]), s[key]) for s in gold["sections"] if s[key]]
        score.lines[line].bag(mine, true)
        for word, left in (("missed", Counter(true) - Counter(mine)), ("spurious", Counter(mine) - Counter(true))):
            for heading, value in left.elements():
                say(f"{line}: {word} {value!r} {heading}")
    score_quantities(score, gold["quantities"], read, say)
    score_measures(score, gold.get("measures", ()), read, say)
    score.lines["instruments"].bag({fold(t) for t in read.instruments}, {fold(t) for t in gold["instruments"]})


def score_quantities(score: Score, gold: Sequence[Row], read: Read, say: Callable[[str], None]) -> None:
    """Add a report's quantities: found, right in every attribute, rightly coded."""
    found = read.quantities
    pairs, free = pair(gold, found, read.text)
    excused = {f for q, f in zip(gold, pairs, strict=True) if q.get("optional") and f is not None}
    required = [(q, None if f is None else found[f]) for q, f in zip(gold, pairs, strict=True) if not q.get("optional")]
    counted = [r for f, r in enumerate(found) if f not in excused]
    met = [(q, r) for q, r in required if r is not None]
    score.lines["quantities"].add(len(met), len(counted), len(required))
    full = sum(all(same(r[k], q[k]) for k in ATTRIBUTES) for q, r in met)
    score.lines["quantities, every attribute"].add(full, len(counted), len(required))
    for code, tally in ((c, score.codes.setdefault(c, Tally())) for c in
                        {r["code"] for r in counted if r["code"]} | {q["code"] for q, _ in required if q["code"]}):
        tally.add(sum(q["code"] == r["code"] == code for q, r in met), sum(r["code"] == code for r in counted),
                  sum(q["code"] == code for q, _ in required))
    right = {f for q, f in zip(gold, pairs, strict=True) if f is not None and q["code"] == found[f]["code"]}
    score.confidence += [(r["confidence"] or 0.0, f in right) for f, r in enumerate(found)
                         if r["code"] and r.get("confidence") is not None and f not in excused]
    score.lines["coded indicators"].add(sum(bool(q["code"]) and r["code"] == q["code"] for q, r in met),
                                        sum(bool(r["code"]) for r in counted), sum(bool(q["code"]) for q, _ in required))
    must = {q["code"] for q, _ in required if q["code"]}
    may = {q["code"] for q in gold if q["code"] and q.get("optional")} - must
    score.lines["codes"].bag({r["code"] for r in found if r["code"]} - may, must)
    for q, r in required:
        if r is None:
            say(f"quantity missed {q['value_text']!r} in {q['quote']!r} ({q['code']})")
        else:
            for k in (*ATTRIBUTES, "code"):
                if not same(r[k], q[k]):
                    say(f"{q['quote']!r}: {k} is {r[k]!r}, gold {q[k]!r}")
    for f in free:
        say(f"quantity spurious {found[f]['value_text']!r} in {found[f]['quote']!r} ({found[f]['code']})")


def score_measures(score: Score, gold: Sequence[Row], read: Read, say: Callable[[str], None]) -> None:
    """Add a report's measures, where there is gold: found by where they begin; status and dimension of those found.

    A gold measure may name two dimensions that a careful reader could choose between; `dimensions` counts those with one.
    """
    if not gold:
        return
    hay, at = fold_with_offsets(read.text)
    starts = {at[m["start"]]: m for m in read.measures}
    optional = 0
    for g in gold:
        m = next((starts.pop(p) for p in occurrences(fold(g["start"]), hay) if p in starts), None)
        if g["optional"]:
            optional += m is not None
            continue
        score.measures["measures"].add(int(m is not None), 0, 1)
        if m is None:
            say(f"measure missed {g['start']}")
            continue
        for line, right, want in (("measures, status", m["status"] == g["status"], g["status"]),
                                  ("measures, dimension", m["dimension"] in g["dimensions"], "/".join(g["dimensions"]))):
            score.measures[line].add(int(right), 1, 1)
            if not right:
                say(f"{line} is {m[line.split()[1]]!r}, gold {want!r} {read.text[m['start']:m['end']]}")
        if len(g["dimensions"]) == 1:
            for name in {m["dimension"], *g["dimensions"]}:
                score.dimensions.setdefault(name, Tally()).add(
                    int(m["dimension"] == g["dimensions"][0]), int(m["dimension"] == name), int(g["dimensions"][0] == name))
    score.measures["measures"].add(0, len(read.measures) - optional, 0)
    for m in starts.values():
        say(f"measure spurious {read.text[m['start']:m['end']]}")


def score_part(part: str, tables: Path | None = None) -> Score:
    """The score of a part: read in this process, or by a build's tables."""
    score = Score(marks=marks(part))
    built = read_tables(tables) if tables else {}
    for name, raw, gold in marked(part):
        score_one(score, name, gold, built.get(name) if tables else read_here(raw, name))
    return score


def table(score: Score) -> str:
    """The score as the lines of a table."""
    out = [f"{score.reports} reports", f"{'':30}{'P':>8}{'R':>8}{'F1':>8}{'right':>8}{'found':>8}{'gold':>8}"]
    for group in (score.lines, dict(sorted(score.codes.items()))):
        out += [f"{name:30}{t.precision:8.3f}{t.recall:8.3f}{t.f1:8.3f}{t.hit:8}{t.found:8}{t.gold:8}"
                for name, t in group.items()]
        out.append("")
    if score.measures["measures"].gold:
        out += [f"{name:30}{t.precision:8.3f}{t.recall:8.3f}{t.f1:8.3f}{t.hit:8}{t.found:8}{t.gold:8}"
                for group in (score.measures, dict(sorted(score.dimensions.items()))) for name, t in group.items()]
        out.append("")
    if score.numerals:
        share = score.unaccounted / score.numerals
        out.append(f"numerals unaccounted for: {score.unaccounted} of {score.numerals} ({share:.2%})")
    return "\n".join(out)


# --- publishing ------------------------------------------------------------------------------------------------------

def published(last: Row) -> dict[Path, str]:
    """The files that show the record, as they should read: docs/accuracy.md and the table between the marks of each README."""
    parts = [(last.get(part) or {}) for part in ("open", "shut")]
    out = {ROOT / "docs" / "accuracy.md": accuracy(parts)}
    for name, head, rest, names in (
        ("README.md", ("line (F1)", "open part", "shut part"), ("reports", "numerals unaccounted for"), {}),
        ("README.zh-CN.md", ("项目（F1）", "公开部分", "封存部分"), ("报告数", "未归类的数字"), LINES_ZH),
    ):
        text = (ROOT / name).read_text("utf-8")
        rows = [(names.get(line, line), *(f"{p['lines'][line]['f1']:.3f}" if p else "–" for p in parts)) for line in LINES]
        rows.append((rest[1], *(f"{p['unaccounted'] / p['numerals']:.2%}" if p else "–" for p in parts)))
        rows.append((rest[0], *(str(p["reports"]) if p else "–" for p in parts)))
        table = "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---", "---:", "---:"), *rows))
        before, _, rest_of = text.partition("<!-- accuracy -->\n")
        out[ROOT / name] = f"{before}<!-- accuracy -->\n{table}\n<!-- /accuracy -->{rest_of.partition('<!-- /accuracy -->')[2]}"
    return out


def accuracy(parts: list[Row]) -> str:
    """docs/accuracy.md: precision, recall and the number in gold, for each line and each entry of the codebook."""
    out = ["# Accuracy\n",
           "Written by `python tests/practice/score.py --write`; see tests/practice/README.md for what is measured, and how.",
           "The rules were written and the model trained with the open part at hand; the shut part is scored once, at the end of a round.",
           "P precision, R recall, n in gold.\n"]
    for title, key in (("Lines", "lines"), ("Measures", "measures"), ("Dimensions of measures", "dimensions"),
                       ("Entries of the codebook", "codes")):
        names = list(dict.fromkeys(name for p in parts for name in p.get(key, {})))
        out += [f"## {title}\n", "| | open P | R | n | shut P | R | n |", "|---|---:|---:|---:|---:|---:|---:|"]
        for name in sorted(names) if key in ("codes", "dimensions") else names:
            cells = [name]
            for p in parts:
                counts = p.get(key, {}).get(name, {})
                t = Tally(*(counts.get(k, 0) for k in ("hit", "found", "gold")))
                cells += [f"{t.precision:.3f}" if t.found else "–", f"{t.recall:.3f}" if t.gold else "–"]
                cells.append(str(t.gold) if p else "–")
            out.append(f"| {' | '.join(cells)} |")
        out.append("")
    out += ["## Confidence\n", "Codes by rising `indicators.confidence`, in bins of one size: how many of them are right.\n"]
    for part, p in zip(("open", "shut"), parts, strict=True):
        if p:
            out += [f"| {part} part: confidence from | to | n | right |", "|---:|---:|---:|---:|"]
            out += [f"| {b['from']:.2f} | {b['to']:.2f} | {b['n']} | {b['right']:.3f} |" for b in p.get("confidence", [])]
            out.append("")
    return "\n".join(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=tuple(PARTS), default="open")
    parser.add_argument("--tables", type=Path, help="a build's tables; each gold is matched by its source's file name")
    parser.add_argument("--write", action="store_true", help=f"record the figures in {LAST.name}")
    parser.add_argument("--verbose", action="store_true", help="print what was missed and what was spurious")
    args = parser.parse_args()
    score = score_part(args.part, args.tables)
    if args.verbose:
        print("\n".join(score.misses), end="\n\n")
    print(table(score))
    if args.write:
        last = json.loads(LAST.read_text("utf-8")) if LAST.exists() else {}
        last[args.part] = score.record()
        LAST.write_text(json.dumps(last, ensure_ascii=False, indent=1) + "\n", "utf-8")
        for path, text in published(last).items():
            path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
