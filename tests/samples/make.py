"""Make data/raw from the marked reports of this folder: each in the format and the site skin that formats.csv names.

A marked file holds a report's plain text with its gold inside (tests/practice/unmark.py); this wraps it into what an
analyst would have downloaded: a page of a government site with all its furniture, a Word file, a PDF, a text dump. Same
input, same bytes; only a PDF differs with the browser that prints it, so one is printed when its text has changed.

    python tests/samples/make.py                 # data/raw/* and data/raw/sources.csv
    python tests/samples/make.py --pdf           # every PDF anew; needs Chromium and the Noto CJK fonts
    python tests/samples/make.py --gold DIR      # the gold of each report, its `file` naming the raw file
"""
from __future__ import annotations

import argparse
import csv
import datetime as dt
import hashlib
import html
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "practice"))
from unmark import HEADING, QUANTITY, fold, unmark

RAW = HERE.parents[1] / "data" / "raw"
ENDING = {"html": "html", "html-gb18030": "html", "docx": "docx", "docx-auto": "docx", "pdf": "pdf", "txt": "txt"}
COLUMNS = ("file", "url", "publisher", "accessed_on", "origin", "issuer", "year", "title")
SIGNED = re.compile(r"[^。；：]{2,40}|[\d〇零一二三四五六七八九十]{4}年[\d一二三四五六七八九十]{1,3}月[\d一二三四五六七八九十]{1,3}日")
INFO = re.compile(r"[^。]{0,60}(发布日期|发布时间|信息来源|来源|成文日期|时间|日期)\s*[:：][^。]{0,80}")
NOTICE = {
    "restated": "fazhi sample, restated: figures of a real report in other words; not the authority's text, not its page",
    "synthetic": "fazhi sample, synthetic: place, authority and figures are invented",
}
# What stands around a report on a site; other reports' titles join them.
NEIGHBOURS = (
    "关于{y}年政府信息公开工作年度报告的公告", "{n}年重大行政决策事项目录", "《优化营商环境若干措施》政策解读", "{n}年法治政府建设工作要点",
    "行政执法“三项制度”落实情况通报", "{y}年度部门决算公开说明", "关于公布行政许可事项清单（{n}年版）的通知", "规范性文件清理结果公告",
    "图解：一图读懂{n}年民生实事", "“双随机、一公开”抽查计划公示", "关于征集{n}年立法和决策项目建议的公告", "行政复议指南（{n}年版）",
)
EDITORS = ("王玥琦", "陈喆", "李䶮", "周犇", "杜珺", "孟甯")


@dataclass
class Part:
    """A stretch of a line: plain text, or a heading with its label."""

    text: str
    level: int = 0
    label: str = ""


@dataclass
class Report:
    """A marked report taken apart, with its row of formats.csv."""

    row: dict[str, str]
    text: str
    gold: dict[str, Any]
    heading: str = ""
    info: str = ""
    lines: list[list[Part]] = field(default_factory=list)

    @property
    def stem(self) -> str:
        return self.row["name"].removeprefix("restated_")

    @property
    def file(self) -> str:
        return f"{self.stem}.{ENDING[self.row['format']]}"

    @property
    def origin(self) -> str:
        return "restated" if self.row["name"].startswith("restated_") else "synthetic"

    @property
    def published(self) -> str:
        return self.row["published"] or self.gold["report"]["published_on"] or ""

    @property
    def day(self) -> str:
        return self.gold["report"]["published_on"] or ""

    @property
    def shows_date(self) -> bool:
        """A Word file lies on the analyst's disk without the page that linked it, and so without its date."""
        return bool(self.info) or not self.row["format"].startswith("docx")

    @property
    def dateline(self) -> str:
        """The line under the title: the source's own, or the one that a site puts there."""
        source = f"来源：{self.row['publisher'] or self.gold['report']['issuer']}"
        return self.info or (f"发布时间：{self.published}　　{source}" if self.published else source)

    def number(self, key: str, digits: int) -> str:
        """Digits that look random and never change."""
        found = int(hashlib.sha256(f"{self.stem}/{key}".encode()).hexdigest(), 16)
        return str(found % (9 * 10 ** (digits - 1)) + 10 ** (digits - 1))


