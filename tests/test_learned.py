"""The second opinion: what it may overrule and what not, its confidence, and that the file fits its practice reports."""
from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fazhi import knowledge
from fazhi.extract import explain, figures, learned, ruled
from fazhi.extract.codebook import codebook
from fazhi.extract.context import ROWS, Grams, around, contexts, heading_contexts
from fazhi.extract.learned import Model, model
from fazhi.extract.numerals import fold
from fazhi.extract.outline import outline
from fazhi.knowledge import KnowledgeError

sys.path.insert(0, str(Path(__file__).parent / "practice"))
import train
from score import marks

SENTENCE = "全年办结行政复议案件1,126件，公开信息45条。"


@pytest.fixture
def opinion(monkeypatch: pytest.MonkeyPatch) -> Iterator[Model]:
    """A model that knows two codes and prefers neither; a test gives it an opinion by its bias."""
    codes, scopes = ("", "proactive_disclosures", "reconsideration_closed", "filing_rate"), ("stock", "year")
    net = replace(model().net, out=np.zeros((len(model().net.out), 6), np.float32), out_bias=np.zeros(6, np.int64))
    blank = Model(
        np.zeros((ROWS, 6), np.int8), np.zeros(6, np.int32), codes, scopes, net, 10, 1, 4,
        np.zeros((ROWS, 2), np.int8), np.zeros(2, np.int32), ("disputes", "oversight"), 3, (0, 10, 20), (0.5, 0.8, 0.9),
    )
    monkeypatch.setattr(learned, "model", lambda: blank)
    learned._other_kinds.cache_clear()
    yield blank
    learned._other_kinds.cache_clear()


def codes(text: str = SENTENCE) -> list[str | None]:
    return [q.code for q in figures(text, [], 2020)[0]]


def test_without_an_opinion_the_rules_stand(opinion: Model) -> None:
    assert codes() == [q.code for q in ruled(SENTENCE, [], 2020)[0]] == ["reconsideration_closed", "proactive_disclosures"]


def test_a_sure_opinion_overrules_and_says_so(opinion: Model) -> None:
    opinion.bias[1] = 30
    found = figures(SENTENCE, [], 2020)[0]
    assert [(q.code, q.rule == "learned") for q in found] == [("proactive_disclosures", True), ("proactive_disclosures", False)]
    assert [q.confidence for q in found] == [0.9, 0.9]
    opinion.bias[1] = 0
    opinion.bias[0] = 30
    assert codes() == [None, None]


def test_a_code_is_never_given_to_another_kind_of_number(opinion: Model) -> None:
    opinion.bias[3] = 1000  # a rate
    assert "filing_rate" not in codes()


def test_an_entry_that_it_was_not_trained_with_is_left_to_its_rules(opinion: Model) -> None:
    opinion.bias[0] = 1000
    assert codes("组织应急演练12场。") == ["emergency_drills"]


def test_a_known_near_miss_needs_a_stronger_opinion_than_silence(opinion: Model) -> None:
    opinion.bias[1] = 5
    assert codes("在册民营企业45家。") == [None]  # the rules know it: market entities
    assert codes("走过弯路45条。") == ["proactive_disclosures"]


def test_it_says_the_scope_only_where_the_sentence_does_not(opinion: Model) -> None:
    opinion.bias[4] = 30  # stock
    scopes = [q.scope for q in figures("公开信息45条。截至11月底，公开信息40条。计划公开信息50条。", [], 2020)[0]]
    assert scopes == ["stock", "partial", "next"]


def test_stock_said_by_the_rules_is_a_vote(opinion: Model) -> None:
    opinion.bias[5] = 3
    assert [q.scope for q in figures("现有公职律师5名。", [], 2020)[0]] == ["stock"]
    opinion.bias[5] = 9
    assert [q.scope for q in figures("现有公职律师5名。", [], 2020)[0]] == ["year"]


def test_dimensions_of_headings_have_an_opinion_too(opinion: Model) -> None:
    text = "一、主要成效\n（一）化解行政争议\n全年办结行政复议案件12件，调解成功5件，诉讼案件败诉率下降。\n二、存在问题\n力量不足。\n"
    sections = outline(text)
    assert [s.dimension for s in learned.review_dimensions(fold(text), sections)] == [None, "disputes", None]
    opinion.heading_bias[1] = 9
    assert [s.dimension for s in learned.review_dimensions(fold(text), sections)] == [None, "oversight", None]


def test_explain_shows_the_opinion() -> None:
    first = explain(SENTENCE)[0]
    assert first["learned"][0]["code"] == first["code"] == "reconsideration_closed"
    assert first["learned"][0]["score"] >= first["learned"][1]["score"]


def test_nothing_in_nothing_out() -> None:
    assert figures("", [], 2020)[0] == [] and learned.review_dimensions("", []) == []


# the file

def test_the_file_is_small_and_trained_on_these_reports() -> None:
    path = Path(learned.__file__).parents[1] / "knowledge" / learned.FILE
    assert path.stat().st_size < 2_000_000
    with np.load(path) as held:
        assert list(held["trained_on"]) == [marks(part) for part in train.PARTS], "the practice reports changed: make learn"


def test_confidence_rises() -> None:
    m = model()
    assert list(m.leads) == sorted(m.leads) and list(m.shares) == sorted(m.shares)
    assert 0 <= m.confidence(-5) <= m.confidence(0) <= m.confidence(10**6) <= 1


