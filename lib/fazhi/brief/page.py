"""An executed notebook -> one HTML file that needs nothing else: a capsule.

The template of nbconvert beside this module prints no code; what it prints, it asks of a `Capsule`: cells as safe HTML, figures
with their static twins, the sentences behind all linked numbers, the font with just the characters of the page, and one packed
plotly bundle.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

import mistune
import plotly.graph_objects as go
import polars as pl

from fazhi.brief import fonts, static
from fazhi.brief.bundle import bundle, pack
from fazhi.brief.sanitize import clean
from fazhi.brief.show import Html, table
from fazhi.brief.sources import Entry, entries, listing
from fazhi.brief.theme import STATES, say
from fazhi.compare.language import word

if TYPE_CHECKING:
    import nbformat

LIMIT = 2_500_000  # bytes of a page
FRAME = 5_000  # bytes of a page that are in its template
PACKED_FROM = 40_000  # characters of the list of sentences beyond which it is packed, to keep the page under LIMIT
INLINE = 5  # sentences of a list that stays where the notebook shows it
PLACE = "<!--fz-sources-->"  # where the last long list stood
POINTS = 400  # sentences of figures' points that are added to those of the tables
PLOTLY = "application/vnd.plotly.v1+json"
GETA = "〓"  # the printers' sign for a character that the fount lacks
_DROPPED = re.compile(r"data:[a-z]+/[^\"')\s]+")
_POINT = re.compile(r'<a class="fz-pt" href="#([^"]+)"><title>[^<]*</title>(.*?)</a>', re.DOTALL)  # of a static twin
_ANCHOR = re.compile(r"s-([0-9a-zA-Z_.]+)-(\d+)\Z")


class Unrenderable(RuntimeError):
    """The page cannot show something that the notebook put out; the message names the cell and what to do."""


class DeadLink(Unrenderable):
    """A number leads to a sentence that the tables do not hold."""


def _text(name: str) -> str:
    return (files(__package__) / "template" / "briefing" / name).read_text("utf-8")


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")


@dataclass
class Capsule:
    """What the template asks while it prints one briefing. `tables` is what `fazhi.load` gives, or None for a page without
    numbers' sources.
    """

    title: str
    tables: Any = None
    language: str = "zh"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    build: Mapping[str, Any] = field(default_factory=dict)  # id, date of the tables
    codes: Sequence[Mapping[str, str]] = ()  # codebook entries used: code, name, definition
    lost: set[str] = field(default_factory=set, init=False)  # characters without a glyph
    origins: dict[str, int] = field(default_factory=dict, init=False)  # reports behind the page, by origin
    _figures: list[tuple[str, dict[str, Any]]] = field(default_factory=list, init=False)
    _inline: set[str] = field(default_factory=set, init=False)  # sentences that are shown where the notebook has them
    _listings: dict[str, None] = field(default_factory=dict, init=False)  # sentences that the notebook lists, for the appendix
    _level: int = field(default=1, init=False)
    _reports: set[str] = field(default_factory=set, init=False)

    def __deepcopy__(self, memo: object) -> Capsule:
        """nbconvert copies what it is given; what the template learns must come back here."""
        return self

    def rest_on(self, reports: Iterable[str]) -> None:
        """Reports that the page rests on besides those whose sentences it shows: its line on origins counts them."""
        self._reports.update(reports)

    # ---------------------------------------------------------------- cells
    def markdown(self, source: str) -> str:
        """A markdown cell: raw HTML in it is escaped, its first heading gives way to the page's title, no level is skipped."""
        made = mistune.create_markdown(escape=True, plugins=["table", "footnotes"])(source)
        return self._headings(self.legible(str(made)))

    def _headings(self, made: str) -> str:
        def one(found: re.Match[str]) -> str:
            level, attributes, inner = int(found[1]), found[2], found[3]
            if level == 1 and self._level == 1 and not self._figures:
                return ""
            self._level = max(2, min(level, self._level + 1))
            return f"<h{self._level}{attributes}>{inner}</h{self._level}>"

        return re.sub(r"<h([1-6])([^>]*)>(.*?)</h\1>", one, made, flags=re.DOTALL)

    def output(self, output: Mapping[str, Any], cell: int = 0) -> str:
        """One output of a code cell as safe HTML.

        Raises Unrenderable, with the cell's place in the notebook, for an error, a widget, or
        anything without a form for a page.
        """
        try:
            return self._output(output)
        except Unrenderable as fault:
            raise Unrenderable(f"cell {cell}: {fault}") from None

    def _output(self, output: Mapping[str, Any]) -> str:
        kind = output["output_type"]
        if kind == "error":
            raise Unrenderable(f"it ended in {output.get('ename')}: {output.get('evalue')}")
        if kind == "stream":
            text = str(output["text"]).strip()
            if output["name"] == "stderr":
                if "missing from font" in text:
                    raise Unrenderable(f"{text.splitlines()[0]}; draw inside fazhi.brief.theme.matplotlib_style()")
                return ""  # warnings go to the run's log, not to the reader
            return f"<pre>{escape(self.legible(text))}</pre>" if text else ""
        data: Mapping[str, Any] = output["data"]
        if PLOTLY in data:
            return self.figure(data[PLOTLY])
        if "application/vnd.jupyter.widget-view+json" in data:
            raise Unrenderable("it shows a Jupyter widget, which needs a running kernel; show a plotly figure or a table instead")
        if "text/html" in data:
            return self._headings(self._listed(clean(self.legible(_joined(data["text/html"])))))
        for image in ("image/svg+xml", "image/png", "image/jpeg"):
            if image in data:
                payload = _joined(data[image])
                encoded = base64.b64encode(payload.encode()).decode() if image == "image/svg+xml" else "".join(payload.split())
                alt = escape(str((output.get("metadata") or {}).get(image, {}).get("alt", "") or self.title))
                return f'<figure class="fz-figure"><img src="data:{image};base64,{encoded}" alt="{alt}"></figure>'
        if "text/markdown" in data:
            return self.markdown(_joined(data["text/markdown"]))
        others = [name for name in data if name != "text/plain"]
        if others or "text/plain" not in data:
            raise Unrenderable(
                f"an output has only {', '.join(others) or 'nothing'}, which a page cannot show; give the object a `_repr_html_`"
            )
        return f"<pre>{escape(self.legible(_joined(data['text/plain'])))}</pre>"

    def _listed(self, made: str) -> str:
        """A short list of sentences stays where it is; a long one becomes the appendix, in the place where it stood, each
        sentence once.
        """
        if 'class="fz-sources"' not in made:
            return made
        ids = re.findall(r'\bid="(s-[^"]+)"', made)
        if len(ids) <= INLINE and not self._inline & set(ids):
            self._inline.update(ids)
            return made
        self._listings.update(dict.fromkeys(ids))
        return PLACE

    def figure(self, raw: Mapping[str, Any]) -> str:
        """A plotly figure: an empty place that the script fills, its static twin, title and source line as text of the page."""
        told = json.loads(self.legible(json.dumps({k: raw[k] for k in ("data", "layout") if k in raw}, ensure_ascii=False)))
        try:
            fig = go.Figure(told)
        except ValueError as fault:
            raise Unrenderable(f"a figure is not one that plotly can draw: {str(fault).strip().splitlines()[0]}") from None
        meta = fig.layout.meta if isinstance(fig.layout.meta, dict) else {}
        title = meta.get("title") or static.words(fig.layout.title.text) or self.title
        alt = meta.get("alt") or title
        fig.layout.title.text = None
        fig.layout.annotations = [a for a in fig.layout.annotations if a.name != "source"]
        try:
            twin = static.element(fig, f"fig-{len(self._figures) + 1}")
        except static.NoStaticForm as fault:
            raise Unrenderable(str(fault)) from None
        layout = fig.layout.to_plotly_json()
        legend = any(t.showlegend is not False and t.name for t in fig.data) and fig.layout.showlegend is not False
        layout["margin"] = {"l": 8, "r": 24, "t": 56 if legend else 30, "b": 52} | (layout.get("margin") or {})
        layout.pop("width", None)
        layout["height"] = (fig.layout.height or 450) - (0 if legend else 24) - 40
        layout["meta"] = {"shape": meta["shape"]} if meta.get("shape") else None  # the rest is told in the page's own words
        told["layout"] = layout
        self.rest_on(str(meta.get("reports") or "").split())
        name = f"fig-{len(self._figures) + 1}"
        self._figures.append((name, told))
        heading = f"{say('page.figure_label', self.language, n=len(self._figures))}　{escape(title)}"
        caption = escape(meta.get("source") or "") + self._hint(meta.get("hint"), name)
        return (
            f'<figure class="fz-figure" id="{name}" style="--h:{layout["height"]}px"><p class="fz-fig-title">{heading}</p>'
            f'<div class="fz-box"><div class="fz-plot" role="img" aria-label="{escape(alt)}"></div>'
            f'<div class="fz-static" role="group" tabindex="0" aria-label="{escape(alt)}">{twin}</div></div>'
            f"{f'<figcaption>{caption}</figcaption>' if caption else ''}</figure>"
        )

    def _hint(self, hint: str | None, name: str) -> str:
        """What a reader may do with the points, shown by the page's style only where the points are drawn or are links."""
        if not hint:
            return ""
        keys = escape(say("figure.keys", self.language))
        told = word("；", self.language) + escape(hint)
        return f'<span class="fz-hint">{told}<span class="fz-keys" id="{name}-keys">{keys}</span></span>'

    def legible(self, text: str) -> str:
        """The text with 〓 for characters that no font at hand can draw (private-use code points of old pages, emoji); they
        are counted.
        """
        text = _CONTROL.sub("", text)
        if lost := fonts.missing(text):
            self.lost.update(lost)
            text = text.translate(dict.fromkeys(map(ord, lost), GETA))
        return text

    # ---------------------------------------------------------------- what follows from the body
    def close(self, body: str) -> dict[str, str]:
        """All that depends on the body: its appendix of sentences, head and foot lines, font, figures' data and scripts."""
        wanted = list(dict.fromkeys([*_targets(body), *self._listings]))
        there = set(re.findall(r'\bid="(s-[^"]+)"', body))
        points = [target for target in self._point_targets() if target not in wanted][:POINTS]
        added = self._entries([target for target in [*wanted, *points] if target not in there])
        found = {entry.id for entry in added} | there
        if dead := [target for target in wanted if target not in found]:
            raise DeadLink(
                f"{len(dead)} numbers lead to sentences that the tables do not hold, the first to {dead[0]}; "
                "rebuild the tables, then the briefing"
            )
        self._drop_points(found)
        body = _POINT.sub(lambda link: link[0] if link[1] in found else link[2], body)
        inner = self.legible(listing(added, self.language)) if added else ""
        self._reports |= {entry.report_id for entry in added} | {match[1] for target in there if (match := _ANCHOR.match(target))}
        packed = len(inner) > PACKED_FROM
        data = "".join(f'<script type="application/json" id="{name}-data">{_json(told)}</script>' for name, told in self._figures)
        head, at_place, tail = body.rpartition(PLACE)
        before, after = (head.replace(PLACE, ""), tail) if at_place else (body, "")
        parts = {
            "before": before,
            "after": after,
            "at_place": at_place,
            "origin": self._origin(),
            "lost": self._lost_line(),
            "parameters": self._parameters(),
            "codebook": self._codebook(),
            "sources": f'<script type="text/plain" id="fz-packed-sources">{pack(inner.encode())}</script>' if packed else inner,
            "packed": "1" if packed else "",
            "made": self._made(),
            "versions": self._versions(),
            "data": data,
        }
        told_text = "".join([*(v for k, v in parts.items() if k != "sources"), inner, *_chrome(self.language), self.title])
        characters = (
            set(unescape(re.sub(r"<[^>]*>|\\u[0-9a-f]{4}", " ", _DROPPED.sub("", told_text))))
            | set(map(chr, range(0x20, 0x7F)))
            | set("“”…−" + GETA)
        )
        characters |= {sign for _, _, sign in STATES.values()}
        bold = {
            *self.title,
            *"".join(
                re.findall(
                    r"<(?:h[1-6]|th|strong|b|mark|caption|summary)\b[^>]*>(.*?)</", body + inner + parts["codebook"], re.DOTALL
                )
            ),
            *"".join(re.findall(r'class="fz-(?:fig-title|report-title)">(.*?)<', body + ("" if packed else inner))),
        }
        bold |= set(
            "".join(
                say(f"page.{key}", self.language)
                for key in ("sources", "parameters", "codebook", "versions", "caveats", "about", "parameter", "given")
            )
        )
        # a regular face of the whole page, a bold one of the headings; the rest of bold text is drawn from the regular one
        parts["font"] = fonts.css(
            "".join(sorted(c for c in characters if c.isprintable())), "".join(sorted(c for c in bold if c.isprintable()))
        )
        parts["bundle"] = f'<script type="text/plain" id="fz-bundle">{bundle()}</script>' if self._figures else ""
        parts["css"], parts["js"] = _text("page.css"), _text("page.js")
        if parts["bundle"] and sum(len(part.encode()) for part in parts.values()) + FRAME > LIMIT:
            # of all on the page, the drawing library is the most bytes for the least that a reader would miss
            parts["bundle"] = parts["data"] = ""
            parts["lost"] += f'<p class="fz-more">{say("page.static_only", self.language)}</p>'
        parts["nonce"] = hashlib.sha256((told_text + parts["js"]).encode()).hexdigest()[:24]
        return parts

    def _point_targets(self) -> list[str]:
        return list(
            dict.fromkeys(
                target
                for _, told in self._figures
                for trace in told.get("data", ())
                for held in trace.get("customdata") or ()
                if isinstance(held, str)
                for target in held.split()
                if _ANCHOR.match(target)
            )
        )

    def _drop_points(self, found: set[str]) -> None:
        """Points whose sentence is not on the page lead nowhere, so they stop claiming to."""
        for _, told in self._figures:
            for trace in told.get("data", ()):
                if isinstance(trace.get("customdata"), list):
                    trace["customdata"] = [
                        " ".join(target for target in str(held or "").split() if target in found) or None
                        for held in trace["customdata"]
                    ]

    def _entries(self, targets: Iterable[str]) -> list[Entry]:
        pairs = [(match[1], int(match[2])) for target in targets if (match := _ANCHOR.match(target))]
        return entries(self.tables, pairs) if pairs and self.tables is not None else []

    def _origin(self) -> str:
        """The visible line that says whether the figures are real, restated or invented."""
        if self.tables is None:
            return ""
        reports = self.tables.reports.select("report_id", "origin")
        if self._reports:
            reports = reports.filter(pl.col("report_id").is_in(sorted(self._reports)))
        counted = dict(reports.collect().group_by("origin").len().sort("origin").iter_rows())
        told = word("，", self.language).join(
            say("page.reports_n", self.language, origin=say(f"origin.{name}", self.language), n=n)
            for name, n in counted.items()
            if name
        )
        self.origins = {str(name): n for name, n in counted.items()}
        kinds = " ".join(f"fz-origin-{escape(str(name))}" for name in counted)
        line = say("page.origin_line", self.language, origins=told or say("page.no_reports", self.language))
        return f'<p class="fz-origin {kinds}">{escape(line)}</p>'

    def _lost_line(self) -> str:
        if not self.lost:
            return ""
        codes = " ".join(f"U+{ord(c):04X}" for c in sorted(self.lost)[:12])
        return f'<p class="fz-more fz-lost">{escape(say("page.lost_glyphs", self.language, n=len(self.lost), codes=codes))}</p>'

    def _parameters(self) -> str:
        shown = {name: value for name, value in self.parameters.items() if name not in ("tables", "language")}
        rows = "".join(
            f'<tr><th scope="row"><code>{escape(name)}</code></th><td>{escape(self.legible(self._value(value)))}</td></tr>'
            for name, value in shown.items()
        )
        names = "".join(f'<th scope="col">{say(f"page.{key}", self.language)}</th>' for key in ("parameter", "given"))
        head = f"<tr>{names}</tr>"
        return (
            f"<table><caption>{say('page.parameters', self.language)}</caption><thead>{head}</thead><tbody>{rows}</tbody></table>"
            if rows
            else ""
        )

    def _value(self, value: Any) -> str:
        if value is None or value == []:
            return say("page.unset", self.language)
        if isinstance(value, bool):
            return say("page.yes" if value else "page.no", self.language)
        return word("、", self.language).join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)

    def _codebook(self) -> str:
        if not self.codes:
            return ""
        frame = pl.DataFrame([dict(entry) for entry in self.codes])
        shown: Html = table(frame, say("page.codebook", self.language), language=self.language)
        return shown.html

    def _made(self) -> str:
        build, date = self.build.get("id", "–"), self.build.get("date", "–")
        return escape(say("page.made", self.language, build=build, version=_version("fazhi"), date=date))

    def _versions(self) -> str:
        names = ("fazhi", "polars", "plotly", "matplotlib", "papermill", "nbconvert")
        return escape(word("，", self.language).join(f"{name} {_version(name)}" for name in names))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # used from its folder, not installed
        return str(getattr(import_module(name), "__version__", "–"))


