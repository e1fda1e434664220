"""What a briefing may ask for: `briefings/*.yml` and the notebooks' parameters, checked before a kernel starts.

papermill takes unknown parameters with a warning and starts a kernel to find out what is wrong with the others; an analyst
who writes `level: conty` should hear of it at once, with the name that she meant.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import polars as pl
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from fazhi.knowledge import load_toml, regions

LEVELS = ("national", "province", "prefecture", "county", "township")
# The parameters whose values `for_each` finds by itself, and in which column of the reports.
EACH = {"issuer": "issuer", "regions": "issuer", "report": "source", "year": "year", "level": "level"}
KINDS = ("government", "department", "zone", "township", "other")


class ParameterError(ValueError):
    """A briefing asks for something that is not there; the message names the file, the parameter and the nearest names."""


def _as_years(value: object) -> object:
    """`2019-2024`, a single year, or a list of both, as a list of years."""
    if isinstance(value, (str, int)):
        value = [value]
    if not isinstance(value, list):
        return value
    years: list[object] = []
    for item in value:
        first, dash, last = str(item).partition("-")
        if dash and first.strip().isdigit() and last.strip().isdigit():
            years += range(int(first), int(last) + 1)
        else:
            years.append(item)
    return years


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _as_texts(value: object) -> object:
    """A name, a year, or a list of them, as a list of texts."""
    return value if value is None else [str(item) for item in (value if isinstance(value, list) else [value])]


Year = Annotated[int, Field(ge=1990, le=2100)]
Years = Annotated[list[Year] | None, BeforeValidator(_as_years)]
Names = Annotated[list[str] | None, BeforeValidator(_as_list)]
Level = Literal["national", "province", "prefecture", "county", "township"] | None
Kind = Literal["government", "department", "zone", "township", "other"] | None


class Parameters(BaseModel):
    """What every notebook takes: the folder of tables, set by the run itself."""

    model_config = ConfigDict(extra="forbid")


class OneReport(Parameters):
    report: str | None = None
    issuer: str | None = None


class Coverage(Parameters):
    years: Years = None
    regions: Names = None
    level: Level = None


class Regions(Parameters):
    codes: Annotated[list[str], BeforeValidator(_as_list), Field(min_length=1)] = [
        "reconsideration_closed",
        "proactive_disclosure_rate",
        "law_study_sessions",
    ]
    year: Year | None = None
    level: Level = None
    issuer_kind: Kind = None
    regions: Names = None
    allow: Names = None


class Promises(Parameters):
    years: Years = None
    regions: Names = None
    level: Level = None
    issuer_kind: Kind = None


class Quality(Parameters):
    years: Years = None
    regions: Names = None
    level: Level = None
    sample: Annotated[int, Field(ge=1, le=200)] = 20
    seed: int = 1


class OverYears(Parameters):
    codes: Annotated[list[str], BeforeValidator(_as_list), Field(min_length=1)] = ["reconsideration_received", "litigation_cases"]
    years: Years = None
    regions: Names = None
    issuer: str | None = None
    level: Level = None
    issuer_kind: Kind = None
    allow: Names = None
    per_people: bool = False


class ReuseAndWords(Parameters):
    years: Years = None
    regions: Names = None
    level: Level = None
    issuer_kind: Kind = None
    by: Literal["year", "region", "dimension", "issuer"] = "year"
    only: Annotated[list[str] | None, BeforeValidator(_as_texts)] = None


MODELS: dict[str, type[Parameters]] = {
    "1_one_report": OneReport,
    "2_coverage": Coverage,
    "3_regions": Regions,
    "4_years": OverYears,
    "5_promises": Promises,
    "6_reuse_and_words": ReuseAndWords,
    "7_quality": Quality,
}


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    notebook: str
    title: Annotated[str, Field(min_length=1)]
    language: Literal["zh", "en"] = "zh"
    parameters: dict[str, Any] = {}
    for_each: Annotated[str, Field(min_length=1)] | list[str] | dict[str, list[Any]] | None = None


@dataclass(frozen=True)
class Briefing:
    """One `briefings/NAME.yml`, read and checked in itself; `parameters` are those that it gives.

    `each` is the parameter that has another value in each of several briefings, with the values, or None for all of the tables.
    """

    name: str
    path: Path
    notebook: Path
    title: str
    language: str
    parameters: dict[str, Any] = field(default_factory=dict)
    each: tuple[str, tuple[Any, ...] | None] | None = None


def nearest(name: object, known: Iterable[str], count: int = 3) -> str:
    """`; nearest: a, b` or a short list of what there is."""
    options = list(dict.fromkeys(known))
    close = difflib.get_close_matches(str(name), options, n=count, cutoff=0.4)
    if close:
        return f"最接近的是 {'、'.join(close)}"
    return f"可用的有 {'、'.join(options[:8])}{'……' if len(options) > 8 else ''}" if options else "没有可用的取值"


def _explain(path: Path, fault: ValidationError, model: type[BaseModel]) -> ParameterError:
    lines = []
    for error in fault.errors():
        place = ".".join(str(part) for part in error["loc"])
        if error["type"] == "extra_forbidden":
            lines.append(f"没有参数 `{place}`，{nearest(place, model.model_fields)}")
        elif error["type"] == "literal_error":
            choices = LEVELS if "level" in place else KINDS if "issuer_kind" in place else get_args(Literal["zh", "en"])
            lines.append(f"`{place}` 不能是 {error['input']!r}，{nearest(error['input'], choices)}")
        elif error["type"] == "missing":
            lines.append(f"缺少 `{place}`，请补上一行 `{place}: …`")
        else:
            lines.append(f"`{place}` 不能是 {error['input']!r}（{error['msg']}）")
    return ParameterError(f"{path.name}: {'；'.join(dict.fromkeys(lines))}")


def read(path: Path, notebooks: Path) -> Briefing:
    """One briefing file. Raises ParameterError for faulty YAML, unknown keys, a notebook that is not there, parameters it
    does not take.
    """
    try:
        raw = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise ParameterError(f"{path.name}: 不是有效的 YAML：{str(fault).splitlines()[0]}") from None
    if not isinstance(raw, dict):
        raise ParameterError(f"{path.name}: 应是 `notebook:`、`title:`、`parameters:` 几行")
    try:
        told = _File.model_validate(raw)
    except ValidationError as fault:
        raise _explain(path, fault, _File) from None
    notebook = notebooks / f"{told.notebook}.ipynb"
    if not notebook.is_file():
        raise ParameterError(
            f"{path.name}: 没有笔记本 `{told.notebook}`，"
            + nearest(told.notebook, [p.stem for p in sorted(notebooks.glob("*.ipynb"))])
        )
    given = _fitted(path, notebook, told.parameters)
    each = _each(path, told.for_each)
    taken = defaults(notebook)
    if each and each[0] == "issuer" and "issuer" not in taken and "regions" in taken:
        each = "regions", each[1]  # which takes an issuer's name too
    for name in [*given, *([each[0]] if each else [])]:
        if name not in taken:
            raise ParameterError(f"{path.name}: 笔记本 `{told.notebook}` 没有参数 `{name}`，{nearest(name, taken)}")
    return Briefing(path.stem, path, notebook, told.title, told.language, given, each)


def _fitted(path: Path, notebook: Path, given: dict[str, Any]) -> dict[str, Any]:
    """The parameters as the notebook's model has them. Raises ParameterError for what it does not take."""
    if "tables" in given:
        raise ParameterError(f"{path.name}: `tables` 由运行命令给出（--tables），请从 parameters 里删去")
    if "language" in given:
        raise ParameterError(f"{path.name}: `language` 写在 parameters 之外，与 title 并列")
    model = MODELS.get(notebook.stem)
    if model is None:
        return dict(given)
    try:
        return model.model_validate(given).model_dump(exclude_unset=True)
    except ValidationError as fault:
        raise _explain(path, fault, model) from None


