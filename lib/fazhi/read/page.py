"""What reading gives (`Page`), what a format's module hands to cleaning (`Draft`), and how reading fails (`Unreadable`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


class Unreadable(ValueError):
    """A source without text that can be used; the message is one sentence that says what to do about it.

    `media_type` is what the bytes are, as far as they tell.
    """

    def __init__(self, message: str, media_type: str = "application/octet-stream") -> None:
        super().__init__(message)
        self.media_type = media_type


@dataclass(frozen=True, slots=True)
class Page:
    """A source as clean text, with what the page around it says of it."""

    text: str  # the title where it is printed, the body, the signature; paragraphs parted by "\n", none of them empty
    media_type: str  # as found in the bytes
    encoding: str | None  # of text or HTML, as decoded
    titles: tuple[str, ...]  # candidates without site suffix, best first
    url: str | None
    published_on: date | None
    publisher: str | None
    site: str | None
    furniture: str  # what was cut, in the order of the page
    leads: tuple[str, ...] = ()  # what paragraphs begin with in bold before they go on in plain type
    printed: str = ""  # the text as printed, where that is in traditional characters
    places: tuple[int, ...] = ()  # of each character of `text`, and of its end, in `printed`


@dataclass(slots=True)
class Draft:
    """A source as lines, before cleaning; an empty line is a gap that the layout shows.

    `start` and `end` bound what the markup says is the article, as far as a format knows; `titles` are those that the
    markup names, best first; `leads` is what it sets in bold at the beginning of paragraphs that go on in plain type; `broken`
    says that the lines may be those of a printed page rather than paragraphs.
    """

    lines: list[str]
    start: int = 0
    end: int | None = None
    titles: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)  # published, publisher, site, url: as the markup gives them
    leads: list[str] = field(default_factory=list)
    broken: bool = False
