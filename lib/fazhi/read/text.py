"""Bytes to characters, and the characters that no report needs.

Decoding is strict first: a byte order mark, UTF-8, the charset that the page declares, the GB family as GB18030 (charset
detectors say GB2312, which cannot write rare names), Big5, and charset-normalizer for what is left.
"""

from __future__ import annotations

import codecs
import re

from .page import Unreadable

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
# Frequent in official prose and in nothing that a wrong decoding gives; simplified and traditional.
FREQUENT = re.compile("[的法政府行一区市工作建设情况年度依和人民縣區設報告會]")
OPEN_END = re.compile("[\u3400-\u9fff、，,“《（(]$")  # of a line within a sentence
STOPS = "。：；:;！？!?"
IDEOGRAPH = re.compile("[\u3400-\u9fff]")

# Control characters, byte order marks, soft hyphens and zero-width characters go; spaces become the plain space. All else
# that changes is one character for one: the radicals that PDF printers write for ideographs (U+2E80-2FDF) and the
# compatibility ideographs (U+F900-FAFF).
_GONE = [
    *range(9),
    0x0B,
    *range(0x0E, 0x20),
    *range(0x7F, 0x85),
    *range(0x86, 0xA0),
    0xAD,
    0x180E,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    0xFEFF,
    *range(0xFFF9, 0xFFFD),
    *range(0xFE00, 0xFE10),
    0xFFFE,
    0xFFFF,
    *range(0xD800, 0xE000),
]
_SPACES = [0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x3164]
_BREAKS = {"\x0c": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"}
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2e80-\u2fdf"
    "\u3000\u3164\ud800-\udfff\uf900-\ufaff\ufe00-\ufe0f\ufeff\ufff9-\uffff]"
)


def _table() -> dict[int, str | None]:
    import unicodedata

    # NFKC of these blocks alone, and only where it is one ideograph for one; the Kangxi block decomposes so, the
    # supplement (U+2E80-2EFF) mostly does not, so its commonest simplified forms are named here.
    table: dict[int, str | None] = {}
    for code in [*range(0x2E80, 0x2FE0), *range(0xF900, 0xFB00)]:
        plain = unicodedata.normalize("NFKC", chr(code))
        if len(plain) == 1 and ord(plain) != code:
            table[code] = plain
    supplement = zip(
        "⺌⺝⺟⺠⺢⺨⺮⺴⺾⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻤⻥⻦⻨⻩⻬⻮⻰⻳⺁⺋⺗⺛⺼⺽⻁⻂⻃⻌⻍⻎⻏⻖⻟⻣⻪⻫⻭⻯",
        "小月母民水犭竹网艹西见角贝车长门青韦页风飞食马鬼鱼鸟麦黄齐齿龙龟厂㔾心旡月臼虎衤覀辶辶辶阝阝食骨黾斉歯竜",
        strict=True,
    )
    table.update((ord(radical), plain) for radical, plain in supplement)
    table.update(dict.fromkeys(_GONE))
    table.update(dict.fromkeys(_SPACES, " "))
    table.update({ord(odd): plain for odd, plain in _BREAKS.items()})
    return table


_TABLE = _table()


