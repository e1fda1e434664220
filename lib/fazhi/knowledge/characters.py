"""Traditional characters and their simplified ones, one for one: the pairs are OpenCC's."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


@cache
def _pairs() -> dict[int, str]:
    import opencc  # only pages in traditional characters need it

    every = [chr(i) for i in range(0x4E00, 0xA000)]
    simple = opencc.OpenCC("t2s").convert("\n".join(every)).split("\n")
    return {ord(a): b for a, b in zip(every, simple, strict=True) if a != b and len(b) == 1}


def simplified(text: str) -> str:
    """A text in simplified characters, of the same length."""
    return text.translate(_pairs())


def plain_name(name: str) -> str:
    """A body's name in simplified characters: 滄州市人民政府 and 沧州市人民政府 are one."""
    try:
        name.encode("gb2312")  # holds the common simplified characters and hardly another
    except UnicodeEncodeError:
        return simplified(name)
    return name


def plain_issuers(reports: pl.DataFrame) -> pl.DataFrame:
    """Rows with the names of their column `issuer` in simplified characters: a mirror in traditional ones is the same body's."""
    names = {name: plain_name(name) for name in reports["issuer"].drop_nulls().unique()}
    other = {name: plain for name, plain in names.items() if name != plain}
    return reports.with_columns(issuer=reports["issuer"].replace(other)) if other else reports
