"""Colours, type, number formats and words of every figure and page, in one place, for plotly and for matplotlib."""

from __future__ import annotations

import math
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

import plotly.graph_objects as go
import plotly.io as pio

from fazhi.brief import fonts
from fazhi.compare.language import LANGUAGES, singular, spoken
from fazhi.compare.language import unit as unit_word
from fazhi.knowledge import load_toml

# Okabe and Ito's palette, which the colour-blind tell apart, its yellow left out because it fades on white.
SERIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")  # a second sign beside the colour when series pass the palette
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star")
INK, MUTED, GRID, PAPER = "#1b1f24", "#59636e", "#e4e7eb", "#ffffff"
BOUND = "#8a4b08"
RAMP = ("#cfe6f5", "#8fc3e6", "#3f94cb", "#005a94", "#00304f")  # from little to much: one hue, each step darker than the last
# What a check found: colour and sign, so that a contradiction is seen without colour.
VERDICTS = {"contradicts": (SERIES[1], "diamond"), "agrees": (SERIES[0], "circle"), "cannot_tell": (MUTED, "x")}
# The kinds of empty: a colour, a pattern and a sign each, so that no reader depends on colour. (colour, hatch, sign)
STATES: dict[str, tuple[str, str, str]] = {
    "comparable": ("#0072B2", "", "●"),
    "published": ("#0072B2", "", "●"),
    "report": ("#0072B2", "", "●"),
    "on_time": ("#0072B2", "", "●"),
    "not_comparable": ("#E69F00", "/", "△"),
    "late": ("#E69F00", "/", "△"),
    "undated": ("#F0D9A8", "-", "？"),
    "not_stated": ("#D0D7DE", "", "－"),
    "unreadable": ("#CC79A7", "x", "×"),
    "not_collected": ("#F6F8FA", ".", "·"),
    "not_published": ("#FFFFFF", "\\", "○"),
    "not_asked": ("#FFFFFF", "", ""),
    # what became of promises
    "kept": ("#0072B2", "", "●"),
    "missed": ("#E69F00", "/", "△"),
    "cannot_tell": ("#F0D9A8", "-", "？"),
    "not_mentioned": ("#D0D7DE", "", "－"),
    "no_report": ("#F6F8FA", ".", "·"),
}
STACK = f"'{fonts.FAMILY}','Noto Sans CJK SC','Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif"


def ramp(steps: int) -> list[str]:
    """That many colours from little to much, as far apart as they can be; a single one is dark enough to be seen."""
    last = len(RAMP) - 1
    return [RAMP[round(i * last / (steps - 1))] for i in range(steps)] if steps > 1 else [RAMP[2]]


@cache
def _wording() -> dict[str, dict[str, dict[str, str]]]:
    table = tomllib.loads((files(__package__) / "wording.toml").read_text("utf-8"))
    for group, entries in table.items():
        for key, entry in entries.items():
            if set(entry) != set(LANGUAGES):
                raise ValueError(
                    f"lib/fazhi/brief/wording.toml: {group}.{key}: languages {sorted(entry)}; "
                    f"write one text for each of {LANGUAGES}"
                )
    shared = load_toml("comparison.toml")
    table["state"] |= {entry["name"]: {"zh": entry["zh"], "en": entry["en"]} for entry in shared["state"]}
    table["level"] = {name: {"zh": zh, "en": name} for name, zh in shared["label"]["level"].items()}
    table["verdict"] = {entry["name"]: {"zh": entry["zh"], "en": entry["en"]} for entry in load_toml("checks.toml")["verdict"]}
    table["caveat"] = {entry["name"]: {"zh": entry.get("short") or entry["zh"], "en": entry["en"]} for entry in shared["caveat"]}
    return table


def say(key: str, language: str | None = None, /, **values: object) -> str:
    """A text of wording.toml by its dotted key (`page.skip`), in the language asked for, else the one that is spoken; a
    state, caveat or column that it does not list is given back as it is.
    """
    group, _, name = key.partition(".")
    entry = _wording()[group].get(name)
    if entry is None:
        if group in ("state", "caveat", "column", "origin", "level"):
            return name
        raise KeyError(f"wording.toml has no {key}")
    text = entry[spoken(language)]
    told = text.format(**values) if values else text
    return singular(told) if spoken(language) == "en" else told


