"""The dimensions: every example of the knowledge file, and how headings weigh."""

from __future__ import annotations

import pytest

from fazhi.extract.dimensions import DIMENSIONS, Topics, dimension
from fazhi.knowledge import load_toml

EXAMPLES = [(name, example) for name, entry in load_toml("dimensions.toml").items() for example in entry.get("yes", ())]


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_examples(name: str, example: str) -> None:
    assert dimension(example, 0, len(example)) == name


def test_every_dimension_has_examples() -> None:
    assert {name for name, _ in EXAMPLES} == set(DIMENSIONS)


def test_nothing_to_go_by_is_other() -> None:
    assert dimension("天气很好", 0, 4) == "other"


def test_heading_tips_the_balance() -> None:
    text = "有关工作按期完成。"
    assert dimension(text, 0, len(text), "化解矛盾纠纷") == "disputes"
    assert dimension(text, 0, len(text), "严格规范行政执法") == "enforcement"


def test_span_only_counts_what_it_holds() -> None:
    text = "行政复议案件12件。" + "修订应急预案。"
    topics = Topics(text)
    assert topics.of(0, 10) == "disputes"
    assert topics.of(10, len(text)) == "emergencies"


def test_set_words_tell_nothing() -> None:
    for phrase in load_toml("dimensions.toml")["none"]["phrases"]:
        assert dimension(phrase, 0, len(phrase)) == "other", phrase
    text = "协调解决用地问题，走访企业。"
    assert dimension(text, 0, len(text)) == "functions"
