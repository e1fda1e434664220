"""The files below a raw folder, and the rows of each: from the cache where it has them, else read here or by workers.

What is cached is keyed by content, code, knowledge and overrides, never by time. A worker that dies takes no other source
with it.
"""
from __future__ import annotations

import hashlib
import json
import marshal
import multiprocessing
import os
import signal
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import polars as pl

from fazhi import contract, fill, ledger

IGNORED = ("sources.csv", "roster.csv", "corrections.csv", "thumbs.db", "desktop.ini")
CHUNK = 64  # sources a task
PATIENCE = 60  # seconds that one source may take; the average report takes a hundredth of one
FEW = 48  # so few new sources are read faster here than by workers that must start first

Progress = Callable[[int, int], None]  # sources done, in all
Batch = tuple[dict[str, pl.DataFrame], int]  # some sources' tables, and how many of them were not in the cache
Job = tuple["Source", str]  # a source and its cache key


class TooLong(BaseException):
    """A source took more than PATIENCE; no Exception, so that nothing on the way takes it for a fault of its own."""


class GatherError(RuntimeError):
    """Reading that could not be finished; the message says what to do."""


def digest(value: object) -> str:
    """The SHA-256 of a plain value."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=True, sort_keys=True).encode()).hexdigest()


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
        return digest([fingerprint, self.sha256, self.name, sorted(self.given.items())])


# --- what there is to read


def inventory(raw: Path, out: Path, given: Mapping[str, dict[str, str]]) -> Iterator[Source]:
    """Every file below `raw` in the order of their paths, but hidden ones, a README, ledgers and a build's output."""
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
            if not file.startswith((".", "~$", "README")) and file.lower() not in IGNORED:
                path = Path(folder, file)
                name = path.relative_to(raw).as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")
                found[name] = path
    for number, name in enumerate(sorted(found)):
        path = found[name]
        try:
            with path.open("rb") as held:
                sha256, size = hashlib.file_digest(held, "sha256").hexdigest(), path.stat().st_size
        except OSError:
            sha256, size = "", 0  # reading it will say why
        row = {k: v for k, v in given.get(ledger.plain(name), {}).items() if k != "line"}
        yield Source(number, name, str(path), sha256, size, row)


# --- reading it, here or elsewhere


def gather(sources: Sequence[Source], store: Path, fingerprint: str, executor: Executor | None, workers: int | None,
           progress: Progress | None) -> Batch:
    """All sources' rows in their order, and how many sources were read rather than found in the cache."""
    keys = [s.key(fingerprint) for s in sources]
    store.mkdir(parents=True, exist_ok=True)
    workers = workers or os.cpu_count() or 1
    new = sum(not _entry(store, key).exists() for key in keys)
    size = min(CHUNK, max(1, -(-len(sources) // (4 * workers))))
    jobs = list(zip(sources, keys, strict=True))
    chunks = [jobs[i : i + size] for i in range(0, len(jobs), size)]
    done: dict[int, Batch] = {}
    count = 0

    def take(number: int, result: Batch) -> None:
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
        raise GatherError(f"the executor broke down with {len(left)} of {len(chunks)} batches unread; start it anew and build "
                          "again, what is done is cached")
    _prune(store, set(keys))
    parts = [done[number][0] for number in range(len(chunks))] or [fill.frames([], [])]
    return {name: pl.concat([p[name] for p in parts]) for name in contract.TABLES}, sum(fresh for _, fresh in done.values())


def _submit(executor: Executor, chunks: Sequence[Sequence[Job]], store: Path, take: Callable[[int, Batch], None]) -> list[int]:
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


def _alone(chunk: Sequence[Job], store: Path) -> Batch:
    """Read a chunk in a process of its own, source by source where that dies, so that the one that kills it is recorded."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        try:
            return pool.submit(read_chunk, chunk, store).result()
        except BrokenExecutor:
            pass
    if len(chunk) > 1:
        parts = [_alone([one], store) for one in chunk]
        return {name: pl.concat([p[name] for p, _ in parts]) for name in contract.TABLES}, sum(fresh for _, fresh in parts)
    source = chunk[0][0]
    return fill.frames([_lost(source, "读取时进程意外中止，文件可能损坏，请重新下载或另存为文本")], [source.number]), 1


def _lost(source: Source, reason: str) -> fill.Rows:
    return fill.unreadable(source.name, source.sha256, source.size, source.given, reason)


def read_chunk(chunk: Sequence[Job], store: Path) -> Batch:
    """What a worker does: the rows of some sources, from the cache where it has them; and how many it had not."""
    many, fresh = [], 0
    for source, key in chunk:
        rows = _cached(store, key)
        if rows is None:
            fresh += 1
            try:
                data = Path(source.path).read_bytes()
            except OSError as fault:
                rows = _lost(source, f"文件打不开（{fault.strerror}），请检查权限")
            else:
                try:
                    with _patience(PATIENCE):
                        rows = fill.rows(data, source.name, source.given)
                    _remember(store, key, rows)
                except TooLong:
                    rows = _lost(source, f"读取超过 {PATIENCE:g} 秒，已放弃，请把正文另存为文本再试")
        many.append(rows)
    return fill.frames(many, [source.number for source, _ in chunk]), fresh


@contextmanager
def _patience(seconds: float) -> Iterator[None]:
    """Raise TooLong in the block after that time. Only a process's main thread can be called so; elsewhere it waits."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(signum: int, frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


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
