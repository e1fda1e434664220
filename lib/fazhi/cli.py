"""The command `fazhi`. Exit status: 0 good; 1 finished, but with bad inputs (--strict) or a failed briefing or fault; 2 usage.

Everything is imported when it is needed, so that help is there at once.
"""
from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from fazhi.brief.runs import Outcome
    from fazhi.report import Report

app = typer.Typer(name="fazhi", no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
                  context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
                  help="Read yearly reports on law-based government into tables, and compare them.\n\n"
                       "Examples:\n\n  fazhi build --raw data/raw\n\n  fazhi read report.html\n\n"
                       "  fazhi explain 全年开展调解2080余件\n\n"
                       "  fazhi compare reconsideration_closed --years 2019-2023 --level county")

RAW, PROCESSED = Path("data/raw"), Path("data/processed")
Raw = Annotated[Path, typer.Option(help="Folder of downloaded reports, any formats, any depth.")]
Out = Annotated[Path, typer.Option(help="Folder for tables, cache and briefings.")]
TablesAt = Annotated[Path, typer.Option("--tables", help="Folder of tables, as a build leaves it.")]
Sentence = Annotated[str, typer.Argument(help="A sentence.")]
Year = Annotated[int | None, typer.Option(help="The year that it speaks of.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes that read; as many as processors without it.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 1 when a file could not be read or is no report.")]
Regions = Annotated[list[str] | None, typer.Option("--region", help="Name, path (上海市/宝山区) or code; may be repeated.")]
Levels = Annotated[list[str] | None, typer.Option(help="province, prefecture, county or township; may be repeated.")]
Kinds = Annotated[list[str] | None, typer.Option("--kind", help="government, department, zone or township; may be repeated.")]
Scope = Annotated[str | None, typer.Option(help="year, stock, cumulative …; the code's usual one without it.")]
Allow = Annotated[list[str] | None, typer.Option(help="A rule to override by name, such as bound; may be repeated.")]
Roster = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Who is expected to report; the roster.csv above "
                                                                              "the tables without it.")]
Per = Annotated[str | None, typer.Option(metavar="CODE", help="Divide by this code of the same report.")]
PerInhabitants = Annotated[bool, typer.Option("--per-inhabitants", help="Divide by the inhabitants (data/denominators.csv).")]
People = Annotated[int | None, typer.Option(min=1, help="Inhabitants to divide by: per 100000 without it.")]
Denominators = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The file of inhabitants; the "
                                                   "denominators.csv above the tables without it.")]
Rank = Annotated[bool, typer.Option("--rank", help="Places by code and year: ties share one, and how many could be ranked.")]
LowestFirst = Annotated[bool, typer.Option("--lowest-first", help="Rank the lowest value first.")]
Change = Annotated[bool, typer.Option("--change", help="The change on the year before, beside what the report says of it.")]
Codes = Annotated[list[str] | None, typer.Argument(help="Codes of the codebook; all without it.")]
Years = Annotated[str | None, typer.Option(help="2019-2023, or 2020,2022.")]
Issuers = Annotated[list[str] | None, typer.Option("--issuer", help="The full name of an authority; may be repeated.")]
Form = Annotated[str, typer.Option("--format", help="table, csv or json.")]
Names = Annotated[list[str] | None, typer.Argument(help="Briefings by name, as in briefings/NAME.yml; all without it.")]


def tell(words: str) -> None:
    """A line on progress, for a person."""
    print(words, file=sys.stderr, flush=True)


