"""The words around each number as a small convolutional net sees them (Kim 2014): the strongest patterns of each zone.

It reads what the linear model reads, but by likeness instead of by the letter: characters are points in a space, patterns of
five of them are found wherever they stand, and what a number is follows from which patterns its zones hold together. The two err
apart, so that their sum is better than either.

All numbers are whole: those of the net are of one byte, and every sum of their products is exact, so one text gets one answer
on every machine. It is trained by tests/practice/train_net.py and kept in knowledge/learned.npz.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fazhi.extract.context import FACTS, VERDICTS, Around, Ints, row

ZONES = ("own", "tail", "clause", "sentence", "itself", "right", "ahead", "next", "label", "head")
SPAN = 5  # characters of a pattern
NAME_BITS = 11
ONE = 1 << 16  # the ratio that leaves the scores as they are
LONGEST = 64  # signs of a zone that count, those nearest to the number
_TOP = 127  # an activation is 0 to 127
_LEVELS = LONGEST.bit_length()
Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]  # that hold whole numbers


@dataclass(frozen=True, slots=True)
class Net:
    """The net, made ready for reading."""

    known: Ints  # of a sign of the first plane its number among the characters, 1 for one that the net has not met
    patterns: NDArray[np.int16]  # for each place within a pattern, each character: what it adds to each pattern
    pattern_bias: NDArray[np.int16]
    pattern_shift: int  # a sum of patterns >> so many bits is an activation
    names: Floats  # a row for each name, by its hash
    hidden: Floats
    hidden_bias: Floats
    hidden_shift: int
    out: Floats  # a column for each code and then for each scope
    out_bias: NDArray[np.int64]
    ratio: int  # a score * ratio // ONE is in the linear model's measure

    @classmethod
    def of(cls, parts: Mapping[str, NDArray[Any]]) -> Net:
        """The net of a file's arrays, those whose names begin with net_. Raises KeyError or ValueError for what does not fit."""
        part = {name.removeprefix("net_"): array for name, array in parts.items() if name.startswith("net_")}
        known = np.ones(1 << 16, np.int64)
        known[part["characters"]] = np.arange(2, len(part["characters"]) + 2)
        # the first layer is a sum over the places of a pattern, so what a character adds at each is told once and for all
        told = np.matmul(part["letters"].astype(np.float32), part["filters"].astype(np.float32)).astype(np.int32)
        drop, pattern_shift, hidden_shift = map(int, part["shifts"])
        found = cls(
            known=known,
            patterns=(told >> drop).astype(np.int16),
            pattern_bias=part["filter_bias"],
            pattern_shift=pattern_shift,
            names=part["name_letters"].astype(np.float32),
            hidden=part["hidden"].astype(np.float32),
            hidden_bias=part["hidden_bias"].astype(np.float32),
            hidden_shift=hidden_shift,
            out=part["out"].astype(np.float32),
            out_bias=part["out_bias"].astype(np.int64),
            ratio=int(part["ratio"]),
        )
        inputs = len(ZONES) * found.patterns.shape[2] + (FACTS + VERDICTS) * found.names.shape[1]
        if len(found.patterns) != SPAN or len(found.names) != 1 << NAME_BITS or found.hidden.shape != (inputs, len(found.out)):
            raise ValueError(f"the net's layers are of shapes {found.patterns.shape}, {found.names.shape}, {found.hidden.shape}")
        return found


def scores(net: Net, seen: Around) -> NDArray[np.int32]:
    """A row for each number, a column for each code and then for each scope, in the linear model's measure."""
    found = patterns(net, seen)
    names = net.names[name_rows(seen)].reshape(len(found), -1)
    inputs = np.hstack([found.astype(np.float32), names])
    hidden = _product(inputs, net.hidden) + net.hidden_bias
    active = np.clip(np.floor(hidden / (1 << net.hidden_shift)), 0, _TOP)
    out = _product(active, net.out).astype(np.int64) + net.out_bias
    return (out * net.ratio // ONE).astype(np.int32)


def _product(rows: Floats, weights: Floats) -> Floats:
    """rows @ weights, two rows at a time: so small a product is made at once, a larger one by threads that wait for each other
    where other processes read other reports.
    """
    out = np.empty((len(rows), weights.shape[1]), np.float32)
    for k in range(0, len(rows), 2):
        np.dot(rows[k : k + 2], weights, out=out[k : k + 2])
    return out


def patterns(net: Net, seen: Around) -> Bytes:
    """For each number, zone after zone, how strongly each pattern is found in it: a row of len(ZONES) * patterns activations."""
    signs = seen.grams.of[0]
    ids = np.zeros(len(signs) + SPAN - 1, np.int64)  # every pattern is centred on a character of the text
    ids[SPAN // 2 : SPAN // 2 + len(signs)] = net.known[np.minimum(signs, len(net.known) - 1)]
    sums = net.patterns[0].take(ids[: len(signs)], axis=0)
    for k in range(1, SPAN):
        sums += net.patterns[k].take(ids[k : k + len(signs)], axis=0)
    active = (np.clip(sums + net.pattern_bias, 0, _TOP << net.pattern_shift) >> net.pattern_shift).astype(np.uint8)
    starts, ends = bounds(seen)
    return _strongest(active, starts.ravel(), ends.ravel()).reshape(len(starts), -1)


def bounds(seen: Around) -> tuple[Ints, Ints]:
    """Where each zone of each number begins and ends among the signs: a row for each number, a column for each of ZONES."""
    starts = np.stack([seen.zones[zone][0] for zone in ZONES], axis=1)
    ends = np.stack([seen.zones[zone][1] for zone in ZONES], axis=1)
    before = np.array([zone not in ("right", "ahead", "head") for zone in ZONES])  # the near end of these is their start
    far = ends - starts > LONGEST
    return np.where(far & before, ends - LONGEST, starts), np.where(far & ~before, starts + LONGEST, ends)


def name_rows(seen: Around) -> Ints:
    """The rows of what is known of each number and of what the rules say of it; each fact has rows of its own kind."""
    every = [(*facts, *verdicts) for facts, verdicts in zip(seen.names, seen.verdicts, strict=True)]
    return np.array([[row(name, NAME_BITS) for name in names] for names in every], np.int64)


def _strongest(active: Bytes, starts: Ints, ends: Ints) -> Bytes:
    """The maximum of the rows from each start to its end, 0 where there is none: two runs of 2 ** k rows cover any."""
    out = np.zeros((len(starts), active.shape[1]), np.uint8)
    level = np.frexp(np.maximum(ends - starts, 0))[1] - 1
    runs = active
    for k in range(_LEVELS):
        those = np.flatnonzero(level == k)
        if len(those):
            out[those] = np.maximum(runs[starts[those]], runs[ends[those] - (1 << k)])
        runs = np.maximum(runs[: -(1 << k)], runs[1 << k :])
    return out
