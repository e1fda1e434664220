"""What the READMEs and the docs say is true: their code runs, their figures are the recorded ones, every name is explained."""
from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from practice import score as scoring

ROOT = Path(__file__).resolve().parents[1]
READMES = ("README.md", "README.zh-CN.md")
DOCS = [*READMES, "CONTRIBUTING.md", *(str(p.relative_to(ROOT)) for p in sorted((ROOT / "docs").glob("*.md")))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(name: str, language: str) -> list[tuple[str, str]]:
    """The fenced blocks of a language, each with the output that stands under it, if any."""
    return [(code, output) for kind, code, output in BLOCK.findall(read(name)) if kind == language]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of the sample corpus."""
    from fazhi.build import build

    out = tmp_path_factory.mktemp("processed")
    build(ROOT / "data" / "raw", out)
    return out / "latest"


@pytest.mark.parametrize("name", READMES)
def test_python_runs_and_prints_what_it_says(name: str, built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAZHI_TABLES", str(built))
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {}
    shown = 0
    for code, output in blocks(name, "python"):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, name, "exec"), names)
        if output:
            assert printed.getvalue().rstrip() == output.rstrip()
            shown += 1
    assert shown >= 2


@pytest.mark.parametrize("name", READMES)
def test_make_lines_name_targets_that_exist(name: str) -> None:
    targets = set(re.findall(r"^([a-z][\w-]*):", read("Makefile"), re.MULTILINE))
    named = {line.split()[1] for code, _ in blocks(name, "sh") for line in code.splitlines() if line.startswith("make ")}
    named |= set(re.findall(r"`make ([a-z]+)`", read(name)))
    assert {"briefings", "test", "help", "lab", "score", "bench"} <= named <= targets


@pytest.mark.parametrize("name", READMES)
def test_command_lines_are_understood(name: str, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is run, but for those that take long or need tables in their usual place: those must know their help."""
    from typer.testing import CliRunner

    from fazhi.cli import app

    monkeypatch.chdir(ROOT)
    lines = [shlex.split(line, comments=True) for code, _ in blocks(name, "sh") for line in code.splitlines()
             if line.startswith("fazhi ")]
    assert {words[1] for words in lines} == {"build", "read", "explain", "brief", "compare", "changes", "diff", "doctor"}
    for words in lines:
        if words[1] in ("brief", "changes", "diff", "doctor"):
            words = [*words[:2], "--help"]
        words = [str(tmp_path) if w == "data/processed" else w for w in words] + (["--tables", str(built)] if words[1] == "compare" else [])
        outcome = CliRunner().invoke(app, words[1:])
        assert outcome.exit_code == 0, f"{words}: {outcome.output}"


EXPLAIN = """
import json, sys
from fazhi.extract import explain
print(json.dumps([[(row.get("code"), row.get("value")) for row in explain(text, 2023)] for text in json.load(sys.stdin)]))
"""


def test_the_indicator_that_is_added_works(tmp_path: Path) -> None:
    """In a copy of the library with the entry in its codebook, and nothing else changed."""
    (text, _), = blocks("README.md", "toml")
    entry, = tomllib.loads(text)["entry"]
    examples = [(sentence, float(value)) for sentence, value in (example.rsplit(" = ", 1) for example in entry["yes"])]
    sentences = [*(sentence for sentence, _ in examples), *entry["no"]]
    shutil.copytree(ROOT / "lib", tmp_path / "lib", ignore=shutil.ignore_patterns("__pycache__"))

    def values() -> list[list[float]]:
        run = subprocess.run([sys.executable, "-c", EXPLAIN], input=json.dumps(sentences), capture_output=True, text=True,
                             env=os.environ | {"PYTHONPATH": str(tmp_path / "lib")}, check=False)
        assert run.returncode == 0, run.stderr
        return [[value for code, value in rows if code == entry["code"]] for rows in json.loads(run.stdout)]

    assert not any(values())
    book = tmp_path / "lib" / "fazhi" / "knowledge" / "codebook.toml"
    lines = book.read_text("utf-8")
    book.write_text(lines.replace("[[entry]]", f"{text}\n[[entry]]", 1), "utf-8")
    assert values() == [*([value] for _, value in examples), *([] for _ in entry["no"])]


def test_the_corrections_that_are_shown_are_made(tmp_path: Path) -> None:
    import polars as pl

    from fazhi.build import build

    (_, _), (corrections, _) = blocks("docs/corrections.md", "csv")
    (tmp_path / "raw").mkdir()
    shutil.copy(ROOT / "tests" / "golden" / "reports" / "bureau.docx", tmp_path / "raw")
    (tmp_path / "corrections.csv").write_text(corrections, "utf-8")
    build(tmp_path / "raw", tmp_path / "out", workers=1)
    latest = tmp_path / "out" / "latest"
    changed = pl.read_parquet(latest / "indicators.parquet").filter("corrected")
    assert changed.select("value", "code").rows() == [(9.0, "legality_opinions")]
    assert pl.read_parquet(latest / "reports.parquet")["level"].to_list() == ["county"]
    assert "correction_unused" not in pl.read_parquet(latest / "findings.parquet")["rule"].to_list()


def test_the_sources_that_are_shown_are_understood(tmp_path: Path) -> None:
    from fazhi import ledger

    (sources, _), _ = blocks("docs/corrections.md", "csv")
    (tmp_path / "sources.csv").write_text(sources, "utf-8")
    assert ledger.sources(tmp_path / "sources.csv")["2023/bureau.docx"]["issuer"] == "洛阳市水利局"
    described = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", read("docs/corrections.md"), re.MULTILINE)[:3]))
    assert set(described) == set(ledger.SOURCE_COLUMNS)


def test_both_readmes_show_the_same_code() -> None:
    for language in ("sh", "python", "toml", "text"):
        mine, other = ([re.sub(r"\s+#.*", "", code) for code, _ in blocks(name, language)] for name in READMES)
        assert mine == other


def test_readmes_and_accuracy_show_the_recorded_figures() -> None:
    """`python tests/practice/score.py --write` brings them up to date."""
    last = json.loads(scoring.LAST.read_text("utf-8"))
    for path, text in scoring.published(last).items():
        assert path.read_text("utf-8") == text, path.name


def test_the_readme_is_short() -> None:
    assert all(read(name).count("\n") < 200 for name in READMES)


@pytest.mark.parametrize("name", DOCS)
def test_links_lead_somewhere(name: str) -> None:
    here = (ROOT / name).parent
    for target in re.findall(r"\]\(([^)#\s]+)\)", read(name)):
        assert target.startswith("https://") or (here / target).exists(), target


# --- docs ------------------------------------------------------------------------------------------------------------

def names_under(heading: str) -> set[str]:
    """The names in the first column of the tables under a heading of docs/caveats.md."""
    section = re.split(r"^## ", read("docs/caveats.md"), flags=re.MULTILINE)
    return set(re.findall(r"^\| `(\w+)` \|", next(s for s in section if s.startswith(heading)), re.MULTILINE))


def calls(path: Path, name: str) -> list[ast.Call]:
    found = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)]
    return [n for n in found if (n.func.id if isinstance(n.func, ast.Name) else getattr(n.func, "attr", "")) == name]