class Meter:
    """How far a long work is, on stderr: one line that moves in a terminal, a line every five seconds elsewhere."""

    def __init__(self, what: str) -> None:
        self.what, self.last, self.moving = what, time.monotonic(), sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self.moving:
            print(f"\r{self.what} {done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
        elif now - self.last >= 5:
            self.last = now
            tell(f"{self.what} {done}/{total}")


@app.command()
def build(raw: Raw = RAW, out: Out = PROCESSED, workers: Workers = None, strict: Strict = False,
          keep: Annotated[int, typer.Option(min=1, help="How many builds to keep.")] = 5) -> None:
    """Raw reports -> tables in OUT/latest. Reads only what has changed.

    Example: fazhi build --raw ~/reports --out ~/fazhi-out --strict
    """
    from fazhi.build import build as build_

    result = build_(raw, out, workers=workers, progress=Meter("reading"), keep=keep)
    bad = [row for row in result.bad if row[1] != "duplicate"]
    for source, status, reason in result.bad:
        tell(f"{status:13} {source}: {reason}")
    for note in result.notes:
        tell(f"note          {note}")
    counts = ", ".join(f"{n} {status}" for status, n in result.counts.items() if n) or f"no files in {raw}"
    if result.changed:
        tell(f"{counts}; {result.fresh} read, the rest from the cache; build {result.id} in {result.seconds:.1f} s")
    else:
        tell(f"nothing changed: {counts}; build {result.id}")
    print(result.folder)
    if strict and bad:
        raise typer.Exit(1)


@app.command()
def read(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="HTML, DOCX, PDF or text.")],
         as_json: Annotated[bool, typer.Option("--json", help="All rows of all tables.")] = False,
         as_csv: Annotated[bool, typer.Option("--csv", help="The indicators, safe to open in a spreadsheet.")] = False,
         text: Annotated[bool, typer.Option("--text", help="The clean text with its figures marked.")] = False) -> None:
    """One file -> outline, figures, what to know before trusting them.

    Example: fazhi read data/raw/baoshan-2020.html
    """
    from fazhi.read import Unreadable
    from fazhi.report import read as read_

    try:
        report: Report = read_(file)
    except Unreadable as fault:
        tell(f"{file}: {fault}")
        raise typer.Exit(1) from None
    if as_json:
        import json

        from fazhi.report import document

        print(json.dumps(document(report), ensure_ascii=False, indent=1, default=str))
    elif as_csv:
        from fazhi.brief.show import safe_csv

        print(safe_csv(report.indicators), end="")
    else:
        print(report.marked() if text else report)


@app.command()
def find(text: Sentence, year: Year = None) -> None:
    """One sentence -> its figures as CSV.

    Example: fazhi find 全年开展调解2080余件 --year 2020
    """
    from fazhi.brief.show import safe_csv
    from fazhi.report import find as find_

    print(safe_csv(find_(text, year=year)), end="")


@app.command()
def explain(text: Sentence, year: Year = None,
            as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False) -> None:
    """How each numeral of a sentence is read: which rules bid for it and what the learned model says, or why it measures nothing.

    Example: fazhi explain 依托12345热线办结诉求2080余件
    """
    from fazhi.extract import explain as explain_

    steps = explain_(text, year)
    if as_json:
        import json

        print(json.dumps(steps, ensure_ascii=False, indent=1))
        return
    if not steps:
        print("no numeral in this text")
    for step in steps:
        print(_step(step))


def _step(step: dict[str, Any]) -> str:
    from fazhi.report import amount

    if "ruled_out" in step:
        return f"{step['text']}  measures nothing: {step['ruled_out']}"
    lines = [f"{step['text']}  {amount(step)}  {step['kind']}, {step['status']}, {step['scope']}; of: {step['subject']}",
             f"    code: {step['code'] or 'none'} {step['name_zh'] or ''}  by {step['rule'] or 'no rule'}"]
    lines += ["    learned: " + ", ".join(f"{o['code'] or 'none'} {o['score']}" for o in step["learned"])]
    lines += [f"    bid {o['score']:.2f}  {o['rule']}  on {' + '.join(o['words'])}" for o in step["offers"]]
    lines += [f"    caveats: {' '.join(step['caveats'])}"] if step["caveats"] else []
    return "\n".join(lines)


@app.command()
def compare(codes: Annotated[list[str], typer.Argument(help="Codes of the codebook.")], tables: TablesAt = PROCESSED / "latest",
            years: Years = None,
            regions: Regions = None, level: Levels = None, issuer_kind: Kinds = None, scope: Scope = None, allow: Allow = None,
            per: Per = None, per_inhabitants: PerInhabitants = False, people: People = None, denominators: Denominators = None,
            rank: Rank = False, lowest_first: LowestFirst = False, change: Change = False, roster: Roster = None,
            form: Form = "table") -> None:
    """Set like beside like: one row for each issuer and year, value or not, and why not.

    Example: fazhi compare reconsideration_closed --years 2019-2023 --level county --format csv

    Example: fazhi compare litigation_cases --years 2022 --level county --per-inhabitants --rank

    Example: fazhi compare penalty_amount --per penalty_cases --years 2019-2023 --change
    """
    from fazhi.compare import relative, sheet
    from fazhi.compare.claims import changes as changes_
    from fazhi.compare.panel import compare as compare_
    from fazhi.compare.question import years_of
    from fazhi.tables import load

    _form(form)
    heads = per_inhabitants or people is not None or denominators is not None
    if per and heads:
        raise typer.BadParameter("divide by a code or by inhabitants, not by both", param_hint="--per")
    if change and (rank or lowest_first):
        raise typer.BadParameter("ask for places or for changes, not for both", param_hint="--change")
    asked = years_of(years)
    span = sorted({year - back for year in asked for back in (0, 1)}) if change else asked
    t = load(tables)
    of = {"regions": regions or None, "level": level or None, "issuer_kind": issuer_kind or None}
    found = compare_(t, [*codes, *filter(None, [per])], years=span, scope=scope, allow=allow or (), roster=roster, **of)
    if per:
        found = relative.per_case(found, codes, per)
    if heads:
        found = relative.per_inhabitants(found, denominators, t, people or relative.PEOPLE)
    if change:
        # a claim is of the level, not of what it was divided by
        claims = None if per or heads else changes_(t, codes, asked or None, **of)
        print(sheet.moves(found, claims, asked, form))
    elif rank or lowest_first:
        print(sheet.places(found, form, lowest_first=lowest_first))
    else:
        print(found.text(form))


