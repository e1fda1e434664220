"""The static twin of a plotly figure, drawn by matplotlib: for print, for readers without scripts, for papers.

One converter instead of a second function for each figure, so that the twin follows whatever an analyst changed. It knows scatter
and bar traces, subplots, open-ended error bars, patterns, lines and annotations: all that `figures` uses.
"""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fazhi.brief.theme import GRID, INK, MUTED, SERIES, matplotlib_style

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, DPI = 7.0, 96  # inches of a figure (A4 between margins); pixels of plotly per inch
PAGE = 9.2  # inches that a figure may be high, so that a sheet of A4 holds it with its title and source
HEAVY = 60_000  # characters of SVG beyond which an image is lighter
_DASHES = {"solid": "-", "dash": "--", "dot": ":", "dashdot": "-.", "longdash": (0, (8, 3))}
_SYMBOLS = {"circle": "o", "square": "s", "diamond": "D", "triangle-up": "^", "cross": "P", "x": "X", "star": "*"}
_PATTERNS = {"": "", "/": "///", "\\": "\\\\\\", "x": "xxx", "-": "---", "|": "|||", "+": "+++", ".": "..."}
_RGBA = re.compile(r"rgba?\((\d+), ?(\d+), ?(\d+)(?:, ?([\d.]+))?\)")


class NoStaticForm(ValueError):
    """The figure holds a kind of trace that matplotlib is not taught to draw; the message names it."""


def words(text: object) -> str:
    """Plotly's text without its markup, for matplotlib; `$` is kept from starting a formula."""
    told = re.sub(r"<br ?/?>", "\n", str(text or ""))
    return html.unescape(re.sub(r"</?(?:b|i|a|em|sup|sub|span)\b[^>]*>", "", told)).replace("$", r"\$")


def _colour(value: Any, default: str) -> Any:
    if value is None:
        return default
    if isinstance(value, str) and (found := _RGBA.fullmatch(value)):
        red, green, blue, alpha = found.groups()
        return int(red) / 255, int(green) / 255, int(blue) / 255, float(alpha or 1)
    return value


def _each(value: Any, count: int) -> list[Any]:
    """A property that plotly lets be one value or one a point, as one a point."""
    return list(value) if isinstance(value, (list, tuple)) or hasattr(value, "tolist") else [value] * count


def _list(value: Any) -> list[Any]:
    return [] if value is None else list(value)


def element(fig: go.Figure, name: str = "fig") -> str:
    """The twin as an element of a page whose `@font-face` has the theme's family: an SVG whose text stays text, or, where
    that would be heavy (a grid of a thousand cells), an image of few colours. The ids in it begin with `name`, since no two of a
    page may be the same. Points lead to the anchors in their `customdata`."""
    points = _points(fig)
    with matplotlib_style(" ".join(_texts(fig))):
        drawn = draw(fig)
        out = io.StringIO()
        drawn.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight", pad_inches=0.05)
        text = out.getvalue()
        if len(text) <= HEAVY:
            bare = re.sub(
                r"<metadata>.*?</metadata>\s*|<!--.*?-->\s*|\n\s*(?=<)", "", text[text.index("<svg") :], flags=re.DOTALL
            )
            named = re.sub(r'((?<![\w-])id="|url\(#|href="#(?!s-))', rf"\g<1>{name}-", bare)
            return re.sub(r'<a xlink:href="#(s-[^"]+)"[^>]*>', lambda link: _link(link[1], points.get(link[1], "")), named)
        return f'<img alt="" src="data:image/png;base64,{base64.b64encode(_png(drawn)).decode()}">'


def _points(fig: go.Figure) -> dict[str, str]:
    """What the points that lead somewhere are called: the first lines of what they say when pointed at."""
    told = {}
    for trace in fig.data:
        for target, text in zip(_anchors(trace), _each(getattr(trace, "hovertext", None), 0), strict=False):
            if target:
                told[target] = " ".join(html.unescape(re.sub(r"<[^>]*>", "", line)) for line in str(text).split("<br>")[:2])
    return told


def _anchors(trace: Any) -> list[str | None]:
    """The anchors of the sentences behind a trace's points; of several sentences the first."""
    held = [str(targets or "").split() for targets in _list(getattr(trace, "customdata", None))]
    return [targets[0] if targets and re.fullmatch(r"s-[\w.]+-\d+", targets[0]) else None for targets in held]


def _link(target: str, words: str) -> str:
    return f'<a class="fz-pt" href="#{target}"><title>{html.escape(words)}</title>'


