"""Runs of notebooks: `briefings/*.yml` -> one HTML file each (several with `for_each`), an index and a status.

A run happens aside, in a fresh kernel of this very interpreter; only a page that passed every check takes the place of the
last one. A run that fails leaves the last good page, and the status and the index say so. What has not changed (tables,
notebook, parameters, library) is not run again. The kernels are processes, as many side by side as `workers` says; printing a
page takes a tenth of its run, so threads do that.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fazhi.brief import essay, page, parameters
from fazhi.brief.check import faults
from fazhi.brief.index import write_index
from fazhi.brief.parameters import Briefing, ParameterError
from fazhi.brief.show import BASIS
from fazhi.compare import release
from fazhi.compare.release import Release

LIBRARY = Path(__file__).resolve().parents[1]
TIMEOUT = 900  # seconds for one notebook
STATUS = "status.json"
READING = ("read", "extract", "build.py", "fill.py", "ledger.py", "cli.py")  # what a page depends on by its tables alone


@dataclass(frozen=True)
class Outcome:
    """What became of one briefing. `status`: `made`, `unchanged` or `failed`; `path` is the page that stands there now, new
    or old.
    """

    name: str
    title: str
    status: str
    path: Path | None
    seconds: float = 0.0
    error: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return self.status != "failed"


@dataclass
class Record:
    """A line of status.json: the last run of a briefing and the page that stands."""

    name: str
    title: str
    group: str = ""  # the file in briefings/ that asks for it, which may ask for several
    language: str = "zh"
    status: str = "failed"  # of the last run: ok, failed
    key: str | None = None  # what the standing page was made from
    file: str | None = None  # of the standing page
    made: str | None = None  # when it was made, UTC
    build: str | None = None
    origins: dict[str, int] = field(default_factory=dict)
    tried: str | None = None  # the last run
    error: str | None = None


@dataclass(frozen=True)
class Plan:
    """A page to be: its name, the file that asks for it, and the briefing, or why there is none."""

    name: str
    group: str
    briefing: Briefing | None = None
    fault: ParameterError | None = None


def plans(briefings: Path, notebooks: Path, tables: Any) -> list[Plan]:
    """What the files of `briefings` ask for, in the order of their names; a faulty one is a plan with its fault."""
    found: list[Plan] = []
    for path in sorted(briefings.glob("*.yml")):
        try:
            several = parameters.expand(parameters.read(path, notebooks), tables)
            found += [Plan(briefing.name, path.stem, briefing) for briefing in several]
        except ParameterError as fault:
            found.append(Plan(path.stem, path.stem, None, fault))
    return found


def run(
    names: list[str] | None,
    tables: Path,
    out: Path,
    *,
    briefings: Path = Path("briefings"),
    notebooks: Path = Path("notebooks"),
    workers: int = 2,
    check: bool = False,
    progress: Callable[[Outcome, int, int], None] | None = None,
) -> list[Outcome]:
    """Bring the briefings `names` (None: all of `briefings/*.yml`) up to date in the folder `out`, with `index.html` and
    `status.json`. The name of a file with `for_each` stands for all that it asks for.

    `tables` is a build's folder. `workers` kernels run side by side. `check` looks at each page, also one that stands unchanged,
    as `fazhi.brief.check` does, and what it finds is a failure.
    `progress(outcome, done, total)` is called as each ends. A faulty briefing is a failed Outcome, never an exception.
    Raises ParameterError for a name that is no briefing, TableError or FileNotFoundError when the tables cannot be read.
    """
    from fazhi.tables import load

    loaded = load(tables)
    folder = Path(loaded.folder or tables).resolve()
    planned = plans(briefings, notebooks, loaded)
    known = {name for plan in planned for name in (plan.group, plan.name)}
    for name in names or ():
        if name not in known:
            raise ParameterError(f"没有简报 `{name}`，{parameters.nearest(name, sorted(known))}")
    chosen = [plan for plan in planned if names is None or not names or {plan.group, plan.name} & set(names)]
    out.mkdir(parents=True, exist_ok=True)
    records = _records(out)
    build = {"id": loaded.build_id or _digest(folder)[:12], "date": _date(folder)}
    outcomes: list[Outcome] = []
    with (
        tempfile.TemporaryDirectory(dir=out, prefix=".run-") as aside,
        ThreadPoolExecutor(max(1, min(workers, len(chosen) or 1))) as pool,
    ):
        jobs = [
            pool.submit(_one, plan, loaded, folder, out, Path(aside), build, records.get(plan.name), check) for plan in chosen
        ]
        for done, job in enumerate(jobs, 1):
            outcome, record = job.result()
            outcomes.append(outcome)
            records[record.name] = record
            if progress:
                progress(outcome, done, len(jobs))
    if not names:
        wanted = {plan.name for plan in planned}
        faulty = {plan.group for plan in planned if plan.fault}  # nobody knows what it would ask for: its pages stay
        records = {name: record for name, record in records.items() if name in wanted or record.group in faulty}
        for page_file in out.glob("*.html"):  # pages of briefings that are gone
            if page_file.name != "index.html" and page_file.name not in {r.file for r in records.values()}:
                page_file.unlink()
    ordered = [records[name] for name in sorted(records)]
    _replace(out / STATUS, json.dumps([asdict(record) for record in ordered], ensure_ascii=False, indent=1))
    _replace(out / "index.html", write_index([asdict(record) for record in ordered], build, changes=_changes(folder, loaded)))
    return outcomes


def _changes(folder: Path, tables: Any) -> Release | None:
    """What the tables say otherwise than those of the build before; None for the first one, or where it is gone."""
    from fazhi.tables import TableError, load

    place = release.before(folder)
    if place is None:
        return None
    try:
        return release.diff(load(place, full=False), tables)
    except TableError:  # made under another contract
        return None


def _one(
    plan: Plan,
    tables: Any,
    folder: Path,
    out: Path,
    aside: Path,
    build: dict[str, str],
    last: Record | None,
    check: bool,
) -> tuple[Outcome, Record]:
    """One briefing from file to page; whatever goes wrong is told in the Outcome, and the last good page stays."""
    start = time.monotonic()
    record = last or Record(plan.name, plan.name)
    record.tried, record.group = _now(), plan.group
    standing = out / record.file if record.file and (out / record.file).is_file() else None
    try:
        if plan.briefing is None:
            raise plan.fault or ParameterError(plan.name)
        briefing = plan.briefing
        record.title, record.language = briefing.title, briefing.language
        parameters.check(briefing, tables)
        key = _key(briefing, folder)
        if standing and record.key == key and record.status == "ok":
            if check:
                _checked(standing.read_text("utf-8"), tables)
            return Outcome(briefing.name, briefing.title, "unchanged", standing, time.monotonic() - start), record
        capsule, html, notes = _make(briefing, tables, folder, build)
        if check:
            _checked(html, tables)
        target = out / f"{briefing.name}.html"
        part = aside / f"{briefing.name}.html"
        part.write_text(html, "utf-8")
        os.replace(part, target)
    except Exception as fault:  # the boundary: one briefing's fault must not stop the others
        record.status, record.error = "failed", _short(fault)
        if standing is None:
            record.file = record.key = record.made = None
        return Outcome(record.name, record.title, "failed", standing, time.monotonic() - start, record.error), record
    record.status, record.error, record.key, record.file = "ok", None, key, target.name
    record.made, record.build, record.origins = record.tried, build["id"], capsule.origins
    return Outcome(briefing.name, briefing.title, "made", target, time.monotonic() - start, None, tuple(notes)), record


def _checked(html: str, tables: Any) -> None:
    """Raises Unrenderable with what is wrong with the page."""
    if found := faults(html, tables):
        more = f"；另有 {len(found) - 8} 处" if len(found) > 8 else ""
        raise page.Unrenderable("；".join(found[:8]) + more)


def _short(fault: BaseException) -> str:
    """What a reader of the status needs: the error's own words, and for a notebook the cell's."""
    ename, evalue = getattr(fault, "ename", None), getattr(fault, "evalue", None)
    if ename:
        return f"第 {getattr(fault, 'exec_count', '?')} 个单元格：{ename}: {evalue}"[:1000]
    return (f"{fault}" if isinstance(fault, (ParameterError, page.Unrenderable)) else f"{type(fault).__name__}: {fault}")[:1000]


def _make(briefing: Briefing, tables: Any, folder: Path, build: dict[str, str]) -> tuple[page.Capsule, str, list[str]]:
    """Run the notebook in a kernel of its own and print the page."""
    taken = parameters.defaults(briefing.notebook)
    told = {"language": briefing.language} if "language" in taken else {}
    executed = execute(briefing.notebook, {**briefing.parameters, **told, "tables": str(folder)})
    if briefing.language == "en":
        essay.translate(executed, briefing.notebook)
    shown = {**taken, **briefing.parameters}
    codes = [
        {
            "code": code,
            "name_zh": entry["name_zh"],
            "name_en": entry["name_en"],
            "definition": entry["definition"],
            "unit": "、".join(entry["units"]),
        }
        for code in shown.get("codes") or ()
        if (entry := parameters.codebook().get(code))
    ]
    capsule = page.Capsule(briefing.title, tables, briefing.language, shown, build, codes)
    capsule.rest_on(basis(executed))
    html = page.export(executed, capsule)
    notes = [
        output["text"].strip() for cell in executed.cells for output in cell.get("outputs", ()) if output.get("name") == "stderr"
    ]
    return capsule, html, notes


def basis(executed: Any) -> set[str]:
    """The reports that an executed notebook says it rests on (`show.reports`)."""
    outputs = (output for cell in executed.cells for output in cell.get("outputs", ()))
    return {report for output in outputs for report in output.get("metadata", {}).get(BASIS, ())}


def execute(notebook: Path, given: dict[str, Any]) -> Any:
    """The notebook, run by papermill with these parameters.

    The kernel is this interpreter with this library, whatever kernels the user has installed, and writes nothing to her home.
    Raises papermill's PapermillExecutionError when a cell fails.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import papermill
    logging.getLogger("papermill").setLevel(logging.ERROR)
    # in the system's temporary folder: the path of a socket must be short
    with tempfile.TemporaryDirectory(prefix="fazhi-", ignore_cleanup_errors=True) as home:
        return papermill.execute_notebook(
            str(notebook),
            None,
            parameters=given,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            log_output=False,
            request_save_on_cell_execute=False,
            execution_timeout=TIMEOUT,
            start_timeout=120,
            kernel_manager_class=_kernel_class(),
            resources={"metadata": {"path": str(notebook.resolve().parent)}},
            config=_config(home),
        )