@pytest.mark.parametrize("without", ["weights", "votes", "leads", "net_hidden"])
def test_a_file_that_lacks_a_part_is_an_error(without: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with np.load(Path(learned.__file__).parents[1] / "knowledge" / learned.FILE) as held:
        np.savez(tmp_path / learned.FILE, **{k: held[k] for k in held.files if k != without})
    monkeypatch.setattr(knowledge, "files", lambda package: tmp_path)
    with pytest.raises(KnowledgeError, match=r"learned\.npz.*make learn"):
        model.__wrapped__()


def test_a_code_that_has_left_the_codebook_is_never_given(opinion: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    left = SimpleNamespace(entries={code: e for code, e in codebook().entries.items() if code != "proactive_disclosures"})
    monkeypatch.setattr(learned, "codebook", lambda: left)
    opinion.bias[1] = 1000
    assert codes("全年办结行政复议案件1,126件。") == ["reconsideration_closed"]


# its features

@given(st.text(st.sampled_from("全年办结案件0123456789,。"), max_size=40), st.integers(0, 9))
def test_the_length_of_a_number_does_not_matter(words: str, digit: int) -> None:
    one, other = Grams(f"办{digit}件{words}"), Grams(f"办{digit}{digit}7件{words}")
    assert [g.tolist() for g in one.of] == [g.tolist() for g in other.of]


@settings(deadline=None)
@given(st.text(st.sampled_from("辖区企业、。"), max_size=30))
def test_words_far_before_a_sentence_change_nothing_of_it(before: str) -> None:
    def rows(text: str) -> list[int]:
        found, where, _, _ = ruled(text, [], 2020)
        return contexts(around(fold(text), found, where, [], ""))[0].tolist()

    assert rows(SENTENCE) == rows(f"{before}。\n{SENTENCE}")


def test_each_heading_has_rows_of_its_own() -> None:
    sections = outline("一、主要成效\n（一）化解争议\n全年办结行政复议案件12件。\n（二）公开信息\n公开信息45条。\n")
    rows, starts = heading_contexts(fold("一、主要成效\n（一）化解争议\n全年办结行政复议案件12件。\n（二）公开信息\n公开信息45条。\n"), sections)
    assert len(starts) == len(sections) and starts[0] == 0 and (np.diff([*starts, len(rows)]) > 0).all()


# the training

def test_training_tells_two_classes_apart_and_is_repeatable() -> None:
    rows = [np.array([7, k % 2, 100 + k]) for k in range(40)]
    weights, bias = train.train(rows, [k % 2 for k in range(40)], 2)
    assert all((weights[r].sum(axis=0) + bias).argmax() == k % 2 for k, r in enumerate(rows))
    assert (train.train(rows, [k % 2 for k in range(40)], 2)[0] == weights).all()


@given(st.lists(st.tuples(st.integers(0, 99), st.booleans()), min_size=30, max_size=80))
def test_the_measured_curve_rises(measured: list[tuple[int, bool]]) -> None:
    leads, shares = train.rising(measured)
    assert leads == sorted(leads) and shares == sorted(shares)


def number(code: str, ruled: str, *rows: int) -> train.Example:
    """A number with these features, told to be of one code and read by the rules as another."""
    nothing = np.zeros(0, np.int64)
    return train.Example("report", around("", [], [], [], ""), 0, np.array(rows), nothing, ruled, False, code, None)


def test_an_example_that_the_models_contradict_is_settled_and_others_stay() -> None:
    codes, silent = ["", "a", "b"], lambda e: np.zeros(3, np.float32)
    weights, bias = np.zeros((9, 3), np.float32), np.zeros(3, np.float32)
    weights[[1, 2], 1] = 2.0
    others = weights.copy()
    wrong, right = number("b", "a", 1, 3), number("a", "a", 2, 4)
    train.settle(weights, bias, [wrong, right], codes, silent)
    place = {code: k for k, code in enumerate(codes)}
    for e in (wrong, right):
        ranked = sorted(((s, k) for k, s in enumerate(train.voted(e, weights, bias, silent, place))), reverse=True)
        assert codes[ranked[0][1]] == e.code and ranked[0][0] - ranked[1][0] > train.LEAD - 1e-5
    assert (weights[[2, 4, 5]] == others[[2, 4, 5]]).all() and (weights[[1, 3]] != others[[1, 3]]).any()


def test_confidence_is_measured_by_what_the_net_says_of_unseen_reports_too(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []

    def taught(seen: list[train.Example], codes: list[str]) -> Callable[[train.Example], NDArray[np.float32]]:
        told.append(len(seen))
        return lambda e: np.array([0, 0, 99 if 8 in e.rows else 0], np.float32)

    monkeypatch.setattr(train, "Opinion", taught)
    seen = [number("a", "", 1), number("", "", 2)] * 20
    held = [number("a", "", 1), number("", "", 2), number("a", "", 1, 8)]
    measured = train.curve(held, ["", "a", "b"], seen, 0.1)
    assert told == [len(seen)]
    assert [right for _, right in measured] == [True, False]  # what has no code says nothing of how sure codes are
    assert all(lead > 0 for lead, _ in measured)


def test_the_same_arrays_give_the_same_bytes(tmp_path: Path) -> None:
    target = tmp_path / "learned.npz"
    train.save(target, weights=np.arange(9), codes=["a", "b"])
    first = target.read_bytes()
    train.save(target, weights=np.arange(9), codes=["a", "b"])
    assert target.read_bytes() == first


def test_only_the_open_reports_are_learned_from() -> None:
    assert not {"shut", "unseen"}.intersection(train.PARTS)


def test_replaced_sections_keep_all_else() -> None:
    text = "一、主要成效\n（一）化解争议\n全年办结行政复议案件12件。\n"
    before = outline(text)
    after = learned.review_dimensions(fold(text), before)
    assert [replace(s, dimension=None) for s in after] == [replace(s, dimension=None) for s in before]