def _form(form: str) -> None:
    """Refuse a form that there is not, before any work is done."""
    if form not in ("table", "csv", "json"):
        raise typer.BadParameter(f"{form!r} is none of table, csv, json", param_hint="--format")


@app.command()
def changes(codes: Codes = None, tables: TablesAt = PROCESSED / "latest", years: Years = None, regions: Regions = None,
            level: Levels = None, issuer_kind: Kinds = None, issuer: Issuers = None, form: Form = "table",
            restated: Annotated[bool, typer.Option("--restated", help="Instead: earlier years' figures, quoted again.")] = False,
            ) -> None:
    """Every printed change on the year before, against last year's own report: agrees, contradicts, cannot tell.

    Example: fazhi changes litigation_cases --years 2020-2024 --format csv
    """
    from fazhi.compare.claims import changes as changes_
    from fazhi.compare.claims import restated as restated_
    from fazhi.tables import load

    _form(form)
    check = restated_ if restated else changes_
    found = check(load(tables), codes or None, years, regions or None, level or None, issuer_kind or None, issuer or None)
    print(found.text(form))


@app.command()
def totals(codes: Codes = None, tables: TablesAt = PROCESSED / "latest", years: Years = None, regions: Regions = None,
           level: Levels = None, issuer_kind: Kinds = None, issuer: Issuers = None, form: Form = "table") -> None:
    """Every total that is printed with its parts: whether they sum to it.

    Example: fazhi totals --level county --format json
    """
    from fazhi.compare.totals import totals as totals_
    from fazhi.tables import load

    _form(form)
    found = totals_(load(tables), codes or None, years, regions or None, level or None, issuer_kind or None, issuer or None)
    print(found.text(form))


@app.command()
def reuse(tables: TablesAt = PROCESSED / "latest", years: Years = None, regions: Regions = None, level: Levels = None,
          issuer_kind: Kinds = None, form: Form = "table",
          shortest: Annotated[int | None, typer.Option(min=2, help="Own characters that a passage needs; 12 without it.")] = None,
          ) -> None:
    """Sentences and paragraphs that reports repeat from earlier years or share with other authorities.

    Example: fazhi reuse --years 2020-2024 --level county --format json
    """
    from fazhi.compare.reuse import reuse as reuse_
    from fazhi.tables import load

    _form(form)
    print(reuse_(load(tables), years, regions or None, level or None, issuer_kind or None, shortest).text(form))


@app.command()
def words(only: Annotated[list[str] | None, typer.Argument(help="Groups to show, as 2021 or 宝山区; all without it.")] = None,
          by: Annotated[str, typer.Option(help="year, region, dimension or issuer.")] = "year",
          tables: TablesAt = PROCESSED / "latest", years: Years = None, regions: Regions = None, level: Levels = None,
          issuer_kind: Kinds = None, form: Form = "table",
          dimension: Annotated[list[str] | None, typer.Option(help="Measures of it only; may be repeated.")] = None,
          status: Annotated[list[str] | None, typer.Option(help="done, problem or planned; may be repeated.")] = None,
          most: Annotated[int | None, typer.Option(min=1, help="Words of each group.")] = None) -> None:
    """The words that a year, a region, a dimension or an authority says more than the others.

    Example: fazhi words 2020 2021 --by year --level county
    """
    from fazhi.compare.words import words as words_
    from fazhi.tables import load

    _form(form)
    found = words_(load(tables), by, only or None, years, regions or None, level or None, issuer_kind or None, dimension or None,
                   status or None, most)
    print(found.text(form))


