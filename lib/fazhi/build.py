"""Many sources -> one build: every file below a raw folder becomes rows, the tables are written aside, then published.

    OUT/builds/<id>/NAME.parquet, manifest.json    immutable; the id follows from inputs, code, knowledge and corrections
    OUT/latest -> builds/<id>                      swapped by one rename
    OUT/cache/                                     what each source gave

Any `concurrent.futures.Executor` can do the reading; without one a process pool does when there is much to read.
"""
from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from fazhi import contract, fill, knowledge, ledger, tables
from fazhi.gather import Progress, digest, gather, inventory

# What decides what the tables say.
CODE = ("read", "extract", "knowledge", "contract.py", "fill.py", "ledger.py", "gather.py", "build.py")
KEEP = 5
STATUSES = ("report", "duplicate", "not_a_report", "unreadable")


class BuildError(RuntimeError):
    """A build that cannot begin: no raw folder, no place to write, another build at work. The message says what to do."""


@dataclass(frozen=True)
class BuildResult:
    """What a build did.

    `bad` are the sources that gave no report of their own: (source, status, reason); `notes` are faults of the ledgers.
    """

    id: str
    folder: Path
    changed: bool
    counts: Mapping[str, int]  # sources by status
    bad: tuple[tuple[str, str, str], ...]
    notes: tuple[str, ...]
    fresh: int  # sources that were read; the others came from the cache
    seconds: float


def build(raw: str | Path, out: str | Path = "data/processed", *, executor: Executor | None = None,
          workers: int | None = None, progress: Progress | None = None, keep: int = KEEP) -> BuildResult:
    """Read every file below `raw` into tables in `out`/latest, and say what became of each.

    `executor` does the reading (a Dask client's, a pool's; its workers must see `raw` and `out`); without one, `workers`
    processes do where it is worth their start. `progress` is called with sources done and in all. The `keep` newest builds
    stay. Files that cannot be read never stop a build: they are rows of `sources` with a reason. Whether there is anything to
    do is told by content. Raises BuildError, GatherError, LedgerError (a line of sources.csv or corrections.csv),
    KnowledgeError or TableError; `latest` is then as it was.
    """
    began = time.perf_counter()
    raw, out = Path(raw), Path(out)
    if not raw.is_dir():
        raise BuildError(f"{raw}: no such folder; put the downloaded reports there, or name another with --raw")
    given = ledger.sources(raw / "sources.csv")
    corrections = raw.resolve().parent / "corrections.csv"
    wanted = ledger.corrections(corrections)
    with _lock(out):
        sources = list(inventory(raw, out, given))
        prints = {"contract": contract.VERSION, "code": code_fingerprint(), "knowledge": knowledge.fingerprint(),
                  "versions": fill.versions()}
        ledgers = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in (raw / "sources.csv", corrections) if p.exists()}
        inputs = [{"source": s.name, "sha256": s.sha256, "size": s.size} for s in sources]
        build_id = digest([prints, ledgers, inputs])[:12]
        folder = out / "builds" / build_id
        changed, fresh = not whole(folder), 0
        if changed:
            frames, fresh = gather(sources, out / "cache", digest(prints), executor, workers, progress)
            known = {ledger.plain(s.name) for s in sources}
            lost = [f"sources.csv 第 {row['line']} 行的文件“{name}”不在 {raw.name} 中。"
                    for name, row in given.items() if name not in known]
            frames, notes = _settle(frames, wanted, lost)
            counts = {status: int((frames["sources"]["status"] == status).sum()) for status in STATUSES}
            more = {"id": build_id, "ledgers": ledgers, "inputs": inputs, "counts": counts, "notes": notes}
            _write(folder, frames, prints | more)
        _publish(out, build_id, keep)
    built = tables.load(folder, full=False)
    bad = built.sources.filter(pl.col("status") != "report").select("source", "status", "reason").collect()
    manifest = built.manifest
    return BuildResult(build_id, out / "latest", changed, manifest["counts"], tuple(bad.iter_rows()), tuple(manifest["notes"]),
                       fresh, time.perf_counter() - began)


