"""What changed between two builds, and why: each cause alone, on real builds of a few samples."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from fazhi.build import build
from fazhi.cli import app
from fazhi.compare import CompareError, diff
from fazhi.compare.release import FRAME, before
from fazhi.compare.release import build as named
from fazhi.tables import Tables, load

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ("anxihe-2019.html", "bailu-2020.txt", "bailu-2023.html")
HEAD = "report,table,column,where,expected,value,reason\n"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "raw"
    folder.mkdir(parents=True)
    for name in SAMPLES:
        shutil.copy(ROOT / "data" / "raw" / name, folder / name)
    build(folder, tmp_path / "out", workers=1)
    return folder


def changed(raw: Path) -> Any:
    """Build again: the difference from the build before."""
    out = raw.parents[1] / "out"
    build(raw, out, workers=1)
    old = before(out / "latest")
    assert old is not None
    return diff(load(old), load(out))


def figure(raw: Path) -> dict[str, Any]:
    t = load(raw.parents[1] / "out")
    mine = t.reports.filter(pl.col("source") == "bailu-2020.txt").select("report_id")
    rows = t.indicators.join(mine, on="report_id", how="semi").filter(pl.col("code") == "penalty_cases").collect()
    return rows.row(0, named=True)


def test_the_first_build_has_none_before_it(raw: Path) -> None:
    assert before(raw.parents[1] / "out" / "latest") is None
    t = load(raw.parents[1] / "out")
    assert diff(t, t).frame.is_empty() and "没有变化" in diff(t, t).sentence()


def test_another_number_in_a_source(raw: Path) -> None:
    row, path = figure(raw), raw / "bailu-2020.txt"
    path.write_text(path.read_text("utf-8").replace(row["quote"], row["quote"].replace(row["value_text"], "777件"), 1), "utf-8")
    found = changed(raw)
    assert found.frame.select("change", "table", "column", "old", "new", "cause").rows() == [
        ("changed", "indicators", "value", f"{row['value']:g}", "777", "source")]
    assert found.frame["year"][0] == 2020 and "777件" in found.frame["quote"][0] and found.reasons == ("原始文件",)


def test_files_that_come_and_go(raw: Path) -> None:
    (raw / "anxihe-2019.html").unlink()
    shutil.copy(ROOT / "data" / "raw" / "bailu-2024.docx", raw)
    (raw / "broken.pdf").write_bytes(b"%PDF-1.4 cut short")
    rows = set(changed(raw).frame.select("change", "table", "source", "cause").rows())
    assert rows == {("removed", "sources", "anxihe-2019.html", "source"), ("removed", "reports", "anxihe-2019.html", "source"),
                    ("added", "sources", "bailu-2024.docx", "source"), ("added", "reports", "bailu-2024.docx", "source"),
                    ("added", "sources", "broken.pdf", "source")}


def test_a_correction(raw: Path) -> None:
    row = figure(raw)
    (raw.parent / "corrections.csv").write_text(f"{HEAD}bailu-2020.txt,indicators,value,{row['quote']},{row['value']:g},98,x\n", "utf-8")
    found = changed(raw).frame
    assert found.select("column", "old", "new", "cause").rows() == [("value", f"{row['value']:g}", "98", "correction")]
    (raw.parent / "corrections.csv").write_text(HEAD, "utf-8")
    assert changed(raw).frame.select("old", "new", "cause").rows() == [("98", f"{row['value']:g}", "correction")]  # taken back


def test_a_line_of_sources_csv(raw: Path) -> None:
    (raw / "sources.csv").write_text("file,issuer\nbailu-2020.txt,白鹭县司法局\n", "utf-8")
    rows = changed(raw).frame.select("table", "column", "new", "cause").rows()
    assert ("reports", "issuer", "白鹭县司法局", "ledger") in rows and {cause for *_, cause in rows} == {"ledger"}


def other(t: Tables, **prints: str) -> Tables:
    """The same build as if another program or codebook had read one figure otherwise: with a folder whose manifest says so."""
    place = t.folder.parent / f"{'-'.join(prints)}"  # type: ignore[union-attr]
    place.mkdir()
    (place / "manifest.json").write_text(json.dumps(t.manifest | prints | {"id": "other"}), "utf-8")
    first = (pl.col("indicator_id") == 3) & (pl.col("report_id") == pl.col("report_id").first())
    return replace(t, folder=place, indicators=t.indicators.with_columns(
        code=pl.when(first).then(pl.lit("penalty_cases")).otherwise("code"), caveats=pl.when(first).then(pl.concat_list(pl.lit("partial"))).otherwise("caveats")))


@pytest.mark.parametrize(("prints", "cause"), [
    ({"knowledge": "x"}, "knowledge"), ({"code": "x"}, "code"), ({"versions": "x"}, "code"), ({"code": "x", "knowledge": "y"}, "knowledge or code")])
def test_program_and_knowledge(raw: Path, prints: dict[str, str], cause: str) -> None:
    t = load(raw.parents[1] / "out")
    found = diff(t, other(t, **prints))
    assert set(found.frame["column"]) == {"code", "caveats"} and set(found.frame["cause"]) == {cause}
    assert "行政处罚案件数" in found.shown["new"].to_list() and "只涵盖部分年度" in found.frame["new"].to_list()


def test_one_number_of_two_nouns_is_not_taken_for_a_change(raw: Path) -> None:
    t = load(raw.parents[1] / "out")
    rows = t.indicators.filter(pl.col("indicator_id") == 3).collect()
    twice = pl.concat([t.indicators.collect(), rows.with_columns(code=pl.lit("filing_rate"), indicator_id=pl.lit(9999, pl.Int32))])
    assert diff(replace(t, indicators=twice.lazy()), replace(t, indicators=twice.reverse().lazy())).frame.is_empty()
    added = diff(t, replace(t, indicators=twice.lazy())).frame
    assert added.filter(pl.col("change") == "added").height == rows.height


def test_tables_that_are_no_build_are_refused(raw: Path) -> None:
    t = load(raw.parents[1] / "out")
    with pytest.raises(CompareError, match=r"manifest\.json"):
        diff(replace(t, folder=None), t)


def test_the_command(raw: Path) -> None:
    out = raw.parents[1] / "out"
    first = (out / "latest").resolve().name
    alone = CliRunner().invoke(app, ["diff", first, str(out)])
    assert alone.exit_code == 0 and "没有变化" in alone.output
    (raw / "bailu-2023.html").unlink()
    build(raw, out, workers=1)
    run = CliRunner().invoke(app, ["diff", first[:6], str(out / "latest"), "--format", "json"])
    told = json.loads(run.output)
    assert told["old"] == first and {row["source"] for row in told["rows"]} == {"bailu-2023.html"} and set(told["rows"][0]) == set(FRAME)
    csv = CliRunner().invoke(app, ["diff", str(out / "builds" / first), str(out / "latest"), "--format", "csv"]).output
    assert csv.startswith(",".join(FRAME)) and not any(cell[:1] in "=@+-" for line in csv.splitlines() for cell in line.split(",") if cell)
    with pytest.raises(CompareError, match=first):
        named("nothing", out)
    assert named(os.fspath(out), out) == out
