"""Chinese type for figures and pages on a machine that has none.

Noto Sans CJK (OFL 1.1) arrives as a dependency, one variable collection of 33 MB. HarfBuzz cuts from it, in tens of milliseconds,
the characters that are needed at the weight that is needed: a file for matplotlib, kept in the user's cache, and a small WOFF
for each page. The cut fonts are called `Fazhi Sans`, as the licence asks of changed versions, and never meet a font of the
system.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import tempfile
import warnings
from collections.abc import Iterable
from contextlib import contextmanager
from functools import cache
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

FAMILY = "Fazhi Sans"
PACKAGE = "manimgx-fonts-cjk"
FACE = 2  # of the collection's five languages (JP, KR, SC, TC, HK), simplified Chinese
REGULAR, BOLD = 400, 700
LICENCE = (
    "Noto Sans CJK, Copyright 2014-2021 Adobe (http://www.adobe.com/), with Reserved Font Name 'Source'. Cut to the characters "
    "of this page and renamed. Licensed under the SIL Open Font License, Version 1.1: https://openfontlicense.org"
)
_UNUSED = ("BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx", "STAT", "DSIG")
_INVISIBLE = frozenset(
    map(chr, [*range(0x20), *range(0x7F, 0xA0), 0xAD, *range(0x200B, 0x2010), *range(0x2028, 0x202F), 0xFE0F, 0xFEFF])
)


class FontError(RuntimeError):
    """A font cannot be had, or has no glyph for a character that is to be drawn; the message says what to do."""


class MissingGlyph(FontError):
    """Characters that no font at hand can draw; `characters` holds them."""

    def __init__(self, characters: Iterable[str]) -> None:
        self.characters = "".join(sorted(set(characters)))
        names = " ".join(f"{c!r} U+{ord(c):04X}" for c in self.characters[:8])
        super().__init__(
            f"no glyph for {names}: the text holds characters that {FAMILY} lacks; mend the text, or leave them out of the figure"
        )


@cache
def _collection() -> Any:
    """The HarfBuzz face of simplified Chinese, straight from the installed package (mapped, not read)."""
    import uharfbuzz as hb

    try:
        folder = files("manimgx_fonts_cjk")
    except ModuleNotFoundError:
        raise FontError(f"the package {PACKAGE} is not installed; run `make setup` or `pip install {PACKAGE}`") from None
    path = next((p for p in folder.iterdir() if p.name.endswith(".ttc")), None)
    if path is None:
        raise FontError(f"the package {PACKAGE} holds no .ttc; reinstall it with `pip install --force-reinstall {PACKAGE}`")
    return hb.Face(hb.Blob.from_file_path(str(path)), FACE)


@cache
def covered() -> frozenset[int]:
    """The code points that the collection can draw."""
    return frozenset(_collection().unicodes)


@cache
def usual() -> str:
    """The characters that every figure font holds: printable ASCII and all of GB 2312, whose 6,763 are what reports are
    written in.
    """
    rows = (bytes([high, low]) for high in range(0xA1, 0xF8) for low in range(0xA1, 0xFF))
    decoded = "".join(pair.decode("gb2312", "ignore") for pair in rows)
    return "".join(sorted(c for c in {*decoded, *map(chr, range(0x20, 0x7F)), *"−–—≥≤≈±×·…¥余№"} if ord(c) in covered()))


def missing(text: str) -> str:
    """The characters of a text that have no glyph, once each; characters that are never drawn do not count."""
    return "".join(sorted(c for c in set(text) - _INVISIBLE if ord(c) not in covered()))


def cut(characters: str, weight: int = REGULAR, flavor: str | None = None, family: str = FAMILY) -> bytes:
    """A font of just these characters at one weight: OTF, or `flavor="woff"`; characters without a glyph are left out."""
    import uharfbuzz as hb
    from fontTools.ttLib import TTFont

    face, wanted = _collection(), hb.SubsetInput()
    wanted.unicode_set.update(sorted({ord(c) for c in characters} & covered()))
    wanted.layout_feature_tag_set.clear()
    wanted.drop_table_tag_set.update(int.from_bytes(tag.encode(), "big") for tag in _UNUSED)
    wanted.pin_axis_location(face, "wght", weight)
    wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.DOWNGRADE_CFF2 | hb.SubsetFlags.NOTDEF_OUTLINE
    font = TTFont(io.BytesIO(hb.subset(face, wanted).blob.data), recalcTimestamp=False)
    style = "Bold" if weight >= BOLD else "Regular"
    name, postscript = font["name"], family.replace(" ", "")
    name.names = []
    words = {
        0: LICENCE,
        1: family,
        2: style,
        4: f"{family} {style}",
        6: f"{postscript}-{style}",
        13: LICENCE,
        14: "https://openfontlicense.org",
    }
    for name_id, value in words.items():
        name.setName(value, name_id, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    font["head"].macStyle = int(weight >= BOLD)
    font.flavor = flavor
    out = io.BytesIO()
    font.save(out, reorderTables=None)
    return out.getvalue()


def css(characters: str, bold: str = "") -> str:
    """`@font-face` rules with the characters of a page inside, so that a reader without Chinese fonts sees no boxes.

    `bold`: the characters that also occur in bold (headings); without them a browser would smear the regular weight.
    """
    rules = [f"/* {LICENCE} */"]
    for weight, wanted in ((REGULAR, characters), (BOLD, bold)):
        if wanted:
            data = base64.b64encode(cut(wanted, weight, "woff")).decode()
            rules.append(
                f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};font-display:block;'
                f'src:url("data:font/woff;base64,{data}") format("woff")}}'
            )
    return "\n".join(rules)


def cache_folder() -> Path:
    """Where cut fonts are kept: FAZHI_CACHE, else the platform's cache folder, else a temporary one when that cannot be
    written.
    """
    from platformdirs import user_cache_path

    for folder in (os.environ.get("FAZHI_CACHE"), user_cache_path("fazhi"), Path(tempfile.gettempdir()) / f"fazhi-{os.getuid()}"):
        if folder:
            place = Path(folder) / "fonts"
            try:
                place.mkdir(parents=True, exist_ok=True)
            except OSError:
                continue
            if os.access(place, os.W_OK):
                return place
    raise FontError("no folder for cut fonts can be written; set FAZHI_CACHE to one that can")


def _kept(characters: str, weight: int, family: str) -> Path:
    """The cached file of a cut, made when absent or damaged; written aside and renamed, so that two processes cannot meet in
    it.
    """
    key = hashlib.sha256(f"{distribution(PACKAGE).version}|{family}|{weight}|{characters}|3".encode()).hexdigest()[:12]
    path = cache_folder() / f"{family.replace(' ', '')}-{weight}-{key}.otf"
    if not path.is_file() or path.stat().st_size < 1000:
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
            part.write(cut(characters, weight, family=family))
        os.replace(part.name, path)
    return path


@cache
def _known() -> set[str]:
    return set(usual()) | _INVISIBLE


_families = [FAMILY]


@cache
def _register_usual() -> None:
    from matplotlib import font_manager

    for weight in (REGULAR, BOLD):
        font_manager.fontManager.addfont(_kept(usual(), weight, FAMILY))


def register(text: str = "") -> list[str]:
    """Make Chinese type known to matplotlib; out: the families, in order, to set as `font.family`.

    A rare character of `text` beyond GB 2312 gets a further small font. Raises MissingGlyph when the collection lacks one too.
    """
    from matplotlib import font_manager

    _register_usual()
    if rare := "".join(sorted(set(text) - _known())):
        if lost := missing(rare):
            raise MissingGlyph(lost)
        family = f"{FAMILY} {hashlib.sha256(rare.encode()).hexdigest()[:8]}"
        for weight in (REGULAR, BOLD):
            font_manager.fontManager.addfont(_kept(rare, weight, family))
        _families.append(family)
        _known().update(rare)
    return list(_families)


@contextmanager
def strict() -> Iterator[None]:
    """Inside, a glyph that matplotlib cannot draw is a MissingGlyph instead of a warning and a box."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=r".*[Gg]lyph .* missing from")
        warnings.filterwarnings("error", message=r".*font family .* not found")
        try:
            yield
        except UserWarning as fault:
            raise FontError(f"{fault}; draw inside fazhi.brief.theme.matplotlib_style(text)") from None
