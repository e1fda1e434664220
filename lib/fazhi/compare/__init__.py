"""Tables -> answers: panels that set like beside like, who reported and when, and the sentences that say so.

The package is called `fazhi.compare` and so is what it is for: by grace of the front door, calling the one calls the other.
"""

from __future__ import annotations

from fazhi.compare import say
from fazhi.compare.checks import Checked
from fazhi.compare.claims import changes, restated
from fazhi.compare.comparison import Comparison
from fazhi.compare.coverage import Coverage, coverage, fullest_year
from fazhi.compare.dossier import Dossier, dossier
from fazhi.compare.guards import CompareError, rules
from fazhi.compare.law import Standing, law
from fazhi.compare.panel import compare
from fazhi.compare.promises import Promises, promises
from fazhi.compare.provinces import by_province
from fazhi.compare.quality import Quality, quality
from fazhi.compare.relative import growth, per_case, per_inhabitants, rank
from fazhi.compare.release import Release, diff
from fazhi.compare.reuse import Reuse, reuse
from fazhi.compare.say import sentences
from fazhi.compare.series import breaks, unbroken
from fazhi.compare.shifts import apart, last_step
from fazhi.compare.totals import totals
from fazhi.compare.words import Words, words

CORE = rules().core  # the codes to look at when nobody names others

__all__ = [
    "CORE", "Checked", "CompareError", "Comparison", "Coverage", "Dossier", "Promises", "Quality", "Release", "Reuse",
    "Standing", "Words", "apart", "breaks", "by_province", "changes", "compare", "coverage", "diff", "dossier", "fullest_year",
    "growth", "last_step", "law", "per_case", "per_inhabitants", "promises", "quality", "rank", "restated", "reuse", "say",
    "sentences", "totals", "unbroken", "words",
]
