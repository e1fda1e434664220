"""The door between the wings: tables are checked and written here, checked and loaded here.

`write` puts a build's frames into a folder of Parquet files, `load` gives them back as polars LazyFrames, `check` says what in
them does not hold. What must hold is declared in `contract.py`.
"""
from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from fazhi.contract import TABLES, Column, Table

if TYPE_CHECKING:
    import pandas as pd

LATEST = Path("data", "processed", "latest")
PART_ROWS = 1_000_000
PART_BYTES = 256_000_000  # in memory; about a quarter of it on disk
CHECKED_BYTES = 16_000_000  # smaller folders are checked in full whenever they are loaded: tens of milliseconds
MAKE = "make the tables anew with `fazhi build` (or `make tables`)"


class TableError(ValueError):
    """Tables that cannot be used. The message names table, row and column, and says what to do."""


@dataclass(frozen=True)
class Tables:
    """The tables of one build as LazyFrames: `t.reports`, `t.indicators`, …; `t.pandas("indicators")` for pandas."""

    folder: Path | None
    sources: pl.LazyFrame
    reports: pl.LazyFrame
    sections: pl.LazyFrame
    measures: pl.LazyFrame
    indicators: pl.LazyFrame
    instruments: pl.LazyFrame
    findings: pl.LazyFrame
    ruled_out: pl.LazyFrame
    quality: pl.LazyFrame

    def __getitem__(self, name: str) -> pl.LazyFrame:
        if name not in TABLES:
            raise KeyError(f"no table {name!r}; there are {', '.join(TABLES)}")
        frame: pl.LazyFrame = getattr(self, name)
        return frame

    def __iter__(self) -> Iterator[str]:
        return iter(TABLES)

    @property
    def build_id(self) -> str | None:
        """The id of the build that the tables are from."""
        return self.manifest.get("id")

    @property
    def manifest(self) -> dict[str, Any]:
        """What the build was made from: inputs, code, knowledge, versions; empty for tables without a build."""
        path = self.folder / "manifest.json" if self.folder else None
        return json.loads(path.read_text("utf-8")) if path and path.exists() else {}

    def pandas(self, name: str) -> pd.DataFrame:
        """A table for pandas, Arrow-backed: integers stay integers, nulls stay nulls, lists stay lists."""
        return pandas(self[name])

    def __repr__(self) -> str:
        counts = ", ".join(f"{name} {self[name].select(pl.len()).collect().item():,}" for name in TABLES)
        return f"Tables({self.build_id or 'no build'}: {counts})"


def pandas(frame: pl.DataFrame | pl.LazyFrame) -> pd.DataFrame:
    """A polars frame as a pandas one with Arrow-backed types."""
    import pandas as pd

    return frame.lazy().collect().to_pandas(types_mapper=pd.ArrowDtype)


def tables(frames: Mapping[str, pl.DataFrame | pl.LazyFrame], folder: Path | None = None) -> Tables:
    """Frames as Tables; one that is not given is empty."""
    none = {name: pl.DataFrame(schema=table.schema) for name, table in TABLES.items() if name not in frames}
    return Tables(folder, **{name: frame.lazy() for name, frame in {**frames, **none}.items()})


# --- what must hold


def check(frames: Mapping[str, pl.DataFrame | pl.LazyFrame]) -> None:
    """Hold frames against the contract: schema, nulls, codes, keys, spans and what they quote, references.

    Raises TableError with up to ten faults, one a line.
    """
    if missing := [name for name in TABLES if name not in frames]:
        raise TableError(f"no table {', '.join(missing)}; {MAKE}")
    held = {name: frames[name].lazy().collect() for name in TABLES}
    faults = [fault for name, table in TABLES.items() for fault in _schema(table, held[name].schema)]
    if not faults:
        faults = [fault for name, table in TABLES.items() for fault in _rows(table, held[name], held)]
    if faults:
        more = f"\n… and {len(faults) - 10} more" if len(faults) > 10 else ""
        raise TableError("\n".join(faults[:10]) + more)


def _schema(table: Table, schema: Mapping[str, Any]) -> Iterator[str]:
    """Contract columns first, in order, of their types; columns that nobody declared are no fault when they stand after."""
    names = list(schema)
    for place, c in enumerate(table.columns):
        if c.name not in schema:
            yield f"{table.name}.{c.name}: missing; {MAKE}"
        elif schema[c.name] != c.dtype:
            yield f"{table.name}.{c.name}: is {schema[c.name]}, should be {c.type}; {MAKE}"
        elif place >= len(names) or names[place] != c.name:
            yield f"{table.name}.{c.name}: stands as column {names.index(c.name) + 1}, should be {place + 1}; {MAKE}"


def _rows(table: Table, frame: pl.DataFrame, held: Mapping[str, pl.DataFrame]) -> Iterator[str]:
    frame = frame.with_row_index("row")

    def wrong(test: pl.Expr, what: str, among: pl.DataFrame | None = None) -> Iterator[str]:
        bad = (frame if among is None else among).filter(test)
        if bad.height:
            first = bad.row(0, named=True)
            where = ", ".join(f"{k}={first[k]!r}" for k in table.key) or f"report_id={first.get('report_id')!r}"
            yield f"{table.name}, row {first['row']} ({where}): {what.format(**first)} ({bad.height} rows so)"

    for c in table.columns:
        yield from _column(c, wrong)
        if c.of:
            yield from _reference(table, c, frame, held, wrong)
    if table.key:
        yield from wrong(pl.struct(table.key).is_duplicated(), f"a second row with the same {', '.join(table.key)}")
    if table.span:
        yield from _span(table, frame, held["reports"], wrong)


