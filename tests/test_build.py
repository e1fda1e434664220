"""Builds: every file accounted for, nothing read twice, the same bytes for the same input, nothing lost when something fails."""
from __future__ import annotations

import fcntl
import json
import os
import shutil
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fazhi import fill, gather
from fazhi.build import BuildError, build
from fazhi.tables import load

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ("qinglan-2020.pdf", "qinglan-2023.docx", "qinglan-2024.html", "anxihe-2019.html", "bailu-2020.txt")


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A few sources of every format, in folders."""
    folder = tmp_path / "data" / "raw"
    (folder / "更多").mkdir(parents=True)
    for name in SAMPLES:
        shutil.copy(ROOT / "data" / "raw" / name, folder / name)
    (folder / "anxihe-2019.html").rename(folder / "更多" / "安溪河 2019.html")
    return folder


def sources(out: Path) -> dict[str, dict[str, Any]]:
    return {row["source"]: row for row in load(out).sources.collect().iter_rows(named=True)}


def test_every_file_of_the_samples_becomes_a_report(sample_build: Any) -> None:
    assert sample_build.bad == () and sample_build.notes == ()
    assert sample_build.counts["report"] == len([p for p in (ROOT / "data" / "raw").iterdir() if p.suffix not in (".md", ".csv")])


def test_whatever_stands_in_raw_is_a_row_and_stops_nothing(raw: Path, tmp_path: Path) -> None:
    (raw / "empty.html").write_bytes(b"")
    (raw / "scan.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    (raw / "broken.docx").write_bytes(b"PK\x03\x04" + bytes(100))
    (raw / "recipe.txt").write_text("番茄炒蛋的做法。鸡蛋3个，番茄2个，盐适量，大火快炒。" * 20, "utf-8")
    shutil.copy(raw / "qinglan-2024.html", raw / "again.html")
    for ignored in (".hidden", "README.md", "sources.csv", "~$open.docx"):
        (raw / ignored).write_text("file\n", "utf-8")
    result = build(raw, tmp_path / "out", workers=1)
    rows = sources(tmp_path / "out")
    assert {name: row["status"] for name, row in rows.items() if row["status"] != "report"} == {
        "empty.html": "unreadable", "scan.jpg": "unreadable", "broken.docx": "unreadable", "recipe.txt": "not_a_report",
        "qinglan-2024.html": "duplicate"}
    assert set(rows) == {*SAMPLES, "更多/安溪河 2019.html", "again.html", "empty.html", "scan.jpg", "broken.docx", "recipe.txt"} - {"anxihe-2019.html"}
    assert all(row["reason"] for row in rows.values() if row["status"] != "report")
    assert rows["qinglan-2024.html"]["report_id"] == rows["again.html"]["report_id"] and "again.html" in rows["qinglan-2024.html"]["reason"]
    assert {source for source, _, _ in result.bad} == {name for name, row in rows.items() if row["status"] != "report"}
    assert load(tmp_path / "out").reports.collect().height == result.counts["report"] == 5


def test_a_page_that_was_clipped_as_markdown_is_read_and_a_readme_is_not(raw: Path, tmp_path: Path) -> None:
    for name in ("白露县.md", "README.md"):
        text = (raw / "bailu-2020.txt").read_text("utf-8")
        (raw / name).write_text("# " + text.replace("\n", "\n\n").replace("一、", "## 一、"), "utf-8")
    assert build(raw, tmp_path / "out", workers=1).counts["report"] == 6
    rows = sources(tmp_path / "out")
    assert rows["白露县.md"]["media_type"] == "text/markdown" and "README.md" not in rows


def test_the_same_input_gives_the_same_id_and_bytes_wherever_it_is_built(raw: Path, tmp_path: Path) -> None:
    one = build(raw, tmp_path / "a", workers=1)
    with ThreadPoolExecutor(3) as pool:
        two = build(raw, tmp_path / "b", executor=pool)
    assert one.id == two.id
    files = sorted(p.name for p in one.folder.iterdir())
    assert len(files) == 10
    for name in files:
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes(), name


def test_an_executor_of_processes_does_too(raw: Path, tmp_path: Path) -> None:
    import multiprocessing

    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        result = build(raw, tmp_path / "out", executor=pool)
    assert result.counts["report"] == 5 and result.fresh == 5


def test_nothing_changed_is_seen_and_nothing_is_read_twice(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = build(raw, out, workers=1)
    again = build(raw, out, workers=1)
    assert (first.changed, first.fresh) == (True, 5) and (again.changed, again.fresh, again.id) == (False, 0, first.id)
    page = raw / "bailu-2020.txt"
    page.write_text(page.read_text("utf-8").replace("。", "。全年另行开展法治讲座7场。", 1), "utf-8")
    third = build(raw, out, workers=1)
    assert third.changed and third.fresh == 1 and third.id != first.id
    (raw / "sources.csv").write_text("file,url\nbailu-2020.txt,https://example.org/1\n", "utf-8")
    assert build(raw, out, workers=1).fresh == 1
    assert sources(out)["bailu-2020.txt"]["url"] == "https://example.org/1"


def test_a_source_that_never_ends_is_given_up_and_told_and_stops_nothing(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_rows = fill.rows

    def endless(data: bytes, source: str, *rest: Any) -> fill.Rows:
        while source == "bailu-2020.txt":
            pass
        return read_rows(data, source, *rest)

    monkeypatch.setattr(fill, "rows", endless)
    monkeypatch.setattr(gather, "PATIENCE", 1.5)
    build(raw, tmp_path / "out", workers=1)
    told = sources(tmp_path / "out")
    assert told["bailu-2020.txt"]["status"] == "unreadable" and "超过 1.5 秒" in told["bailu-2020.txt"]["reason"]
    assert sum(row["status"] == "report" for row in told.values()) == 4
    monkeypatch.setattr(fill, "rows", read_rows)
    (raw / "bailu-2020.txt").write_bytes((raw / "bailu-2020.txt").read_bytes() + b"\n")
    assert build(raw, tmp_path / "out", workers=1).counts["report"] == 5


def test_a_touched_file_is_no_change(raw: Path, tmp_path: Path) -> None:
    build(raw, tmp_path / "out", workers=1)
    os.utime(raw / "bailu-2020.txt", (1, 1))
    assert not build(raw, tmp_path / "out", workers=1).changed


def test_going_back_makes_the_earlier_build_the_latest_again(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = build(raw, out, workers=1)
    aside = tmp_path / "aside"
    shutil.move(raw / "bailu-2020.txt", aside)
    assert build(raw, out, workers=1).counts["report"] == 4
    shutil.move(aside, raw / "bailu-2020.txt")
    back = build(raw, out, workers=1)
    assert not back.changed and back.id == first.id and os.readlink(out / "latest") == f"builds/{first.id}"
    assert [json.loads(line)["id"] for line in (out / "builds" / "history.jsonl").read_text().splitlines()].count(first.id) == 2


def test_a_damaged_cache_entry_or_build_is_made_anew(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = build(raw, out, workers=1)
    kept = {p.name: p.read_bytes() for p in first.folder.iterdir()}
    entries = sorted((out / "cache").glob("??/*"))
    assert len(entries) == 5
    entries[0].write_bytes(entries[0].read_bytes()[:-7])
    (first.folder / "indicators.parquet").write_bytes(b"")
    again = build(raw, out, workers=1)
    assert again.changed and again.fresh == 1
    assert {p.name: p.read_bytes() for p in again.folder.iterdir()} == kept


def test_only_the_newest_builds_stay(raw: Path, tmp_path: Path) -> None:
    out, ids = tmp_path / "out", []
    for count in range(4):
        (raw / "sources.csv").write_text(f"file,publisher\nbailu-2020.txt,{count}\n", "utf-8")
        ids.append(build(raw, out, workers=1, keep=2).id)
    assert {p.name for p in (out / "builds").iterdir() if p.is_dir()} == set(ids[-2:])


def test_a_build_that_fails_leaves_the_last_one(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    first = build(raw, out, workers=1)
    (raw / "sources.csv").write_text("file,publisher\nbailu-2020.txt,1\n", "utf-8")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fazhi.tables._write", full)
    with pytest.raises(OSError, match="No space"):
        build(raw, out, workers=1)
    assert load(out).build_id == first.id
    monkeypatch.undo()
    assert build(raw, out, workers=1).changed
    assert not list((out / "builds").glob("*.tmp"))


def test_two_builds_do_not_meet(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "builds").mkdir(parents=True)
    with (out / "builds" / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(BuildError, match="another build is at work"):
            build(raw, out, workers=1)
    assert build(raw, out, workers=1).changed


def test_what_cannot_begin_says_so(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="no such folder"):
        build(tmp_path / "none", tmp_path / "out")
    (tmp_path / "raw").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(BuildError, match="cannot be written"):
        build(tmp_path / "raw", tmp_path / "file")


def test_an_empty_folder_gives_empty_tables(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    result = build(tmp_path / "raw", tmp_path / "out")
    assert set(result.counts.values()) == {0} and load(result.folder).reports.collect().is_empty()


def test_a_fault_of_ours_is_recorded_with_its_place(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = fill.extract

    def faulty(page: Any, name: str, given: Any) -> Any:
        if name.startswith("bailu"):
            raise ZeroDivisionError("oh")
        return real(page, name, given)

    monkeypatch.setattr(fill, "extract", faulty)
    result = build(raw, tmp_path / "out", workers=1)
    (source, status, reason), = result.bad
    assert (source, status) == ("bailu-2020.txt", "unreadable") and "ZeroDivisionError" in reason and "fill.py:" in reason
    assert sources(tmp_path / "out")[source]["encoding"] == "utf-8"


class Dying(Executor):
    """An executor whose worker dies on one source."""

    def submit(self, fn: Any, /, *args: Any, **_: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if any("bailu" in source.name for source, _ in args[0]):
            future.set_exception(BrokenProcessPool("a worker died"))
        else:
            future.set_result(fn(*args))
        return future


def test_a_worker_that_dies_takes_no_other_source_with_it(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Pool(Dying):
        def __init__(self, *_: Any) -> None:
            pass

    monkeypatch.setattr(gather, "FEW", 0)
    monkeypatch.setattr(gather, "ProcessPoolExecutor", Pool)
    result = build(raw, tmp_path / "out", workers=2)
    assert [(source, status) for source, status, _ in result.bad] == [("bailu-2020.txt", "unreadable")]
    assert result.counts["report"] == 4


def test_a_users_executor_that_dies_is_told(raw: Path, tmp_path: Path) -> None:
    with pytest.raises(gather.GatherError, match="start it anew"):
        build(raw, tmp_path / "out", executor=Dying())
    assert build(raw, tmp_path / "out", workers=1).fresh == 1


def test_progress_reaches_the_end(raw: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    build(raw, tmp_path / "out", workers=1, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen) and seen[-1] == (5, 5)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_read(raw: Path, tmp_path: Path) -> None:
    raw.chmod(0o555)
    assert build(raw, tmp_path / "out", workers=1).counts["report"] == 5


def test_raw_is_left_as_it_was(raw: Path, tmp_path: Path) -> None:
    before = {p: p.read_bytes() for p in raw.rglob("*") if p.is_file()}
    build(raw, tmp_path / "out", workers=1)
    assert {p: p.read_bytes() for p in raw.rglob("*") if p.is_file()} == before


def test_an_output_inside_raw_is_not_read(raw: Path) -> None:
    first = build(raw, raw / "out", workers=1)
    assert not build(raw, raw / "out", workers=1).changed
    assert sum(first.counts.values()) == 5


def test_every_numeral_is_counted_once(sample_tables: Any) -> None:
    q = sample_tables.quality.collect()
    assert (q["numerals"] == q["indicators"] + q["ruled_out"] + q["unaccounted"]).all()
    assert (q["indicators"].sum(), q["coded"].sum()) == (sample_tables.indicators.collect().height, sample_tables.indicators.collect()["code"].count())


def test_uncovered_digits_are_found() -> None:
    assert fill._uncovered("共12件，另34件，第56条", [(1, 4)]) == 2
    assert fill._uncovered("共12件，另34件", [(0, 9)]) == 0
    assert fill._uncovered("12", []) == 1


def test_the_sources_csv_of_the_samples_is_followed(sample_tables: Any) -> None:
    reports = sample_tables.reports.collect()
    assert set(reports["origin"]) == {"restated", "synthetic"}
    assert reports.filter(pl.col("origin") == "synthetic")["url"].null_count() == 0


def test_labels_of_headings_are_accounted_for(sample_tables: Any) -> None:
    loose = sample_tables.ruled_out.filter(pl.col("reason") == "no_unit")
    labels = sample_tables.sections.filter(pl.col("label").is_not_null()).select("report_id", "start", size=pl.col("label").str.len_chars())
    inside = loose.join(labels, on="report_id").filter((pl.col("start") >= pl.col("start_right")) & (pl.col("start") < pl.col("start_right") + pl.col("size")))
    assert inside.collect().is_empty()