def _each(path: Path, told: str | list[str] | dict[str, list[Any]] | None) -> tuple[str, tuple[Any, ...] | None] | None:
    """`for_each: issuer` (all of the tables), `for_each: [甲县人民政府, …]` (issuers), or `for_each: {codes: [...]}`."""
    match told:
        case None:
            return None
        case str():
            if told not in EACH:
                known = nearest(told, EACH)
                raise ParameterError(f"{path.name}: `for_each: {told}` 不知道有哪些取值，{known}，或写成 {{{told}: [甲, 乙]}}")
            return told, None
        case list() if told:
            return "issuer", tuple(dict.fromkeys(told))
        case dict() if len(told) == 1 and next(iter(told.values())):
            name, values = next(iter(told.items()))
            return name, tuple(values)
    raise ParameterError(f"{path.name}: `for_each` 应是一个参数名，或一列机关，或 {{参数名: [取值, …]}}")


def expand(briefing: Briefing, tables: Any) -> list[Briefing]:
    """The briefing itself, or, where it has `for_each`, one for each value, with the value in name and title.

    A title may hold `{issuer}` (the parameter's name) where the value goes. Raises ParameterError for a value that does not fit,
    or when the tables hold none.
    """
    if briefing.each is None:
        return [briefing]
    name, values = briefing.each
    if values is None:
        column = pl.col(EACH[name])
        values = tuple(tables.reports.select(column.drop_nulls().unique().sort()).collect().to_series())
    if not values:
        raise ParameterError(f"{briefing.path.name}: 表里没有可以用于 `for_each: {name}` 的取值")
    found: list[Briefing] = []
    seen: set[str] = set()
    for value in values:
        given = _fitted(briefing.path, briefing.notebook, {**briefing.parameters, name: value})
        said = "、".join(map(str, value)) if isinstance(value, list) else str(value)
        title = briefing.title.replace(f"{{{name}}}", said).replace("{issuer}", said)
        title = title if title != briefing.title else f"{title}：{said}"
        slug = _slug(said)
        if slug in seen or slug != said:  # two values must not write one file
            slug += f"-{hashlib.sha256(said.encode()).hexdigest()[:8]}"
        seen.add(slug)
        found.append(replace(briefing, name=f"{briefing.name}-{slug}", title=title, parameters=given, each=None))
    return found


