"""What `fazhi doctor` looks at: whether this machine can build and brief, and what to do where it cannot."""
from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

Check = tuple[str, bool, str, str]  # name, good, what was found, what to do


def look(raw: Path, out: Path) -> Iterator[Check]:
    """Each check in turn; none raises."""
    yield ("python", sys.version_info >= (3, 11), sys.version.split()[0],
           "install Python 3.11 or newer and say `make setup PYTHON=python3.12`")
    yield from packages()
    for name, check in (("knowledge", _knowledge), ("kernel", _kernel), ("fonts", _fonts)):
        try:
            yield (name, True, check(), "")
        except Exception as fault:
            yield (name, False, f"{type(fault).__name__}: {fault}",
                   "mend what it names" if name == "knowledge" else "make the environment anew: `make clean setup`")
    readable = raw.is_dir() and os.access(raw, os.R_OK | os.X_OK)
    yield ("raw", readable, f"{raw} can{'' if readable else 'not'} be read",
           "put the downloaded reports there, or name another folder with --raw")
    place = next(p for p in (out, *out.resolve().parents) if p.exists())
    writable = os.access(place, os.W_OK | os.X_OK)
    yield ("output", writable, f"{out} can{'' if writable else 'not'} be written", f"change the rights of {place}, or use --out")
    free = shutil.disk_usage(place).free
    yield ("disk", free > 500_000_000, f"{free / 1e9:.1f} GB free", "make room: a build takes ten times the size of its texts")
    yield _tables(out)


def packages() -> Iterator[Check]:
    """Every direct dependency against the least version that pyproject.toml asks for."""
    try:
        wanted = requires("fazhi") or []
    except PackageNotFoundError:
        yield ("packages", False, "fazhi is not installed here, only found", "run `make setup`, and the `fazhi` of .venv/bin")
        return
    short, count = [], 0
    for line in wanted:
        match = re.match(r"([\w.-]+)\s*>=\s*([\d.]+)(.*)", line)
        if match and "extra ==" not in match[3]:
            count += 1
            try:
                if _parts(version(match[1])) < _parts(match[2]):
                    short.append(f"{match[1]} {version(match[1])} (needs {match[2]})")
            except PackageNotFoundError:
                short.append(f"{match[1]} (missing)")
    yield ("packages", not short, ", ".join(short) or f"{count} as pyproject.toml asks", "run `make setup`")


def _parts(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text)[:3]))


def _knowledge() -> str:
    from fazhi.extract import explain
    from fazhi.extract.codebook import codebook
    from fazhi.knowledge import fingerprint

    explain("2024年办结行政复议案件12件。")
    return f"{len(codebook().entries)} entries of the codebook, {fingerprint()}"


def _kernel() -> str:
    from jupyter_client.kernelspec import KernelSpecManager

    named = "fazhi" in KernelSpecManager().find_kernel_specs()
    return f"ipykernel {version('ipykernel')}, {'registered as `fazhi`' if named else 'this interpreter’s own'}"


def _fonts() -> str:
    from fazhi.brief import fonts

    if lost := fonts.missing("法治政府建设年度报告"):
        raise fonts.MissingGlyph(lost)
    folder = fonts.cache_folder()
    return f"Chinese type is there, cut into {folder}"


def _tables(out: Path) -> Check:
    from fazhi.tables import TableError, load

    try:
        return ("tables", True, repr(load(out)), "")
    except TableError as fault:
        # none yet is no fault: a build makes them
        return ("tables", not (out / "latest").exists(), str(fault), "run `fazhi build`")
