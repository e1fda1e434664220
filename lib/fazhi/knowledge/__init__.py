"""What an analyst may edit: the files beside this module, and the one way to load them.

Every file that is edited is TOML (or TSV for long plain lists); what is learned is arrays. A fault in one is a `KnowledgeError`
that names file, entry and remedy; the modules that use a file check it when they load it, once per process.
"""
from __future__ import annotations

import csv
import hashlib
import re
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


class KnowledgeError(ValueError):
    """A knowledge file says something that cannot be used.

    The message reads `FILE: ENTRY: what is wrong; what to do`.
    """

    def __init__(self, file: str, entry: str, fault: str, remedy: str) -> None:
        super().__init__(f"lib/fazhi/knowledge/{file}: {entry}: {fault}; {remedy}")
        self.file, self.entry, self.fault, self.remedy = file, entry, fault, remedy


def text(name: str) -> str:
    """The text of a knowledge file, UTF-8."""
    return (files(__package__) / name).read_text("utf-8")


@cache
def load_toml(name: str) -> dict[str, Any]:
    """A TOML knowledge file as a dict; a syntax fault is a KnowledgeError with its line."""
    try:
        return tomllib.loads(text(name))
    except tomllib.TOMLDecodeError as fault:
        raise KnowledgeError(name, "syntax", str(fault), "mend the line that it names") from None


@cache
def load_tsv(name: str) -> tuple[dict[str, str], ...]:
    """A TSV knowledge file with a header line as dicts; lines starting with `#` are comments.

    Raises KnowledgeError for a line with too many or too few columns, naming the line.
    """
    rows = []
    header: list[str] | None = None
    for number, line in enumerate(text(name).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = next(csv.reader([line], delimiter="\t", quoting=csv.QUOTE_NONE))
        if header is None:
            header = cells
        elif len(cells) != len(header):
            raise KnowledgeError(name, f"line {number}", f"{len(cells)} columns where the head has {len(header)}",
                                 "write one value, or nothing, for each column between tabs")
        else:
            rows.append(dict(zip(header, cells, strict=True)))
    return tuple(rows)


def load_arrays(name: str) -> dict[str, NDArray[Any]]:
    """The arrays of a learned file (.npz) by name. Raises KnowledgeError where it cannot be read."""
    import numpy as np  # here: what reads no report starts without it

    try:
        with np.load(str(files(__package__) / name), allow_pickle=False) as held:
            return {array: held[array] for array in held.files}
    except (OSError, ValueError, zipfile.BadZipFile) as fault:
        raise KnowledgeError(name, "arrays", f"cannot be read ({fault})", "make it anew: make learn") from None


def require(
    file: str, entry: str, table: dict[str, Any], needed: Mapping[str, type], optional: Mapping[str, type] | None = None
) -> None:
    """Check that a TOML table has the keys it needs, all of their types, and no key that nobody reads."""
    known = {**needed, **(optional or {})}
    for key, kind in known.items():
        if key in needed and key not in table:
            raise KnowledgeError(file, entry, f"no `{key}`", f"add `{key} = …` ({kind.__name__})")
        if key in table and not isinstance(table[key], kind):
            raise KnowledgeError(file, entry, f"`{key}` is a {type(table[key]).__name__}", f"make it a {kind.__name__}")
    if unknown := set(table) - set(known):
        raise KnowledgeError(file, entry, f"unknown key {sorted(unknown)}", f"the keys are {sorted(known)}")


def compiled(file: str, entry: str, pattern: str) -> re.Pattern[str]:
    """The pattern of an entry. Raises KnowledgeError where it is none."""
    try:
        return re.compile(pattern)
    except re.error as fault:
        raise KnowledgeError(file, entry, f"the pattern {pattern!r} fails: {fault}", "mend the pattern") from None


def exemplified(file: str, entry: str, pattern: str, yes: Iterable[str], no: Iterable[str]) -> re.Pattern[str]:
    """As `compiled`; raises KnowledgeError too where the pattern is not found in a `yes`, or is found in a `no`."""
    found = compiled(file, entry, pattern)
    for example, holds in [(e, True) for e in yes] + [(e, False) for e in no]:
        if bool(found.search(example)) is not holds:
            raise KnowledgeError(file, entry, f"its example {example!r} says otherwise", "mend pattern or example")
    return found


@cache
def wholes() -> dict[str, tuple[str, ...]]:
    """The codes that are by definition the sum of others, with these (checks.toml). Raises KnowledgeError for a faulty entry."""
    entries = load_toml("checks.toml").get("whole", [])
    for number, entry in enumerate(entries, 1):
        require("checks.toml", f"whole {number}", entry, {"code": str, "parts": list})
    return {entry["code"]: tuple(entry["parts"]) for entry in entries}


@cache
def fingerprint() -> str:
    """Sixteen hex digits over every knowledge file: builds and caches are keyed by it."""
    digest = hashlib.sha256()
    for path in sorted(files(__package__).iterdir(), key=lambda p: p.name):
        if path.name.endswith((".toml", ".tsv", ".npz")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
