"""A small panel made by hand for the tests of briefings: four issuers, three years, all states, and report text that means harm."""

from __future__ import annotations

import polars as pl

from fazhi.contract import TABLES
from fazhi.tables import Tables, tables

HARM = "<script>window.harmed=1</script><img src=x onerror=window.harmed=1>"
ISSUERS = ("甲市人民政府", "乙县人民政府", "丙区人民政府", "丁县人民政府经济技术开发区管理委员会")
BODY = f"一、主要举措和成效\n（一）化解争议\n全年办结行政复议案件{{n}}余件，{HARM}其中撤销3件。此后一句不相干。\n二、存在的不足\n人手不足。"


def report_tables(url: str = "https://www.example.gov.cn/a?b=1&c=2") -> Tables:
    """One report for each issuer in 2022, each with one indicator whose sentence holds markup."""
    rows: dict[str, list[dict[str, object]]] = {"sources": [], "reports": [], "sections": [], "measures": [], "indicators": []}
    for place, issuer in enumerate(ISSUERS):
        text = BODY.format(n=40 + place)
        start, quote = text.index(f"{40 + place}余件"), text.index("全年办结")
        one = {"report_id": f"{place:016x}"}
        rows["sources"].append({**one, "source": f"{place}.txt", "sha256": f"{place:064x}", "size": 9, "media_type": "text/plain", "status": "report"})
        rows["reports"].append({**one, "source": f"{place}.txt", "url": url, "title": f"{issuer}2022年报告{HARM}", "issuer": issuer, "text": text,
                                "issuer_kind": "government", "level": "county", "year": 2022, "origin": "synthetic", "county": issuer[:2]})
        rows["sections"] += [
            {**one, "section_id": 0, "level": 1, "label": "一、", "heading": "主要举措和成效", "start": 0, "body": 9, "end": len(text)},
            {**one, "section_id": 1, "parent_id": 0, "level": 2, "label": "（一）", "heading": "化解争议", "start": 10, "body": quote, "end": len(text)}]
        end = text.index("。") + 1
        rows["measures"].append({**one, "measure_id": 0, "section_id": 1, "text": text[quote:end], "start": quote, "end": end, "status": "done",
                                 "dimension": "disputes", "keywords": []})
        rows["indicators"].append({
            **one, "indicator_id": 7, "measure_id": 0, "section_id": 1, "code": "reconsideration_closed", "subject": "行政复议案件", "value": 40.0 + place,
            "unit": "件", "qualifier": "over", "kind": "count", "status": "actual", "scope": "year", "value_text": f"{40 + place}余件",
            "quote": text[quote:start + 4], "quote_start": quote, "start": start, "end": start + 4, "comparable": False, "caveats": ["bound"],
            "corrected": False})
    return tables({name: pl.DataFrame([dict.fromkeys(TABLES[name].schema) | row for row in held], schema=TABLES[name].schema)
                   for name, held in rows.items()})


def panel() -> pl.DataFrame:
    """Rows as a comparison has them: exact values, bounds of each kind, a value set aside for its scope, and all kinds of empty."""
    kinds = [("exact", None, "comparable", []), ("over", None, "not_comparable", ["bound"]), ("under", None, "not_comparable", ["bound"]),
             ("range", 60.0, "not_comparable", ["bound"])]
    rows = []
    for place, issuer in enumerate(ISSUERS):
        for year in (2020, 2022, 2023):
            qualifier, high, state, caveats = kinds[(place + year) % 4]
            value: float | None = 40.0 + place + (year - 2020) * 2
            if (place, year) == (1, 2020):
                value, state, caveats = None, "not_stated", []
            if (place, year) == (2, 2023):
                qualifier, state, caveats = "exact", "not_comparable", ["cumulative"]
            rows.append({"issuer": issuer, "year": year, "code": "reconsideration_closed", "name_zh": "办结行政复议案件数", "name_en": "Cases closed",
                         "value": value, "high": high if value else None, "unit": "件", "qualifier": qualifier, "state": state, "caveats": caveats,
                         "quote": f"办结{HARM}{value}", "report_id": f"{place:016x}" if value else None, "indicator_id": 7 if value else None})
    return pl.DataFrame(rows, schema_overrides={"indicator_id": pl.Int32, "year": pl.Int32})
