"""Train on the open practice reports what is learned: the ends of headings that run into their text (lib/fazhi/extract/run_in.py),
and the second opinion on codes, scopes and dimensions (learned.py).

    python tests/practice/train.py              # writes run_in.npz and learned.npz to lib/fazhi/knowledge (`make learn`; half an hour)

One-vs-rest logistic regression by averaged stochastic gradient descent (Bottou 2012) over the hashed features of
extract/context.py, and a convolutional net (train_net.py); weights become whole numbers of one byte. The curve of confidence is
measured on reports that models of the others had not seen. The same reports and rules give the same bytes on the same machine.
The shut part is never read.
"""
from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lib"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
from score import fold as same
from score import marked, marks, pair
from unmark import HEADING, QUANTITY

from fazhi.extract import ruled, run_in
from fazhi.extract.codebook import codebook
from fazhi.extract.context import ROWS, Around, around, contexts, heading_contexts, row
from fazhi.extract.identity import identify
from fazhi.extract.learned import knows, open_scope, scope_features
from fazhi.extract.net import ONE, Net, scores
from fazhi.extract.numerals import fold
from fazhi.extract.outline import outline
from fazhi.extract.rows import Section
from fazhi.knowledge import load_toml
from fazhi.read import read

KNOWLEDGE = Path(__file__).resolve().parents[2] / "lib" / "fazhi" / "knowledge"
ENDS, TARGET = KNOWLEDGE / run_in.FILE, KNOWLEDGE / "learned.npz"
PARTS = ("open", "phrases", "paragraphs", "samples")
ALPHA, HEADING_ALPHA, EPOCHS = 5e-5, 1e-3, 12  # of the regression; found on reports of readers whose others it was trained on
CODE_VOTE, NONE_VOTE, STOCK_VOTE, DIMENSION_VOTE = 1.0, 0.2, 4.0, 3.0  # what a verdict of the rules is worth, in the model's measure; found likewise
STOCK_COST = -0.5  # by how much the year is preferred to the stock; found likewise
SURE = 3  # how often the code of an example of the codebook is told, which must come out as it says
LEAST = 1.65  # weights below so many of the steps to which they are rounded are left out
HELD = 5  # one report in so many is held back, to measure how sure codes are
SCOPES = ("stock", "year")
WHOLE = 14  # characters of a heading in which it is worth learning where it does not end
END_ALPHA, END_EPOCHS, END_LEAST = 1e-5, 6, -1.0  # of the model for headings' ends, and from which score on it cuts; found on reports held back
_RUNS_ON = re.compile(r"[。．.：:\s]*(?:</?[^>\n]+>)*([一-鿿“《\d][^\n<]{15,39})")
ROUNDS, LEAD = 40, 0.6  # of mending what contradicts an example, and by how much it then leads: more than rounding takes away
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Example:
    """A number: its report, the features of its words and those of its scope, what the rules say and what is right."""

    report: str
    text: Around  # the surroundings of all numbers of its text, and which of them it is
    at: int
    rows: NDArray[np.int64]
    scope_rows: NDArray[np.int64]
    ruled: str
    known: bool  # a near miss that the rules know
    code: str
    scope: str | None  # None where the scope is not the model's to say


def examples() -> Iterator[Example]:
    """Every number of the open parts that careful readers agree on, and those of the codebook's own examples."""
    for part in PARTS:
        for name, raw, gold in marked(part):
            page = read(raw, name)
            who = identify(page, name)
            sections = outline(page.text, page.leads)
            yield from _of(f"{part}/{name}", page.text, sections, who.year, who.issuer_kind, gold["quantities"])
    book = load_toml("codebook.toml")
    for entry in (*book["entry"], *book["none"]):
        for text in (*entry["yes"], *entry["no"]):
            sentence, name = text.rpartition(" = ")[0] or text, entry.get("code") or entry["name"]
            told = list(_of(f"codebook/{name}", sentence, [], 2020, "", None))
            yield from told
            yield from [replace(e, scope=None) for e in told] * (SURE - 1)


