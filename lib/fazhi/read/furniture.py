"""What a page prints around a report, as patterns: knowledge/furniture.toml, checked and compiled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import chain

from ..knowledge import KnowledgeError, compiled, load_toml, require
from .dates import DATE

FILE = "furniture.toml"
CLOCK = r"\s*T?\s*(?:\d{1,2}\s*[:：时]\s*\d{1,2}\s*(?:[:：分]\s*\d{0,2}\s*秒?)?)?"
JOINED = re.compile(r"发[布文](?:机构|单位|机关)|公开(?:机构|主体)")


@dataclass(frozen=True, slots=True)
class Rules:
    """What furniture.toml says, compiled."""

    anywhere: re.Pattern[str]
    head: re.Pattern[str]
    today: re.Pattern[str]
    tail: re.Pattern[str]
    closing: re.Pattern[str]  # what begins a tail even when prose follows it
    attachment: re.Pattern[str]
    metadata: re.Pattern[str]  # a line that opens with a field's name
    field: re.Pattern[str]  # a field and its value, anywhere in furniture
    joined: re.Pattern[str]  # a publisher's label and its value without a mark between
    dated: re.Pattern[str]  # a field and its date
    groups: dict[str, tuple[str, int]]  # a field's name -> its group and its rank there
    bare: re.Pattern[str]  # a date that stands alone, or with the publisher
    report: re.Pattern[str]
    broken: re.Pattern[str]  # a title that names its subject, for what is put together from lines
    issuer: re.Pattern[str]
    site: re.Pattern[str]
    label: re.Pattern[str]
    heads: re.Pattern[str]
    addressee: re.Pattern[str]
    number: re.Pattern[str]
    date_line: re.Pattern[str]
    torn: re.Pattern[str]  # what a line begins with that goes on a figure


def spread(pattern: str) -> str:
    """A pattern of furniture.toml as a regular expression: `_` is any run of spaces."""
    return pattern.replace("_", r"\s*")


@cache
def rules() -> Rules:
    """furniture.toml, checked; KnowledgeError names what is wrong in it."""
    table = load_toml(FILE)
    require(FILE, "top", table, {"labels": dict, "html": dict, "title": dict, "body": dict, "line": list})
    by_name: dict[str, str] = {}
    scopes: dict[str, list[str]] = {"head": [], "tail": [], "": []}
    for entry in table["line"]:
        name = str(entry.get("name", "a [[line]] without name"))
        require(FILE, name, entry, {"name": str, "pattern": str, "yes": list, "no": list}, {"scope": str})
        if entry.get("scope", "") not in scopes:
            raise KnowledgeError(FILE, name, f"scope {entry['scope']!r}", "write head, tail, or leave it out")
        by_name[name] = _checked(name, spread(entry["pattern"]))
        scopes[entry.get("scope", "")].append(by_name[name])
    require(FILE, "title", table["title"], {"report": str, "broken": str, "issuer": str, "site": str})
    require(FILE, "body", table["body"], {"label": str, "heads": str, "addressee": str, "number": str, "date": str, "units": str})
    groups = {label: (group, rank) for group, labels in table["labels"].items() for rank, label in enumerate(labels)}
    names = "|".join(r"[ \t]*".join(map(re.escape, label)) for label in sorted(groups, key=len, reverse=True))
    body = {key: _checked(f"body.{key}", pattern) for key, pattern in table["body"].items()}
    title = {key: _checked(f"title.{key}", pattern) for key, pattern in table["title"].items()}
    either = "|".join
    name = rf"(?<![\u4e00-\u9fff])({names})"
    return Rules(
        anywhere=re.compile(either(scopes[""])),
        head=re.compile(either(chain(scopes[""], scopes["head"]))),
        today=re.compile(by_name["today"]),
        tail=re.compile(either(chain(scopes[""], scopes["tail"]))),
        closing=re.compile(either(by_name[n] for n in ("related heading", "neighbours", "footer", "editor"))),
        attachment=re.compile(by_name["attachment"]),
        metadata=re.compile(
            rf"(?:[【\[][^】\]]{{2,16}}[】\]])?[•·▪*\-–\[【(（|\s]{{0,9}}(?:{names})\s{{0,9}}(?:[\]】)）]|[:：\t|｜]|$|{DATE.pattern}|(?<=\s\s)"
            rf"|(?<=\s)\S{{1,30}}\s(?:{names})(?:\s|$))"  # a table's row: two labels, each with its value or none
        ),
        field=re.compile(
            rf"{name}\s*(?:[\]】]\s*[:：]?|[:：]|\t|[|｜])[ \t]*(.*?)"
            rf"(?=\s?[\[【(（]?\s?(?<![\u4e00-\u9fff])(?:{names})\s?[\]】:：]"
            rf"|(?:{names})\s?[:：]|\s(?:{names})\s|\s{{2,}}|\t|[|｜【\[]|$)",
            re.MULTILINE,
        ),
        joined=re.compile(
            rf"^[\s\-•·]*({either(filter(JOINED.fullmatch, groups))})(?=[\u4e00-\u9fff])"
            rf"([^。；，,:：]{{2,40}}{title['issuer']})$",
            re.MULTILINE,
        ),
        dated=re.compile(  # with a colon the label may follow another's value: 来源：市发改委发布日期：2026-01-22
            rf"(?:(?<![\u4e00-\u9fff])(?P<label>{names})[\s\]】:：|（(]*|(?P<close>{names})\s*[:：]\s*)(?P<on>{DATE.pattern})"
        ),
        groups=groups,
        bare=re.compile(
            rf"[\[【〖(（|\s]*[^\d。，；（(]{{0,24}}({DATE.pattern}){CLOCK}"
            r"(?:[〗】\]]?\s*(?:[|｜]|来源|\s|〖|【|\[)\s*.{0,40}"
            r"|(?:(?<=[-/.]\d)|(?<=[-/.]\d\d))[^\d。，；]{1,24}\d{0,7}[)）]?)?[〗】\]]?"
        ),
        report=re.compile(rf"[^。；]{{0,60}}(?:{title['report']})"),
        broken=re.compile(rf"[^。；]{{0,60}}(?:{title['broken']})"),
        issuer=re.compile(rf"[^。；，,:：]{{2,40}}{title['issuer']}"),
        site=re.compile(rf".{{1,40}}{title['site']}"),
        label=re.compile(rf"\s*{body['label']}"),
        heads=re.compile(body["heads"]),
        addressee=re.compile(body["addressee"]),
        number=re.compile(body["number"]),
        date_line=re.compile(rf"[（(]?{body['date']}[）)]?"),
        torn=re.compile(rf"[余多]?[万亿]?{body['units']}[，,。、；;）)]"),
    )


def _checked(entry: str, pattern: str) -> str:
    compiled(FILE, entry, pattern)
    return f"(?:{pattern})"
