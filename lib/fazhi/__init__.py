"""Reads the yearly reports on law-based government (法治政府建设年度报告) into tables, and compares them.

    import fazhi
    t = fazhi.load()                                   # polars LazyFrames: t.reports, t.sections, t.measures, t.indicators …
    fazhi.read("data/raw/baoshan-2020.html")           # one file -> a Report, shown richly in Jupyter, figures highlighted
    fazhi.find("全年开展调解2080余件")                   # one sentence -> rows
    fazhi.explain("全年开展调解2080余件")                # which entry matched what, what nearly did, what was ruled out and why
    c = fazhi.compare(t, "reconsideration_closed", years=range(2019, 2025), level="county")
    c.frame; c.pandas(); c.chart(); c.left_out         # tidy rows with quotes; what was not comparable, and why
    fazhi.source(t, row)                               # the sentence in its section, highlighted, with the link
    fazhi.build("data/raw", "data/processed")          # many files -> tables

Each name is imported when it is first used, so that `import fazhi` costs nothing.
"""
from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fazhi.brief.figures import chart as chart
    from fazhi.build import build as build
    from fazhi.compare.language import speak as speak
    from fazhi.compare.panel import compare as compare
    from fazhi.extract import explain as explain
    from fazhi.report import Report as Report
    from fazhi.report import find as find
    from fazhi.report import read as read
    from fazhi.report import source as source
    from fazhi.tables import Tables as Tables
    from fazhi.tables import load as load

__all__ = ["Report", "Tables", "build", "chart", "compare", "explain", "find", "load", "read", "source", "speak"]
__version__ = "0.1.0"

_HOMES = {"Report": "fazhi.report", "Tables": "fazhi.tables", "build": "fazhi.build", "chart": "fazhi.brief.figures",
          "compare": "fazhi.compare.panel", "explain": "fazhi.extract", "find": "fazhi.report", "load": "fazhi.tables",
          "read": "fazhi.report", "source": "fazhi.report", "speak": "fazhi.compare.language"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'fazhi' has no attribute {name!r}; it has {', '.join(__all__)}")
    import_module(_HOMES[name])
    # importing a home may have bound a module of this very name (fazhi.read, fazhi.build); it can be called like the verb
    found = globals().get(name)
    return found if found is not None else getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)


class _Verb(ModuleType):
    """A module whose name is also that of a public verb: calling it is calling the verb."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        name = self.__name__.rpartition(".")[2]
        return getattr(import_module(_HOMES[name]), name)(*args, **options)


class _Package(ModuleType):
    """Python binds `fazhi.read` to the module when anything imports it; this keeps the name callable, whichever came first."""

    def __setattr__(self, name: str, value: object) -> None:
        if name in _HOMES and type(value) is ModuleType:
            value.__class__ = _Verb
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
