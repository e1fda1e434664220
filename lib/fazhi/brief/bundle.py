"""What a page carries packed: what it needs of the installed plotly package's library, and long lists of sentences."""

from __future__ import annotations

import base64
import gzip
import re
from functools import cache

DIGITS = "!#$%()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~"[:85]
B85 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
_TO_SAFE, _FROM_SAFE = str.maketrans(B85, DIGITS), str.maketrans(DIGITS, B85)

HEAD = 5000  # characters of the library before its first module
DRAWN = ("scatter", "bar")  # the kinds of traces that have a static form (see static.py), so that a page can hold them
_WRAPPER = re.compile(r"(?<![\w$])([\w$]+)=\([\w$,]+\)=>\(\)=>\{")  # what makes a module of a function that runs once
_START = r"(?<=[;,}])(?:var )?([\w$]+)=(?:%s)\((?:\((?:[\w$]+(?:,[\w$]+)?)?\)|[\w$]+)=>\{"  # of a module
_TRACE = re.compile(r'moduleType:"trace",name:"(\w+)"')
_LISTED = re.compile(r"\.register\(\[([\w$(),]+)\]\)")  # the entry, which registers all kinds of traces
_USED = re.compile(r"(?<![\w$.])([\w$]+)\(\)")  # a module asks for another by calling it
_END = "});"


def pack(data: bytes) -> str:
    """Bytes, gzipped, in 85 signs that are safe inside a `<script>`: 7 % smaller than base64. page.js has the way back."""
    return base64.b85encode(gzip.compress(data, 9, mtime=0)).decode().translate(_TO_SAFE)


def unpack(packed: str) -> bytes:
    """What `pack` was given."""
    return gzip.decompress(base64.b85decode(packed.strip().translate(_FROM_SAFE)))


@cache
def bundle() -> str:
    """The plotly package's own library without what no page draws, packed once a process; a page opens without a network."""
    from plotly.offline import get_plotlyjs

    return pack(lean(unwrapped(get_plotlyjs())).encode())


def unwrapped(script: str) -> str:
    """The library without the wrapper that lets it be a module of other systems: a browser reads the whole library once to
    find where the wrapper's function ends and once more to run it, which is a third of its time. Kept as it is where it is not
    made as expected."""
    start, end = script.find("var Plotly="), script.rfind("return Plotly;")
    wrapped = 0 < start < 2000 and end > len(script) - 2000
    return f'{script[: script.find("*/") + 2]}"use strict";{script[start:end]}' if wrapped else script


def lean(script: str) -> str:
    """The library with the traces of DRAWN alone, and without the modules that nothing else asks for: maps, globes, three
    dimensions, a half of it all. Each of its modules is a function that runs when it is first called (`var a=W((b,c)=>{…});`), so
    one that nobody calls can go. Kept whole where it is not made as expected.
    """
    wrappers = [re.escape(found[1]) for found in _WRAPPER.finditer(script, 0, HEAD)]
    starts = list(re.finditer(_START % "|".join(wrappers), script)) if wrappers else []
    listed = _LISTED.search(script, starts[-1].start()) if starts else None
    last = script.find(_END, listed.end()) + len(_END) if listed else 0
    if not listed or last < len(_END):
        return script
    ends = [*(found.start() for found in starts[1:]), last]
    modules = {found[1]: script[found.start() : end] for found, end in zip(starts, ends, strict=True)}
    drawn = {name for name, text in modules.items() if (kind := _TRACE.search(text)) and kind[1] in DRAWN}
    uses = {name: set(_USED.findall(text)) & modules.keys() for name, text in modules.items()}
    kept = [call for call in listed[1].split(",") if uses.get(call.removesuffix("()"), set()) & drawn]
    entry = starts[-1][1]
    if not kept or len(modules) != len(starts):
        return script
    modules[entry] = modules[entry].replace(listed[1], ",".join(kept))
    uses[entry] = set(_USED.findall(modules[entry])) & modules.keys()
    # what stands after the end of a module, before the next, are functions of the next one: both stay or go together
    loose = {name for name, text in modules.items() if not text.endswith(_END)}
    for name, follower in zip(modules, list(modules)[1:], strict=False):
        if name in loose:
            uses[follower] |= uses[name]
    needed: set[str] = set()
    asked = [entry]
    while asked:
        name = asked.pop()
        if name not in needed:
            needed.add(name)
            asked += uses[name]
    parts = [script[: starts[0].start()]]
    for name, text in modules.items():
        if name in needed or name in loose:
            parts.append(text)
        elif not text.startswith("var "):  # it stands in a list of variables, which must not break
            parts.append(f"{name}=0;")
    return "".join([*parts, script[last:]])
