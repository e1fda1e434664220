"""The index of briefings: what there is, when it was made, whether its last run went well, what changed in the tables since."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

import polars as pl
from jinja2 import Environment

from fazhi.brief import fonts
from fazhi.brief.show import table
from fazhi.brief.theme import say
from fazhi.compare.language import put, speaking, word
from fazhi.compare.release import Release

CHANGES = 100  # differences that the page shows; all are in the CSV and in `fazhi diff`


def write_index(
    records: Sequence[Mapping[str, Any]], build: Mapping[str, str], language: str | None = None, changes: Release | None = None
) -> str:
    """index.html of the records of status.json: one page, no request, usable without scripts (the search box alone needs
    them). `changes` are those since the build before. Without a `language` it is English where all briefings are.
    """
    language = language or ("en" if records and all(record["language"] == "en" for record in records) else "zh")
    folder = files(__package__) / "template"
    text = (folder / "index_page.html.j2").read_text("utf-8")
    css = (folder / "briefing" / "page.css").read_text("utf-8")
    environment = Environment(autoescape=True)
    rows = [
        {
            **record,
            "lang": "en" if record["language"] == "en" else "zh-CN",
            "said": _said(record, language),
            "origin": word("，", language).join(say(f"origin.{name}", language) for name in record["origins"]),
        }
        for record in records
    ]
    told = environment.from_string(text)
    values: dict[str, Any] = {
        "records": rows,
        "build": build,
        "say": lambda key, **v: say(key, language, **v),
        "language": language,
        "css": css,
        "changes": _changes(changes, language),
    }
    draft = told.render(**values, font="", nonce="")
    values["font"] = fonts.css("".join(sorted(c for c in {*draft, *map(chr, range(0x20, 0x7F))} if c.isprintable())))
    return told.render(**values, nonce=hashlib.sha256(draft.encode()).hexdigest()[:24])


def _changes(changes: Release | None, language: str) -> dict[str, str]:
    """What changed since the last build: a sentence, and a table where something did."""
    if changes is None:
        return {}
    columns = ["change", "issuer", "year", "name_zh", "column", "old", "new", "cause"]
    with speaking(language):
        what = [put("{table}{change}", **row) for row in changes.shown.select("table", "change").iter_rows(named=True)]
        frame = changes.shown.select(
            pl.Series("change", what, pl.String), pl.coalesce("issuer", "source").alias("issuer"), *columns[2:], "quote"
        )
        made = table(frame, say("index.changed"), columns=columns, limit=CHANGES)
        html = "".join(c for c in made.html if c in "\n\t" or c.isprintable())
        return {"sentence": changes.sentence(), "table": html if frame.height else ""}


def _said(record: Mapping[str, Any], language: str) -> str:
    """The last run in words: that it went well, or that it failed and what stands there instead."""
    if record["status"] == "ok":
        return say("index.ok", language)
    kept = say("index.failed_kept", language, date=record["made"]) if record["file"] else say("index.failed_none", language)
    return f"{kept}{say('page.colon', language)}{record['error']}" if record["error"] else escape(kept)
