"""Dates as pages and signatures print them, in digits and in Chinese numerals."""

from __future__ import annotations

import re
from datetime import date

DATE = re.compile(
    r"(?<!\d)(?:((?:19|20)\d\d)\s*(?:[-/.年]|\s-\s)\s*(\d{1,2})\s*(?:[-/.月]|\s-\s)\s*(\d{1,2})(?!\d)\s*日?"
    r"|(\d{1,2})\.(\d{1,2})\.((?:19|20)\d\d)(?!\d)|((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)"
    r"|(二[〇○零O][一二三][〇○零O一二三四五六七八九])年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日)"
)
# As a signature has it: in words of any form, and never as eight digits.
SIGNED = re.compile(
    r"(?P<y>20\d\d|二[〇○零O0][一二三〇○零O0][〇○零O0一二三四五六七八九])\s*[年./-]\s*(?P<m>\d{1,2}|[一二三四五六七八九十]{1,2})\s*[月./-]\s*"
    r"(?P<d>\d{1,2}|[一二三四五六七八九十廿卅]{1,3})\s*日?"
)
CHINESE_YEAR = str.maketrans("〇○零O一二三四五六七八九", "0000123456789")


def parse_date(printed: str) -> date | None:
    """The first date in a string, as pages print it: 2024-03-28 09:18, 2017年02月28日, 09.01.2018, 二〇二一年二月二十六日."""
    m = DATE.search(printed)
    if not m:
        return None
    orders = ((1, 2, 3), (6, 5, 4), (7, 8, 9), (10, 11, 12))
    return spoken_date(*next((m[year], m[month], m[day]) for year, month, day in orders if m[year]))


def spoken_date(year: str, month: str, day: str) -> date | None:
    """The date of a year, a month and a day in digits or Chinese numerals (二〇二一, 十二, 廿六), or None where there is none."""

    def number(text: str) -> int:
        if text.isdigit():
            return int(text)
        tens, ten, ones = text.replace("廿", "二十").replace("卅", "三十").rpartition("十")
        digits = {c: i for i, c in enumerate("零一二三四五六七八九")}
        return (digits.get(tens, 1) * 10 if ten else 0) + digits.get(ones, 0)

    try:
        return date(int(year.translate(CHINESE_YEAR)), number(month), number(day))
    except ValueError:
        return None