def _column(c: Column, wrong: Any) -> Iterator[str]:
    value = pl.col(c.name)
    if not c.null:
        yield from wrong(value.is_null(), f"{c.name} is null, which only a column with `?` may be; {MAKE}")
    if c.values:
        yield from wrong(~value.is_in(c.values), f"{c.name} is {{{c.name}!r}}, not one of {', '.join(c.values)}")
    if c.type == "f64":
        yield from wrong(value.is_nan() | value.is_infinite(), f"{c.name} is no finite number")


def _reference(table: Table, c: Column, frame: pl.DataFrame, held: Mapping[str, pl.DataFrame], wrong: Any) -> Iterator[str]:
    other, _, column = c.of.partition(".")
    within = column.endswith("_id") and column != "report_id"  # these count inside a report
    here, there = (["report_id", c.name], ["report_id", column]) if within else ([c.name], [column])
    known = held[other].select(there).unique()
    lost = frame.filter(pl.col(c.name).is_not_null()).join(known, left_on=here, right_on=there, how="anti")
    yield from wrong(pl.lit(True), f"{c.name} is {{{c.name}!r}}, which {c.of} does not have; {MAKE}", lost)


def _span(table: Table, frame: pl.DataFrame, reports: pl.DataFrame, wrong: Any) -> Iterator[str]:
    span = table.span
    assert span is not None
    start, end, whole = pl.col(span.start), pl.col(span.end), pl.col("whole")
    texts = reports.select("report_id", whole="text", size=pl.col("text").str.len_chars().cast(pl.Int64))
    spans = frame.filter(start.is_not_null() | end.is_not_null()).join(texts, on="report_id", how="left")
    yield from wrong(start.is_null() | end.is_null() | (start < 0) | (end < start) | (end > pl.col("size")).fill_null(True),
                     "the span [{start}, {end}) is not inside the report's text", spans)
    if span.text:
        yield from wrong(whole.str.slice(start, end - start) != pl.col(span.text),
                         f"{span.text} is not the text from {{start}} to {{end}}", spans)
    if span.inside:
        # the quote holds the span at its own place
        offset, quote = pl.col(f"{span.inside}_start"), pl.col(span.inside)
        length = quote.str.len_chars().cast(pl.Int64)
        yield from wrong((whole.str.slice(offset, length) != quote) | (offset > start) | (offset + length < end),
                         f"{span.inside} is not the text around [{{start}}, {{end}})", spans)


# --- writing and loading


def write(folder: Path, frames: Mapping[str, pl.DataFrame]) -> None:
    """Check the frames and write them into `folder`, which must be new or empty. The same frames give the same bytes.

    Raises TableError before anything is written.
    """
    check(frames)
    folder.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        frame, path = frames[name], folder / f"{name}.parquet"
        parts = max(-(-frame.height // PART_ROWS), -(-int(frame.estimated_size()) // PART_BYTES), 1)
        if parts == 1:
            _write(frame, path)
            continue
        path.mkdir()
        size = -(-frame.height // parts)
        for number in range(parts):
            _write(frame.slice(number * size, size), path / f"{number:05}.parquet")


def _write(frame: pl.DataFrame, path: Path) -> None:
    frame.write_parquet(path, compression="zstd", statistics=True)


def find(folder: str | Path | None = None) -> Path:
    """The folder of tables: the one given, the one that FAZHI_TABLES names, or data/processed/latest here or above.

    A build's output folder stands for its `latest`. Raises TableError when there is none.
    """
    if folder is None:
        folder = os.environ.get("FAZHI_TABLES")
    if folder is not None:
        given = Path(folder)
        for place in (given, given / "latest"):
            if (place / "reports.parquet").exists():
                return place
        raise TableError(f"no tables in {given}; {MAKE}, or name the folder that holds reports.parquet")
    here = Path.cwd()
    for place in (here, *here.parents):
        if (place / LATEST / "reports.parquet").exists():
            return place / LATEST
    raise TableError(f"no {LATEST} in {here} or above; {MAKE}, or name a folder: fazhi.load(\"…\") or FAZHI_TABLES=…")


def load(folder: str | Path | None = None, *, full: bool | None = None) -> Tables:
    """The tables as polars LazyFrames, checked: schemas always, every rule of the contract when they are small or `full` is true.

    Without `folder`, those of FAZHI_TABLES or of data/processed/latest, here or above. Raises TableError when there are none or
    they do not hold what the contract says. `latest` is followed once, so that a build made meanwhile does not mix in.
    """
    place = find(folder).resolve()
    frames = {}
    for name in TABLES:
        path = place / f"{name}.parquet"
        if not path.exists():
            raise TableError(f"no table {name} in {place}; {MAKE}")
        try:
            frames[name] = pl.scan_parquet(path / "*.parquet" if path.is_dir() else path, glob=path.is_dir())
            faults = list(_schema(TABLES[name], frames[name].collect_schema()))
        except (pl.exceptions.PolarsError, OSError) as fault:
            raise TableError(f"{path}: cannot be read ({fault}); {MAKE}") from None
        if faults:
            raise TableError("\n".join(faults))
    size = sum(p.stat().st_size for p in place.rglob("*.parquet") if p.is_file())
    if full or (full is None and size < CHECKED_BYTES):
        check(frames)
    return tables(frames, place)

