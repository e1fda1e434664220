"""What a page carries packed: the drawing library, and long lists of sentences.

`plotly/plotly-basic.min.js` is plotly's own build with the scatter, bar and pie traces (npm package plotly.js-basic-dist-min,
MIT, its notice in its head): a quarter of the whole one, which is all that the plotly package for Python brings. A page is a
third of the size with it and draws in half the time. Where that package has moved on to another version of plotly.js, its own
bundle is taken until the file is renewed: `npm pack plotly.js-basic-dist-min@VERSION`.
"""

from __future__ import annotations

import base64
import gzip
import re
from functools import cache
from importlib.resources import files

DIGITS = "!#$%()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~"[:85]
B85 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
_TO_SAFE, _FROM_SAFE = str.maketrans(B85, DIGITS), str.maketrans(DIGITS, B85)


def pack(data: bytes) -> str:
    """Bytes, gzipped, in 85 signs that are safe inside a `<script>`: 7 % smaller than base64. page.js has the way back."""
    return base64.b85encode(gzip.compress(data, 9, mtime=0)).decode().translate(_TO_SAFE)


def unpack(packed: str) -> bytes:
    """What `pack` was given."""
    return gzip.decompress(base64.b85decode(packed.strip().translate(_FROM_SAFE)))


def basic() -> tuple[str, str]:
    """The version and the text of the small build that comes with fazhi."""
    text = (files(__package__) / "plotly" / "plotly-basic.min.js").read_text("utf-8")
    found = re.search(r"plotly\.js \(basic - minified\) v([\d.]+)", text[:400])
    return (found[1] if found else ""), text


@cache
def bundle() -> str:
    """The plotly bundle, packed once a process: the small build, or the plotly package's whole one where versions differ."""
    from plotly.offline import get_plotlyjs, get_plotlyjs_version

    version, text = basic()
    return pack((text if version == get_plotlyjs_version() else get_plotlyjs()).encode())
