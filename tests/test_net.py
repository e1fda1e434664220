"""The net: that it reads in whole numbers just what it is defined to read, and that it can be trained."""
from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fazhi.extract import ruled
from fazhi.extract.context import FACTS, VERDICTS, Around, around
from fazhi.extract.learned import model
from fazhi.extract.net import LONGEST, NAME_BITS, ONE, SPAN, ZONES, Net, _strongest, bounds, name_rows, patterns, scores
from fazhi.extract.numerals import fold

sys.path.insert(0, str(Path(__file__).parent / "practice"))

TEXT = "全年办结行政复议案件1,126件，公开信息45条；组织培训3期，现有公职律师5名。"


def seen(text: str = TEXT) -> Around:
    found, where, _, _ = ruled(text, [], 2020)
    return around(fold(text), found, where, [], "")


def small(ratio: int = ONE) -> Net:
    """A net of random whole numbers."""
    draw = np.random.default_rng(0)
    characters = np.array(sorted({ord(c) for c in TEXT if c not in "公职"} | {ord("0")}), np.uint16)
    whole = {
        "letters": draw.integers(-127, 128, (len(characters) + 2, 8)).astype(np.int8),
        "filters": draw.integers(-127, 128, (SPAN, 8, 16)).astype(np.int8),
        "filter_bias": draw.integers(-99, 99, 16).astype(np.int16),
        "name_letters": draw.integers(-127, 128, (1 << NAME_BITS, 4)).astype(np.int8),
        "hidden": draw.integers(-127, 128, (16 * len(ZONES) + 4 * (FACTS + VERDICTS), 12)).astype(np.int8),
        "hidden_bias": draw.integers(-999, 999, 12).astype(np.int32),
        "out": draw.integers(-127, 128, (12, 5)).astype(np.int8),
        "out_bias": draw.integers(-999, 999, 5).astype(np.int32),
    }
    whole["letters"][0] = 0
    return Net.of({f"net_{k}": v for k, v in whole.items()} | {
        "net_characters": characters, "net_shifts": np.array([5, 6, 12]), "net_ratio": np.array(ratio),
    })  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, LONGEST)), min_size=1, max_size=20))
def test_the_strongest_of_any_run_is_its_maximum(runs: list[tuple[int, int]]) -> None:
    active = np.random.default_rng(1).integers(0, 128, (90, 3)).astype(np.uint8)
    starts, ends = np.array([a for a, _ in runs]), np.array([min(90, a + n) for a, n in runs])
    plain = [active[a:b].max(axis=0) if b > a else np.zeros(3) for a, b in zip(starts, ends, strict=True)]
    assert (_strongest(active, starts, ends) == plain).all()


def test_patterns_are_those_of_a_plain_convolution() -> None:
    net, text = small(), seen()
    signs = text.grams.of[0]
    ids = [0] * (SPAN // 2) + [int(net.known[s]) for s in signs] + [0] * (SPAN // 2)
    plain = [sum(net.patterns[k, ids[at + k]].astype(int) for k in range(SPAN)) + net.pattern_bias for at in range(len(signs))]
    active = [[min(127, max(0, int(v)) >> net.pattern_shift) for v in sums] for sums in plain]
    starts, ends = bounds(text)
    for found, own_starts, own_ends in zip(patterns(net, text), starts, ends, strict=True):
        zones = [np.array(active[a:b]).max(axis=0) if b > a else np.zeros(16) for a, b in zip(own_starts, own_ends, strict=True)]
        assert (found == np.concatenate(zones)).all()


def test_what_stands_in_another_line_changes_nothing() -> None:
    net, sentence = small(), "全年办结行政复议案件12件。"
    one, other = (scores(net, seen(f"{sentence}\n公{rest}")) for rest in ("开信息45条。", "布了目录4个，新增5个。"))
    assert (one[0] == other[0]).all()  # but for the two characters that a pattern looks ahead


def test_the_ratio_brings_scores_into_another_measure() -> None:
    one, half = scores(small(), seen()), scores(small(ONE // 2), seen())
    assert (one >> 1 == half).all() and np.abs(one).max() > 0


def test_a_long_zone_keeps_its_near_end() -> None:
    text = seen("甲" * 200 + "办结案件12件。" + "乙" * 200)
    starts, ends = bounds(text)
    own, right = ZONES.index("sentence"), ZONES.index("right")
    assert ((ends - starts) <= LONGEST).all()
    assert ends[0, own] == text.zones["sentence"][1][0] and starts[0, right] == text.zones["right"][0][0]


def test_a_character_beyond_the_first_plane_is_an_unknown_one() -> None:
    assert scores(small(), seen("办结𠮷案件12件。")).shape == (1, 5)


def test_names_are_told_for_every_number() -> None:
    assert name_rows(seen()).shape == (4, FACTS + VERDICTS)


def test_a_layer_of_another_size_is_an_error() -> None:
    net = small()
    parts = {"net_characters": np.arange(9), "net_letters": np.zeros((11, 8)), "net_filters": np.zeros((SPAN, 8, 16)),
             "net_filter_bias": np.zeros(16), "net_name_letters": np.zeros((1 << NAME_BITS, 4)), "net_hidden": np.zeros((7, 12)),
             "net_hidden_bias": np.zeros(12), "net_out": net.out, "net_out_bias": np.zeros(5), "net_shifts": np.zeros(3),
             "net_ratio": np.array(1)}  # fmt: skip
    with pytest.raises(ValueError, match="layers"):
        Net.of(parts)


# the trained one

def test_no_sum_of_the_trained_net_is_too_large_to_be_exact() -> None:
    net = model().net
    assert np.abs(net.patterns.astype(int)).max(axis=1).sum(axis=0).max() + np.abs(net.pattern_bias).max() < 1 << 15
    assert (np.abs(net.hidden).sum(axis=0) * 127 + np.abs(net.hidden_bias)).max() < 1 << 24
    assert (np.abs(net.out).sum(axis=0) * 127).max() < 1 << 24


# the training

def test_it_learns_what_patterns_tell_and_keeps_it_in_whole_numbers() -> None:
    pytest.importorskip("jax", reason="the packages of requirements-learn.lock are not installed (make test installs them)")
    from train_net import Lesson, train_net

    draw = np.random.default_rng(0)
    texts = [
        f"{draw.choice(['今年', '全年', '本年度'])}{verb}{draw.choice(['各类', '有关', '重大'])}{noun}{draw.integers(2, 99)}件。"
        for verb, noun in [("办结", "案件"), ("受理", "案件"), ("公布", "文件"), ("制定", "文件")] * 40
    ]
    lessons = [Lesson.of(seen(text), [k // 2 % 2], [k % 2]) for k, text in enumerate(texts)]
    arrays, unit = train_net(lessons, 2, epochs=60)
    net = Net.of({**arrays, "net_ratio": np.array(ONE)})
    said = np.array([scores(net, seen(text))[0] for text in texts]) * unit
    assert (said[:, :2].argmax(axis=1) == [k // 2 % 2 for k in range(len(texts))]).all()
    assert (said[:, 2:].argmax(axis=1) == [k % 2 for k in range(len(texts))]).mean() > 0.95