def tidy(text: str) -> str:
    """The text without control and zero-width characters, with "\\n" for every line break and plain spaces."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.translate(_TABLE) if _ODD.search(text) else text


def decode(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """The characters of a text or HTML source, and the encoding that gave them.

    `declared` is a charset named outside the bytes; one named in the first bytes is found here. Raises Unreadable for bytes
    that are no text.
    """
    for bom, name in BOMS:
        if data.startswith(bom):
            return data.decode(name, "replace"), name.removesuffix("-sig")
    if wide := _wide(data):
        return data.decode(wide, "replace"), wide
    if data[:4096].count(0) > 8:
        raise Unreadable("这个文件不是文本：含有二进制内容，请另存为网页、DOCX、PDF 或纯文本")
    try:
        return _mended(data.decode("utf-8")), "utf-8"
    except UnicodeDecodeError as fault:
        # A download cut off within a character is still UTF-8.
        if fault.start >= len(data) - 3 and fault.start > 0:
            return _mended(data[: fault.start].decode("utf-8")), "utf-8"
    named = declared or (m[1].decode("ascii", "replace") if (m := DECLARED.search(data[:4096])) else "")
    name = _canonical(named)
    loose = data.decode("utf-8", "replace")
    bad = loose.count("\ufffd")
    if bad * 200 < len(loose) and len(IDEOGRAPH.findall(loose)) > 20 * bad:  # UTF-8 with a few torn characters
        return loose, "utf-8"
    tried = dict.fromkeys(n for n in (name, "gb18030", "big5") if n and n != "utf-8")
    readings = {n: text for n in tried if (text := _strict(data, n)) is not None}
    if readings:
        # What is declared wins unless another reading is plainly Chinese and it is plainly not.
        best = max(readings, key=lambda n: (round(_likely(readings[n]), 1 if n != name else 2), n == name))
        if _likely(readings[best]) > 0.02:
            return readings[best], best
    from charset_normalizer import from_bytes

    if (guess := from_bytes(data[:200_000]).best()) is not None and (text := _strict(data, guess.encoding)) is not None:
        return text, guess.encoding
    for other in readings or (name or "gb18030", "gb18030", "utf-8"):
        text = data.decode(other, "replace")
        if text.count("\ufffd") * 10 < len(text):
            return text, other
    raise Unreadable("读不出文字编码：文件可能已损坏，请重新下载，或用编辑器另存为 UTF-8")


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: ASCII and line breaks give zeros in every second byte, and no other text has many."""
    head = data[:2000]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if len(data) < 8 or max(even, odd) < 3 or min(even, odd) * 8 > max(even, odd):
        return None
    name = "utf-16-le" if odd > even else "utf-16-be"
    text = head[: len(head) // 2 * 2].decode(name, "replace")
    plain = sum(c.isascii() or "\u2000" <= c <= "\u9fff" or c >= "\uff00" for c in text)
    return name if plain > 0.9 * len(text) else None


def _canonical(name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    return (
        "gb18030"
        if found in {"gb2312", "gbk", "hz"}
        else ""
        if found in {"base64", "zlib", "bz2", "hex", "uu", "rot13"}
        else found
    )


def _strict(data: bytes, name: str) -> str | None:
    try:
        text = data.decode(name)
        return text if isinstance(text, str) else None
    except (UnicodeDecodeError, LookupError, ValueError):
        pass
    text = data.decode(name, "replace") if name in {"gb18030", "big5"} else ""
    return text if text and text.count("\ufffd") * 300 < len(text) else None


def _likely(text: str) -> float:
    """The share of frequent characters among the ideographs: about 0.2 in real prose, near 0 in a wrong reading."""
    sample = text[:20_000]
    return len(FREQUENT.findall(sample)) / (len(IDEOGRAPH.findall(sample)) or 1)


def _mended(text: str) -> str:
    """UTF-8 that was once read as Latin or GBK and written again, where turning it back is certain: every byte fits."""
    if len(text) < 40 or _likely(text) > 0.04:
        return text
    for name in ("cp1252", "latin-1", "gb18030"):
        try:
            again = text.encode(name).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
        if _likely(again) > 0.06 and len(IDEOGRAPH.findall(again)) > 10:
            return again
    return text


SPACED, UNSPACED = re.compile("\\d [\u4e00-\u9fff]"), re.compile("\\d[\u4e00-\u9fff]")
_BESIDE = "\u4e00-\u9fff，。；：、“”（）《》"
APART = re.compile(f"(?<!报告)(?<!总结)(?<!情况)(?<=[{_BESIDE}]) {{1,2}}(?=\\d)|(?<=[\\d%％]) {{1,2}}(?=[{_BESIDE}])")
RUNNING = re.compile("[，。；,;]|.{61}|^[（(]?[一二三四五六七八九十]{1,3}[、）)]")  # what a row of cells has not
def mend(lines: list[str], torn: re.Pattern[str]) -> list[str]:
    """Lines with the figures whole that a line break tore from their units: `4`, `次，…`; `torn` is how such a line begins.

    A line that is such a figure alone goes on the sentence before it, where one is open. As many lines come back as came, those
    that went on others empty: what says where the article ends still holds.
    """
    out: list[str] = []
    at = before = -1  # where the line above stands and the one above that; -1 behind a gap
    for line in lines:
        above = out[at].rstrip() if at >= 0 else ""
        if above[-1:].isdigit() and torn.match(line):
            out[at] = above + line
            if above.isdigit() and before >= 0 and OPEN_END.search(out[before]):
                out[before] += out[at]
                out[at] = ""
                at, before = before, -1
            out.append("")
        else:
            out.append(line)
            before, at = (at, len(out) - 1) if line else (-1, -1)
    return out


def closed(text: str) -> str:
    """A text without the blanks that its writer or printer sets between ideographs and figures (受理 12 件), where it does so
    throughout; the cells of a table stay apart.
    """
    blanks = len(SPACED.findall(text))
    if blanks < 3 or blanks * 3 < len(UNSPACED.findall(text)):
        return text
    return "\n".join(APART.sub("", line) if RUNNING.search(line) else line for line in text.split("\n"))
