"""The map of equal tiles (tiles.toml): where each of the province-level regions stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from . import KnowledgeError, load_toml, load_tsv, require, text

FILE = "tiles.toml"
EMPTY = "・"


@dataclass(frozen=True, slots=True)
class Tile:
    """A province-level region and its place; row 0 is the northernmost, column 0 the westernmost."""

    code: str
    name: str  # 上海市
    short: str  # 上海
    en: str
    row: int
    column: int


@cache
def tiles() -> tuple[Tile, ...]:
    """All tiles, row by row. Raises KnowledgeError that names the line of the file."""
    data = load_toml(FILE)
    require(FILE, "the file", data, {"map": str, "province": list})
    rows = data["map"].strip("\n").split("\n")
    places = _places(rows)
    known = {row["code"]: row for row in load_tsv("regions.tsv") if row["level"] == "province"}
    found: dict[str, Tile] = {}
    for number, province in enumerate(data["province"], 1):
        where = _line(f'sign = "{province["sign"]}"') if "sign" in province else f"province {number}"
        require(FILE, where, province, {"sign": str, "code": str, "en": str})
        sign, code = province["sign"], province["code"]
        if code not in known:
            raise KnowledgeError(FILE, where, f"{code!r} is no province of regions.tsv", "write its six digits")
        if code in found:
            raise KnowledgeError(FILE, where, f"{code} a second time", "keep one line for each province")
        if sign not in places:
            raise KnowledgeError(FILE, where, f"{sign} has no place left in the map", "put it where it belongs, for one code")
        found[code] = Tile(code, known[code]["name"], known[code]["short"], province["en"], *places.pop(sign))
    if lost := sorted(set(known) - set(found)):
        raise KnowledgeError(FILE, _line("province = ["), f"no line for {', '.join(lost)}", "add one for each")
    for sign, (row, _) in places.items():
        raise KnowledgeError(FILE, _line(rows[row]), f"{sign} is no province's sign", f"give it a line, or write {EMPTY}")
    return tuple(sorted(found.values(), key=lambda tile: (tile.row, tile.column)))


def _places(rows: list[str]) -> dict[str, tuple[int, int]]:
    """Row and column of each sign in the drawing."""
    places: dict[str, tuple[int, int]] = {}
    for number, row in enumerate(rows):
        if len(row) != len(rows[0]):
            fault = f"{len(row)} places where the first row has {len(rows[0])}"
            raise KnowledgeError(FILE, _line(row), fault, f"fill it up with {EMPTY}")
        for column, sign in enumerate(row):
            if sign == EMPTY:
                continue
            if sign in places:
                raise KnowledgeError(FILE, _line(row), f"{sign} a second time", f"keep one, write {EMPTY} for the other")
            places[sign] = (number, column)
    return places


def _line(piece: str) -> str:
    """The number of the last line of the file that holds the piece: of two that are alike, the second is the one too many."""
    lines = [number for number, line in enumerate(text(FILE).splitlines(), 1) if piece in line]
    return f"line {lines[-1]}" if lines else piece
