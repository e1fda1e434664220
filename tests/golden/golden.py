"""Five small reports, one of each format, and the tables that they give, as CSV that a person can read.

    python tests/golden/golden.py              # rewrite tables/*.csv from reports/*; read the diff before you commit it
    python tests/golden/golden.py --reports    # make the Word file, the PDF and the GB18030 page from written/* first

The reports are written for the project: real places, invented figures. In the CSV files a report goes by its file's name,
since its id changes with every character; lists are joined with `|`. The columns are those of the contract (docs/tables.md)
without what is measured rather than said.
"""
from __future__ import annotations

import argparse
import io
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import polars as pl

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "lib"))
REPORTS, WRITTEN, TABLES = HERE / "reports", HERE / "written", HERE / "tables"
NAMES = ("reports", "sections", "measures", "indicators", "instruments", "findings")
LEFT_OUT = {"indicators": ("confidence", "rule")}
STAMP = (2025, 5, 12, 9, 0, 0)
SETTINGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer")  # our own page: root has no sandbox


# --- the reports -----------------------------------------------------------------------------------------------------

def make_docx(written: str) -> bytes:
    """A Word file from plain lines: `#` the title, `=` and `==` headings, `|` a table's row, `>` on the right."""
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    document = docx.Document()
    rows: list[list[str]] = []
    for line in [*written.splitlines(), ""]:
        mark, _, rest = line.partition(" ")
        if mark == "|":
            rows.append([cell.strip() for cell in rest.split("|")])
            continue
        if rows:
            table = document.add_table(len(rows), len(rows[0]))
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    table.cell(r, c).text = cell
            rows = []
        if not line:
            continue
        paragraph = document.add_paragraph()
        run = paragraph.add_run(rest if mark in ("#", "=", "==", ">") else line)
        run.bold = mark in ("=", "==")
        paragraph.alignment = {"#": WD_ALIGN_PARAGRAPH.CENTER, ">": WD_ALIGN_PARAGRAPH.RIGHT}.get(mark)
    packed, settled = io.BytesIO(), io.BytesIO()
    document.save(packed)
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():  # with fixed times, so that the same text gives the same bytes
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, re.sub(rb"(<dcterms:\w+[^>]*>)[^<]*", rb"\g<1>2025-05-12T09:00:00Z", old.read(name)))
    return settled.getvalue()


def make_pdf(page: Path) -> bytes:
    """The PDF that a browser prints; its bytes differ with the browser, its text should not."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        raise SystemExit("printing the PDF needs Chromium on the PATH and the Noto CJK fonts")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "report.pdf")
        subprocess.run([browser, *SETTINGS, f"--print-to-pdf={target}", page.as_uri()],
                       check=True, capture_output=True, timeout=120)
        return re.sub(rb"(/(?:Creation|Mod)Date \(D:)\d{14}", rb"\g<1>20250512090000", target.read_bytes())


def make_reports() -> None:
    """The three reports that cannot be typed as they are."""
    (REPORTS / "bureau.docx").write_bytes(make_docx((WRITTEN / "bureau.txt").read_text("utf-8")))
    (REPORTS / "county.pdf").write_bytes(make_pdf(WRITTEN / "county.html"))
    (REPORTS / "department.html").write_bytes((WRITTEN / "department.html").read_text("utf-8").encode("gb18030"))


# --- their tables ----------------------------------------------------------------------------------------------------

def golden_tables() -> dict[str, str]:
    """Each table of a build of the five reports, as CSV text."""
    from fazhi.build import build

    with tempfile.TemporaryDirectory() as folder:
        build(REPORTS, Path(folder), workers=1)
        frames = {name: pl.read_parquet(Path(folder, "latest", f"{name}.parquet")) for name in NAMES}
    sources = frames["reports"].select("report_id", "source")
    return {name: as_csv(name, frame, sources) for name, frame in frames.items()}


def as_csv(name: str, frame: pl.DataFrame, sources: pl.DataFrame) -> str:
    """A table with its reports by name, sorted, lists joined."""
    if "source" not in frame.columns:
        frame = sources.join(frame, on="report_id", how="right", maintain_order="right")
    keep = [c for c in frame.columns if c not in ("report_id", *LEFT_OUT.get(name, ()))]
    order = [c for c in ("source", "indicator_id", "measure_id", "section_id", "first_start", "start", "rule") if c in keep]
    lists = [pl.col(c).list.join("|") for c in keep if isinstance(frame.schema[c], pl.List)]
    return frame.sort(order).select(keep).with_columns(lists).write_csv()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", action="store_true", help="make the reports from written/* first")
    args = parser.parse_args()
    if args.reports:
        make_reports()
    TABLES.mkdir(exist_ok=True)
    for name, csv in golden_tables().items():
        path = TABLES / f"{name}.csv"
        changed = not path.exists() or path.read_text("utf-8") != csv
        path.write_text(csv, "utf-8")
        print(f"{path.name}: {csv.count(chr(10)) - 1} lines{', changed: read the diff' if changed else ''}")


if __name__ == "__main__":
    main()