def take_apart(path: Path, row: dict[str, str]) -> Report:
    """Read a marked file: title and metadata line apart from the body, headings apart from their text."""
    marked = path.read_text("utf-8")
    text, gold = unmark(marked, path.name)
    report = Report(row, text, gold)
    if gold["report"]["published_on"] and row["published"] and re.sub(r"\D", "", row["published"])[:8] != gold["report"]["published_on"].replace("-", ""):
        raise SystemExit(f"{path.name}: formats.csv says published {row['published']}, the head {gold['report']['published_on']}")
    lines = [QUANTITY.sub(r"\1", line).strip() for line in marked.split("+++\n", 2)[2].splitlines()]
    lines = [line for line in lines if line]
    title, seen = fold(gold["report"]["title"] or ""), ""
    while lines and title and title.startswith(seen + fold(lines[0])) and seen != title:
        seen += fold(lines[0])
        report.heading += ("\n" if report.heading else "") + lines.pop(0)
    if lines and INFO.fullmatch(lines[0]):
        report.info = lines.pop(0)
    for line in lines:
        parts, at = [], 0
        for m in HEADING.finditer(line):
            parts += [Part(line[at:m.start()])] if line[at:m.start()] else []
            parts.append(Part(m[4], int(m[1]), m[3]))
            at = m.end()
        parts += [Part(line[at:])] if line[at:] else []
        report.lines.append(parts)
    return report


def is_signature(report: Report, i: int) -> bool:
    """The last lines, short and without a full stop."""
    plain = ["".join(p.text for p in parts) for parts in report.lines[i:]]
    return len(plain) <= 2 and all(SIGNED.fullmatch(p) and not p.endswith(".pdf") for p in plain) and not report.lines[i][0].level


# --- HTML ------------------------------------------------------------------------------------------------------------

def soup(text: str) -> str:
    """Digits in a span of their own, as a page pasted from Word has them."""
    return re.sub(r"[\d.]*\d%?", lambda m: f'<span lang="EN-US" style="font-family:\'Times New Roman\'">{m[0]}</span>', html.escape(text, quote=False))


def body_html(report: Report, skin: str) -> str:
    """The body in the manner of a skin: a is soup pasted from Word, b clean paragraphs, c lines and <br/>."""
    out = []
    for i, parts in enumerate(report.lines):
        plain = "".join(p.label + p.text for p in parts)
        if plain.endswith(".pdf"):
            out.append(f'<p class="fj"><img src="/images/pdf.gif" alt=""/><a href="./P0{report.number("fj", 9)}.pdf">{html.escape(plain)}</a></p>')
            continue
        sign = is_signature(report, i)
        if skin == "a":
            inner = "".join(
                f'<b><span style="font-family:{"黑体" if p.level == 1 else "楷体_GB2312"};font-size:16pt">{soup(p.label + p.text)}</span></b>' if p.level
                else f'<span style="font-family:仿宋_GB2312;font-size:16pt">{soup(p.text)}</span>' for p in parts)
            lead = "" if sign else "&nbsp;&nbsp;&nbsp;&nbsp;"
            out.append(f'<p class="MsoNormal" style="line-height:28pt;{"text-align:right" if sign else "text-indent:0"}">{lead}{inner}<o:p></o:p></p>')
        elif skin == "c":
            inner = "".join(f'<font face="{"SimHei" if p.level == 1 else "KaiTi"}">{html.escape(p.label + p.text, quote=False)}</font>' if p.level
                            else html.escape(p.text, quote=False) for p in parts)
            out.append(f'<div align="right">{inner}</div>' if sign else f"&emsp;&emsp;{inner}<br/>\n<br/>")
        else:
            inner = "".join(f"<strong>{html.escape(p.label + p.text, quote=False)}</strong>" if p.level else html.escape(p.text, quote=False) for p in parts)
            out.append(f'<p class="sign" style="text-align:right">{inner}</p>' if sign else f"<p>　　{inner}</p>" if skin == "b" else f"<p>{inner}</p>")
    return "\n".join(out)


