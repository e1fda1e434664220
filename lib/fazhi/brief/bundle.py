"""What a page carries packed: the drawing library of the installed plotly package, and long lists of sentences."""

from __future__ import annotations

import base64
import gzip
from functools import cache

DIGITS = "!#$%()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~"[:85]
B85 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
_TO_SAFE, _FROM_SAFE = str.maketrans(B85, DIGITS), str.maketrans(DIGITS, B85)


def pack(data: bytes) -> str:
    """Bytes, gzipped, in 85 signs that are safe inside a `<script>`: 7 % smaller than base64. page.js has the way back."""
    return base64.b85encode(gzip.compress(data, 9, mtime=0)).decode().translate(_TO_SAFE)


def unpack(packed: str) -> bytes:
    """What `pack` was given."""
    return gzip.decompress(base64.b85decode(packed.strip().translate(_FROM_SAFE)))


@cache
def bundle() -> str:
    """The plotly package's own bundle, packed once a process: 1.8 MB of a page, which opens without a network."""
    from plotly.offline import get_plotlyjs

    return pack(unwrapped(get_plotlyjs()).encode())


def unwrapped(script: str) -> str:
    """The bundle without the wrapper that lets it be a module of other systems: a browser reads the whole library once to
    find where the wrapper's function ends and once more to run it, which is a third of its time. Kept as it is where it is not
    made as expected."""
    start, end = script.find("var Plotly="), script.rfind("return Plotly;")
    wrapped = 0 < start < 2000 and end > len(script) - 2000
    return f'{script[: script.find("*/") + 2]}"use strict";{script[start:end]}' if wrapped else script
