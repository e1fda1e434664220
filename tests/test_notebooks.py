"""The notebooks: how they are written and committed, and that each runs on many reports, on one and on none."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest

import fazhi.build
from fazhi.compare import law
from fazhi.contract import TABLES

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FEW = ("anxihe-2019.html", "anxihe-2020.html", "bailu-2020.txt", "bailu-2023.html", "shiqiao-2020.docx", "qinglan-scjgj-2019.txt")


def hook() -> ModuleType:
    path = ROOT / ".githooks/pre-commit"
    spec = importlib.util.spec_from_loader("pre_commit", SourceFileLoader("pre_commit", str(path)))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Tables of a few reports, of one, and of none."""
    found = {}
    for name, files in (("few", FEW), ("one", FEW[:1])):
        raw = tmp_path_factory.mktemp(name) / "raw"
        raw.mkdir()
        for file in (*files, "sources.csv"):
            text = (ROOT / "data/raw" / file).read_bytes()
            if file == "sources.csv":
                rows = text.decode("utf-8-sig").splitlines()
                text = "\n".join([rows[0], *[r for r in rows[1:] if r.split(",")[0] in files]]).encode() + b"\n"
            (raw / file).write_bytes(text)
        (raw / "notes.pdf").write_bytes(b"%PDF-1.4 cut short")
        found[name] = fazhi.build.build(raw, raw.parent / "out", workers=1).folder
    none = tmp_path_factory.mktemp("none")
    for name, table in TABLES.items():
        pl.DataFrame(schema=table.schema).write_parquet(none / f"{name}.parquet")
    return found | {"none": none}


def run(notebook: Path, out: Path, **parameters: Any) -> list[dict[str, Any]]:
    """Execute a notebook as papermill does; its outputs in order. A cell that fails raises."""
    import papermill

    done = papermill.execute_notebook(
        str(notebook), str(out), parameters, kernel_name="python3", progress_bar=False, cwd=str(out.parent)
    )
    return [output for c in done.cells if c.cell_type == "code" for output in c.outputs]


def words(outputs: list[dict[str, Any]]) -> str:
    return "\n".join("".join(o.get("data", {}).get("text/html", "")) for o in outputs)


@pytest.fixture(autouse=True)
def kernel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Kernels find the library where the tests found it, and write nothing into anybody's home."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "lib"), os.environ.get("PYTHONPATH", "")]))
    for variable in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(variable, str(tmp_path / variable))


# --- how they are written