def neighbours(report: Report, others: list[Report]) -> list[tuple[str, str]]:
    """Titles and dates of pages that a site would link beside this one: other reports first, then notices."""
    year = report.gold["report"]["year"]
    mine = [o for o in others if o is not report and o.origin == report.origin and o.gold["report"]["title"]]
    mine.sort(key=lambda o: (o.gold["report"]["issuer"] != report.gold["report"]["issuer"], hashlib.sha256((report.stem + o.stem).encode()).hexdigest()))
    titles = [(o.gold["report"]["title"], o.day or f"{o.gold['report']['year'] + 1}-03-{int(o.number('day', 2)) % 27 + 1:02d}") for o in mine[:3]]
    at = int(report.number("near", 4))
    titles += [(NEIGHBOURS[(at + 5 * k) % len(NEIGHBOURS)].format(y=year, n=year + 1), f"{year + 1}-0{k + 2}-{int(report.number(f'd{k}', 2)) % 27 + 1:02d}")
               for k in range(3)]
    return titles


def furniture(report: Report, others: list[Report]) -> dict[str, str]:
    """Every value that a skin can show."""
    row, head = report.row, report.gold["report"]
    stamp, day = report.published, report.day
    near = neighbours(report, others)
    source = row["publisher"] or head["issuer"]
    seen_on = dt.date.fromisoformat(row["accessed_on"]) if row["accessed_on"] else dt.date(2025, 5, 12)
    plain = (report.heading or "").replace("\n", "")
    suffix = row["suffix"]
    host = re.sub(r"^https?://([^/]+).*", r"\1", row["url"]) if row["url"] else "www.sample.example"
    return {
        "charset": "gb2312" if row["format"] == "html-gb18030" else "utf-8", "site": row["site"], "title": html.escape(plain),
        "heading": html.escape(report.heading).replace("\n", "<br/>"), "info": report.dateline, "source": source, "host": host,
        "page_title": html.escape(plain + suffix) if plain else html.escape(suffix.strip("-_| ")), "published": stamp, "published_day": day,
        "notice": NOTICE[report.origin], "serial": report.number("serial", 8), "hits": report.number("hits", 3 + int(report.number("h", 1)) % 2),
        "visits": report.number("visits", 7), "code": report.number("code", 6) + "0001", "phone": f"0{report.number('area', 3)}-{report.number('tel', 7)}",
        "door": report.number("door", 2), "postcode": report.number("post", 6), "index": f"{report.number('ix', 9)}/{head['year'] + 1}-{report.number('iy', 5)}",
        "icp": "ICP备00000000号" if report.origin == "restated" else f"岭ICP备{report.number('icp', 8)}号-1",
        "police": "公网安备 00000000000000号" if report.origin == "restated" else f"岭公网安备 {report.number('police', 14)}号",
        # 䶮 is in GB18030 and not in GB2312, which such pages say they are in
        "editor": EDITORS[2] if row["format"] == "html-gb18030" else EDITORS[int(report.number("ed", 2)) % len(EDITORS)],
        "today": f"{seen_on.year}年{seen_on.month}月{seen_on.day}日 星期{'一二三四五六日'[seen_on.weekday()]}",
        "related": "\n".join(f'<li><a href="./t{d.replace("-", "")}_{k}{report.number("rel", 6)}.html" title="{html.escape(t)}">{html.escape(t)}</a><span>{d}</span></li>'
                             for k, (t, d) in enumerate(near)),
        "previous_title": html.escape(near[0][0]), "next_title": html.escape(near[-1][0]),
        "previous_url": f"./content_{report.number('prev', 7)}.html", "next_url": f"./content_{report.number('next', 7)}.html",
    }