@app.command()
def promises(tables: TablesAt = PROCESSED / "latest", years: Years = None, regions: Regions = None, level: Levels = None,
             issuer_kind: Kinds = None, roster: Roster = None, form: Form = "table") -> None:
    """What each plan promised that can be checked, and what the next year's report of the same issuer says of it.

    Example: fazhi promises --years 2020-2023 --level county --format csv
    """
    from fazhi.compare.promises import promises as promises_
    from fazhi.tables import load

    _form(form)
    print(promises_(load(tables), years, regions or None, level or None, issuer_kind or None, roster).text(form))


@app.command()
def law(tables: TablesAt = PROCESSED / "latest", years: Years = None, regions: Regions = None, level: Levels = None,
        issuer_kind: Kinds = None, roster: Roster = None, form: Form = "table") -> None:
    """Published, on time and complete, by year and level, under the rule of each year (article 24 from 2019).

    Example: fazhi law --years 2019-2024 --level county --format json
    """
    from fazhi.compare.law import law as law_
    from fazhi.tables import load

    _form(form)
    print(law_(load(tables), years, regions or None, level or None, issuer_kind or None, roster).text(form))


@app.command()
def brief(names: Names = None,
          tables: TablesAt = PROCESSED / "latest",
          out: Annotated[Path, typer.Option(help="Folder for the pages.")] = PROCESSED / "briefings",
          workers: Annotated[int, typer.Option(min=1, help="Notebooks that run side by side.")] = 2,
          check: Annotated[bool, typer.Option("--check", help="Fail on a dead link, a sign that no font has, or a number in a "
                                                              "table or figure that is not in the tables.")] = False) -> None:
    """Tables -> briefings: runs the notebooks and writes OUT/index.html. A run that fails leaves the last good page.

    Example: fazhi brief coverage regions --tables ~/fazhi-out/latest --out ~/fazhi-out/briefings
    """
    from fazhi.brief.runs import run

    def progress(outcome: Outcome, done: int, total: int) -> None:
        took = f" in {outcome.seconds:.1f} s" if outcome.status == "made" else ""
        tell(f"[{done}/{total}] {outcome.name}: {outcome.status}{took}" + (f"\n    {outcome.error}" if outcome.error else ""))

    outcomes = run(names or None, tables, out, workers=workers, check=check, progress=progress)
    failed = [o for o in outcomes if not o.ok]
    if not outcomes:
        tell("no briefings: put a file into briefings/")
    elif all(o.status == "unchanged" for o in outcomes):
        tell("nothing changed: all briefings are up to date")
    if failed:
        tell(f"{len(failed)} of {len(outcomes)} briefings failed; the last good page of each stands")
    print((out / "index.html").resolve())
    if failed:
        raise typer.Exit(1)


@app.command()
def diff(old: Annotated[str | None, typer.Argument(help="A build: its folder or id; the one before NEW without it.")] = None,
         new: Annotated[str, typer.Argument(help="A build: its folder or id.")] = str(PROCESSED / "latest"),
         form: Form = "table") -> None:
    """What changed between two builds: each value, old and new, and its cause: source, code, knowledge or correction.

    Example: fazhi diff data/processed/builds/5c8991e088f6 data/processed/latest --format csv
    """
    from fazhi.compare import release
    from fazhi.tables import find, load

    _form(form)
    later = find(release.build(new, PROCESSED))
    earlier = release.build(old, later.resolve().parent.parent) if old else release.before(later)
    if earlier is None:
        tell(f"{later.resolve().name} has no build before it; name one")
        raise typer.Exit(2)
    print(release.diff(load(earlier, full=False), load(later, full=False)).text(form))


@app.command()
def doctor(out: Out = PROCESSED, raw: Raw = RAW) -> None:
    """Look at versions, knowledge, kernel, fonts and permissions, and say what to do about each fault."""
    from fazhi.doctor import look

    faults = 0
    for name, good, words, remedy in look(raw, out):
        print(f"{'ok   ' if good else 'FAULT'} {name}: {words}" + (f"\n      -> {remedy}" if not good else ""))
        faults += not good
    if faults:
        raise typer.Exit(1)


@app.command()
def docs(out: Annotated[Path, typer.Option(help="Folder of the docs.")] = Path("docs")) -> None:
    """Write the data dictionary (tables.md) from the tables' declaration."""
    from fazhi.contract import document

    out.mkdir(parents=True, exist_ok=True)
    (out / "tables.md").write_text(document(), "utf-8")
    print(out / "tables.md")


def main() -> None:
    """Run the command; a fault that the user can mend is one message and status 2, not a traceback."""
    try:
        app()
    except Exception as fault:
        if type(fault).__module__.startswith("fazhi.") and str(fault):
            tell(f"fazhi: {fault}")
            sys.exit(2)
        raise


if __name__ == "__main__":
    main()
