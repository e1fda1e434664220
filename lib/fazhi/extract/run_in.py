"""Where a heading ends: at its full stop, or before its text where that is lost: 深化“放管服”改革推进“只跑一次”，……

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
from fazhi.extract.labels import knowledge
from fazhi.knowledge import KnowledgeError, load_arrays

FILE = "run_in.npz"
LEAST, MOST = 5, 46  # characters that such a heading has
LONGEST = 75  # characters that any heading has
DOUBT = 20  # a score up to which an end is doubtful; found on reports of readers that the model was not trained with
HOPELESS = 60  # a score below which no place of a very long line is an end; found likewise
BITS = 13
ROWS = 1 << BITS
_CLAUSE = re.compile("[,，、 ]")
# a figure belongs to the words before it, unless it is a date
_COUNT = re.compile(r"\d[\d,.]*(?![\d,.年月])|[一二三四五六七八九十两]+[件起个项家次名人宗户]")
_INSIDE = frozenset("，,、。；;：:）)”》")  # a text does not begin with these
_GOES_ON = frozenset("，,、（(“《")  # nor does a heading end with these
# what stands before the rest of a clause, not at a heading's end: 每个分局至少|配备审核人员1名, 拟投入85万元|对6家机构安装设备
_UNFINISHED = re.compile(
    r"(?:至少|不少于|不低于|每[个名家季年月]?|[各约近达拟])$|\d[\d,.]*[余多]?[万亿]?[余多]?[^\d\s,.，、]{1,3}$"
)
FURTHER = r"[（(]?(?:\d{1,2}|[二三四五六七八九十]{1,2})"  # a label that goes on a list begins so
NUMBERED = re.compile(rf"[ \u3000]*{FURTHER}[）)、.．](?!\d)")
STOP = re.compile(r"[。！？!?](?![”’」』）)])|\n")
_BREAK = re.compile(r"[：:]|(?<![\d \u3000])[ \u3000]+(?!\d(?!\d*年))")  # a blank beside a figure parts nothing: 达到 27人
MEASURED = re.compile(r"\d[\d,.]*[余多]?(?:万|亿)?(?:件|次|人|项|家|个|份|起|条|场|%|％)")
PROSE = re.compile(r"[。！？；]")
CLOSE = " \t\u3000。．.；;：:，,、"  # what a heading does not end with
LONGEST_RUN_IN = 34  # a longer one without a stop is looked at for a stop that was lost
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
        if _UNFINISHED.search(heading):
            continue
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


def cut(text: str, start: int, limit: int) -> tuple[int, int]:
    """Where the heading that begins at `start` ends, and where its text begins, in a paragraph that ends at `limit`."""
    stop = STOP.search(text, start, limit)
    end, body = (stop.start(), stop.end()) if stop else (limit, limit)
    for m in _BREAK.finditer(text, start, end):
        # A colon or a space stands where the full stop should, when a long clause follows; `党建引领 压实责任` is one heading.
        rest = text[m.end():end]
        terse = knowledge().terse.fullmatch(text, start, m.start())
        least = 4 if m[0].isspace() and not terse else 2
        told = len(rest) > (16 if "," in rest or "，" in rest or terse else 40) or (m[0].isspace() and MEASURED.search(rest))
        if told and least <= m.start() - start <= 36 and balanced(text[start:m.start()]):
            return m.start(), m.end()
    if (item := text.find("一是", start + 6, min(end, start + 40))) > 0 and balanced(text[start:item]):
        return item, item
    if end - start > 24 and (told := knowledge().told.search(text, start + 6, min(end, start + 40))):
        return told.start(), told.start()  # the full stop is lost: the telling begins with its time or its teller
    if stop and end - start > LONGEST_RUN_IN:
        whole = body >= limit or NUMBERED.match(text, body) is not None
        if length := heading_end(text[start:end], whole):
            return start + length, start + length
    return end, body


def line_end(text: str, at: int) -> int:
    """Where the line ends in which an offset stands."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end
