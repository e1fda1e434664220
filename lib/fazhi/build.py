"""Many sources -> one build: every file below a raw folder is read (or taken from the cache), the tables are written aside, then published.

    OUT/builds/<id>/NAME.parquet, manifest.json    immutable; the id follows from inputs, code, knowledge and corrections
    OUT/latest -> builds/<id>                      swapped by one rename
    OUT/cache/                                     what each source gave, keyed by content, code, knowledge and overrides, never by time

Any `concurrent.futures.Executor` can do the reading; a process pool does when there is much to read, this process when there is little.
"""
from __future__ import annotations

import fcntl
import hashlib
import json
import marshal
import multiprocessing
import os
import shutil
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from fazhi import contract, fill, knowledge, ledger, tables

IGNORED = ("sources.csv", "roster.csv", "corrections.csv", "thumbs.db", "desktop.ini")
CODE = ("read", "extract", "knowledge", "contract.py", "fill.py", "ledger.py", "build.py")  # what decides what the tables say
CHUNK = 64  # sources a task
FEW = 48  # so few new sources are read faster here than by workers that must start first
KEEP = 5

Progress = Callable[[int, int], None]


class BuildError(RuntimeError):
    """A build that cannot begin: no raw folder, no place to write, another build at work. The message says what to do."""


@dataclass(frozen=True)
class BuildResult:
    """What a build did. `bad` are the sources that gave no report: (source, status, reason); `notes` are faults of the ledgers."""

    id: str
    folder: Path
    changed: bool
    counts: Mapping[str, int]  # sources by status
    bad: tuple[tuple[str, str, str], ...]
    notes: tuple[str, ...]
    fresh: int  # sources that were read; the others came from the cache
    seconds: float


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read: its number in reading order, its path below raw, where it is, what sources.csv says of it."""

    number: int
    name: str
    path: str
    sha256: str
    size: int
    given: dict[str, str] = field(default_factory=dict)

    def key(self, fingerprint: str) -> str:
        """The cache key of what this source gives."""
        return _digest([fingerprint, self.sha256, self.name, sorted(self.given.items())])


def build(raw: str | Path, out: str | Path = "data/processed", *, executor: Executor | None = None, workers: int | None = None,
          progress: Progress | None = None, keep: int = KEEP) -> BuildResult:
    """Read every file below `raw` into tables in `out`/latest, and say what became of each.

    `executor` does the reading (a Dask client's, a pool's; its workers must see `raw` and `out`); without one, `workers` processes
    do where it is worth their start. `progress` is called with sources done and in all. The `keep` newest builds stay.
    Files that cannot be read never stop a build: they are rows of `sources` with a reason. Nothing to do is told by content.
    Raises BuildError, LedgerError (a line of sources.csv or corrections.csv), KnowledgeError or TableError; `latest` is then as it was.
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
        known = {ledger.plain(s.name) for s in sources}
        lost = [f"sources.csv 第 {row['line']} 行的文件“{name}”不在 {raw.name} 中。" for name, row in given.items() if name not in known]
        prints = {"contract": contract.VERSION, "code": code_fingerprint(), "knowledge": knowledge.fingerprint(), "versions": fill.versions()}
        ledgers = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in (raw / "sources.csv", corrections) if p.exists()}
        build_id = _digest([prints, ledgers, [(s.name, s.sha256) for s in sources]])[:12]
        folder = out / "builds" / build_id
        changed, fresh = False, 0
        if not whole(folder):
            frames, fresh = _read_all(sources, out / "cache", _digest(prints), executor, workers, progress)
            frames, notes = _settle(frames, wanted, lost)
            manifest = prints | {"id": build_id, "ledgers": ledgers, "inputs": [{"source": s.name, "sha256": s.sha256, "size": s.size} for s in sources],
                                 "counts": _counts(frames["sources"]), "notes": notes}
            _write(folder, frames, manifest)
            changed = True
        _publish(out, build_id, keep)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    bad = pl.read_parquet(folder / "sources.parquet").filter(pl.col("status").is_in(("unreadable", "not_a_report", "duplicate")))
    return BuildResult(build_id, out / "latest", changed, manifest["counts"], tuple(bad.select("source", "status", "reason").iter_rows()),
                       tuple(manifest["notes"]), fresh, time.perf_counter() - began)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=True, sort_keys=True).encode()).hexdigest()


