"""Reading: the bytes of a page, document or text become a `Page`, clean text with what the page says of itself.

`read` looks at the bytes, never at the name, to tell what they are; each format has its module, and all end in `clean`.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from dataclasses import replace
from email import message_from_bytes
from email.policy import default as mail_policy
from pathlib import PurePath

from . import html, markdown, script, text
from .clean import clean
from .page import Draft, Page, Unreadable

__all__ = ["Page", "Unreadable", "read"]

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LIMIT = 64_000_000  # no report is near this; more is a mistake, or a bomb
# What the first bytes say, and what an analyst can do about a format that is not read.
CLOSED = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "application/msword",
        "这是旧版 Office 文件（.doc/.wps），请用 Word 或 WPS 另存为 DOCX",
    ),
    (b"{\\rtf", "application/rtf", "这是 RTF 文件，请用 Word 或 WPS 另存为 DOCX"),
    (b"\xff\xd8\xff", "image/jpeg", "这是图片（扫描件），请先做文字识别（OCR）"),
    (b"\x89PNG", "image/png", "这是图片（扫描件），请先做文字识别（OCR）"),
    (b"GIF8", "image/gif", "这是图片（扫描件），请先做文字识别（OCR）"),
    (b"II*\0", "image/tiff", "这是图片（扫描件），请先做文字识别（OCR）"),
    (b"MM\0*", "image/tiff", "这是图片（扫描件），请先做文字识别（OCR）"),
    (b"BM", "image/bmp", "这是图片（扫描件），请先做文字识别（OCR）"),
    (b"Rar!", "application/vnd.rar", "这是压缩包，请先解压"),
    (b"7z\xbc\xaf", "application/x-7z-compressed", "这是压缩包，请先解压"),
    (b"bplist00", "application/x-webarchive", "这是 Safari 网页存档，请另存为 HTML"),
)
ZIPPED = (
    (
        "xl/",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "这是 Excel 表格，不是报告文本，请另存为 DOCX 或 PDF",
    ),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation", "这是幻灯片，请另存为 PDF"),
    ("OFD.xml", "application/ofd", "这是 OFD 版式文件，请用阅读器转换为 PDF"),
    ("content.xml", "application/vnd.oasis.opendocument.text", "这是 OpenDocument 文件，请另存为 DOCX"),
)


def read(data: bytes, name: str = "") -> Page:
    """The page that the bytes hold.

    `name` is the source's file name: the last title candidate, never a sign of the format.
    Raises Unreadable, with one sentence that says what to do, for bytes without text.
    """
    try:
        page = _read(data)
    except Unreadable:
        raise
    except (
        RecursionError,
        MemoryError,
        ValueError,
        LookupError,
        OSError,
        EOFError,
        ArithmeticError,
        TypeError,
        AttributeError,
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
    ) as fault:
        raise Unreadable(f"文件损坏或不合格式（{type(fault).__name__}），请重新下载") from fault
    if not page.text:
        raise Unreadable("页面里没有正文：可能要运行脚本才显示，请在浏览器里打开后另存", page.media_type)
    stem = PurePath(name).stem.strip()
    if stem not in page.titles and len(text.IDEOGRAPH.findall(stem)) >= 8:
        return replace(page, titles=(*page.titles, stem))
    return page


def _read(data: bytes) -> Page:
    if len(data) > LIMIT:
        raise Unreadable("文件超过 64 MB，不会是一份报告，请核对")
    if not data.strip(b"\0\t\r\n \xef\xbb\xbf"):
        raise Unreadable("文件是空的，请重新下载", "application/x-empty")
    if data.startswith(b"\x1f\x8b"):
        with gzip.open(io.BytesIO(data)) as packed:
            return _read(packed.read(LIMIT))
    if b"%PDF-" in data[:1024]:
        from . import pdf

        return _cleaned(pdf.parse(data), "application/pdf")
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data)
    for magic, media_type, remedy in CLOSED:
        if data.startswith(magic) and (magic != b"BM" or data[6:10] == b"\0\0\0\0"):
            raise Unreadable(remedy, media_type)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        raise Unreadable("这是图片（扫描件），请先做文字识别（OCR）", "image/webp")
    location = ""
    charset = None
    if re.match(
        rb"(?:From:|MIME-Version:|Content-Type:\s*multipart|Subject:|Snapshot-Content-Location:)",
        data.lstrip()[:60],
        re.IGNORECASE,
    ):
        data, charset, location = _archived(data)
    decoded, encoding = text.decode(data, charset)
    decoded = text.tidy(decoded) if "\0" in decoded else decoded
    if html.is_html(decoded):
        draft = html.parse(decoded)
        if location:
            draft.fields.setdefault("url", location)
        return _cleaned(draft, "multipart/related" if location else "text/html", encoding)
    lines = text.tidy(decoded).split("\n")
    if markdown.is_markdown(lines):
        return _cleaned(markdown.parse(lines), "text/markdown", encoding)
    return _cleaned(Draft(lines, broken=True), "text/plain", encoding)


def _cleaned(draft: Draft, media_type: str, encoding: str | None = None) -> Page:
    """The page that a draft is; one in traditional characters is read in simplified ones, and keeps its text as printed."""
    if not script.traditional(draft.lines):
        return clean(draft, media_type, encoding)
    return script.as_printed(clean(script.simplified_draft(draft), media_type, encoding), draft.lines)


def _zipped(data: bytes) -> Page:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        if "word/document.xml" in names:
            from . import docx

            return _cleaned(docx.parse(archive), DOCX)
    for part, media_type, remedy in ZIPPED:
        if any(name.startswith(part) for name in names):
            raise Unreadable(remedy, media_type)
    raise Unreadable("这是压缩包，请先解压", "application/zip")


def _archived(data: bytes) -> tuple[bytes, str | None, str]:
    """The HTML part of a web archive (MHTML), its charset, and the address it was saved from."""
    message = message_from_bytes(data, policy=mail_policy)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            location = str(message.get("Snapshot-Content-Location") or part.get("Content-Location") or "")
            if isinstance(payload, bytes) and payload.strip():
                return payload, part.get_content_charset(), location if location.startswith("http") else ""
    return data, None, ""
