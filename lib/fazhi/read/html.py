"""HTML to lines: block elements and <br> part lines, inline elements do not, a table's row is one line with tabs.

The article is the smallest element that holds most of the prose, weighed by punctuation: menus and lists of links have
next to none. It is marked in the tree before the tree becomes text, so that what stands before and after it is known.
"""

from __future__ import annotations

import html
import re
from functools import cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ..knowledge import load_toml
from .leads import BOLD, PLAIN, parted
from .page import Draft

BEGIN, END, BREAK = "\x01", "\x02", "\x04"  # bounds of the article; where the source breaks a line
BOLD_NODES = ", ".join(
    ["strong", "b", *(f"span[style*='font-weight:{gap}{weight}' i]" for gap in ("", " ") for weight in ("bold", "700"))]
)
TAG = re.compile(r"""<!--.*?-->|<(/?[a-zA-Z][^\s/>]*)(?:[^>"]|"[^"]*")*>""", re.DOTALL)
BLOCKS = {
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "caption",
    "center",
    "dd",
    "details",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "title",
    "tr",
    "ul",
    "o:p",
    "w:p",
    "ucapcontent",
    "ucaptitle",
    "founder-content",
    "/td",
    "/th",
} - {"o:p"}
DESCEND = {
    "div",
    "td",
    "tbody",
    "table",
    "tr",
    "section",
    "article",
    "main",
    "form",
    "center",
    "span",
    "font",
    "ucapcontent",
    "body",
    "founder-content",
    "ul",
    "dl",
    "dd",
    "fieldset",
    "th",
}
PUNCTUATION = re.compile("[，。；：、,;]")
LABEL = re.compile(r"(?:^|[\s>])(?:[一二三四五六七八九]、|[（(][一二三四五六七八九十]{1,2}[）)])")
MARKUP = re.compile(
    r"<(?:!doctype\s+html|html|head|body|div|p|table|meta|span|br|font|article|section|h\d|ul|td)\b[^<>]*>|</(?:p|div|td|span)>",
    re.IGNORECASE,
)
# A line break of the source is a space, but none that a Chinese reader means: editors wrap between characters and tags.
SOURCE_BREAK = re.compile(r"[ \t\r\f]*\n\s*")
MEANT = re.compile(f"(?<=[{BOLD}{PLAIN}\u2e80-\uffef]) ?\x04[ \x04]*|[ \x04]*\x04 ?(?=[{BOLD}{PLAIN}\u2e80-\uffef])")
CANONICAL = re.compile(r"saved from url=\(\d+\)(\S+)")


def is_html(text: str) -> bool:
    """Does a decoded text hold markup, rather than speak of it?"""
    head = text.lstrip()[:200].lower()
    return head.startswith(("<!doctype html", "<html", "<?xml")) and "<" in text[5:] or len(MARKUP.findall(text[:50_000])) >= 3


@cache
def _known() -> dict[str, str]:
    table = load_toml("furniture.toml")["html"]
    return {key: ",".join(table[key]) for key in ("containers", "titles", "dropped", "hidden")}


def parse(text: str) -> Draft:
    """The lines of an HTML page in reading order, with the bounds of its article and what its head says."""
    tree = LexborHTMLParser(text)
    known = _known()
    titles, fields = _head(tree, text)
    body = tree.body or tree.root
    if body is None:
        return Draft([])
    for node in body.css(known["dropped"]):
        node.decompose()
    prose = _weight(body)
    for node in body.css(known["hidden"]):  # unless a script was to show it: then it is the article
        if _weight(node) * 2 < prose or not prose:
            node.decompose()
    article = _article(body)
    shown = [t for n in body.css(known["titles"]) if 6 <= len(t := " ".join(n.text(deep=True).split())) <= 120 and "。" not in t]
    if article is not None and article.mem_id != body.mem_id:
        article.insert_before(BEGIN)
        article.insert_after(END)
    for node in body.css(BOLD_NODES):
        node.insert_before(BOLD)
        node.insert_after(PLAIN)
    lines, leads = parted(_lines(body.html or ""))
    start, end = 0, len(lines)
    out: list[str] = []
    for line in lines:
        if line == BEGIN:
            start = len(out)
        elif line == END:
            end = len(out)
        else:
            out.append(line)
    # Elements below the article are named like titles too: those of other pages.
    above = "".join(out[: start + 8]).replace(" ", "")
    titles[1:1] = [t for t in shown if t.replace(" ", "") in above]
    return Draft(out, start, min(end, len(out)), titles, fields, leads)


