"""How a match of a pattern can begin: so that of many patterns only those are tried at a place that may match there.

A pattern is read as `re` itself reads it. What cannot be told is taken for possible: then it is tried, and nothing is missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from re import IGNORECASE
from typing import Any

DIGITS = "0123456789"
Nodes = Sequence[tuple[Any, Any]]  # a parsed pattern: operators, each with its operand
AT, RUN, BEYOND = 1, 2, 4  # how far a match may have come: nowhere, into the digits that it begins with, beyond what is known
_CATEGORIES = {"CATEGORY_DIGIT": str.isdecimal, "CATEGORY_SPACE": str.isspace}


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is known of a place in a text: the character there, one of `first`; of a run of digits what stands `after` it.

    `before` are the characters one of which stands left of the place. What is not known is None.
    """

    first: str
    after: str | None = None
    before: str | None = None

    def take(self, node: tuple[Any, Any], states: int) -> int:
        """How far a match may come by a node that takes one character."""
        out = states & BEYOND
        if states & AT:
            if any(_takes(node, c) for c in self.first if c in DIGITS):
                out |= RUN
            if any(_takes(node, c) for c in self.first if c not in DIGITS):
                out |= BEYOND
        if states & RUN:
            if any(_takes(node, c) for c in DIGITS):
                out |= RUN
            if self.after is None or (self.after and _takes(node, self.after)):
                out |= BEYOND
        return out

    def refuses(self, op: str, nodes: Nodes) -> bool:
        """Whether what stands before the place is against a look behind."""
        return len(nodes) == 1 and self.before is not None and {_is(nodes[0], c) for c in self.before} == {op == "ASSERT_NOT"}


@cache
def _parsed(pattern: str) -> Nodes | None:
    try:
        nodes: Any = import_module("re._parser").parse(pattern)
    except (ImportError, AttributeError):  # it is no public module
        return None
    return None if nodes.state.flags & IGNORECASE else list(nodes)


def can_begin(pattern: str, place: Ahead) -> bool:
    """Whether a pattern may match at such a place."""
    nodes = _parsed(pattern)
    return nodes is None or _reached(nodes, AT, place) != 0


def _reached(nodes: Nodes, states: int, place: Ahead) -> int:
    """How far a match of a sequence may come, from each of the states together."""
    for operator, operand in nodes:
        op = str(operator)
        if op in ("ASSERT", "ASSERT_NOT"):
            direction, inner = operand
            if direction > 0 and op == "ASSERT":
                states = sum(state for state in (AT, RUN, BEYOND) if states & state and _reached(inner, state, place))
            elif direction < 0 and place.refuses(op, inner):
                states &= ~AT
        elif op == "BRANCH":
            states = _either(operand[1], states, place)
        elif op == "SUBPATTERN":
            states = _reached(operand[-1], states, place)
        elif op.endswith("_REPEAT"):
            least, _, inner = operand
            once = _reached(inner, states, place)
            states = (states if least == 0 else 0) | once | _reached(inner, once, place)
        elif op != "AT":
            states = place.take((operator, operand), states)
        if not states:
            break
    return states


def _either(branches: Sequence[Nodes], states: int, place: Ahead) -> int:
    out = 0
    for branch in branches:
        out |= _reached(branch, states, place)
    return out


def _takes(node: tuple[Any, Any], character: str) -> bool:
    return _is(node, character) is not False


def _is(node: tuple[Any, Any], character: str) -> bool | None:
    """Whether a node that takes one character takes this one; None where that cannot be told."""
    op, operand = str(node[0]), node[1]
    if op == "IN":
        negated = str(operand[0][0]) == "NEGATE"
        found = {_is(item, character) for item in operand[negated:]}
        return None if None in found else (True in found) != negated
    if op == "LITERAL":
        return bool(operand == ord(character))
    if op == "NOT_LITERAL":
        return bool(operand != ord(character))
    if op == "RANGE":
        return bool(operand[0] <= ord(character) <= operand[1])
    if op == "CATEGORY" and str(operand) in _CATEGORIES:
        return _CATEGORIES[str(operand)](character)
    return None
