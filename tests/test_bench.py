"""The bench runs and its table fits the READMEs. What it measures is no test's business."""
from __future__ import annotations

from pathlib import Path

import bench
import pytest


def test_it_times_a_report_and_reads_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    (characters, figures), spent = bench.one_report(1)
    bench.formats(1)
    out = capsys.readouterr().out
    assert characters > 1000
    assert figures > 10
    assert [name for name, _ in spent] == list(bench.NAMES)
    assert all(ms > 0 for _, ms in spent)
    assert all(f"\n{suffix} " in out for suffix in (".docx", ".html", ".pdf", ".txt"))


def test_it_builds_different_reports(capsys: pytest.CaptureFixture[str]) -> None:
    bench.builds(3)
    assert "build of 3 reports" in capsys.readouterr().out


def test_the_table_goes_between_the_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("README.md", "README.zh-CN.md"):
        (tmp_path / name).write_text("before\n<!-- speed -->\nold\n<!-- /speed -->\nafter\n", "utf-8")
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    bench.publish((3500, 60), [(name, 1.5 * (i + 1)) for i, name in enumerate(bench.NAMES)])
    english = (tmp_path / "README.md").read_text("utf-8")
    assert "| a report of 3500 characters, 60 quantities | ms | ratio |" in english
    assert "| jieba.lcut: words | 3.00 | 2.00 |" in english
    assert english.startswith("before\n")
    assert english.endswith("<!-- /speed -->\nafter\n")
    assert "old" not in english
    assert "| 一条数字正则：不知含义 | 6.00 | 4.00 |" in (tmp_path / "README.zh-CN.md").read_text("utf-8")