def _png(drawn: Figure) -> bytes:
    from PIL import Image

    raw, out = io.BytesIO(), io.BytesIO()
    drawn.savefig(raw, format="png", dpi=150, bbox_inches="tight", pad_inches=0.05)
    Image.open(raw).convert("RGB").quantize(48).save(out, "PNG", optimize=True)
    return out.getvalue()


def draw(fig: go.Figure) -> Figure:
    """The twin as a matplotlib figure; call it inside `theme.matplotlib_style(text)`. Raises NoStaticForm."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as Canvas

    for trace in fig.data:
        if trace.type not in ("scatter", "bar"):
            raise NoStaticForm(
                f"a `{trace.type}` trace has no static form; use the figures of fazhi.brief.figures, or scatter and bar traces"
            )
    layout = fig.layout
    places = _domains(fig)
    wanted = (layout.height or 450) / DPI * 0.82
    height = min(wanted, PAGE) if len(places) <= 2 else wanted
    names = 8 * max(0.85, height / wanted)  # rows that were pressed onto a sheet have smaller names
    canvas = Canvas(figsize=(WIDTH, height), layout="constrained")
    FigureCanvasSVG(canvas)
    grid = canvas.add_gridspec(
        len({p[0] for p in places.values()}) or 1, len({p[1] for p in places.values()}) or 1, height_ratios=_ratios(places, fig)
    )
    axes: dict[str, Axes] = {key: canvas.add_subplot(grid[place]) for key, place in places.items()}
    legend: dict[str, list[tuple[Any, str]]] = {}
    for place, trace in enumerate(fig.data):
        key = (trace.xaxis or "x").removeprefix("x")
        handle = (
            _scatter(axes[key], trace, fig, place)
            if trace.type == "scatter"
            else _bar(axes[key], trace, layout.barmode == "stack", place)
        )
        named = trace.name and trace.showlegend is not False and layout.showlegend is not False
        if handle is not None and named:
            legend.setdefault(key, []).append((handle, words(trace.name)))
    drawn = {(t.xaxis or "x").removeprefix("x") for t in fig.data} or set(axes)
    for key, ax in axes.items():
        if key not in drawn:
            ax.set_axis_off()
            continue
        _axes(ax, layout[f"xaxis{key}"], layout[f"yaxis{key}"], names)
        if told := legend.get(key):
            ax.legend(
                [h for h, _ in told],
                [n for _, n in told],
                frameon=False,
                fontsize=8,
                ncols=min(3, len(told)),
                loc="lower left",
                bbox_to_anchor=(0, 1.0),
                borderaxespad=0.2,
            )
    _shapes(fig, axes)
    return canvas


def _texts(fig: go.Figure) -> list[str]:
    """All words that the twin will print."""
    found = [words(a.text) for a in fig.layout.annotations] + [words(t.name) for t in fig.data]
    for trace in fig.data:
        found += [words(t) for t in _each(getattr(trace, "text", None), 1)]
    for axis in (fig.layout[name] for name in fig.layout if name.startswith(("xaxis", "yaxis"))):
        found += [words(axis.title.text), *map(words, axis.ticktext or ())]
    return found


def _domains(fig: go.Figure) -> dict[str, tuple[int, int]]:
    """Axis number -> (row, column) of its subplot, from the domains that make_subplots gives."""
    names = {(t.xaxis or "x").removeprefix("x") for t in fig.data} | {
        name.removeprefix("xaxis") for name in fig.layout if re.fullmatch(r"xaxis\d*", name)
    }
    if not names:
        return {"": (0, 0)}
    boxes = {n: ((fig.layout[f"yaxis{n}"].domain or (0, 1))[0], (fig.layout[f"xaxis{n}"].domain or (0, 1))[0]) for n in names}
    rows = sorted({round(y, 4) for y, _ in boxes.values()}, reverse=True)
    columns = sorted({round(x, 4) for _, x in boxes.values()})
    return {n: (rows.index(round(y, 4)), columns.index(round(x, 4))) for n, (y, x) in sorted(boxes.items())}


def _ratios(places: dict[str, tuple[int, int]], fig: go.Figure) -> list[float]:
    heights: dict[int, float] = {}
    for key, (row, _) in places.items():
        low, high = fig.layout[f"yaxis{key}"].domain or (0, 1)
        heights[row] = high - low
    return [heights[row] for row in sorted(heights)] or [1.0]


def _scatter(ax: Axes, trace: Any, fig: go.Figure, place: int) -> Any:
    x, y = _list(trace.x), [float("nan") if v is None else v for v in _list(trace.y)]
    mode = trace.mode or "lines+markers"
    own = SERIES[place % len(SERIES)]
    handle: Any = None
    if trace.fill == "tonexty" and place:
        below = fig.data[place - 1]
        handle = ax.fill_between(x, _list(below.y), y, color=_colour(trace.fillcolor, GRID), linewidth=0)
    if "lines" in mode and (trace.line.width is None or trace.line.width > 0):
        (handle,) = ax.plot(
            x,
            y,
            color=_colour(trace.line.color, own),
            linewidth=(trace.line.width or 2) * 0.75,
            linestyle=_DASHES.get(trace.line.dash or "solid", "-"),
            zorder=2,
        )
    if trace.error_x.array is not None:
        ax.errorbar(
            x,
            y,
            xerr=[_list(trace.error_x.arrayminus), _list(trace.error_x.array)],
            fmt="none",
            ecolor=trace.error_x.color,
            elinewidth=1.4,
            zorder=2,
        )
    if "markers" in mode:
        marker = trace.marker
        faces = [_colour(c, own) for c in _each(marker.color, len(x))]
        edges = [_colour(c, own) for c in _each(marker.line.color, len(x))]
        size = (marker.size or 6) * 0.62
        drawn = ax.scatter(
            x,
            y,
            s=size**2,
            c=faces,
            edgecolors=edges,
            linewidths=1.2,
            marker=_SYMBOLS.get(marker.symbol or "circle", "o"),
            zorder=3,
        )
        if any(anchors := _anchors(trace)):
            drawn.set_urls([f"#{anchor}" if anchor else None for anchor in anchors])
        handle = handle or drawn
    if "text" in mode:
        positions = _each(trace.textposition, len(x))
        for at_x, at_y, text, position in zip(x, y, _each(trace.text, len(x)), positions, strict=False):
            along, across, shift = _beside(position or "")
            ax.annotate(
                words(text).strip("　"),
                (at_x, at_y),
                xytext=shift,
                textcoords="offset points",
                ha=along,
                va=across,
                fontsize=7.5,
                color=MUTED,
                annotation_clip=False,
            )
    return handle


def _beside(position: str) -> tuple[str, str, tuple[int, int]]:
    """How a label stands to its point: alignments and a shift in points, of plotly's `top center`, `middle left` …"""
    if position.endswith("center") and not position.startswith("middle"):
        return ("center", "bottom", (0, 3)) if position.startswith("top") else ("center", "top", (0, -3))
    return ("right", "center", (-7, 0)) if "left" in position else ("left", "center", (7, 0))


