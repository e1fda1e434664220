"""The contract: what is declared, that it is checked when written and when read, and that a fault says where."""
from __future__ import annotations

import json
import os
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from fazhi import contract, tables
from fazhi.tables import TableError, Tables, check, load, write

ROOT = Path(__file__).resolve().parents[1]
Frames = dict[str, pl.DataFrame]


@pytest.fixture
def frames(sample_tables: Tables) -> Frames:
    return {name: sample_tables[name].collect() for name in sample_tables}


def spoilt(frames: Frames, table: str, **columns: pl.Expr) -> Frames:
    """The frames with columns of one table's first row changed."""
    frame = frames[table].with_row_index("row_")
    first = pl.col("row_") == 0
    return frames | {table: frame.with_columns(**{name: pl.when(first).then(value).otherwise(pl.col(name)).cast(frame.schema[name])
                                                  for name, value in columns.items()}).drop("row_")}


def test_the_contracts_columns_come_first_and_the_projects_after() -> None:
    for table in contract.TABLES.values():
        own = [c.own for c in table.columns if c.name != "report_id"]
        assert own == sorted(own), table.name


def test_docs_are_up_to_date() -> None:
    assert (ROOT / "docs" / "tables.md").read_text("utf-8") == contract.document(), "run `make docs`"


def test_every_table_of_the_samples_holds_and_none_is_empty(frames: Frames) -> None:
    check(frames)
    assert all(frame.height for name, frame in frames.items() if name != "findings")


@pytest.mark.parametrize(("table", "change", "said"), [
    ("reports", {"issuer_kind": pl.lit("bureau")}, "reports, row 0.*issuer_kind is 'bureau', not one of government"),
    ("reports", {"text": pl.lit(None)}, "reports, row 0.*text is null"),
    ("sections", {"section_id": pl.lit(1)}, "sections, row 0.*second row with the same report_id, section_id"),
    ("measures", {"text": pl.lit("别的")}, "measures, row 0.*text is not the text from"),
    ("measures", {"end": pl.lit(10**6)}, "measures, row 0.*not inside the report's text"),
    ("indicators", {"start": pl.lit(-1)}, "indicators, row 0.*not inside the report's text"),
    ("indicators", {"quote": pl.lit("别的")}, "indicators, row 0.*quote is not the text around"),
    ("indicators", {"section_id": pl.lit(999)}, "section_id is 999, which sections.section_id does not have"),
    ("indicators", {"part_of": pl.lit(999)}, "part_of is 999, which indicators.indicator_id does not have"),
    ("indicators", {"value": pl.lit(float("nan"))}, "value is no finite number"),
    ("findings", {"report_id": pl.lit("0" * 16)}, "report_id is '0000000000000000', which reports.report_id does not have"),
])
def test_a_fault_is_found_and_named(frames: Frames, table: str, change: dict[str, pl.Expr], said: str) -> None:
    with pytest.raises(TableError, match=said):
        check(spoilt(frames, table, **change))


def test_a_wrong_schema_is_found_and_named(frames: Frames) -> None:
    with pytest.raises(TableError, match=r"reports\.year: is String, should be i32"):
        check(frames | {"reports": frames["reports"].cast({"year": pl.String})})
    with pytest.raises(TableError, match=r"reports\.year: missing"):
        check(frames | {"reports": frames["reports"].drop("year")})
    with pytest.raises(TableError, match="no table quality"):
        check({name: frame for name, frame in frames.items() if name != "quality"})
    swapped = frames["sections"].select("section_id", "report_id", pl.all().exclude("section_id", "report_id"))
    with pytest.raises(TableError, match=r"sections\.report_id: stands as column 2, should be 1"):
        check(frames | {"sections": swapped})


def test_nothing_is_written_when_something_does_not_hold(frames: Frames, tmp_path: Path) -> None:
    with pytest.raises(TableError):
        write(tmp_path / "t", spoilt(frames, "measures", text=pl.lit("别的")))
    assert not (tmp_path / "t").exists()


def test_written_and_read_again_is_the_same_and_the_same_bytes(frames: Frames, tmp_path: Path) -> None:
    write(tmp_path / "a", frames)
    write(tmp_path / "b", frames)
    for name in contract.TABLES:
        assert load(tmp_path / "a")[name].collect().equals(frames[name]), name
        assert (tmp_path / "a" / f"{name}.parquet").read_bytes() == (tmp_path / "b" / f"{name}.parquet").read_bytes()


def test_a_large_table_becomes_a_folder_that_one_call_reads(frames: Frames, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "PART_ROWS", 100)
    write(tmp_path, frames)
    folder = tmp_path / "indicators.parquet"
    assert folder.is_dir() and len(list(folder.iterdir())) == -(-frames["indicators"].height // 100)
    assert (tmp_path / "reports.parquet").is_file()
    assert load(tmp_path).indicators.collect().equals(frames["indicators"])
    assert pl.read_parquet(folder).equals(frames["indicators"])
    assert pd.read_parquet(folder).shape == frames["indicators"].shape
    assert pq.read_table(folder).num_rows == frames["indicators"].height


def test_reading_checks_too(frames: Frames, tmp_path: Path) -> None:
    write(tmp_path, frames)
    spoilt(frames, "measures", text=pl.lit("别的"))["measures"].write_parquet(tmp_path / "measures.parquet")
    with pytest.raises(TableError, match="measures, row 0"):
        load(tmp_path)
    load(tmp_path, full=False)
    (tmp_path / "measures.parquet").write_bytes(b"PAR1")
    with pytest.raises(TableError, match=r"measures\.parquet: cannot be read"):
        load(tmp_path)


def test_tables_are_found_from_a_folder_below_or_by_the_environment(frames: Frames, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAZHI_TABLES", raising=False)
    place = tmp_path / "data" / "processed" / "latest"
    below = tmp_path / "notebooks"
    below.mkdir()
    monkeypatch.chdir(below)
    with pytest.raises(TableError, match="make the tables anew"):
        load()
    write(place, frames)
    assert load().folder == place
    assert load(tmp_path / "data" / "processed").folder == place
    monkeypatch.chdir("/")
    monkeypatch.setenv("FAZHI_TABLES", os.fspath(place))
    assert load().folder == place
    with pytest.raises(TableError, match="no tables in"):
        load(below)


def test_pandas_keeps_integers_nulls_dates_and_lists(sample_tables: Tables) -> None:
    frame = sample_tables.pandas("indicators")
    assert all(isinstance(kind, pd.ArrowDtype) for kind in frame.dtypes)
    back = pl.from_pandas(frame)
    assert back.equals(sample_tables.indicators.collect())
    assert back.schema["part_of"] == pl.Int32


def test_a_build_tells_its_id_and_its_counts(sample_tables: Tables, sample_build: object) -> None:
    assert sample_tables.build_id == json.loads((sample_tables.folder / "manifest.json").read_text("utf-8"))["id"]  # type: ignore[operator]
    assert f"reports {sample_tables.reports.collect().height}" in repr(sample_tables)
    with pytest.raises(KeyError, match="there are sources, reports"):
        sample_tables["figures"]
