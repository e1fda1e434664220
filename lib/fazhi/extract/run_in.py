"""Where a heading ends that runs straight into its text and has lost its full stop: 深化“放管服”改革推进“只跑一次”，……

A linear model says of each place in the line how much the characters on both sides look like a heading's end and a text's
beginning. Its weights, whole numbers, are knowledge/run_in.npz and come from the headings of the practice reports (`make learn`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from fazhi.extract.context import row
from fazhi.knowledge import KnowledgeError, load_arrays

FILE = "run_in.npz"
LEAST, MOST = 5, 46  # characters that such a heading has
LONGEST = 75  # characters that any heading has
DOUBT = 20  # a score up to which an end is doubtful; found on reports of readers that the model was not trained with
HOPELESS = 60  # a score below which no place of a very long line is an end; found likewise
BITS = 13
ROWS = 1 << BITS
_CLAUSE = re.compile("[,，、 ]")
_COUNT = re.compile(r"\d[\d,.]*(?![\d,.年月])|[一二三四五六七八九十两]+[件起个项家次名人宗户]")  # a figure belongs to the words before it, unless it is a date
_INSIDE = frozenset("，,、。；;：:）)”》")  # a text does not begin with these
_GOES_ON = frozenset("，,、（(“《")  # nor does a heading end with these
OPEN, SHUT = "《“（(〔【「", "》”）)〕】」"


def balanced(words: str) -> bool:
    """Whether every bracket and quotation that words open is shut in them."""
    return all(words.count(a) == words.count(b) for a, b in zip(OPEN, SHUT, strict=True))


def places(line: str) -> Iterator[int]:
    """The offsets in a line where its heading may end: after a clause of four characters and more, outside brackets."""
    for at in range(LEAST, min(MOST, len(line) - LEAST)):
        if line[at] in _INSIDE or line[at - 1] in _GOES_ON or _COUNT.match(line, at):
            continue
        heading = line[:at]
        if len(_CLAUSE.split(heading)[-1]) >= 4 and balanced(heading):
            yield at


def features(line: str, at: int) -> list[int]:
    """The rows of the model's weights for a heading that ends at an offset of a line."""
    clauses = _CLAUSE.split(line[:at])
    names = [f"ends {line[at - n : at]}" for n in (1, 2, 3, 4)] + [f"begins {line[at : at + n]}" for n in (1, 2, 3, 4)]
    names += [f"across {line[at - 1 : at + 1]}", f"length {at // 4}", f"clause {len(clauses[-1])}", f"clauses {len(clauses)}"]
    return sorted({row(name, BITS) for name in names})


@cache
def model() -> tuple[NDArray[np.int8], int]:
    """The weights, one for each row, and the bias. Raises KnowledgeError for a file that does not fit this program."""
    parts = load_arrays(FILE)
    shapes = {name: array.shape for name, array in parts.items()}
    if shapes != {"weights": (ROWS,), "bias": ()}:
        raise KnowledgeError(FILE, "arrays", f"of shapes {shapes}", "make it anew: make learn")
    return parts["weights"], int(parts["bias"])


def heading_end(line: str, whole: bool = False) -> int:
    """Where the heading ends that a line without a stop begins with; 0 where none is told, if a heading may be so long.

    A line that is all there is before the next heading (`whole`) is more often a heading than text; a very long one is a sentence
    with a label only where no place in it looks like an end at all.
    """
    weights, bias = model()
    told = ((int(weights[features(line, at)].sum(dtype=np.int64)) + bias, at) for at in places(line))
    best, end = max(told, default=(0, 0))
    least = -HOPELESS if len(line) > LONGEST else DOUBT if whole else 0
    return end if best > least else 0
