"""Practice reports are written with their gold inside: this turns one marked file into a raw report and its gold.

A marked file is a TOML head between two lines `+++` (the report fields of the annotation guide; a missing key is null)
and the source exactly as a site would serve it, with two kinds of marks:

    ⟪LEVEL KIND|LABEL|HEADING⟫    a heading; KIND is a kind (level 1 only), a dimension, or `-`
    ⟦VALUE_TEXT|key=value|…⟧      a quantity; keys: c code, s subject, v value, h high, u unit, q qualifier, k kind,
                                  t status, p scope, opt (no value). `||` starts a second quantity of the same number.

Left out, a key has its usual value: exact, actual, year, count (a rate for %, an amount for 元), no code; v, u and q are
read from plain forms such as `2080余件`, `1.5万元`, `98.2%`.

    python tests/practice/unmark.py MARKED [MARKED …] --out DIR    # writes DIR/raw/NAME and DIR/gold/NAME.json
"""

from __future__ import annotations

import argparse
import html
import json
import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

HEADING = re.compile(r"⟪(\d) (\S+?)\|([^|⟪⟫]*)\|([^⟪⟫]*)⟫")
QUANTITY = re.compile(r"⟦([^|⟦⟧]+)((?:\|[^⟦⟧]*)?)⟧")
PLAIN = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*(万|亿)?(余|多)?\s*(万|亿)?(余)?\s*([^\d\s余多]+)$")
TITLE = re.compile(r"《([^《》]*(?:《[^《》]*》[^《》]*)*)》")
KINDS = {"achievements", "problems", "first_responsible_person", "plan", "other"}
DIMENSIONS = {
    "functions",
    "institutions",
    "decisions",
    "enforcement",
    "emergencies",
    "disputes",
    "oversight",
    "capacity",
    "leadership",
    "digital",
    "other",
}
ALLOWED = {
    "q": {"exact", "over", "under", "about", "at_least", "at_most", "range"},
    "k": {"count", "rate", "amount", "change"},
    "t": {"actual", "target", "norm"},
    "p": {"year", "partial", "cumulative", "previous", "stock", "next"},
}
FIELDS = ("title", "issuer", "issuer_kind", "region", "region_code", "level", "year", "published_on", "signed_on")


class MarkError(ValueError):
    """A mark that cannot be read; the message names the file and the mark."""