def _head(tree: LexborHTMLParser, text: str) -> tuple[list[str], dict[str, str]]:
    """Titles and fields of the page's head: meta elements, <title>, canonical link, the comment of a saved page."""
    table = load_toml("furniture.toml")["html"]
    metas: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        name = attributes.get("name") or attributes.get("property") or attributes.get("itemprop")
        if name and (content := (attributes.get("content") or "").strip()):
            metas.setdefault(name, content)
    fields = {}
    for key in ("published", "publisher", "site", "url"):
        if value := next((metas[n] for n in table[f"meta_{key}"] if n in metas), None):
            fields[key] = value
    if (link := tree.css_first("link[rel=canonical]")) is not None and (href := link.attributes.get("href")):
        fields["url"] = href
    elif m := CANONICAL.search(text[:3000]):
        fields["url"] = m[1]
    if not fields.get("url", "").startswith("http"):
        fields.pop("url", None)
    titles = [metas[n] for n in table["meta_title"] if n in metas][:1] or [""]
    if (title := tree.css_first("title")) is not None:
        titles.append(" ".join(title.text(deep=True).split()))
    return titles, fields


def _weight(node: LexborNode) -> int:
    return len(PUNCTUATION.findall(node.text(deep=True)))


def _article(body: LexborNode) -> LexborNode | None:
    """The element of the article: a known container that holds most of the prose, else the smallest that holds most."""
    total = _weight(body)
    if total < 10:
        return None
    best = None
    for node in body.css(_known()["containers"]):
        if (weight := _weight(node)) >= 0.7 * total and (best is None or weight <= best[0]):
            best = weight, node
    if best:
        return best[1]
    node = body
    while True:
        children = [child for child in node.iter() if child.tag in DESCEND]
        weight, heaviest = max(((_weight(child), child) for child in children), key=lambda pair: pair[0], default=(0, node))
        if weight < 0.85 * total or heaviest is node:
            break
        # Headings outside the heaviest child say that it is one long paragraph of the article, not the article.
        if len(LABEL.findall(heaviest.html or "")) < len(LABEL.findall(node.html or "")):
            break
        node = heaviest
    return node


def _lines(source: str) -> list[str]:
    """The lines of serialized HTML."""
    if "<pre" in source:
        source = re.sub(r"<pre\b.*?</pre>", lambda m: m[0].replace("\n", "<br>"), source, flags=re.DOTALL)
    source = re.sub(r"[ \t\r\f]+", " ", SOURCE_BREAK.sub(BREAK, source))
    out: list[str] = []
    rows: list[int] = []  # where in `out` the open rows begin
    tag = None
    for i, piece in enumerate(TAG.split(source)):
        if i % 2 == 0:
            if piece:
                out.append(piece)
            continue
        tag = (piece or "").lower()
        if tag == "tr":
            out.append("\n")
            rows.append(len(out))
        elif tag == "/tr":
            if rows:
                begin = rows.pop()
                if (row := _row(out[begin:])) is not None:
                    out[begin:] = [row]
            out.append("\n")
        elif tag in {"td", "th"}:
            out.append("\t" if rows else "\n")
        elif tag in BLOCKS or tag.removeprefix("/") in BLOCKS:
            out.append("\n")
    text = html.unescape("".join(out))
    text = MEANT.sub("", text).replace(BREAK, " ").replace(BEGIN, f"\n{BEGIN}\n").replace(END, f"\n{END}\n")
    return [line for piece in text.split("\n") if (line := piece.strip())]


def _row(pieces: list[str]) -> str | None:
    """A table's row as one line, its cells parted by tabs; None for a row that lays out a page."""
    text = "".join(pieces)
    if BEGIN in text or END in text or len(text) > 1500:
        return None
    cells = [" ".join(MEANT.sub("", cell).replace(BREAK, " ").split()) for cell in text.split("\t")[1:]]
    if len(cells) < 2 or any(len(cell) > 300 for cell in cells):
        return None
    return "\t".join(cells).rstrip("\t")