def test_there_are_notebooks() -> None:
    assert [p.stem for p in NOTEBOOKS][:4] == ["1_one_report", "2_coverage", "3_regions", "4_years"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_committed_without_outputs_and_as_nbformat_writes(path: Path) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    stripped = hook()
    assert path.read_text("utf-8") == stripped.text(stripped.strip(notebook))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_an_essay_of_short_cells(path: Path) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    cells = notebook["cells"]
    assert len({c["id"] for c in cells}) == len(cells) and all(c["id"].isascii() for c in cells)
    assert (
        cells[0]["cell_type"] == "markdown" and cells[0]["source"][0].startswith("# ") and "问题" in "".join(cells[0]["source"])
    )
    tagged = [c for c in cells if "parameters" in c["metadata"].get("tags", [])]
    assert len(tagged) == 1 and "tables = None" in tagged[0]["source"][0]
    code = [c for c in cells if c["cell_type"] == "code" and c is not tagged[0]]
    assert all(1 <= len(c["source"]) <= 3 for c in code)
    headings = [line for c in cells if c["cell_type"] == "markdown" for line in c["source"] if line.startswith("#")]
    assert any("不能说明什么" in h for h in headings) and "出处" in headings[-1]
    answer = next(i for i, c in enumerate(cells) if c["id"].endswith("-answer"))
    assert answer <= 5  # the question, the parameters, the language, what is loaded: then the answer


# --- that they run


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
@pytest.mark.parametrize("which", ["few", "one", "none"])
def test_runs_on_many_on_one_and_on_none(path: Path, which: str, places: dict[str, Path], tmp_path: Path) -> None:
    outputs = run(path, tmp_path / "out.ipynb", tables=str(places[which]))
    assert not [o for o in outputs if o["output_type"] in ("error", "stream")]
    figures = [
        o["data"]["application/vnd.plotly.v1+json"] for o in outputs if "application/vnd.plotly.v1+json" in o.get("data", {})
    ]
    assert figures and all(f["layout"]["meta"]["alt"] for f in figures)
    said = words(outputs)
    if which == "none":
        assert "没有" in words(outputs[:1])
    else:
        assert "安溪河县" in said and all(
            any(trace.get("x") or trace.get("y") for trace in f["data"]) or "没有" in f["layout"]["meta"]["alt"] for f in figures
        )


def test_numbers_lead_to_sentences(places: dict[str, Path], tmp_path: Path) -> None:
    said = words(
        run(NOTEBOOKS[2], tmp_path / "out.ipynb", tables=str(places["few"]), codes=["penalty_cases"], year=2020, level="county")
    )
    texts = (
        pl.read_parquet(places["few"] / "indicators.parquet")
        .filter(pl.col("code") == "penalty_cases")
        .join(
            pl.read_parquet(places["few"] / "reports.parquet")
            .filter(pl.col("year") == 2020, pl.col("level") == "county")
            .select("report_id"),
            on="report_id",
        )
    )
    assert texts.height
    for row in texts.iter_rows(named=True):
        anchor = f"s-{row['report_id']}-{row['indicator_id']}"
        assert f'href="#{anchor}"' in said and f'id="{anchor}"' in said


@pytest.fixture(scope="module")
def provinces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables of the sample reports that sit in real provinces: three."""
    raw = tmp_path_factory.mktemp("provinces") / "raw"
    raw.mkdir()
    for name in ("baoshan-2020.html", "leshan-gaoxin-2019.txt", "wuhan-jingkai-fgj-2023.docx"):
        (raw / name).write_bytes((ROOT / "data/raw" / name).read_bytes())
    return fazhi.build.build(raw, raw.parent / "out", workers=1).folder


@pytest.mark.parametrize("path", [NOTEBOOKS[1], NOTEBOOKS[2]], ids=lambda p: p.stem)
def test_a_map_is_drawn_of_several_provinces_only(path: Path, places: dict[str, Path], provinces: Path, tmp_path: Path) -> None:
    for tables, drawn in ((provinces, True), (places["few"], False)):
        outputs = run(path, tmp_path / "out.ipynb", tables=str(tables))
        alts = [f["layout"]["meta"]["alt"] for o in outputs if (f := o.get("data", {}).get("application/vnd.plotly.v1+json"))]
        assert any(alt.startswith("省级格子地图") for alt in alts) is drawn
        assert ("个省级行政区没有机关列入比较" if drawn else "不画地图") in words(outputs)


def test_the_coverage_prints_the_table_of_law_by_year_and_level(places: dict[str, Path], tmp_path: Path) -> None:
    t = fazhi.load(places["few"])
    made = words(run(NOTEBOOKS[1], tmp_path / "out.ipynb", tables=str(places["few"])))
    printed = next(table for table in re.findall("<table>.*?</table>", made, re.DOTALL) if "各层级：公布、按时、齐全" in table)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall("<tr>.*?</tr>", printed)[1:]]
    assert cells == [[str(value) for value in row] for row in law(t).printed.iter_rows()] and len(cells) > 1


def test_a_region_that_fits_nothing_is_said(places: dict[str, Path], tmp_path: Path) -> None:
    said = words(run(NOTEBOOKS[2], tmp_path / "out.ipynb", tables=str(places["few"]), regions=["无此县"]))
    assert "没有符合条件的机关" in said


def test_passages_lead_to_their_places(sample_build: Any, tmp_path: Path) -> None:
    said = words(run(NOTEBOOKS[5], tmp_path / "out.ipynb", tables=str(sample_build.folder)))
    linked = set(re.findall(r'href="#(s-[0-9a-f]+-\d+-\d+)"', said))
    assert linked and linked == set(re.findall(r'id="(s-[0-9a-f]+-\d+-\d+)"', said))


@pytest.mark.parametrize("name", ["6_reuse_and_words", "7_quality"])
def test_a_page_counts_all_reports_that_it_judges(name: str, places: dict[str, Path], tmp_path: Path) -> None:
    from types import SimpleNamespace

    from fazhi.brief.runs import basis

    path = next(p for p in NOTEBOOKS if p.stem == name)
    outputs = run(path, tmp_path / "out.ipynb", tables=str(places["few"]))
    held = pl.read_parquet(places["few"] / "reports.parquet")["report_id"]
    assert basis(SimpleNamespace(cells=[{"outputs": outputs}, {"source": ""}])) == set(held)


# --- the hook


def test_hook_strips_what_a_run_leaves(tmp_path: Path) -> None:
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", f"core.hooksPath={ROOT / '.githooks'}"]
    path = tmp_path / "a.ipynb"
    dirty = json.loads(NOTEBOOKS[0].read_text("utf-8"))
    code = next(c for c in dirty["cells"] if c["cell_type"] == "code")
    code["outputs"], code["execution_count"] = [{"output_type": "stream", "name": "stdout", "text": ["secret\n"]}], 7
    path.write_text(json.dumps(dirty), "utf-8")
    env = os.environ | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    for command in (["init", "-q"], ["add", "a.ipynb"], ["commit", "-q", "-m", "a"]):
        subprocess.run([*git, *command], cwd=tmp_path, check=True, env=env, capture_output=True)
    held = subprocess.run(["git", "show", "HEAD:a.ipynb"], cwd=tmp_path, check=True, capture_output=True).stdout.decode()
    assert "secret" not in held and held == NOTEBOOKS[0].read_text("utf-8")