def number(value: float | None) -> str:
    """A number as it is printed: thousands apart, no more than two decimals, none that are zero; 亿 and 万 are not used, so
    that columns align.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def amount(
    value: float | None,
    high: float | None = None,
    unit: str | None = None,
    qualifier: str | None = "exact",
    language: str | None = None,
) -> str:
    """A value with its bound and unit, as text: `2,080 余 件`, `98.21%`, `1–2 次`; empty for no value."""
    if value is None:
        return ""
    form = qualifier if qualifier in _wording()["bound"] else "exact"
    if form == "range" and high is None:
        form = "exact"
    printed = say(f"bound.{form}", language, v=number(value), h=number(high))
    return f"{printed}%" if unit == "%" else f"{printed} {unit_word(unit or '', language)}".rstrip()


def interval(value: float, high: float | None, qualifier: str | None) -> tuple[float | None, float | None] | None:
    """What a bound says: (lower, upper), None for an open end; None for a point.

    `about` carries no width of its own and is drawn as a hollow point: (value, value).
    """
    match qualifier:
        case "over" | "at_least":
            return value, None
        case "under" | "at_most":
            return None, value
        case "range":
            return (value, high) if high is not None else None
        case "about":
            return value, value
    return None


def template() -> go.layout.Template:
    """The plotly theme, also registered as `fazhi` and made the default of whoever imports this module."""
    axis: dict[str, Any] = {
        "gridcolor": GRID,
        "zerolinecolor": GRID,
        "linecolor": MUTED,
        "tickcolor": MUTED,
        "ticks": "",
        "automargin": True,
        "title": {"font": {"size": 13, "color": MUTED}, "standoff": 8},
        "separatethousands": True,
        "exponentformat": "none",  # 20,000, not 20k
    }
    return go.layout.Template(
        layout={
            "font": {"family": STACK, "size": 14, "color": INK},
            "title": {"x": 0, "xref": "container", "xanchor": "left", "font": {"size": 17}, "pad": {"l": 8}},
            "paper_bgcolor": PAPER,
            "plot_bgcolor": PAPER,
            "colorway": list(SERIES),
            "margin": {"l": 8, "r": 24, "t": 56, "b": 72},
            "separators": ".,",
            "xaxis": axis,
            "yaxis": axis,
            "hoverlabel": {"font": {"family": STACK, "size": 13}, "align": "left", "bgcolor": PAPER, "bordercolor": MUTED},
            "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.0, "xanchor": "left", "x": 0, "font": {"size": 13}},
            "modebar": {"remove": ["lasso2d", "select2d"]},
        }
    )


_one_at_a_time = (
    threading.RLock()
)  # matplotlib's settings and Python's warning filters belong to the process, briefings run in threads
pio.templates["fazhi"] = template()
pio.templates.default = "fazhi"


@contextmanager
def matplotlib_style(text: str = "") -> Iterator[None]:
    """The same theme for matplotlib inside a `with`; `text` is what will be drawn: rare characters get a font, a missing
    glyph is an error.
    """
    with _one_at_a_time:
        yield from _styled(text)


def _styled(text: str) -> Iterator[None]:
    import matplotlib as mpl
    from cycler import cycler

    families = fonts.register(text)
    settings: dict[Any, Any] = {
        "font.family": families,
        "font.weight": "normal",
        "font.size": 10,
        "axes.prop_cycle": cycler(color=list(SERIES)),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": MUTED,
        "axes.labelcolor": MUTED,
        "text.color": INK,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "axes.grid": False,
        "grid.color": GRID,
        "axes.axisbelow": True,
        "axes.unicode_minus": False,
        "figure.facecolor": PAPER,
        "savefig.facecolor": PAPER,
        "svg.fonttype": "none",
        "svg.hashsalt": "fazhi",
        "hatch.linewidth": 0.6,
        "hatch.color": MUTED,
    }
    with mpl.rc_context(settings), fonts.strict():
        yield
