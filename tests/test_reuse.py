"""Passages that reports repeat or share, against the truth of the samples and against hand-made texts."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from fazhi.compare import CompareError, reuse
from fazhi.compare.clauses import knowledge
from fazhi.compare.passages import candidates
from fazhi.contract import TABLES
from fazhi.knowledge import load_toml
from fazhi.tables import load, tables

ROOT = Path(__file__).resolve().parents[1]
TRUTH = tomllib.loads((ROOT / "tests/samples/truth.toml").read_text("utf-8"))["reuse"]
ONE = "各街道综合执法队把案卷评查结果张贴上墙，居民代表每季度参加一次评议会。"
TWO = "偏远村组设流动调解车，逢集日到集市上接待群众，调解不成的当场引导申请仲裁。"
GENRE = "坚持以上率下压实第一责任人职责。"


def made(*reports: tuple[str, int, str, dict[str, Any]] | tuple[str, int, str]) -> Any:
    """Tables of reports that are all text: (issuer, year, text, other columns)."""
    rows, parts = [], []
    for n, (issuer, year, text, *more) in enumerate(reports):
        rows.append({
            "report_id": f"{n:016x}", "source": f"{n}.txt", "title": None, "issuer": issuer, "issuer_kind": "government", "county": issuer[:3],
            "level": "county", "year": year, "origin": "synthetic", "text": text, **(more[0] if more else {}),
        })  # fmt: skip
        parts.append({"report_id": f"{n:016x}", "section_id": 0, "level": 0, "start": 0, "end": len(text), "body": 0})
    return tables({"reports": pl.DataFrame(rows, schema=TABLES["reports"].schema), "sections": pl.DataFrame(parts, schema=TABLES["sections"].schema)})


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from fazhi.build import build

    return load(build(ROOT / "data/raw", tmp_path_factory.mktemp("reuse"), workers=1).folder)


def test_finds_the_true_pairs_and_no_others(samples: Any) -> None:
    stem = {row[0]: row[1].rpartition(".")[0] for row in samples.reports.select("report_id", "source").collect().iter_rows()}
    found = sorted(
        (*sorted([(stem[r["report_a"]], r["text_a"]), (stem[r["report_b"]], r["text_b"])]), r["kind"]) for r in reuse(samples).frame.to_dicts()
    )
    true = sorted((*sorted((p[side], p[f"quote_{side}"].rstrip("，。")) for side in "ab"), p["kind"]) for p in TRUTH)
    assert found == true


def test_texts_are_exact_substrings_and_the_earlier_stands_first(samples: Any) -> None:
    texts = dict(samples.reports.select("report_id", "text").collect().iter_rows())
    answer = reuse(samples)
    for r in answer.frame.to_dicts():
        assert texts[r["report_a"]][r["start_a"] : r["end_a"]] == r["text_a"]
        assert texts[r["report_b"]][r["start_b"] : r["end_b"]] == r["text_b"]
        assert r["year_a"] < r["year_b"] or (r["year_a"] == r["year_b"] and r["relation"] == "other")
    for r in answer.reports.to_dicts():
        assert r["characters"] == r["fixed"] + r["repeated"] + r["shared"] + r["fresh"]
        assert (r["fresh_share"] is None) is (r["before"] is None)


def test_a_question_for_one_year_still_looks_back(samples: Any) -> None:
    answer = reuse(samples, years=2021, level="county")
    assert set(answer.frame["year_b"]) == {2021} and set(answer.frame["year_a"]) == {2019, 2020}
    assert set(answer.reports["year"]) == {2021}


def test_kinds_parts_and_shares() -> None:
    t = made(
        ("甲县人民政府", 2020, f"{ONE}\n{TWO}今年收成平平常常无甚可说。"),
        ("甲县人民政府", 2021, f"{ONE}\n另设法律援助站点若干。{TWO}"),
    )  # fmt: skip
    answer = reuse(t)
    assert answer.frame.select("kind", "part", "relation").rows() == [("same", "paragraph", "own"), ("same", "sentence", "own")]
    row = answer.reports.row(1, named=True)
    han = [len(re.findall(r"[\u4e00-\u9fff]", s)) for s in (ONE, TWO, "另设法律援助站点若干。")]
    assert (row["repeated"], row["fresh"], row["before"]) == (han[0] + han[1], han[2], 2020)
    assert row["fresh_share"] == pytest.approx(100 * han[2] / sum(han), abs=0.1)
    assert answer.reports["fresh_share"][0] is None
    assert "新写" in answer.sentences()[0] and ONE[:6] in answer.text()


def test_changed_figures_changed_words_and_chance() -> None:
    old = "司法所联合法庭把调解室设在集市，配备退休法官轮流值守接待来访群众共120人次。"
    t = made(
        ("甲县人民政府", 2020, old + "\n一是山区执法力量薄弱，边远乡镇执法车辆配备不足。"),
        ("甲县人民政府", 2021, old.replace("120", "305") + "\n三是山区执法力量十分薄弱，边远乡镇执法车辆配备仍不足。"),
        ("乙县人民政府", 2021, "县政府常务会议专题学法6次，审查合同52份。湖区渔政巡查队全年不间断巡航。"),
        ("丙县人民政府", 2021, "县政府常务会议专题学法6次，审查合同52份。林区防火检查站春秋两季昼夜值班。"),
    )  # fmt: skip
    assert reuse(t).frame["kind"].to_list() == ["figures", "near"]


def test_who_has_whose_words_needs_years_or_dates() -> None:
    early, late = {"published_on": pl.date(2022, 1, 5)}, {"published_on": pl.date(2022, 3, 5)}
    early, late = ({k: pl.select(v).item() for k, v in d.items()} for d in (early, late))
    undated = reuse(made(("乙县人民政府", 2021, ONE), ("甲县人民政府", 2021, ONE)))
    assert undated.copies["order"].to_list() == ["together"] and set(undated.reports["shared"]) == {33}
    dated = reuse(made(("乙县人民政府", 2021, ONE, late), ("甲县人民政府", 2021, ONE, early)))
    assert dated.copies.select("issuer_a", "issuer_b", "order").rows() == [("甲县人民政府", "乙县人民政府", "earlier")]
    assert dict(dated.reports.select("issuer", "shared").iter_rows()) == {"甲县人民政府": 0, "乙县人民政府": 33}
    assert "沿用" in dated.sharing() and "沿用" not in undated.sharing()


def test_what_many_authorities_say_is_nobodys_own() -> None:
    few = [(f"{name}县人民政府", 2021, f"{GENRE}{ONE if name in '甲乙' else ''}") for name in "甲乙丙丁"]
    many = [*few, *((f"{name}县人民政府", 2021, GENRE) for name in "戊己庚")]
    assert reuse(made(*few)).frame.height > 1
    answer = reuse(made(*many))
    assert answer.frame["text_b"].to_list() == [ONE.rstrip("。")]
    assert answer.fixed.rows() == [(GENRE.rstrip("。"), 7, 7)]
    # a small panel knows it from all tables
    assert reuse(made(*many), regions="丙县人").frame.is_empty()


def test_names_of_documents_are_no_wording() -> None:
    title = "《关于进一步加强乡镇街道综合行政执法规范化建设的若干意见》"
    t = made(("甲县人民政府", 2020, f"印发{title}，成效明显。"), ("乙县人民政府", 2021, f"落实{title}，仍有差距。"))
    assert reuse(t).frame.is_empty()


def test_nothing_fits_and_questions_that_cannot_be_asked(samples: Any) -> None:
    none = reuse(made())
    assert len(none) == 0 and none.sentences() == ["没有符合条件的报告，无从比较。"] and none.trend() and none.longest() and none.sharing()
    assert reuse(samples, regions="无此县").reports.is_empty()
    with pytest.raises(CompareError, match="county"):
        reuse(samples, level="conty")
    with pytest.raises(CompareError, match="shortest"):
        reuse(samples, shortest=1)
    with pytest.raises(ValueError, match="csv"):
        none.text("xml")


def test_csv_is_safe_in_a_spreadsheet() -> None:
    answer = reuse(made(("甲县人民政府", 2020, ONE), ("甲县人民政府", 2021, ONE, {"source": "=cmd()"})))
    assert ",'=cmd()," in answer.text("csv") and '"source_b": "=cmd()"' in answer.text("json")


def test_html_is_escaped() -> None:
    text = f"<script>alert(1)</script>{ONE}"
    assert "<script>" not in reuse(made(("甲县人民政府", 2020, text), ("甲县人民政府", 2021, text)))._repr_html_()


def test_candidates_are_found_though_words_change() -> None:
    base = "基层行政执法队伍年龄结构偏大复合型人才缺乏"
    one, other = candidates([base, "完全不同的另一句话说的是信访接待", base.replace("结构", "")])
    assert list(zip(one.tolist(), other.tolist(), strict=True)) == [(0, 2)]


def test_knowledge_is_sound() -> None:
    know = knowledge()
    assert know.size.common(4) == 5 and know.size.common(1000) == 50
    for entry in (load_toml("reuse.toml")["mark"], *load_toml("reuse.toml")["name"]):
        assert entry["yes"] and entry["no"]
    assert SimpleNamespace(**know.labels["kind"]).same
