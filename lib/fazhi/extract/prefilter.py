"""What must stand there for a pattern to match: so that of many patterns only those are tried at a place that may match there.

A pattern is read as `re` itself reads it. What cannot be told is taken for possible: then it is tried, and nothing is missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any

AT, RUN, BEYOND = 1, 2, 4  # how far a match may have come: nowhere, into the run that it begins with, beyond it
WIDE = 200  # a range of more characters than that is any character


@cache  # asked of each pattern for runs of digits and of Chinese numerals
def _parsed(pattern: str) -> Any:
    """The parts of a pattern; None where they cannot be had, or letters stand for others (flag `i`)."""
    try:
        return None if re.search(r"\(\?[a-zA-Z]*i", pattern) else import_module("re._parser").parse(pattern)
    except (ImportError, AttributeError):  # it is no public module
        return None


class Characters:
    """A set of characters, as the parts of a pattern that take one add up to it."""

    def __init__(self) -> None:
        self.listed: set[str] = set()
        self.digits = self.spaces = self.any = False

    def __contains__(self, c: str) -> bool:
        return self.any or c in self.listed or (self.digits and c.isdecimal()) or (self.spaces and c.isspace())

    def add(self, op: str, operand: Any) -> None:
        """Add what a part of a pattern takes."""
        if op == "LITERAL":
            self.listed.add(chr(operand))
        elif op == "RANGE" and operand[1] - operand[0] < WIDE:
            self.listed.update(map(chr, range(operand[0], operand[1] + 1)))
        elif op == "IN" and str(operand[0][0]) != "NEGATE":
            for inner, what in operand:
                self.add(str(inner), what)
        elif op == "CATEGORY" and str(operand) == "CATEGORY_DIGIT":
            self.digits = True
        elif op == "CATEGORY" and str(operand) == "CATEGORY_SPACE":
            self.spaces = True
        else:
            self.any = True


class Opening:
    """With which characters a match of a pattern may begin, and which may stand `after` a run of characters that it begins with.

    `run` are the characters of such a run; one of `before` stands left of the match, where they are given.
    """

    def __init__(self, pattern: str, run: str, before: str = "") -> None:
        self.run, self.before = run, before
        self.first, self.after = Characters(), Characters()
        nodes = _parsed(pattern)
        if nodes is None:
            self.first.any = self.after.any = True
        else:
            states = self._come(nodes, AT)
            self.first.any |= bool(states & AT)
            self.after.any |= bool(states & (AT | RUN))

    def _come(self, nodes: Iterable[tuple[Any, Any]], states: int) -> int:
        """How far a match may come by a sequence of a pattern's parts, from any of these states."""
        for operator, operand in nodes:
            op = str(operator)
            if op == "ASSERT" and operand[0] > 0:
                ahead = self._come(operand[1], states & ~BEYOND)
                states = states & BEYOND | (AT if states & AT and ahead else 0) | (ahead if states & RUN else 0)
            elif op in ("ASSERT", "ASSERT_NOT"):
                states &= ~AT if operand[0] < 0 and self._refuses(op, operand[1]) else -1
            elif op == "BRANCH":
                start, states = states, 0
                for branch in operand[1]:
                    states |= self._come(branch, start)
            elif op == "SUBPATTERN":
                states = self._come(operand[-1], states)
            elif op.endswith("_REPEAT"):
                once = self._come(operand[-1], states)
                states = (states if operand[0] == 0 else 0) | once | self._come(operand[-1], once)
            elif op in ("LITERAL", "NOT_LITERAL", "IN", "ANY"):
                states = self._take(op, operand, states)
            elif op != "AT":  # a reference to a group, and the like
                states, self.first.any, self.after.any = AT | RUN | BEYOND, True, True
            if not states:
                break
        return states

    def _take(self, op: str, operand: Any, states: int) -> int:
        """How far a match may come by a part that takes one character."""
        if states & AT:
            self.first.add(op, operand)
        if states & RUN:
            self.after.add(op, operand)
        taken = Characters()
        taken.add(op, operand)
        return BEYOND | (RUN if states & (AT | RUN) and any(c in taken for c in self.run) else 0)

    def _refuses(self, op: str, nodes: Any) -> bool:
        """Whether a look behind is against all that may stand before the match."""
        if not self.before or len(nodes) != 1:
            return False
        taken = Characters()
        taken.add(str(nodes[0][0]), nodes[0][1])
        if op == "ASSERT":
            return not any(c in taken for c in self.before)
        return not taken.any and all(c in taken for c in self.before)


def required(pattern: str) -> frozenset[str]:
    """Strings of which every match of a pattern holds one at least; none where that cannot be told."""
    return _required(_parsed(pattern) or ())


def _required(nodes: Iterable[tuple[Any, Any]]) -> frozenset[str]:
    """The same of a sequence: of what its parts require the most telling, the longest and fewest."""
    found: list[frozenset[str]] = []
    literal = ""
    for operator, operand in [*nodes, ("END", None)]:
        op = str(operator)
        if op == "LITERAL":
            literal += chr(operand)
            continue
        if literal:
            found.append(frozenset({literal}))
            literal = ""
        if op == "BRANCH":
            branches = [_required(branch) for branch in operand[1]]
            found.append(frozenset[str]().union(*branches) if all(branches) else frozenset())
        elif op == "SUBPATTERN" or (op.endswith("_REPEAT") and operand[0] > 0):
            found.append(_required(operand[-1]))
        elif op == "IN" and all(str(inner) == "LITERAL" for inner, _ in operand):
            found.append(frozenset(chr(c) for _, c in operand))
    return max(filter(None, found), key=lambda words: (min(map(len, words)), -len(words)), default=frozenset())