def skin(name: str) -> Template:
    return Template((HERE / "skins" / name).read_text("utf-8"))


def make_html(report: Report, others: list[Report]) -> bytes:
    which = report.row["skin"]
    page = skin(f"{which}.html").substitute(furniture(report, others), body=body_html(report, which))
    return page.encode("gb18030" if report.row["format"] == "html-gb18030" else "utf-8")


def make_txt(report: Report, others: list[Report]) -> bytes:
    """Skin a: what a browser's 'save as text' leaves, furniture and all. Skin b: the bare text, BOM and CRLF."""
    body = "\n".join("".join(p.label + p.text for p in parts) for parts in report.lines)
    if report.row["skin"] == "a":
        values = {k: html.unescape(v) for k, v in furniture(report, others).items()}
        return skin("dump.txt").substitute(values | {"heading": report.heading}, body=body).encode()
    top = "\n".join(filter(None, (report.heading, report.dateline)))
    return ("\ufeff" + "\n".join(filter(None, (top, body))).replace("\n", "\r\n") + "\r\n").encode()


# --- Word ------------------------------------------------------------------------------------------------------------

NUMBERING = """<w:abstractNum {} w:abstractNumId="40"><w:multiLevelType w:val="multilevel"/>
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:suff w:val="nothing"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:suff w:val="nothing"/><w:lvlText w:val="（%2）"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:suff w:val="nothing"/><w:lvlText w:val="%3."/></w:lvl>
</w:abstractNum>""".format(nsdecls("w"))


def chinese(n: int) -> str:
    """1 to 19 in Chinese numerals."""
    return ("十" if n > 9 else "") + ("" if n == 10 else "〇一二三四五六七八九"[n % 10])


def make_docx(report: Report) -> bytes:
    """A Word file; `docx-auto` leaves the labels of its headings to Word's own numbering."""
    auto = report.row["format"] == "docx-auto"
    document = docx.Document()
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "", report.heading.replace("\n", ""), NOTICE[report.origin]
    stamp = dt.datetime.combine(dt.date.fromisoformat(report.row["accessed_on"] or "2025-05-12"), dt.time(9))
    properties.created = properties.modified = stamp
    if auto:
        numbering = document.part.numbering_part.element
        numbering.insert(0, parse_xml(NUMBERING))
        numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="40"><w:abstractNumId w:val="40"/></w:num>'))

    def run(paragraph: Any, text: str, font: str, size: float = 16, bold: bool = False) -> None:
        r = paragraph.add_run(text)
        r.font.size, r.bold, r.font.name = Pt(size), bold, "Times New Roman"
        r._element.rPr.rFonts.set(qn("w:eastAsia"), font)

    for line in report.heading.splitlines():
        p = document.add_paragraph()
        p.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run(p, line, "方正小标宋简体", 22)
    if report.info:
        p = document.add_paragraph()
        p.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run(p, report.info, "楷体_GB2312", 12)
    count = [0, 0, 0]
    for i, parts in enumerate(report.lines):
        p = document.add_paragraph()
        if is_signature(report, i):
            p.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        else:
            p.paragraph_format.first_line_indent = Pt(32)
        for k, part in enumerate(parts):
            label = part.label
            if auto and part.level in (1, 2, 3) and label and k == 0:
                count[part.level - 1] += 1
                count[part.level:] = [0] * (3 - part.level)
                n = count[part.level - 1]
                if label != (f"{chinese(n)}、", f"（{chinese(n)}）", f"{n}.")[part.level - 1]:
                    raise SystemExit(f"{report.file}: automatic numbering would not print {label!r}")
                properties_ = p._element.get_or_add_pPr()
                number = properties_.get_or_add_numPr()
                number.get_or_add_ilvl().val, number.get_or_add_numId().val = part.level - 1, 40
                label = ""
            run(p, label + part.text, {0: "仿宋_GB2312", 1: "黑体"}.get(part.level, "楷体_GB2312"), bold=part.level == 2)
    out = io.BytesIO()
    document.save(out)
    return settle(out.getvalue(), stamp)