def _config(home: str) -> Any:
    from traitlets.config import Config

    return Config({"OwnKernel": {"home": home, "transport": "ipc", "ip": f"{home}/k"}})


@cache
def _kernel_class() -> type:
    """A kernel manager that knows one kernel: this interpreter, found without kernelspecs of the user's or the system's."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from traitlets import Unicode

    class OwnKernel(AsyncKernelManager):
        home = Unicode(config=True, help="a folder for the connection file and IPython's profile")

        @property
        def kernel_spec(self) -> KernelSpec:
            path = os.pathsep.join(filter(None, [str(LIBRARY.parent), os.environ.get("PYTHONPATH")]))
            settings = {
                "PYTHONPATH": path,
                "IPYTHONDIR": self.home,
                "PLOTLY_RENDERER": "plotly_mimetype",
                "MPLBACKEND": "module://matplotlib_inline.backend_inline",
                "PYDEVD_DISABLE_FILE_VALIDATION": "1",
                "JUPYTER_RUNTIME_DIR": self.home,
                "PYTHONHASHSEED": "0",
            }
            return KernelSpec(
                argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--HistoryManager.enabled=False"],
                display_name="fazhi",
                language="python",
                env=settings,
            )

        def _connection_file_default(self) -> str:
            return str(Path(self.home) / "connection.json")

        async def _async_start_kernel(self, **options: Any) -> None:
            options.setdefault("stderr", subprocess.DEVNULL)  # the kernel's own remarks; what a cell says comes as its output
            await super()._async_start_kernel(**options)

        start_kernel = _async_start_kernel

    return OwnKernel


# ---------------------------------------------------------------- what a page was made from
def _key(briefing: Briefing, folder: Path) -> str:
    told = json.dumps([briefing.title, briefing.language, briefing.parameters], ensure_ascii=False, sort_keys=True, default=str)
    sources = [file for file in (briefing.notebook, essay.english(briefing.notebook)) if file.is_file()]
    parts = [_digest(folder), _code(), told, *(hashlib.sha256(file.read_bytes()).hexdigest() for file in sources)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _digest(folder: Path) -> str:
    """What the tables hold: the manifest where there is one, else every file."""
    digest = hashlib.sha256()
    manifest = folder / "manifest.json"
    for file in [manifest] if manifest.is_file() else sorted(folder.rglob("*.parquet")):
        if file.is_file():
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


@cache
def _code() -> str:
    """The code and knowledge of the comparing wing and the versions of what draws; the reading wing speaks through the tables."""
    digest = hashlib.sha256()
    for file in sorted(LIBRARY.rglob("*")):
        if file.relative_to(LIBRARY).parts[0] in READING:
            continue
        if file.suffix in (".py", ".toml", ".tsv", ".css", ".js", ".j2", ".json") and "__pycache__" not in file.parts:
            digest.update(str(file.relative_to(LIBRARY)).encode() + b"\0" + file.read_bytes())
    for name in ("plotly", "matplotlib", "polars", "nbconvert", "manimgx-fonts-cjk"):
        digest.update(f"{name} {version(name)}".encode())
    return digest.hexdigest()


def _date(folder: Path) -> str:
    """The day on which the tables were made, by their files: the manifest has none, because the same input gives the same
    bytes.
    """
    file = folder / "manifest.json"
    return datetime.fromtimestamp((file if file.exists() else folder).stat().st_mtime, UTC).strftime("%Y-%m-%d")


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _records(out: Path) -> dict[str, Record]:
    """The last status; a damaged one counts as none, so that everything runs again."""
    try:
        return {entry["name"]: Record(**entry) for entry in json.loads((out / STATUS).read_text("utf-8"))}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, "utf-8")
    os.replace(part, path)