def _bar(ax: Axes, trace: Any, stacked: bool, place: int) -> Any:
    count = len(_list(trace.y))
    colour = [_colour(c, SERIES[place % len(SERIES)]) for c in _each(trace.marker.color, count)]
    hatch = _PATTERNS.get(trace.marker.pattern.shape or "", "") if trace.marker.pattern else ""
    edge = _colour(trace.marker.line.color if isinstance(trace.marker.line.color, str) else None, "white")
    style: dict[str, Any] = {"color": colour, "hatch": hatch, "edgecolor": MUTED if hatch else edge}
    style["linewidth"] = 0.6 * (trace.marker.line.width if isinstance(trace.marker.line.width, (int, float)) else 1)
    if trace.orientation == "h":
        bars = ax.barh(
            _list(trace.y),
            _list(trace.x),
            left=_list(trace.base) or None,
            height=_each(trace.width if trace.width is not None else 0.8, count),
            **style,
        )
    else:
        bottom: list[float] | None = None
        if stacked:
            piles: dict[Any, float] = ax.__dict__.setdefault("_fazhi_piles", {})
            bottom = [piles.get(x, 0.0) for x in _list(trace.x)]
            piles.update({x: piles.get(x, 0.0) + y for x, y in zip(_list(trace.x), _list(trace.y), strict=True)})
        bars = ax.bar(
            _list(trace.x),
            _list(trace.y),
            width=_each(trace.width if trace.width is not None else 0.8, count),
            bottom=bottom,
            **style,
        )
    for bar, anchor in zip(bars, _anchors(trace), strict=False):
        bar.set_url(f"#{anchor}" if anchor else None)
    if trace.text is not None:
        for bar, face, text in zip(bars, colour, _each(trace.text, count), strict=False):
            named = hatch and "<br>" in str(text or "")  # words on a pattern stand on a plain patch
            ax.annotate(
                words(text),
                (bar.get_x() + bar.get_width() / 2, bar.get_y() + bar.get_height() / 2),
                ha="center",
                va="center",
                fontsize=8,
                color=trace.textfont.color if isinstance(trace.textfont.color, str) else INK,
                bbox={"facecolor": face, "edgecolor": "none", "pad": 1.5} if named else None,
            )
    return bars


