"""Train the convolutional net of lib/fazhi/extract/net.py on the numbers of texts, and make its numbers whole.

Called by train.py; needs the packages of requirements-learn.lock (`make learn` installs them). Several texts go into one step, so that
the patterns of a text are looked for once for all its numbers. The optimizer is AdamW (Loshchilov and Hutter 2019).
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray

from fazhi.extract.context import FACTS, VERDICTS, Around
from fazhi.extract.net import LONGEST, NAME_BITS, SPAN, ZONES, bounds, name_rows

LETTER, PATTERNS, NAME, HIDDEN = 32, 64, 8, 128  # sizes; half as many patterns do nearly as well, twice as many no better
EPOCHS, RATE, DECAY = 9, 3e-3, 0.02
DROPPED, UNSEEN, UNRULED = 0.4, 0.06, 0.1  # shares left out in training: of activations, of characters, of the rules' verdicts
SCOPE_SHARE = 0.5  # what a scope is worth beside a code
SIGNS, NUMBERS = 12_288, 384  # of one step, at most: no practice text has so many
FULL = 256  # numbers from which on a step takes no further text
TYPICAL = 20  # steps that show how large activations become
MOST_TOLD = 6000  # by a character: five of them and the bias are within 16 bits
LEAST_SEEN = 3  # texts' characters met more rarely are taken as unknown
Params = dict[str, Any]


@dataclass(frozen=True)
class Lesson:
    """A text with numbers: its signs, zones and names, and what is right of each number; -1 where that is not to be learned."""

    signs: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    names: NDArray[np.int64]
    codes: NDArray[np.int64]
    scopes: NDArray[np.int64]

    @classmethod
    def of(cls, seen: Around, codes: Sequence[int], scopes: Sequence[int]) -> Lesson:
        return cls(seen.grams.of[0].astype(np.int64), *bounds(seen), name_rows(seen), np.array(codes), np.array(scopes))


def characters(lessons: Sequence[Lesson]) -> NDArray[np.int64]:
    """The characters that the net is to know, in the order of their code points."""
    met = Counter(sign for lesson in lessons for sign in lesson.signs.tolist())
    return np.array(sorted(sign for sign, times in met.items() if times >= LEAST_SEEN and sign < 1 << 16))


def _steps(lessons: Sequence[Lesson], known: dict[int, int], order: Sequence[int]) -> Iterator[dict[str, NDArray[np.int32]]]:
    """The lessons in that order, as many in one step as it holds."""
    parts: list[tuple[Lesson, int]] = []
    at = count = 0
    for i in order:
        lesson = lessons[i]
        if parts and (at + len(lesson.signs) > SIGNS or count + len(lesson.codes) > FULL):
            yield _packed(parts, known)
            parts, at, count = [], 0, 0
        parts.append((lesson, at))
        at += len(lesson.signs) + SPAN
        count += len(lesson.codes)
    if parts:
        yield _packed(parts, known)


def _packed(parts: Sequence[tuple[Lesson, int]], known: dict[int, int]) -> dict[str, NDArray[np.int32]]:
    """One step of lessons, each with the place where its signs begin; all steps have the same shapes."""
    blank = NUMBERS - sum(len(lesson.codes) for lesson, _ in parts)
    ids = np.zeros(SIGNS + SPAN - 1, np.int32)
    for lesson, at in parts:
        ids[at + SPAN // 2 :][: len(lesson.signs)] = [known.get(sign, 1) for sign in lesson.signs.tolist()]

    def every(rows: list[NDArray[np.int64]], value: int) -> NDArray[np.int32]:
        return np.concatenate([*rows, np.full((blank, *rows[0].shape[1:]), value)]).astype(np.int32)

    return {
        "ids": ids,
        "starts": every([lesson.starts + at for lesson, at in parts], 0),
        "ends": every([lesson.ends + at for lesson, at in parts], 0),
        "names": every([lesson.names for lesson, _ in parts], 0),
        "codes": every([lesson.codes for lesson, _ in parts], -1),
        "scopes": every([lesson.scopes for lesson, _ in parts], -1),
    }


def _begin(key: Any, letters: int, codes: int) -> Params:
    width = PATTERNS * len(ZONES) + NAME * (FACTS + VERDICTS)

    def normal(k: int, *shape: int, size: float) -> Any:
        return size * jax.random.normal(jax.random.fold_in(key, k), shape)

    return {
        "letters": normal(0, letters, LETTER, size=0.2),
        "filters": normal(1, SPAN, LETTER, PATTERNS, size=(2 / (SPAN * LETTER)) ** 0.5),
        "filter_bias": jnp.zeros(PATTERNS),
        "name_letters": normal(2, 1 << NAME_BITS, NAME, size=0.2),
        "hidden": normal(3, width, HIDDEN, size=width ** -0.5),
        "hidden_bias": jnp.zeros(HIDDEN),
        "out": normal(4, HIDDEN, codes + 2, size=0.08),
        "out_bias": jnp.zeros(codes + 2),
    }


def _strongest(active: Any, starts: Any, ends: Any) -> Any:
    """As in net.py: the maximum of the rows from each start to its end, 0 where there is none."""
    runs, levels = active, []
    for k in range(LONGEST.bit_length()):
        levels.append(jnp.pad(runs, ((0, len(active) - len(runs)), (0, 0))))
        runs = jnp.maximum(runs[: -(1 << k)], runs[1 << k :])
    size = jnp.maximum(ends - starts, 1)
    level = jnp.floor(jnp.log2(size + 0.5)).astype(jnp.int32)
    every = jnp.stack(levels)
    found = jnp.maximum(every[level, starts], every[level, jnp.maximum(ends - (1 << level), 0)])
    return jnp.where((ends > starts)[..., None], found, 0)


def _layers(params: Params, step: dict[str, Any], key: Any = None) -> tuple[Any, Any, Any]:
    """The net as net.py reads it, in floats: the patterns, the hidden layer, the scores. With a key a part is left out at random."""
    keys = jax.random.split(key, 4) if key is not None else None

    def kept(k: int, values: Any) -> Any:
        return values if keys is None else values * jax.random.bernoulli(keys[k], 1 - DROPPED, values.shape) / (1 - DROPPED)

    ids = step["ids"]
    names = params["name_letters"][step["names"]]
    if keys is not None:
        ids = jnp.where(jax.random.bernoulli(keys[0], UNSEEN, ids.shape) & (ids > 0), 1, ids)
        names *= ~(jax.random.bernoulli(keys[1], UNRULED, (NUMBERS, 1, 1)) & (jnp.arange(FACTS + VERDICTS) >= FACTS)[:, None])
    letters = params["letters"][ids] * (ids > 0)[:, None]
    active = jax.nn.relu(sum(letters[k : k + SIGNS] @ params["filters"][k] for k in range(SPAN)) + params["filter_bias"])
    zones = _strongest(active, step["starts"], step["ends"]).reshape(NUMBERS, -1)
    seen = kept(2, jnp.hstack([zones, names.reshape(NUMBERS, -1)]))
    hidden = jax.nn.relu(seen @ params["hidden"] + params["hidden_bias"])
    return active, hidden, kept(3, hidden) @ params["out"] + params["out_bias"]


def _loss(params: Params, step: dict[str, Any], key: Any) -> Any:
    scores = _layers(params, step, key)[2]
    total = 0.0
    for part, right, share in ((scores[:, :-2], step["codes"], 1.0), (scores[:, -2:], step["scopes"], SCOPE_SHARE)):
        loss = optax.softmax_cross_entropy_with_integer_labels(part, jnp.maximum(right, 0))
        total += share * (loss * (right >= 0)).sum() / FULL
    return total


def train_net(lessons: Sequence[Lesson], codes: int, epochs: int = EPOCHS) -> tuple[dict[str, NDArray[Any]], float]:
    """The arrays of a net that knows so many codes, as `Net.of` takes them but for the ratio, and what one step of its scores is worth."""
    signs = characters(lessons)
    known = {sign: k + 2 for k, sign in enumerate(signs.tolist())}
    params = _begin(jax.random.PRNGKey(0), len(signs) + 2, codes)
    order = np.random.default_rng(0)
    steps = epochs * sum(1 for _ in _steps(lessons, known, range(len(lessons))))
    optimizer = optax.adamw(optax.warmup_cosine_decay_schedule(0, RATE, steps // 10, steps, RATE / 100), weight_decay=DECAY)
    state = optimizer.init(params)

    @partial(jax.jit, donate_argnums=(0, 1))
    def better(params: Params, state: Any, step: dict[str, Any], key: Any) -> Any:
        grads = jax.grad(_loss)(params, step, key)
        updates, state = optimizer.update(grads, state, params)
        return optax.apply_updates(params, updates), state

    done = 0
    for _ in range(epochs):
        for step in _steps(lessons, known, order.permutation(len(lessons)).tolist()):
            params, state = better(params, state, step, jax.random.PRNGKey(done))
            done += 1
    layers = [jax.jit(_layers)(params, step) for step in islice(_steps(lessons, known, range(len(lessons))), TYPICAL)]
    active, hidden = (np.percentile(values[values > 0], 99.9) for values in (np.array([x[k] for x in layers]) for k in (0, 1)))
    return _whole({name: np.array(values, np.float64) for name, values in params.items()}, signs, float(active), float(hidden))


def _whole(params: Params, signs: NDArray[np.int64], active: float, hidden: float) -> tuple[dict[str, NDArray[Any]], float]:
    """The arrays as net.py reads them, and the unit of its scores: weights of one byte, activations of seven bits.

    `active` and `hidden` are what hardly any activation of the two layers exceeds.
    """
    params["letters"][0] = 0  # beyond the text
    letters, letter_unit = _bytes(params["letters"])
    filters, filter_unit = _bytes(params["filters"])
    told = np.abs(np.einsum("ve,kep->kvp", letters.astype(np.int64), filters.astype(np.int64))).max()
    drop = _shift(told, MOST_TOLD)
    sum_unit = letter_unit * filter_unit * 2**drop
    pattern_shift = _shift(active / sum_unit, 127)
    active_unit = sum_unit * 2**pattern_shift
    weights, weight_unit = _bytes(params["hidden"])
    hidden_shift = _shift(hidden / (active_unit * weight_unit), 127)
    hidden_unit = active_unit * weight_unit * 2**hidden_shift
    out, out_unit = _bytes(params["out"])
    arrays = {
        "characters": signs.astype(np.uint16),
        "letters": letters,
        "filters": filters,
        "filter_bias": np.round(params["filter_bias"] / sum_unit).astype(np.int16),
        "name_letters": np.round(params["name_letters"] / active_unit).clip(-127, 127).astype(np.int8),
        "hidden": weights,
        "hidden_bias": np.round(params["hidden_bias"] / (active_unit * weight_unit)).astype(np.int32),
        "out": out,
        "out_bias": np.round(params["out_bias"] / (hidden_unit * out_unit)).astype(np.int32),
        "shifts": np.array([drop, pattern_shift, hidden_shift]),
    }
    return {f"net_{name}": array for name, array in arrays.items()}, hidden_unit * out_unit


def _bytes(weights: NDArray[np.float64]) -> tuple[NDArray[np.int8], float]:
    """Weights as whole numbers of one byte, and the unit; the few that are far larger than the others are cut."""
    unit = float(np.percentile(np.abs(weights), 99.9)) * 1.5 / 127
    return np.round(weights / unit).clip(-127, 127).astype(np.int8), unit


def _shift(value: float, most: int) -> int:
    """By how many bits a value is to be shifted so that it is not greater than `most`."""
    return max(0, int(np.ceil(np.log2(value / most))))