def settle(data: bytes, stamp: dt.datetime) -> bytes:
    """The same archive with fixed times, so that the same report gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, stamp.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return out.getvalue()


# --- PDF -------------------------------------------------------------------------------------------------------------

def print_page(report: Report) -> str:
    """The page that a browser prints."""
    block = (f"<h1>{html.escape(report.heading)}</h1>".replace("\n", "<br>") if report.heading else "") + f'<p class="info">{report.dateline}</p>'
    return skin("print.html").substitute(page_title=html.escape(report.heading.replace("\n", "")), title_block=block, body=body_html(report, "print"))


def make_pdf(report: Report) -> bytes:
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        raise SystemExit(f"{report.file} must be printed anew, which needs Chromium on the PATH")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "report.html", Path(folder) / "report.pdf"
        source.write_text(print_page(report), "utf-8")
        # The page is our own, so the sandbox, which root has not got, is not needed.
        subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={target}", source.as_uri()],
                       check=True, capture_output=True, timeout=120)
        data = target.read_bytes()
    day = (report.row["accessed_on"] or "2025-05-12").replace("-", "")
    return re.sub(rb"(/(?:Creation|Mod)Date \(D:)\d{14}", lambda m: m[1] + day.encode() + b"090000", data)


# --- all -------------------------------------------------------------------------------------------------------------

def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=RAW)
    parser.add_argument("--pdf", action="store_true", help="print the PDF files anew")
    parser.add_argument("--gold", type=Path, help="write the gold here and nothing else")
    args = parser.parse_args()
    with (HERE / "formats.csv").open(encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    marked = {p.stem for p in HERE.glob("*.txt")}
    if lost := marked ^ {r["name"] for r in rows}:
        raise SystemExit(f"formats.csv and the marked files disagree about {sorted(lost)}")
    reports = [take_apart(HERE / f"{r['name']}.txt", r) for r in rows]
    folder = args.gold or args.out
    ledger = HERE / "printed.json"
    printed = json.loads(ledger.read_text("utf-8")) if ledger.exists() else {}
    folder.mkdir(parents=True, exist_ok=True)
    for report in reports:
        if args.gold:
            gold = report.gold | {"file": report.file}
            if not report.shows_date:
                gold["report"]["published_on"] = None
            (folder / f"{report.stem}.json").write_text(json.dumps(gold, ensure_ascii=False, indent=1) + "\n", "utf-8")
            continue
        kind = report.row["format"]
        if kind == "pdf":
            page = hashlib.sha256(print_page(report).encode()).hexdigest()
            if printed.get(report.file) == page and (folder / report.file).exists() and not args.pdf:
                continue
            printed[report.file] = page
        data = make_pdf(report) if kind == "pdf" else make_docx(report) if kind.startswith("docx") else make_txt(report, reports) if kind == "txt" else make_html(report, reports)
        (folder / report.file).write_bytes(data)
        print(f"{report.file}: {len(data)} bytes")
    if not args.gold:
        if folder == RAW:
            ledger.write_text(json.dumps(printed, indent=1, sort_keys=True) + "\n", "utf-8")
        with (folder / "sources.csv").open("w", encoding="utf-8", newline="") as f:
            out = csv.DictWriter(f, COLUMNS, lineterminator="\n")
            out.writeheader()
            for report in sorted(reports, key=lambda r: r.file):
                row = {k: report.row.get(k) or "" for k in COLUMNS}
                out.writerow(row | {"file": report.file, "origin": report.origin, "publisher": report.row["publisher"] or report.row["site"]})


if __name__ == "__main__":
    main()
