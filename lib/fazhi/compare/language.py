"""The language in which answers are put: Chinese, as it stands in the code, or English, from english.toml.

A text is written in Chinese where it is used, with `{name}` for what is filled in, and `put` gives it in the language that is
spoken. Names that the knowledge files have in both languages (states, codes, verdicts) go with it. What a report says, and whose
it is, stays as it is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

from fazhi.knowledge import load_toml

LANGUAGES = ("zh", "en")
NAMED = ("comparison.toml", "checks.toml", "promises.toml", "reuse.toml", "codebook.toml")  # files with names in both languages
_BETWEEN = re.compile("[；、]")  # names in a row
_spoken = "zh"


def speak(language: str) -> None:
    """From now on put answers, figures and tables in this language (`zh` or `en`), in this process: a notebook's first cell
    says it once. Raises ValueError for another one.
    """
    global _spoken
    if language not in LANGUAGES:
        raise ValueError(f"没有语言 {language!r}，可用 zh（中文）或 en（英文） (the language is zh or en)")
    _spoken = language


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Inside a `with`, answers are put in this language; afterwards in the one before. Raises ValueError as `speak` does."""
    before = _spoken
    speak(language)
    try:
        yield
    finally:
        speak(before)


def spoken(language: str | None = None) -> str:
    """The language asked for, or, where none is, the one that is spoken."""
    return language if language in LANGUAGES else _spoken


def put(text: str, /, **values: Any) -> str:
    """A Chinese text with its values filled in, in the language that is spoken; one that english.toml lacks stays Chinese."""
    if _spoken == "zh":
        return text.format(**values) if values else text
    told = {name: word(value) if isinstance(value, str) else value for name, value in values.items()}
    found = english().get(text, text)
    if text.endswith("。"):
        found = f"{found.rstrip()} "  # Chinese sentences follow each other without a blank
    return singular(found.format(**told) if values else found)


def word(text: str, language: str | None = None) -> str:
    """A fixed Chinese name (a state, a code, a heading of a table, or several in a row) in the language that is spoken;
    one that is not known stays as it is.
    """
    if spoken(language) == "zh":
        return text
    known = english()
    if text in known or not any(part in known for part in _BETWEEN.split(text)):
        return known.get(text, text)
    return "".join(known.get(part, part) for part in re.split(f"({_BETWEEN.pattern})", text))


def unit(text: str, language: str | None = None) -> str:
    """A unit as it is printed behind its number: 件, yuan, yuan per case; in English what only counts things has none."""
    if spoken(language) == "zh":
        return text
    counted, per, base = text.partition("/")
    return f"{word(counted, 'en')} per {word(base, 'en') or 'case'}".strip() if per else word(text, "en")


@cache
def english() -> dict[str, str]:
    """Chinese texts and names -> English ones: those of the knowledge files, and before them those of english.toml."""
    found = {zh: en for file in NAMED for zh, en in _pairs(load_toml(file))}
    for name, group in _data().items():
        found |= group if name != "one" else {}
    return found


@cache
def _data() -> dict[str, dict[str, str]]:
    return tomllib.loads((files(__package__) / "english.toml").read_text("utf-8"))


def _pairs(held: Any) -> Iterator[tuple[str, str]]:
    """Every name that a knowledge file gives in both languages."""
    if isinstance(held, list):
        for item in held:
            yield from _pairs(item)
    elif isinstance(held, dict):
        for one, other in (("zh", "en"), ("name_zh", "name_en"), ("short", "en")):
            if isinstance(held.get(one), str) and isinstance(held.get(other), str):
                yield held[one], held[other]
        for item in held.values():
            yield from _pairs(item)


def singular(text: str) -> str:
    """English with `1 report` for `1 reports`, `1 annual report` for `1 annual reports`."""
    return _ones().sub(lambda found: found[0].replace(found[1], _data()["one"][found[1]]), text)


@cache
def _ones() -> re.Pattern[str]:
    return re.compile(rf"(?<![\d.,–-])1 (?:[a-z]+ )?({'|'.join(_data()['one'])})\b")