def _axes(ax: Axes, x: Any, y: Any, size: float) -> None:
    """Ticks, titles, ranges and grids as plotly's axes have them; `size` is that of the names at the ticks."""
    from matplotlib.ticker import MultipleLocator

    if y.scaleanchor:
        ax.set_aspect("equal")
    for axis, spec, side in ((ax.xaxis, x, "x"), (ax.yaxis, y, "y")):
        limits = ax.set_xlim if side == "x" else ax.set_ylim
        if spec.visible is False:
            if spec.range is not None:
                limits(*spec.range)
            axis.set_visible(False)
            ax.spines["bottom" if side == "x" else "left"].set_visible(False)
            continue
        axis.label.set_text(words(spec.title.text))
        axis.label.set_fontsize(9)
        if spec.tickvals is not None:
            axis.set_ticks(_list(spec.tickvals), [words(t) for t in _list(spec.ticktext) or _list(spec.tickvals)])
        else:
            if spec.dtick:
                axis.set_major_locator(MultipleLocator(spec.dtick))
            axis.set_major_formatter(lambda value, _: f"{value:,.0f}" if float(value).is_integer() else f"{value:g}")
        axis.set_tick_params(labelsize=size, length=0)
        for tick in axis.get_ticklabels():
            tick.set_linespacing(0.95)
        if spec.showgrid is not False:
            axis.grid(visible=True, color=GRID, linewidth=0.8)
        if spec.range is not None:  # last, because ticks outside would stretch it
            limits(*spec.range)
        elif spec.rangemode == "tozero" and (ax.get_xlim() if side == "x" else ax.get_ylim())[0] > 0:
            limits(0, None)


def _shapes(fig: go.Figure, axes: dict[str, Any]) -> None:
    """Vertical lines over all subplots, and the annotations; the source line stands under the figure in the page itself."""
    for shape in fig.layout.shapes:
        if shape.type == "line" and shape.x0 == shape.x1:
            key = (shape.xref or "x").split()[0].removeprefix("x")
            for ax in [axes[key]] if key in axes else axes.values():
                ax.axvline(shape.x0, color=MUTED, linewidth=0.8, linestyle=":")
    for note in fig.layout.annotations:
        if note.name == "source":
            continue
        key = (note.xref or "x").split()[0].removeprefix("x")
        ax = axes.get(key if note.xref != "paper" else "", next(iter(axes.values())))
        size = 11 if note.font.size and note.font.size > 14 else 8
        if note.xref == "paper":
            home = _home(fig, axes, note)
            if home is not None:
                home.set_title(words(note.text), fontsize=9)
                continue
            style: dict[str, Any] = {"ha": "center", "va": "center", "color": MUTED, "fontsize": size, "linespacing": 1.8}
            ax.text(note.x, note.y, words(note.text), transform=ax.transAxes, **style)
        elif note.yref == "paper":
            ax.annotate(
                words(note.text),
                (note.x, 1),
                xycoords=("data", "axes fraction"),
                xytext=(0, 3),
                textcoords="offset points",
                ha="center",
                va="bottom",
                color=MUTED,
                fontsize=size,
            )
        else:
            ax.annotate(words(note.text), (note.x, note.y), ha="center", color=MUTED, fontsize=size)


def _home(fig: go.Figure, axes: dict[str, Any], note: Any) -> Any:
    """The subplot whose title an annotation is: centred over its domain, at its upper edge."""
    for key, ax in axes.items():
        low, high = fig.layout[f"xaxis{key}"].domain or (0, 1)
        top = (fig.layout[f"yaxis{key}"].domain or (0, 1))[1]
        if abs(note.x - (low + high) / 2) < 1e-6 and abs(note.y - top) < 1e-6:
            return ax
    return None


def save(fig: go.Figure, path: Any, *, dpi: int = 200) -> None:
    """Write the twin to a file; its suffix says the format (png, pdf, svg)."""
    texts: Sequence[str] = _texts(fig)
    with matplotlib_style(" ".join(texts)):
        draw(fig).savefig(path, dpi=dpi, bbox_inches="tight")