def _joined(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)


def _json(told: Any) -> str:
    """JSON that can stand inside a `<script>`: no `<` that could end it."""
    return (
        json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        .replace("<", "\\u003c")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def _targets(body: str) -> list[str]:
    """The sentences that the body's links lead to, once each, in reading order."""
    return list(dict.fromkeys(re.findall(r'(?<!class="fz-pt" )href="#(s-[^"]+)"', body)))


def _chrome(language: str) -> list[str]:
    return [
        say(f"page.{key}", language)
        for key in (
            "skip",
            "sources",
            "sources_lead",
            "sources_packed",
            "parameters",
            "versions",
            "no_script",
            "static_only",
            "page_lead",
            "index_link",
            "back",
            "about",
            "colon",
        )
    ]


def export(notebook: nbformat.NotebookNode, capsule: Capsule) -> str:
    """The page of an executed notebook. Raises Unrenderable (DeadLink among it) or fonts.FontError. A page that
    would be over LIMIT shows its figures as static images only, and says so; one that still is, is Unrenderable.
    """
    # not HTMLExporter: it parses the finished page once more to mend it, which costs a second and changes what was made with care
    from nbconvert.exporters.templateexporter import TemplateExporter
    from traitlets.config import Config

    with as_file(files(__package__) / "template") as folder:
        config = Config({"TemplateExporter": {"preprocessors": [], "default_preprocessors": []}})
        exporter: Any = TemplateExporter(  # type: ignore[no-untyped-call]
            config=config,
            template_name="briefing",
            template_file="index.html.j2",
            extra_template_basedirs=[str(folder)],
            template_paths=[str(folder / "briefing")],
        )
        html, _ = exporter.from_notebook_node(
            notebook, {"capsule": capsule, "say": lambda key: escape(say(key, capsule.language))}
        )
    page = str(html)
    if (size := len(page.encode())) > LIMIT:
        raise Unrenderable(
            f"the page would be {size / 1e6:.2f} MB, more than {LIMIT / 1e6:.1f}; show fewer rows or split the briefing"
        )
    return page
