"""Promises in words: what is to be finished by a date, issued or built, looked for in the sentences of the next report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from fazhi.compare.members import Tables
from fazhi.compare.pledge import alike, day_in, knowledge, sentences

Row = dict[str, Any]
COMMAS = str.maketrans({",": "，"})


def asked(t: Tables, reports: pl.DataFrame, figures: Mapping[tuple[str, int], Sequence[tuple[int, int]]]) -> Iterator[Row]:
    """The promises in words of the reports' plans: report_id, measure_id, dimension, form, subject, deadline (month and day
    stand in the year after `year`), quote, start, end. `figures` are the spans of targets by report and measure: what has a
    figure of its own is not promised a second time in words."""
    words = knowledge()
    every = "|".join([*(loose(d.pattern) for d in words.deadlines), *(verbs(form) for form in words.made)])
    plans = (
        t.measures.filter(pl.col("status") == "planned", pl.col("text").str.contains(every))
        .select("report_id", "measure_id", "text", "start", "dimension")
        .collect()
        .join(reports.select("report_id", "year"), on="report_id")
        .sort("report_id", "measure_id")
    )
    seen: set[tuple[str, str]] = set()
    for row in plans.iter_rows(named=True):
        taken = figures.get((row["report_id"], row["measure_id"]), ())
        for start, sentence in sentences(row["text"], row["start"]):
            for found in promised(sentence, start, row["year"] + 1, taken):
                if (key := (row["report_id"], found["subject"])) in seen:
                    continue
                seen.add(key)
                yield {name: row[name] for name in ("report_id", "measure_id", "dimension")} | found


def loose(pattern: re.Pattern[str]) -> str:
    """A pattern without its conditions on what stands around, which polars does not know: enough to pass over most sentences."""
    return f"(?:{re.sub(r'[(][?]<?[!=][^)]*[)]', '', pattern.pattern)})"


def verbs(form: str) -> str:
    """The verbs of a form as a pattern, to pass over the sentences that have none."""
    return next(part for part in knowledge().made[form].pattern.split("(?:")[1:] if part[0] not in "!<").partition(")")[0]


def promised(sentence: str, start: int, due: int, taken: Sequence[tuple[int, int]]) -> list[Row]:
    """What one sentence promises to issue, to build or to finish by a date, clause by clause."""
    words, place = knowledge(), start
    found: list[Row] = []
    for clause in sentence.translate(COMMAS).split("，"):
        first, last = place, place + len(clause)
        place = last + 1
        if any(s < last and first < e for s, e in taken):
            continue
        day = day_in(words.deadlines, clause, due)
        row = {"deadline": day, "quote": sentence, "start": start, "end": start + len(sentence)}
        made = next(((form, seen) for form, pattern in words.made.items() if (seen := pattern.search(clause))), None)
        if made:
            form, seen = made
            name = words.words["lead"].sub("", seen[1])
            if not words.words["bare"].search(name) and not words.words["background"].search(clause[: seen.start()]):
                found.append(row | {"form": form, "subject": name})
        elif day and words.words["finished"].search(clause):
            if found and found[-1]["form"] != "date" and found[-1]["deadline"] is None:
                found[-1]["deadline"] = day  # 建设复议平台，6月底前上线
            else:
                found.append(row | {"form": "date", "subject": sentence.rpartition("：")[2]})
    return found


class Answers:
    """The sentences of reports that may answer a promise: what was done, and what was found wanting."""

    def __init__(self, t: Tables, reports: Sequence[str]) -> None:
        words = knowledge().words
        told = "|".join(loose(words[name]) for name in ("finished", "negated", "underway"))
        rows = (
            t.measures.filter(pl.col("report_id").is_in(list(reports)), pl.col("status") != "planned")
            .filter(pl.col("text").str.contains(told))
            .select("report_id", "measure_id", "text", "start", "status")
            .collect()
            .sort("report_id", "measure_id")
        )
        self.held: dict[str, list[tuple[int, str]]] = {}
        for row in rows.iter_rows(named=True):
            parts = [part for part in sentences(row["text"], row["start"]) if re.search(told, part[1])]
            self.held.setdefault(row["report_id"], []).extend(parts)

    def to(self, promise: Row, report: str, year: int) -> Row:
        """verdict, reason, score, and the sentence that answers (found_quote, found_start, found_end, found_on)."""
        words, form = knowledge(), promise["form"]
        best: tuple[tuple[bool, float], int, str] | None = None
        for start, sentence in self.held.get(report, ()):
            if form != "date" and promise["subject"].rstrip("》")[-2:] not in sentence:
                continue  # another kind of document or thing
            dated = form == "date" and day_in(words.happened, sentence, year) is not None
            score = alike(promise["subject"], sentence)
            least = words.alike["undated" if form == "date" and not dated else form]
            if score >= least and (best is None or (dated, score) > best[0]):
                best = ((dated, score), start, sentence)
        if best is None:
            return {"verdict": "not_mentioned", "reason": "silent"}
        (_, score), start, sentence = best
        verdict, reason, day = weigh(promise["deadline"], form, sentence, year)
        return {
            "verdict": verdict, "reason": reason, "score": score, "found_on": day,
            "found_quote": sentence, "found_start": start, "found_end": start + len(sentence),
        }


def weigh(deadline: date | None, form: str, sentence: str, year: int) -> tuple[str, str, date | None]:
    """Verdict, reason and the day that the answer names."""
    words = knowledge().words
    if words["negated"].search(sentence):
        return "missed", "not_done", None
    if words["underway"].search(sentence):
        return "cannot_tell", "underway", None
    day = day_in(knowledge().happened, sentence, year)
    if deadline is None:
        return "kept", "done", day
    if day is not None:
        return ("kept", "in_time", day) if day <= deadline else ("missed", "too_late", day)
    if (deadline.month, deadline.day) == (12, 31):
        return "kept", "done" if form != "date" else "in_time", None
    return "cannot_tell", "undated", None