def test_every_finding_rule_is_explained() -> None:
    rules: dict[str, str] = {}
    for path in (ROOT / "lib").rglob("*.py"):
        for call in calls(path, "Finding"):
            if len(call.args) > 1 and isinstance(call.args[0], ast.Constant) and isinstance(call.args[1], ast.Constant):
                rules[call.args[0].value] = call.args[1].value
    for node in ast.walk(ast.parse(read("lib/fazhi/build.py"))):  # a build's own notes: (report, rule, message)
        if isinstance(node, ast.Tuple) and len(node.elts) == 3 and isinstance(node.elts[1], ast.Constant):
            rules[node.elts[1].value] = "warning"
    assert len(rules) > 10
    assert set(rules) == names_under("Findings of a report")
    assert rules.items() <= set(re.findall(r"^\| `(\w+)` \| (\w+) \|", read("docs/caveats.md"), re.MULTILINE))


def test_every_caveat_is_explained() -> None:
    from fazhi.extract import findings

    path = Path(findings.__file__)
    tree = next(n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.FunctionDef) and n.name == "caveats")
    given = {n.args[0].value for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "attr", "") == "append"
             and isinstance(n.args[0], ast.Constant)}
    read_time = names_under("Caveats of a figure, when it is read")
    assert given | findings.BLOCKING == read_time
    blocking = set(re.findall(r"^\| `(\w+)` \| blocks \|", read("docs/caveats.md"), re.MULTILINE))
    assert blocking == findings.BLOCKING
    compared = {entry["name"] for entry in tomllib.loads(read("lib/fazhi/knowledge/comparison.toml"))["caveat"]}
    assert compared == names_under("Caveats of a figure, when it is compared") | (compared & read_time)


def test_every_knowledge_file_is_described() -> None:
    files = {p.name for p in (ROOT / "lib" / "fazhi" / "knowledge").iterdir() if p.suffix in (".toml", ".tsv", ".npz")}
    assert files == set(re.findall(r"^\| `([\w.]+)` \|", read("docs/knowledge.md"), re.MULTILINE))