def _of(
    report: str, text: str, sections: list[Section], year: int | None, kind: str, gold: Sequence[dict[str, Any]] | None
) -> Iterator[Example]:
    """The examples of one text; without gold the rules are right, as they are of the codebook's own sentences."""
    found, where, _, _ = ruled(text, sections, year, kind)
    if not found:
        return
    seen = around(fold(text), found, where, sections, kind)
    rows, starts = contexts(seen)
    if gold is None:
        true = {i: {"code": q.code, "kind": q.kind, "status": q.status, "scope": q.scope} for i, q in enumerate(found)}
    else:
        shown = [asdict(q) | {"value_text": text[q.start:q.end]} for q in found]
        pairs = zip(gold, pair(gold, shown, text)[0], strict=True)
        true = {f: g for g, f in pairs if f is not None and not g.get("optional")}
    for (i, q), own in zip(enumerate(found), np.split(rows, starts[1:]), strict=True):
        g = true.get(i)
        if g is None or "change" in (q.kind, g["kind"]):
            continue
        told = open_scope(q) and (g["kind"], g["status"]) == ("count", "actual") and g["scope"] in ("year", "stock")
        scope_rows = np.array([row(name) for name in scope_features(found, [f.scope for f in found], i)])
        yield Example(report, seen, i, own, scope_rows, q.code or "", knows(q), g["code"] or "", g["scope"] if told else None)


@dataclass(frozen=True)
class Heading:
    """A heading: the features of its words and text, the dimension by its words, the right one."""

    report: str
    rows: NDArray[np.int64]
    ruled: str
    dimension: str


def headings() -> Iterator[Heading]:
    """Every heading of the open parts that has a dimension."""
    for part in ("open", "samples"):
        for name, raw, gold in marked(part):
            page = read(raw, name)
            text, sections = page.text, outline(page.text, page.leads)
            if not sections:
                continue
            rows, starts = heading_contexts(fold(text), sections)
            true = [(s["level"], same(s["heading"]), s["dimension"]) for s in gold["sections"] if s["dimension"]]
            for s, own in zip(sections, np.split(rows, starts[1:]), strict=True):
                match = next((t for t in true if t[:2] == (s.level, same(s.heading or ""))), None)
                if s.dimension and match:
                    true.remove(match)
                    yield Heading(f"{part}/{name}", own, s.dimension, match[2])


def run_ins() -> Iterator[tuple[list[int], bool]]:
    """Places in headings' lines: the features of each, and whether the heading ends there. As if every stop were lost."""
    for part in ("open", "paragraphs"):
        for file in sorted((Path(__file__).parent / part).iterdir()):
            source = QUANTITY.sub(r"\1", file.read_text("utf-8"))
            for m in HEADING.finditer(source):
                heading, after = m[4].rstrip("。．.；;：:"), _RUNS_ON.match(source, m.end())
                if after:
                    line = heading + after[1]
                    yield from ((run_in.features(line, at), at == len(heading)) for at in run_in.places(line))
                if len(heading) >= WHOLE:
                    yield from ((run_in.features(heading, at), False) for at in run_in.places(heading))


def train(
    rows: Sequence[NDArray[np.int64]], targets: Sequence[int], columns: int, alpha: float = ALPHA, table: int = ROWS, epochs: int = EPOCHS
) -> tuple[Floats, Floats]:
    """Weights (a row for each feature, a column for each class) and bias of one-vs-rest logistic regression."""
    order = np.random.default_rng(0)
    weights, total = np.zeros((table, columns), np.float32), np.zeros((table, columns), np.float32)
    bias, bias_total = np.zeros(columns, np.float32), np.zeros(columns, np.float32)
    scale, step, averaged = 1.0, 0, 0
    first = 1 / (np.sqrt(1 / np.sqrt(alpha)) * alpha)
    for epoch in range(epochs):
        for i in order.permutation(len(rows)):
            rate = 1 / (alpha * (first + step))
            step += 1
            score = scale * weights[rows[i]].sum(axis=0) + bias
            wrong = 1 / (1 + np.exp(-score.clip(-30, 30)))
            wrong[targets[i]] -= 1
            scale *= 1 - rate * alpha
            weights[rows[i]] -= (rate / scale * wrong).astype(np.float32)
            bias -= (0.01 * rate * wrong).astype(np.float32)
        if epoch >= epochs // 3:  # the average of many weights is better than the last
            total += scale * weights
            bias_total += bias
            averaged += 1
    return total / averaged, bias_total / averaged


