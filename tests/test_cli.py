"""The command as it is typed: what it prints where, and with which status it ends."""
from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fazhi.build import BuildResult

ROOT = Path(__file__).resolve().parents[1]


def fazhi(*words: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run([sys.executable, "-m", "fazhi.cli", *map(str, words)], cwd=cwd, capture_output=True, text=True, timeout=300,
                          env=os.environ | {"PYTHONPATH": str(ROOT / "lib"), "PYTHONUTF8": "1", "COLUMNS": "120"})


def test_help_is_there_at_once_and_names_every_command() -> None:
    spent = []
    for _ in range(3):
        start = time.perf_counter()
        done = fazhi("--help")
        spent.append(time.perf_counter() - start)
    assert done.returncode == 0 and min(spent) < 1  # about 0.12 s on an idle machine
    for command in ("build", "read", "find", "explain", "compare", "brief", "doctor", "docs"):
        assert f"  {command} " in done.stdout
        assert "Example" in fazhi(command, "--help").stdout or command in ("doctor", "docs")


def test_help_imports_nothing_heavy() -> None:
    code = ("import sys; sys.argv=['fazhi','--help']\nfrom fazhi import cli\ntry: cli.main()\nexcept SystemExit: pass\n"
            "print([m for m in ('polars','plotly','lxml','fazhi.extract') if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT / "lib")})
    assert done.stdout.endswith("[]\n"), done.stderr


def test_build_tells_what_became_of_the_files(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    (raw / "a.txt").write_bytes((ROOT / "data" / "raw" / "bailu-2020.txt").read_bytes())
    (raw / "scan.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    done = fazhi("build", "--raw", raw, "--out", out)
    assert done.returncode == 0 and done.stdout.strip() == str(out / "latest")
    assert "scan.jpg: " in done.stderr and "1 report, 1 unreadable" in done.stderr
    again = fazhi("build", "--raw", raw, "--out", out, "--strict")
    assert again.returncode == 1 and "nothing changed" in again.stderr
    (raw / "scan.jpg").unlink()
    assert fazhi("build", "--raw", raw, "--out", out, "--strict").returncode == 0


@pytest.mark.parametrize("words", [("build", "--raw", "no/such/folder"), ("build", "--workers", "0"), ("read",), ("nonsense",), ("read", "no-such-file"),
                                   ("compare", "no_such_code"), ("compare", "litigation_cases", "--format", "xml"), ("brief", "no_such_briefing")])
def test_wrong_use_is_status_2_and_one_message(words: tuple[str, ...], sample_build: BuildResult) -> None:
    more = ("--tables", str(sample_build.folder)) if words[0] in ("compare", "brief") else ()
    done = fazhi(*words, *more)
    assert done.returncode == 2 and done.stderr.strip() and "Traceback" not in done.stderr


def test_a_fault_in_a_ledger_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "sources.csv").write_text("file,year\na.html,20\n", "utf-8")
    done = fazhi("build", "--raw", tmp_path, "--out", tmp_path / "out")
    assert done.returncode == 2 and "sources.csv, line 2: year '20'; write four digits" in done.stderr


def test_read_prints_a_report_and_gives_csv_and_json() -> None:
    file = ROOT / "data" / "raw" / "qinglan-2020.pdf"
    assert "清岚市人民政府 · 2020年度" in fazhi("read", file).stdout
    assert "【38部】" in fazhi("read", file, "--text").stdout
    rows = list(csv.DictReader(io.StringIO(fazhi("read", file, "--csv").stdout)))
    held = json.loads(fazhi("read", file, "--json").stdout)
    assert [row["value_text"] for row in rows] == [row["value_text"] for row in held["indicators"]]


def test_read_of_what_cannot_be_read_is_status_1_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100))
    done = fazhi("read", tmp_path / "old.doc")
    assert done.returncode == 1 and "DOCX" in done.stderr and not done.stdout


def test_explain_and_find() -> None:
    done = fazhi("explain", "依托12345热线，全年调解2080余件")
    assert "12345  measures nothing: telephone" in done.stdout and ">2,080件" in done.stdout and "bound" in done.stdout
    assert json.loads(fazhi("explain", "全年调解2080余件", "--json").stdout)[0]["value"] == 2080
    assert "no numeral" in fazhi("explain", "没有数字").stdout
    assert next(csv.DictReader(io.StringIO(fazhi("find", "全年调解2080余件", "--year", "2020").stdout)))["qualifier"] == "over"


def test_compare_gives_the_same_rows_in_every_form(sample_build: BuildResult) -> None:
    words = ("compare", "reconsideration_closed", "--tables", sample_build.folder, "--years", "2020-2021", "--level", "county")
    rows = list(csv.DictReader(io.StringIO(fazhi(*words, "--format", "csv").stdout)))
    held = json.loads(fazhi(*words, "--format", "json").stdout)
    assert len(rows) == len(held["rows"]) > 1 and {row["year"] for row in rows} == {"2020", "2021"}
    assert rows[0]["issuer"] in fazhi(*words).stdout


TEXT = """{issuer}{year}年法治政府建设年度报告

{year}年，我县认真贯彻落实法治政府建设各项要求，现将有关情况报告如下。

一、主要工作

（一）依法化解矛盾纠纷。{said}

{issuer}人民政府

{next}年3月1日
"""
STATES = {2019: "comparable", 2020: "not_comparable", 2021: "not_stated", 2022: "unreadable", 2023: "not_published", 2024: "not_collected"}


def test_every_state_of_a_cell_is_reached_with_a_roster(tmp_path: Path) -> None:
    """From files, a list of sources and a roster to the command's answer: what is there, what is not, and why."""
    raw, out = tmp_path / "data" / "raw", tmp_path / "data" / "processed"
    raw.mkdir(parents=True)
    said = {2019: "全年行政应诉案件12件。", 2020: "全年行政应诉案件30余件。", 2021: "全年开展普法活动。"}
    for year, words in said.items():
        (raw / f"{year}.txt").write_text(TEXT.format(issuer="安溪河县", year=year, next=year + 1, said=words), "utf-8")
    (raw / "scan.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    (raw / "sources.csv").write_text("file,issuer,year\nscan.jpg,安溪河县人民政府,2022\n", "utf-8")
    assert fazhi("build", "--raw", raw, "--out", out).returncode == 0
    roster = tmp_path / "expected.csv"
    roster.write_text("issuer,year,published,level,issuer_kind\n安溪河县人民政府,2023,no,county,government\n白鹭县人民政府,,,county,government\n", "utf-8")
    words = ("compare", "litigation_cases", "--tables", out / "latest", "--years", "2019-2024", "--format", "csv")

    def states(*more: str | Path) -> dict[tuple[str, int], str]:
        done = fazhi(*words, *more)
        assert done.returncode == 0, done.stderr
        return {(row["issuer"], int(row["year"])): row["state"] for row in csv.DictReader(io.StringIO(done.stdout))}

    found = states("--roster", roster)
    assert {year: found["安溪河县人民政府", year] for year in STATES} == STATES
    assert {found["白鹭县人民政府", year] for year in STATES} == {"not_collected"}
    for command, expected in (("law", "not_published"), ("promises", "year")):
        done = fazhi(command, *words[2:], "--roster", roster)
        assert done.returncode == 0 and expected in done.stdout, done.stderr
    assert states()["安溪河县人民政府", 2023] == "not_collected" and ("白鹭县人民政府", 2019) not in states()
    roster.rename(tmp_path / "data" / "roster.csv")  # beside the raw folder it is found by itself
    assert states() == found
    table = fazhi(*words[:-2]).stdout
    for said_of_it in ("12件", ">30件（", "报告未写", "无法读取", "未公布", "未收集"):
        assert said_of_it in table, table
    assert states("--allow", "bound")["安溪河县人民政府", 2020] == "comparable"
    (tmp_path / "bad.csv").write_text("name\n甲\n", "utf-8")
    refused = fazhi(*words, "--roster", tmp_path / "bad.csv")
    assert refused.returncode == 2 and "issuer" in refused.stderr and "Traceback" not in refused.stderr


def test_several_values_are_told_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    said = "全年办理行政应诉案件12件。依法支持法院审判，全年行政应诉案件15件。"
    (tmp_path / "raw" / "a.txt").write_text(TEXT.format(issuer="安溪河县", year=2020, next=2021, said=said), "utf-8")
    fazhi("build", "--raw", tmp_path / "raw", "--out", tmp_path / "out")
    held = json.loads(fazhi("compare", "litigation_cases", "--tables", tmp_path / "out" / "latest", "--format", "json").stdout)
    (row,), (gave_way, left) = held["rows"], sorted(held["left_out"], key=lambda r: r["value"], reverse=True)
    assert (row["state"], row["value"], row["caveats"]) == ("not_comparable", 12, ["several_values"])
    assert (gave_way["value"], gave_way["reason"], left["value"]) == (15, ["less_preferred"], 12)
    assert "two_values" in {finding["rule"] for finding in json.loads(fazhi("read", tmp_path / "raw" / "a.txt", "--json").stdout)["findings"]}


def test_doctor_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = fazhi("doctor", "--raw", tmp_path / "none", "--out", tmp_path)
    assert done.returncode == 1 and "FAULT raw" in done.stdout and "-> put the downloaded reports there" in done.stdout
    for name in ("python", "knowledge", "kernel", "fonts", "output", "disk", "tables"):
        assert f"ok    {name}: " in done.stdout, done.stdout


def test_docs_writes_the_data_dictionary(tmp_path: Path) -> None:
    assert fazhi("docs", "--out", tmp_path).returncode == 0
    assert (tmp_path / "tables.md").read_bytes() == (ROOT / "docs" / "tables.md").read_bytes()
