"""Whether a page is a report at all. Real reports must never be thrown away, so a doubt is in the page's favour."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice, takewhile

from fazhi.extract.rows import Identity
from fazhi.knowledge import load_toml, require
from fazhi.read.page import Page

FILE = "genres.toml"
SHORTEST = 80  # characters of a page that could say anything
LIST_LINES = 6  # lines that are titles make a list, if most of the page is such lines
LINE = 50  # characters of a line that can be a title
PROSE = 60  # characters of sentences that a page without headings has at least
HEAD_LINES = 7  # a page without a report's title may have another one in these
SENTENCE = re.compile(r"[一-鿿]{6,}[^。\n]*。")


@dataclass(frozen=True)
class Genre:
    """A kind of page that is no report, and how it is known."""

    name: str
    reason: str
    title: re.Pattern[str] | None
    text: re.Pattern[str] | None
    spare: re.Pattern[str] | None
    always: bool
    longest: int
    least: int
    most: int | None

    def fits(self, title: str, text: str) -> bool:
        """Whether a page with this title and text is of this kind."""
        if (self.title and not self.title.search(title)) or (self.spare and self.spare.search(title)):
            return False
        if not self.text:
            return bool(self.title)
        if self.most is not None:
            return not _holds(text, self.text, self.most + 1)
        return len(text) <= self.longest and _holds(text, self.text, self.least)


def _holds(text: str, pattern: re.Pattern[str], least: int) -> bool:
    """Whether a text has so many matches of a pattern, looked for no further than that."""
    return sum(1 for _ in islice(pattern.finditer(text), least)) >= least


@cache
def genres() -> tuple[Genre, ...]:
    """The genres of genres.toml, checked and compiled once."""
    found = []
    for i, row in enumerate(load_toml(FILE)["genre"]):
        require(
            FILE,
            f"genre {i + 1} {row.get('name', '?')}",
            row,
            {"name": str, "reason": str, "yes": list, "no": list},
            {"title": str, "text": str, "spare": str, "always": bool, "longest": int, "least": int, "most": int},
        )
        title, text, spare = (re.compile(row[k], re.MULTILINE) if k in row else None for k in ("title", "text", "spare"))
        found.append(
            Genre(
                row["name"],
                row["reason"],
                title,
                text,
                spare,
                row.get("always", False),
                row.get("longest", 10**9),
                row.get("least", 1),
                row.get("most"),
            )
        )
    return tuple(found)


@cache
def _report() -> dict[str, re.Pattern[str]]:
    data = load_toml(FILE)["report"]
    require(FILE, "report", data, {"title": str, "text": str, "announce": str, "own": str, "about": str})
    return {key: re.compile(pattern, re.MULTILINE) for key, pattern in data.items()}


def _shown(page: Page) -> tuple[str, ...]:
    """The page's own title; that of a PDF or Word file's properties, often another document's, only where it is printed."""
    first = page.titles[:1]
    if not page.media_type.startswith("application/"):
        return first
    shown = re.sub(r"\s", "", page.text + page.furniture)
    return tuple(title for title in first if re.sub(r"\s", "", title) in shown)


def not_a_report(page: Page, identity: Identity) -> str | None:
    """Why a page is no report, as one Chinese sentence that a reader can act on; None for a report."""
    report = _report()
    lines = [line.strip() for line in page.text.split("\n") if line.strip()]
    head = takewhile(lambda line: len(line) < LINE, lines[:HEAD_LINES])  # what stands before the first paragraph
    top = [line for line in head if not line.endswith(("。", "：", ":")) and not report["text"].match(line)]
    heads = [identity.title] if identity.title else [*_shown(page)] or [*top, "".join(top[-3:])]
    long = len(page.text) > 250 or report["announce"].search(page.text)
    looks = bool(report["text"].search(page.text) and long)
    titled = bool(identity.title and report["title"].search(identity.title))
    for genre in genres():
        fits = any(genre.fits(head, page.text) for head in heads)
        if fits and (genre.always or not (looks and (titled or not identity.title))):
            return genre.reason
    prose = sum(len(m[0]) for m in SENTENCE.finditer(page.text))
    listed = [line for line in lines if len(line) < LINE and line[-1] not in "。；，" and report["title"].search(line)]
    if len(listed) >= LIST_LINES and 2 * sum(map(len, listed)) > len(page.text):
        return "这是报告的目录页，请打开其中的报告再下载"
    if len(page.text) < SHORTEST or (prose < PROSE and not looks):
        return "页面里没有报告正文：可能只有标题和附件，请下载附件"
    if not report["about"].search(heads[0] + page.text):
        return "全文没有谈到法治，不是法治政府建设年度报告"
    if not titled and identity.issuer is None and not any(report[key].search(page.text) for key in ("announce", "own")):
        return "没有报告的标题，也看不出是哪个机关在报告自己的工作"
    return None