class Opinion:
    """What the net says of each number, in the measure of the linear model before that is rounded."""

    def __init__(self, seen: Sequence[Example], codes: list[str]) -> None:
        from train_net import Lesson, train_net  # here: it needs what only training needs

        texts: dict[int, list[Example]] = {}
        for e in seen:
            texts.setdefault(id(e.text), []).append(e)
        lessons = []
        for own in texts.values():
            right = {e.at: e for e in own}
            told = [right.get(at) for at in range(len(own[0].text.names))]
            lessons.append(Lesson.of(
                own[0].text,
                [codes.index(e.code) if e else -1 for e in told],
                [SCOPES.index(e.scope) if e and e.scope else -1 for e in told],
            ))  # fmt: skip
        self.arrays, self.unit = train_net(lessons, len(codes))
        self.net = Net.of({**self.arrays, "net_ratio": np.array(ONE)})
        self._said: dict[int, NDArray[np.int32]] = {}

    def __call__(self, e: Example) -> Floats:
        """Its scores for the codes."""
        if id(e.text) not in self._said:
            self._said[id(e.text)] = scores(self.net, e.text)
        return self._said[id(e.text)][e.at, : -len(SCOPES)].astype(np.float32) * self.unit


def voted(e: Example, weights: Floats, bias: Floats, opinion: Opinion, place: dict[str, int]) -> Floats:
    """The scores of a number's codes by both models, the vote of the rules among them."""
    sums = weights[e.rows].sum(axis=0) + bias + opinion(e)
    sums[place[e.ruled]] += CODE_VOTE if e.ruled or e.known else NONE_VOTE
    return sums


def settle(weights: Floats, bias: Floats, told: Sequence[Example], codes: list[str], opinion: Opinion) -> None:
    """Change the weights in place by the least that lets every example of the codebook come out as it says (Crammer et al. 2006)."""
    place = {code: k for k, code in enumerate(codes)}
    for _ in range(ROUNDS):
        wrong = 0
        for e in told:
            sums = voted(e, weights, bias, opinion, place)
            own = sums[place[e.code]]
            sums[place[e.code]] = -np.inf
            best = int(sums.argmax())
            if (lack := sums[best] + LEAD - own) > 0:
                wrong += 1
                weights[e.rows, best] -= lack / (2 * len(e.rows))
                weights[e.rows, place[e.code]] += lack / (2 * len(e.rows))
        if not wrong:
            return


def curve(held: Sequence[Example], codes: list[str], seen: Sequence[Example], unit: float) -> list[tuple[int, bool]]:
    """Of reports that the models have not seen: how far each code led, and whether it is right."""
    place = {code: k for k, code in enumerate(codes)}
    weights, bias = train([e.rows for e in seen], [place[e.code] for e in seen], len(codes))
    opinion = Opinion(seen, codes)
    out = []
    for e in held:
        sums = voted(e, weights, bias, opinion, place)
        best, second = np.argsort(sums)[::-1][:2]
        if codes[best]:
            out.append((round(float(sums[best] - sums[second]) / unit), codes[best] == e.code))
    return out


def rising(measured: list[tuple[int, bool]], bins: int = 24) -> tuple[list[int], list[float]]:
    """Leads and the share that is right from each on: bins of one size, made to rise by pooling those that fall."""
    ranked = sorted(measured)
    pools: list[tuple[int, int, int]] = []  # the lead, how many, how many right
    for cut in np.array_split(np.arange(len(ranked)), bins):
        pools.append((ranked[cut[0]][0], len(cut), sum(ranked[i][1] for i in cut)))
        while len(pools) > 1 and pools[-2][2] * pools[-1][1] >= pools[-1][2] * pools[-2][1]:
            lead, n, right = pools.pop(-2)
            pools[-1] = (lead, n + pools[-1][1], right + pools[-1][2])
    return [lead for lead, _, _ in pools], [round(right / n, 3) for _, n, right in pools]


