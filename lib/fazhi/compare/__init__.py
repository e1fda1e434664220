"""Tables -> answers: panels that set like beside like, who reported and when, and the sentences that say so.

The package is called `fazhi.compare` and so is what it is for: `fazhi.compare(t, "litigation_cases")`. It is a module that can be
called, so that the name means the same whichever way it was imported first.
"""
from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from fazhi.compare import say
from fazhi.compare.comparison import Comparison
from fazhi.compare.coverage import Coverage, coverage, fullest_year
from fazhi.compare.dossier import Dossier, dossier
from fazhi.compare.guards import CompareError, rules
from fazhi.compare.panel import compare
from fazhi.compare.say import sentences

CORE = rules().core  # the codes to look at when nobody names others

__all__ = ["CORE", "CompareError", "Comparison", "Coverage", "Dossier", "compare", "coverage", "dossier", "fullest_year", "say", "sentences"]


class _Callable(ModuleType):
    def __call__(self, *args: Any, **options: Any) -> Comparison:
        return compare(*args, **options)


sys.modules[__name__].__class__ = _Callable