@cache
def code_fingerprint() -> str:
    """Sixteen hex digits over the modules that decide what the tables say."""
    home, digest = Path(__file__).parent, hashlib.sha256()
    for part in CODE:
        place = home / part
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(path.relative_to(home).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


# --- what there is to read


def inventory(raw: Path, out: Path, given: Mapping[str, dict[str, str]]) -> Iterator[Source]:
    """Every file below `raw` in the order of their paths, without hidden ones, notes (README, *.md), ledgers and what a build wrote."""
    found: dict[str, Path] = {}
    seen = {out.resolve()}
    for folder, folders, files in os.walk(raw, followlinks=True):
        place = Path(folder).resolve()
        if place in seen:  # the output, or a link that leads back
            folders.clear()
            continue
        seen.add(place)
        folders[:] = [f for f in folders if not f.startswith(".")]
        for file in files:
            if not file.startswith((".", "~$", "README")) and not file.endswith(".md") and file.lower() not in IGNORED:
                path = Path(folder, file)
                name = path.relative_to(raw).as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")
                found[name] = path
    for number, name in enumerate(sorted(found)):
        path = found[name]
        try:
            with path.open("rb") as file:
                sha256, size = hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size
        except OSError:
            sha256, size = "", 0  # reading it will say why
        row = {k: v for k, v in given.get(ledger.plain(name), {}).items() if k != "line"}
        yield Source(number, name, str(path), sha256, size, row)


# --- reading it, here or elsewhere


def _read_all(sources: Sequence[Source], store: Path, fingerprint: str, executor: Executor | None, workers: int | None,
              progress: Progress | None) -> tuple[dict[str, pl.DataFrame], int]:
    """All sources' rows in their order, and how many sources were read rather than found in the cache."""
    keys = [s.key(fingerprint) for s in sources]
    store.mkdir(parents=True, exist_ok=True)
    workers = workers or os.cpu_count() or 1
    new = sum(not _entry(store, key).exists() for key in keys)
    size = min(CHUNK, max(1, -(-len(sources) // (4 * workers))))
    jobs = list(zip(sources, keys, strict=True))
    chunks = [jobs[i : i + size] for i in range(0, len(jobs), size)]
    done: dict[int, tuple[dict[str, pl.DataFrame], int]] = {}
    count = 0

    def take(number: int, result: tuple[dict[str, pl.DataFrame], int]) -> None:
        nonlocal count
        done[number] = result
        count += len(chunks[number])
        if progress:
            progress(count, len(sources))

    if executor is None and (new <= FEW or workers == 1):
        for number, chunk in enumerate(chunks):
            take(number, read_chunk(chunk, store))
    elif executor is None:
        # fresh processes: polars' threads do not survive a fork
        with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
            left = _submit(pool, chunks, store, take)
        for number in left:
            take(number, _alone(chunks[number], store))
    elif left := _submit(executor, chunks, store, take):
        raise BuildError(f"the executor broke down with {len(left)} of {len(chunks)} batches unread; start it anew and build again: what is done is cached")
    _prune(store, set(keys))
    parts = [done[number][0] for number in range(len(chunks))] or [fill.frames([])]
    return {name: pl.concat([p[name] for p in parts]) for name in contract.TABLES}, sum(fresh for _, fresh in done.values())


def _submit(executor: Executor, chunks: Sequence[Sequence[tuple[Source, str]]], store: Path, take: Callable[[int, Any], None]) -> list[int]:
    """Have the chunks read; the numbers of those that were lost because a worker died."""
    futures = {executor.submit(read_chunk, chunk, store): number for number, chunk in enumerate(chunks)}
    lost = []
    for future in as_completed(futures):
        try:
            result = future.result()
        except BrokenExecutor:
            lost.append(futures[future])
        else:
            take(futures[future], result)
    return sorted(lost)


def _alone(chunk: Sequence[tuple[Source, str]], store: Path) -> tuple[dict[str, pl.DataFrame], int]:
    """Read a chunk in a process of its own, source by source where that dies, so that the one that kills it is found and recorded."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        try:
            return pool.submit(read_chunk, chunk, store).result()
        except BrokenExecutor:
            pass
    if len(chunk) > 1:
        parts = [_alone([one], store) for one in chunk]
        return {name: pl.concat([p[name] for p, _ in parts]) for name in contract.TABLES}, sum(fresh for _, fresh in parts)
    source = chunk[0][0]
    return fill.frames([fill.unreadable(source.name, source.sha256, source.size, source.given, "读取时进程意外中止，文件可能损坏，请重新下载或另存为文本")], [source.number]), 1


def read_chunk(chunk: Sequence[tuple[Source, str]], store: Path) -> tuple[dict[str, pl.DataFrame], int]:
    """What a worker does: the rows of some sources, from the cache where it has them; and how many it had not."""
    many, fresh = [], 0
    for source, key in chunk:
        rows = _cached(store, key)
        if rows is None:
            fresh += 1
            try:
                data = Path(source.path).read_bytes()
            except OSError as fault:
                rows = fill.unreadable(source.name, source.sha256, source.size, source.given, f"文件打不开（{fault.strerror}），请检查权限")
            else:
                rows = fill.rows(data, source.name, source.given)
                _remember(store, key, rows)
        many.append(rows)
    return fill.frames(many, [source.number for source, _ in chunk]), fresh


# --- the cache: one file a source, its digest first, so that a damaged one is a miss


def _entry(store: Path, key: str) -> Path:
    return store / key[:2] / key[2:]


def _cached(store: Path, key: str) -> fill.Rows | None:
    try:
        held = _entry(store, key).read_bytes()
    except OSError:
        return None
    if hashlib.sha256(held[32:]).digest() != held[:32]:
        return None
    rows: fill.Rows = marshal.loads(zlib.decompress(held[32:]))  # ours: the digest holds, and its key names the Python version
    return rows


def _remember(store: Path, key: str, rows: fill.Rows) -> None:
    path = _entry(store, key)
    packed = zlib.compress(marshal.dumps(rows), 1)
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(exist_ok=True)
        aside.write_bytes(hashlib.sha256(packed).digest() + packed)
        aside.replace(path)
    except OSError:  # a full disk costs time at the next build, not this one
        aside.unlink(missing_ok=True)


def _prune(store: Path, used: set[str]) -> None:
    """Forget what earlier code or inputs left once it is much more than what is in use."""
    held = [p for p in store.glob("??/*") if p.is_file()]
    if len(held) > 4 * len(used) + 1000:
        for path in held:
            if path.parent.name + path.name not in used:
                path.unlink(missing_ok=True)


# --- from rows to a build


def _settle(frames: Mapping[str, pl.DataFrame], wanted: Sequence[ledger.Correction], lost: Sequence[str]) -> tuple[dict[str, pl.DataFrame], list[str]]:
    """One report for each text, the corrections made, the ledgers' faults among the findings; and these in words."""
    first = frames["reports"].unique("report_id", keep="first", maintain_order=True)
    kept = first.select("number")
    out = {name: frame if name == "sources" else frame.join(kept, on="number", how="semi", maintain_order="left") for name, frame in frames.items()}
    twice = (pl.col("status") == "report") & (pl.col("first") != pl.col("source"))
    out["sources"] = (out["sources"].join(first.select("report_id", first="source"), on="report_id", how="left", maintain_order="left")
                      .with_columns(reason=pl.when(twice).then(pl.format("正文与“{}”相同，只计一份", "first")).otherwise("reason"),
                                    status=pl.when(twice).then(pl.lit("duplicate")).otherwise("status")).drop("first"))
    out, stale = ledger.correct({name: frame.drop("number") for name, frame in out.items()}, wanted)
    added: list[dict[str, Any]] = [{"report_id": report_id, "rule": "correction_unused", "severity": "warning", "message": m} for report_id, m in stale]
    added += [{"report_id": None, "rule": "source_missing", "severity": "warning", "message": m} for m in lost]
    out["findings"] = pl.concat([out["findings"], pl.DataFrame(added, schema=contract.TABLES["findings"].schema)])
    return out, [row["message"] for row in added]


def _counts(sources: pl.DataFrame) -> dict[str, int]:
    return {status: int((sources["status"] == status).sum()) for status in ("report", "duplicate", "not_a_report", "unreadable")}


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
    text = json.dumps({**manifest, "files": files, "rows": {n: f.height for n, f in frames.items()}}, ensure_ascii=False, indent=1, sort_keys=True)
    (aside / "manifest.json").write_text(text + "\n", "utf-8")
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
            entry = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "id": build_id, "before": Path(before).name if before else None}
            history.write(json.dumps(entry) + "\n")
    builds = sorted((p for p in (out / "builds").iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in [p for p in builds if p.suffix == ".tmp"] + [p for p in builds if not p.suffix and p.name != build_id][max(keep - 1, 0):]:
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
            raise BuildError(f"{out}: another build is at work there; wait for it, or choose another folder with --out") from None
        yield