def save(target_file: Path, **arrays: Any) -> None:
    """Write the arrays as np.savez does, but with one date: the same arrays give the same bytes."""
    aside = target_file.with_suffix(".new")
    with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name, array in arrays.items():
            data = io.BytesIO()
            np.lib.format.write_array(data, np.asarray(array), allow_pickle=False)
            target.writestr(zipfile.ZipInfo(f"{name}.npy"), data.getvalue(), zipfile.ZIP_DEFLATED, 9)
    aside.replace(target_file)


def learn_ends() -> None:
    """Train and write the model for headings that run into their text: before all else, for it says where sections begin."""
    rows, ends = zip(*run_ins(), strict=True)
    weights, bias = train([np.array(own) for own in rows], [int(end) for end in ends], 2, END_ALPHA, run_in.ROWS, END_EPOCHS)
    score = weights[:, 1] - weights[:, 0]
    unit = float(np.abs(score).max()) / 127
    save(ENDS, weights=np.round(score / unit).astype(np.int8), bias=round((float(bias[1] - bias[0]) - END_LEAST) / unit))
    run_in.model.cache_clear()


def main() -> None:
    """Train, measure, write."""
    learn_ends()
    every = list(examples())
    codes = sorted({e.code for e in every} | {e.ruled for e in every} | {""} | set(codebook().entries))
    scoped = [e for e in every if e.scope]
    place = {code: k for k, code in enumerate(codes)}
    weights, bias = train([e.rows for e in every], [place[e.code] for e in every], len(codes))
    scope_weights, scope_bias = train(
        [np.unique(np.concatenate([e.rows, e.scope_rows])) for e in scoped], [SCOPES.index(e.scope or "") for e in scoped], len(SCOPES)
    )
    unit = float(max(np.abs(w).max() for w in (weights, scope_weights))) / 127
    for table in (weights, scope_weights):
        table[np.abs(table) < LEAST * unit] = 0  # most weights are next to nothing: without them the file is half as large
    opinion = Opinion(every, codes)
    settle(weights, bias, [e for e in every if e.report.startswith("codebook/")], codes, opinion)
    scope_bias[SCOPES.index("stock")] -= STOCK_COST
    heads = list(headings())
    dimensions = sorted({h.dimension for h in heads} | {h.ruled for h in heads})
    heading_weights, heading_bias = train(
        [h.rows for h in heads], [dimensions.index(h.dimension) for h in heads], len(dimensions), HEADING_ALPHA
    )
    heading_unit = float(np.abs(heading_weights).max()) / 127
    heading_weights[np.abs(heading_weights) < LEAST * heading_unit] = 0
    reports = sorted({e.report for e in every})
    held = set(np.random.default_rng(0).permutation(reports)[::HELD])
    measured = curve([e for e in every if e.report in held], codes, [e for e in every if e.report not in held], unit)
    leads, shares = rising(measured)
    whole = np.round(np.hstack([weights, scope_weights]) / unit).clip(-127, 127).astype(np.int8)
    save(
        TARGET,
        weights=whole,
        bias=np.round(np.concatenate([bias, scope_bias]) / unit).astype(np.int32),
        codes=codes,
        scopes=SCOPES,
        **opinion.arrays,
        net_ratio=round(opinion.unit / unit * ONE),
        heading_weights=np.round(heading_weights / heading_unit).astype(np.int8),
        heading_bias=np.round(heading_bias / heading_unit).astype(np.int32),
        dimensions=dimensions,
        votes=np.round(np.array([CODE_VOTE / unit, NONE_VOTE / unit, STOCK_VOTE / unit, DIMENSION_VOTE / heading_unit])).astype(np.int32),
        trained_on=[marks(part) for part in PARTS],
        leads=np.array(leads, np.int32),
        shares=np.array(shares),
    )
    right = sum(r for _, r in measured) / len(measured)
    print(f"{len(every)} numbers of {len(reports)} texts, {len(scoped)} with a scope; {len(codes)} codes; "
          f"{TARGET.stat().st_size / 1e6:.2f} MB; of codes in unseen reports {right:.3f} are right")


if __name__ == "__main__":
    main()