def fold(text: str) -> str:
    """Fold width and punctuation as the scorer does."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum() or c in "%.")


def quantity(value_text: str, spec: str, where: str) -> dict[str, Any]:
    keys: dict[str, str] = {}
    for part in filter(None, spec.split("|")):
        key, _, value = part.partition("=")
        if key not in {"c", "s", "v", "h", "u", "q", "k", "t", "p", "opt"}:
            raise MarkError(f"{where}: unknown key {key!r} in ⟦{value_text}|{spec}⟧")
        keys[key] = value
    for key, allowed in ALLOWED.items():
        if key in keys and keys[key] not in allowed:
            raise MarkError(f"{where}: {key}={keys[key]} in ⟦{value_text}⟧ is none of {sorted(allowed)}")
    plain = PLAIN.fullmatch(value_text)
    value: float | None = float(keys["v"]) if keys.get("v") else None
    unit, over = keys.get("u"), False
    if plain:
        number, m1, o1, m2, o2, u = plain.groups()
        over = bool(o1 or o2)
        if value is None:
            value = float(number.replace(",", "")) * {"万": 1e4, "亿": 1e8, None: 1}[m1 or m2]
        unit = unit if unit is not None else u
    if value is None or unit is None:
        raise MarkError(f"{where}: ⟦{value_text}|{spec}⟧ needs v= and u=")
    unit = {"万元": "元", "亿元": "元", "％": "%"}.get(unit, unit)
    found = {
        "value_text": value_text,
        "value": int(value) if value == int(value) else round(value, 6),
        "high": float(keys["h"]) if keys.get("h") else None,
        "unit": unit or None,
        "qualifier": keys.get("q") or ("over" if over else "exact"),
        "kind": keys.get("k") or ("rate" if unit == "%" else "amount" if unit == "元" else "count"),
        "status": keys.get("t") or "actual",
        "scope": keys.get("p") or "year",
        "code": keys.get("c") or None,
        "subject": keys.get("s") or "",
    }
    if "opt" in keys:
        found["optional"] = True
    return found


def quote_for(text: str, start: int, end: int) -> str:
    """The clause that holds text[start:end], widened to the left until it is unique or meets a line or tag boundary."""
    stop = "\n<>。"
    left = start
    while left > 0 and text[left - 1] not in stop + ",，;；:：":
        left -= 1
    right = end
    while right < len(text) and text[right] not in stop + ",，;；、:：" and right - end < 12:
        right += 1
    whole = fold(text)
    while left > 0 and whole.count(fold(text[left:right])) > 1 and text[left - 1] not in "\n<>":
        left -= 1
    return text[left:right].strip()


def unmark(marked: str, name: str) -> tuple[str, dict[str, Any]]:
    """Return the raw source and its gold. Raises MarkError with file and mark."""
    _, head, body = marked.split("+++\n", 2) if marked.startswith("+++\n") else (None, None, None)  # type: ignore[misc]
    if head is None or body is None:
        raise MarkError(f"{name}: no TOML head between +++ lines")
    meta = tomllib.loads(head)
    if unknown := set(meta) - set(FIELDS) - {"instruments", "encoding", "note"}:
        raise MarkError(f"{name}: unknown field {sorted(unknown)}")
    sections = []
    for level, kind, label, heading in HEADING.findall(body):
        allowed = KINDS if level == "1" else DIMENSIONS | {"-"}
        if kind not in allowed:
            raise MarkError(f"{name}: {kind!r} of heading {heading!r} is none of {sorted(allowed)}")
        heading = QUANTITY.sub(r"\1", heading)
        if name.endswith("html"):
            heading = html.unescape(heading)
        sections.append(
            {
                "level": int(level),
                "label": label.strip(),
                "heading": heading.strip(),
                "kind": kind if level == "1" else None,
                "dimension": kind if level != "1" and kind != "-" else None,
            }
        )
    body = HEADING.sub(lambda m: m[3] + m[4], body)
    raw, spans, at = [], [], 0
    for m in QUANTITY.finditer(body):
        raw.append(body[at : m.start()])
        start = sum(map(len, raw))
        raw.append(m[1])
        specs = [spec.strip("|") for spec in (m[2] or "|").split("||")]
        spans += [(start, start + len(m[1]), quantity(m[1], spec, name)) for spec in specs]
        at = m.end()
    raw.append(body[at:])
    text = "".join(raw)
    if bad := re.search(r"[⟦⟧⟪⟫]", text):
        raise MarkError(f"{name}: a mark is not closed near {text[max(0, bad.start() - 20) : bad.start() + 20]!r}")
    quantities = [{"quote": quote_for(text, start, end), **q} for start, end, q in spans]
    titles = meta.get("instruments")
    if titles is None:
        titles = list(dict.fromkeys(t.replace("\n", "") for t in TITLE.findall(re.sub(r"<[^>]*>", "", text))))
    report = {k: (str(meta[k]) if k.endswith("_on") and meta.get(k) else meta.get(k)) for k in FIELDS}
    return text, {"file": name, "report": report, "sections": sections, "quantities": quantities, "instruments": titles}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("marked", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    for folder in ("raw", "gold"):
        (args.out / folder).mkdir(parents=True, exist_ok=True)
    for path in args.marked:
        text, gold = unmark(path.read_text("utf-8"), path.name)
        (args.out / "raw" / path.name).write_text(text, "utf-8")
        (args.out / "gold" / f"{path.stem}.json").write_text(json.dumps(gold, ensure_ascii=False, indent=1) + "\n", "utf-8")
        print(
            f"{path.name}: {len(text)} characters, {len(gold['sections'])} headings, {len(gold['quantities'])} quantities,"
            f" {sum(1 for q in gold['quantities'] if q['code'])} coded"
        )


if __name__ == "__main__":
    main()
