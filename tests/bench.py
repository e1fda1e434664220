"""How fast reports are read, beside tools that do a part of the work, on the same text and in one run.

    python tests/bench.py [--rounds N] [--reports N] [--write]      # --write: into the READMEs' tables

Prints milliseconds for one report (the best of several rounds, in one process, on one core) and ratios; what each peer leaves
out stands beside it. Then how long reading takes for each format of the sample corpus, and how many reports a build does in
a second. Nothing here passes or fails: a machine is not a test.
"""
from __future__ import annotations

import argparse
import logging
import re
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
sys.path.insert(0, str(Path(__file__).resolve().parent / "practice"))
from score import marked

ROOT = Path(__file__).resolve().parents[1]
RAW = ROOT / "data" / "raw"
USUAL, FIGURES = 3500, 100  # characters and figures in a report, as a rule
NUMBER = re.compile(r"(?:\d[\d,.]*|[零一二两三四五六七八九十百千]+)[余多]?[万亿]?[余多]?"
                    r"(?:[%％]|[件次场条项部个名人家份起元]{1,2})")


def milliseconds(jobs: list[Callable[[], object]], rounds: int) -> list[float]:
    """The best time of each job; a round runs them all, so that a busy moment falls on all of them. The first only warms up."""
    best = [float("inf")] * len(jobs)
    for turn in range(rounds + 1):
        for i, job in enumerate(jobs):
            start = time.perf_counter()
            job()
            if turn:
                best[i] = min(best[i], time.perf_counter() - start)
    return [1000 * seconds for seconds in best]


def pages() -> dict[Path, bytes]:
    """The sample corpus."""
    return {p: p.read_bytes() for p in sorted(RAW.iterdir()) if p.suffix in (".html", ".txt", ".docx", ".pdf")}


def one_report(rounds: int) -> tuple[tuple[int, int], list[tuple[str, float]]]:
    """The text pipeline, stage by stage, beside jieba and a plain number regex; what was read, and the milliseconds of each."""
    import jieba
    import jieba.posseg

    from fazhi.extract import extract, figures
    from fazhi.extract.genre import not_a_report
    from fazhi.extract.identity import identify
    from fazhi.extract.measures import measures
    from fazhi.extract.numerals import scan
    from fazhi.extract.outline import outline
    from fazhi.read import read

    jieba.setLogLevel(logging.WARNING)
    read_ones = ((read(raw, name), len(gold["quantities"])) for name, raw, gold in marked("open"))
    page, _ = min(read_ones, key=lambda one: abs(len(one[0].text) / USUAL - 1) + abs(one[1] / FIGURES - 1))
    text, sections, identity = page.text, outline(page.text, page.leads), identify(page)
    size = (len(text), len(extract(page).quantities))
    print("one report of {} characters, {} quantities".format(*size))
    jobs: list[tuple[str, Callable[[], object], str]] = [
        ("fazhi, text to all rows", lambda: extract(page), "everything"),
        ("  outline", lambda: outline(text), ""),
        ("  identity", lambda: identify(page), ""),
        ("  numerals alone", lambda: scan(text), "part of figures"),
        ("  figures", lambda: figures(text, sections, identity.year, identity.issuer_kind), ""),
        ("  measures", lambda: measures(text, sections), ""),
        ("  report or not", lambda: not_a_report(page, identity), ""),
        ("jieba.lcut", lambda: jieba.lcut(text), "words only"),
        ("jieba.posseg.lcut", lambda: jieba.posseg.lcut(text), "words and their classes"),
        ("a number regex", lambda: NUMBER.findall(text), "numbers, no meaning"),
    ]
    print(f"{'':28}{'ms':>9}{'ratio':>9}")
    spent = milliseconds([job for _, job, _ in jobs], rounds)
    for (name, _, note), ms in zip(jobs, spent, strict=True):
        print(f"{name:28}{ms:9.3f}{ms / spent[0]:9.2f}  {note}")
    return size, [(name, ms) for (name, _, _), ms in zip(jobs, spent, strict=True) if not name.startswith(" ")]


def formats(rounds: int) -> None:
    """Reading a file's bytes to clean text, by format: the median over the sample corpus."""
    from fazhi.read import read

    spent: dict[str, list[float]] = defaultdict(list)
    for path, data in pages().items():
        spent[path.suffix] += milliseconds([partial(read, data, path.name)], max(2, rounds // 10))
    print("\nbytes to clean text")
    for suffix, times in sorted(spent.items()):
        print(f"{suffix:28}{median(times):9.3f}  ms a report, {len(times)} reports")


def builds(reports: int) -> None:
    """A first build of so many different reports, and a second one with nothing to do."""
    from fazhi.build import build

    sources = [(p, d) for p, d in pages().items() if p.suffix in (".html", ".txt")]
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder, "raw")
        raw.mkdir()
        for i in range(reports):
            path, data = sources[i % len(sources)]
            # another number of pupils makes another report
            mark = f"培训学员{10_000 + i}人次。".encode("gb18030" if b"gb2312" in data[:2000] else "utf-8")
            full_stop = "。".encode("gb18030" if b"gb2312" in data[:2000] else "utf-8")
            at = data.find(full_stop, len(data) // 2) + len(full_stop)
            (raw / f"{i:05}{path.suffix}").write_bytes(data[:at] + mark + data[at:])
        print(f"\nbuild of {reports} reports")
        for name in ("first", "second, nothing changed"):
            start = time.perf_counter()
            build(raw, Path(folder, "out"))
            spent = time.perf_counter() - start
            print(f"{name:28}{spent:9.2f}  s" + (f", {reports / spent:.0f} reports a second" if name == "first" else ""))
        shutil.rmtree(raw)


NAMES = {"fazhi, text to all rows": ("fazhi: text to all rows", "fazhi：文本到全部数据行"),
         "jieba.lcut": ("jieba.lcut: words", "jieba.lcut：只分词"),
         "jieba.posseg.lcut": ("jieba.posseg: words and their classes", "jieba.posseg：分词和词性"),
         "a number regex": ("a number regex: no meaning", "一条数字正则：不知含义")}


def publish(size: tuple[int, int], spent: list[tuple[str, float]]) -> None:
    """Write the times of this run into the tables of the READMEs."""
    heads = ("a report of {} characters, {} quantities", "一份{}字、{}个数量的报告"), ("ratio", "倍数")
    for i, name in enumerate(("README.md", "README.zh-CN.md")):
        before, mark, rest = (ROOT / name).read_text("utf-8").partition("<!-- speed -->\n")
        rows = [f"| {heads[0][i].format(*size)} | ms | {heads[1][i]} |", "| --- | ---: | ---: |"]
        rows += [f"| {NAMES[job][i]} | {ms:.2f} | {ms / spent[0][1]:.2f} |" for job, ms in spent]
        end = "<!-- /speed -->"
        (ROOT / name).write_text(before + mark + "\n".join(rows) + "\n" + end + rest.partition(end)[2], "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--reports", type=int, default=500, help="of the build; 0 leaves it out")
    parser.add_argument("--write", action="store_true", help="write the first table into the READMEs")
    args = parser.parse_args()
    size, spent = one_report(args.rounds)
    if args.write:
        publish(size, spent)
    formats(args.rounds)
    if args.reports:
        try:
            builds(args.reports)
        except ModuleNotFoundError as fault:
            print(f"\nno build here: {fault}")


if __name__ == "__main__":
    main()
