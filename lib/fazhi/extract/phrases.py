"""The turns of phrase that the grammar asks for by name, from knowledge/phrases.toml."""

from __future__ import annotations

import re
from functools import cache

from fazhi.knowledge import KnowledgeError, compiled, load_toml, require


@cache
def _all() -> dict[str, re.Pattern[str]]:
    out: dict[str, re.Pattern[str]] = {}
    for entry in load_toml("phrases.toml")["phrase"]:
        name = f"[[phrase]] {entry.get('name', '?')}"
        require("phrases.toml", name, entry, {"name": str, "zh": str, "pattern": str, "yes": list, "no": list})
        if entry["name"] in out:
            raise KnowledgeError("phrases.toml", name, "stands there twice", "give one of them another name")
        out[entry["name"]] = compiled("phrases.toml", name, entry["pattern"])
    return out


@cache
def phrase(name: str) -> re.Pattern[str]:
    """The compiled pattern of that name; KnowledgeError when phrases.toml has none."""
    try:
        return _all()[name]
    except KeyError:
        raise KnowledgeError(
            "phrases.toml", name, "no such phrase", f'the engine asks for it: add [[phrase]] name = "{name}"'
        ) from None
