"""What may stand in a page: an allowlist of elements and attributes, since report text comes from anywhere.

Every display object escapes its own text already; this is the second lock, for the HTML of objects that are not ours (a data
frame of another library, a display call in an analyst's notebook). The page's content security policy is the third.
"""

from __future__ import annotations

import re

from lxml import etree
from lxml import html as lxml_html

_ELEMENTS = frozenset(
    re.findall(
        r"\w+",
        "a abbr article aside b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption "
        "figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp section "
        "small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr ",
    )
)
_DROPPED_WHOLE = frozenset(
    re.findall(
        r"\w+",
        "script style noscript template iframe object embed svg math form input button select textarea link meta base "
        "title head ",
    )
)
_ATTRIBUTES = frozenset(
    re.findall(
        r"\w+",
        "id class href src alt title lang dir scope colspan rowspan headers role tabindex download datetime start "
        "reversed open rel width height ",
    )
)
_LINK = re.compile(r"(?:#[^\s]*|https?://[^\s]+|data:(?:text/csv|application/gzip)[;,][A-Za-z0-9+/=;:,._-]*)\Z", re.IGNORECASE)
_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]+\Z")

# signs that no element can hold, and the ways to spell them
_NO_XML = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|&#(?:x0*(?:[0-8bcef]|1[0-9a-f]|d[89a-f][0-9a-f]{2}|fff[ef])"
    "|0*(?:[0-8]|1[1245-9]|2[0-9]|3[01]));?(?![0-9a-f])",
    re.IGNORECASE,
)


def clean(fragment: str) -> str:
    """A fragment of HTML with nothing in it that runs, loads or styles; text and structure stay."""
    if not fragment.strip():
        return ""
    root = lxml_html.fragment_fromstring(_NO_XML.sub("", fragment), create_parent="div")
    for element in list(root.iter()):
        if element is root:
            continue
        if (
            not isinstance(element.tag, str) or element.tag in _DROPPED_WHOLE
        ):  # comments and instructions have no string for a tag
            if element.getparent() is not None:
                element.drop_tree()
        elif element.tag not in _ELEMENTS:
            element.drop_tag()
        else:
            _attributes(element)
    return "".join([_escaped(root.text), *(etree.tostring(child, encoding="unicode", method="html") for child in root)])


def _escaped(text: str | None) -> str:
    return (text or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _attributes(element: lxml_html.HtmlElement) -> None:
    for name, value in list(element.attrib.items()):
        fits = name in _ATTRIBUTES or name.startswith("aria-")
        if name == "href":
            fits = (
                element.tag == "a"
                and bool(_LINK.match(value))
                and (not value.lower().startswith("data:") or "download" in element.attrib)
            )
        elif name == "src":
            fits = element.tag == "img" and bool(_IMAGE.match(value))
        if not fits:
            del element.attrib[name]
    if element.tag == "a" and element.get("href", "").startswith("http"):
        element.set("rel", "noreferrer noopener external")