@cache
def code_fingerprint() -> str:
    """Sixteen hex digits over the modules that decide what the tables say."""
    home, total = Path(__file__).parent, hashlib.sha256()
    for part in CODE:
        place = home / part
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            total.update(path.relative_to(home).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()[:16]


# --- from rows to a build


def _settle(frames: Mapping[str, pl.DataFrame], wanted: Sequence[ledger.Correction],
            lost: Sequence[str]) -> tuple[dict[str, pl.DataFrame], list[str]]:
    """One report for each text, the corrections made, the ledgers' faults among the findings; and these in words."""
    first = frames["reports"].unique("report_id", keep="first", maintain_order=True)
    kept = first.select("number")
    out = {name: frame if name == "sources" else frame.join(kept, on="number", how="semi", maintain_order="left")
           for name, frame in frames.items()}
    twice = (pl.col("status") == "report") & (pl.col("first") != pl.col("source"))
    firsts = first.select("report_id", first="source")
    out["sources"] = out["sources"].join(firsts, on="report_id", how="left", maintain_order="left").with_columns(
        reason=pl.when(twice).then(pl.format("正文与“{}”相同，只计一份", "first")).otherwise("reason"),
        status=pl.when(twice).then(pl.lit("duplicate")).otherwise("status")).drop("first")
    out, stale = ledger.correct({name: frame.drop("number") for name, frame in out.items()}, wanted)
    notes = [(report_id, "correction_unused", message) for report_id, message in stale]
    notes += [(None, "source_missing", message) for message in lost]
    added = [{"report_id": report_id, "rule": rule, "severity": "warning", "message": message}
             for report_id, rule, message in notes]
    out["findings"] = pl.concat([out["findings"], pl.DataFrame(added, schema=contract.TABLES["findings"].schema)])
    return out, [message for _, _, message in notes]


def whole(folder: Path) -> bool:
    """Whether a build's folder has its manifest and the files, of the sizes, that it names."""
    try:
        files: dict[str, int] = json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
        return all((folder / name).stat().st_size == size for name, size in files.items())
    except (OSError, ValueError, KeyError):
        return False


def _write(folder: Path, frames: Mapping[str, pl.DataFrame], manifest: Mapping[str, Any]) -> None:
    """Write a build aside, look at it again as a reader would, and give it its name."""
    aside = folder.with_name(f"{folder.name}.tmp")
    shutil.rmtree(aside, ignore_errors=True)
    tables.write(aside, frames)
    files = {p.relative_to(aside).as_posix(): p.stat().st_size for p in sorted(aside.rglob("*.parquet")) if p.is_file()}
    full = {**manifest, "files": files, "rows": {name: frame.height for name, frame in frames.items()}}
    (aside / "manifest.json").write_text(json.dumps(full, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    tables.load(aside, full=False)
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)


def _publish(out: Path, build_id: str, keep: int) -> None:
    """Make a build the latest by one rename, note it in the history, and let the oldest go."""
    latest, target = out / "latest", f"builds/{build_id}"
    before = os.readlink(latest) if latest.is_symlink() else None
    if before != target:
        aside = out / "latest.tmp"
        aside.unlink(missing_ok=True)
        aside.symlink_to(target, target_is_directory=True)
        aside.replace(latest)
        os.utime(out / target)
        with (out / "builds" / "history.jsonl").open("a", encoding="utf-8") as history:
            at = datetime.now(UTC).isoformat(timespec="seconds")
            entry = {"at": at, "id": build_id, "before": Path(before).name if before else None}
            history.write(json.dumps(entry) + "\n")
    builds = sorted((p for p in (out / "builds").iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime, reverse=True)
    others = [p for p in builds if not p.suffix and p.name != build_id]
    for old in [*others[max(keep - 1, 0):], *(p for p in builds if p.suffix == ".tmp")]:
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _lock(out: Path) -> Iterator[None]:
    """One build at a time in an output folder; the system lets go of the lock when a process ends, however it ends."""
    try:
        (out / "builds").mkdir(parents=True, exist_ok=True)
        handle = (out / "builds" / ".lock").open("a+")
    except OSError as fault:
        raise BuildError(f"{out}: cannot be written ({fault.strerror}); choose another folder with --out") from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BuildError(f"{out}: another build is at work; wait for it, or choose another folder with --out") from None
        yield
