"""Every codebook entry is walked with its own examples, and the engine with what the rules promise."""

from __future__ import annotations

import copy
import sys

import pytest

from fazhi import knowledge
from fazhi.extract import explain, figures
from fazhi.extract.codebook import Codebook, codebook, parse_rule
from fazhi.knowledge import KnowledgeError, load_toml

ENTRIES = load_toml("codebook.toml")["entry"]
NEAR_MISSES = load_toml("codebook.toml").get("none", [])


def coded(sentence: str) -> dict[str, list[float]]:
    out: dict[str, list[float]] = {}
    for row in explain(sentence, 2020):
        if row.get("code"):
            out.setdefault(row["code"], []).append(row["value"])
    return out


@pytest.mark.parametrize(("code", "example"), [(e["code"], x) for e in ENTRIES for x in e["yes"]])
def test_yes(code: str, example: str) -> None:
    sentence, _, value = example.rpartition(" = ")
    assert float(value) in coded(sentence).get(code, []), f"{sentence}: {coded(sentence)}"


@pytest.mark.parametrize(("code", "example"), [(e["code"], x) for e in ENTRIES for x in e["no"]])
def test_no(code: str, example: str) -> None:
    assert code not in coded(example)


@pytest.mark.parametrize("example", [x for e in NEAR_MISSES for x in e["yes"]])
def test_near_misses_have_no_code(example: str) -> None:
    assert not coded(example)


def test_every_entry_of_the_field_has_an_english_and_a_chinese_name() -> None:
    assert len({e["name_zh"] for e in ENTRIES}) == len({e["name_en"] for e in ENTRIES}) == len(ENTRIES) >= 86


def test_nouns_are_carried_over_clauses() -> None:
    found = coded("全年收到行政复议申请120件，受理98件，审结90件，其中维持60件、撤销6件。")
    assert found == {
        "reconsideration_received": [120],
        "reconsideration_accepted": [98],
        "reconsideration_closed": [90],
        "reconsideration_corrected": [6],
    }


def test_one_number_for_two_rates() -> None:
    assert coded("制发规范性文件备案率、审核率均达100%。") == {"filing_rate": [100], "legality_review_rate": [100]}


def test_parts_take_the_code_of_their_total_and_outcomes_do_not() -> None:
    rows = {r["text"]: r for r in explain("查处各类违法案件300件，其中食品类120件、维持5件。", 2020)}
    assert rows["120件"]["code"] == rows["300件"]["code"] == "penalty_cases"
    assert rows["5件"]["code"] is None


def test_explain_shows_what_bid_and_what_was_ruled_out() -> None:
    rows = explain("落实行政执法三项制度，全年开展调解2080余件。", 2020)
    assert rows[0]["ruled_out"] == "idiom"
    assert rows[1]["offers"]
    assert rows[1]["offers"][0]["rule"].startswith(rows[1]["code"] + "/")
    assert [o["score"] for o in rows[1]["offers"]] == sorted((o["score"] for o in rows[1]["offers"]), reverse=True)


def test_a_rule_is_read() -> None:
    rule = parse_rule("x", "x/1", "甲|乙 & ^丙 & >丁 ! 戊|>己 !! 庚")
    assert [sorted(g.terms) for g in rule.groups] == [["乙", "甲"], ["丙"], ["丁"]]
    assert [(g.near, g.side) for g in rule.groups] == [(True, ""), (True, ""), (True, ">")]
    assert (rule.near_not, rule.right_not, rule.any_not) == ({"戊", "己"}, {"己"}, {"庚"})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"units": ["光年"]}, "光年"),
        ({"yes": ["一件 = 1"]}, "examples"),
        ({"kind": "weight"}, "kind"),
        ({"rules": ["甲||乙"]}, "empty word"),
        ({"colour": "red"}, "unknown key"),
        ({"scope": "month"}, "use year or stock"),
        ({"scope": 3}, "make it a str"),
    ],
)
def test_a_fault_names_file_entry_and_remedy(monkeypatch: pytest.MonkeyPatch, change: dict[str, object], said: str) -> None:
    broken = copy.deepcopy(load_toml("codebook.toml"))
    broken["entry"][3].update(change)
    monkeypatch.setattr(sys.modules[Codebook.__module__], "load_toml", lambda name: broken)
    with pytest.raises(KnowledgeError) as caught:
        Codebook()
    message = str(caught.value)
    assert all(word in message for word in ("codebook.toml", said, ";"))
    assert broken["entry"][3]["code"] in message


def test_the_codebook_is_loaded_once() -> None:
    assert codebook() is codebook()
    assert knowledge.fingerprint() == knowledge.fingerprint()


@pytest.mark.parametrize(
    ("text", "code", "scope"),
    [
        ("示范创建指标由18项调整为22项。", "model_indicators", "year"),  # an entry whose figures are the year's
        ("承办人大代表建议总数达52件。", "deputies_suggestions", "year"),
        ("全局公职律师5名。", "public_lawyers", "stock"),  # one whose figures stand
        ("新增公职律师5名。", "public_lawyers", "year"),
        ("修订专项应急预案6个。", "emergency_plans", "year"),  # one that leaves it to the words
        ("全市共有专项应急预案6个。", "emergency_plans", "stock"),
    ],
)
def test_an_entry_says_to_what_time_its_figures_belong(text: str, code: str, scope: str) -> None:
    assert [(q.code, q.scope) for q in figures(text, [], 2020)[0]][-1] == (code, scope)
