"""The named turns of phrase match their own examples, and a missing one is an error that says what to add."""

from __future__ import annotations

import pytest

from fazhi.extract import phrases
from fazhi.extract.phrases import phrase
from fazhi.knowledge import KnowledgeError, load_toml

PHRASES = load_toml("phrases.toml")["phrase"]


@pytest.mark.parametrize(("name", "example"), [(p["name"], x) for p in PHRASES for x in p["yes"]])
def test_yes(name: str, example: str) -> None:
    assert phrase(name).search(example)


@pytest.mark.parametrize(("name", "example"), [(p["name"], x) for p in PHRASES for x in p["no"]])
def test_no(name: str, example: str) -> None:
    found = phrase(name).search(example)
    assert not found or not found[0]


def test_a_missing_phrase_says_what_to_add() -> None:
    with pytest.raises(KnowledgeError, match=r"phrases\.toml: nowhere: no such phrase; .*add"):
        phrase("nowhere")


def test_a_doubled_phrase_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phrases, "load_toml", lambda _: {"phrase": [PHRASES[0], PHRASES[0]]})
    phrases._all.cache_clear()
    with pytest.raises(KnowledgeError, match=r"stands there twice; .*another name"):
        phrases._all()