def _slug(text: str) -> str:
    """Text as a part of a file's name on any system: letters and digits of any script, no more than sixty."""
    return re.sub(r"[^\w]+", "-", text).strip("-_")[:60]


def defaults(notebook: Path) -> dict[str, Any]:
    """The names and default values of a notebook's cell tagged `parameters`; a default that is no literal is None."""
    found: dict[str, Any] = {}
    for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
        if cell["cell_type"] != "code" or "parameters" not in cell["metadata"].get("tags", []):
            continue
        for node in ast.parse("".join(cell["source"])).body:
            targets: Sequence[ast.expr] = (
                node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else ()
            )
            for target in targets:
                if isinstance(target, ast.Name) and isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                    try:
                        found[target.id] = ast.literal_eval(node.value)
                    except ValueError:
                        found[target.id] = None
    return found


@cache
def codebook() -> dict[str, dict[str, Any]]:
    """The codebook's entries by code."""
    return {entry["code"]: entry for entry in load_toml("codebook.toml")["entry"]}


def _guards() -> list[str]:
    return [entry["name"] for entry in load_toml("comparison.toml")["caveat"] if entry.get("kind") == "guard"]


def check(briefing: Briefing, tables: Any) -> None:
    """Check the values against codebook and tables. Raises ParameterError with the nearest names."""
    given = briefing.parameters
    faults = [
        f"没有指标代码 `{code}`，{nearest(code, codebook())}" for code in given.get("codes") or () if code not in codebook()
    ]
    faults += [
        f"`allow` 没有规则 `{rule}`，{nearest(rule, _guards())}" for rule in given.get("allow") or () if rule not in _guards()
    ]
    reports = tables.reports.select(
        "report_id", "source", "issuer", "year", "province", "prefecture", "county", "zone", "region_code"
    ).collect()
    years = sorted(reports["year"].drop_nulls().unique().to_list())
    asked = given.get("years") or ([given["year"]] if given.get("year") else [])
    if asked and years and not set(asked) & set(years):
        faults.append(f"表中没有 {'、'.join(map(str, asked[:6]))} 年的报告，有的是 {years[0]}–{years[-1]} 年")
    if report := given.get("report"):
        known = [*reports["report_id"], *reports["source"]]
        if report not in known:
            faults.append(f"没有报告 `{report}`，{nearest(report, known)}")
    if issuer := given.get("issuer"):
        known = reports["issuer"].drop_nulls().unique().to_list()
        asked_of = [issuer] if isinstance(issuer, str) else issuer
        faults += [f"没有机关 `{one}`，{nearest(one, known)}" for one in asked_of if one not in known]
    places = {
        name
        for column in ("province", "prefecture", "county", "zone", "region_code", "issuer")
        for name in reports[column].drop_nulls().cast(pl.String)
    }
    faults += [
        f"没有地区 `{place}`，{nearest(place, sorted(places))}"
        for place in given.get("regions") or ()
        if not _is_place(place, places)
    ]
    if faults:
        raise ParameterError(f"{briefing.path.name}: {'；'.join(faults)}")


def _is_place(place: str, seen: set[str]) -> bool:
    """A place of the tables, or one of the country's with its usual short name."""
    if place in seen or any(name.startswith(place) for name in seen):
        return True
    return (
        regions.by_code(place) is not None if place.isdigit() else any(bool(regions.find(part)) for part in place.split("/")[-1:])
    )
