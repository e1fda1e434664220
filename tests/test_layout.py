"""The house is as it is drawn: who may import whom, the public names, one set of dependencies, notebooks without outputs."""
from __future__ import annotations

import ast
import inspect
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.version import Version

import fazhi

ROOT = Path(__file__).resolve().parents[1]
LIB = ROOT / "lib" / "fazhi"
# What a part may import of the others. The two wings meet in `tables`, at the front door (`cli`) only.
MAY = {
    "knowledge": set(),
    "read": {"knowledge"},
    "extract": {"read", "knowledge"},
    "contract": set(),
    "tables": {"contract"},
    "fill": {"contract", "extract", "read", "knowledge"},
    "ledger": {"contract", "extract"},
    "gather": {"contract", "fill", "ledger"},
    "build": {"contract", "fill", "gather", "knowledge", "ledger", "tables"},
    "report": {"contract", "extract", "fill", "ledger", "read", "tables"},
    "compare": {"contract", "knowledge", "tables"},
    "brief": {"compare", "contract", "knowledge", "tables"},
    "doctor": {"brief", "extract", "knowledge", "tables"},
    "cli": {"brief", "build", "compare", "contract", "doctor", "extract", "read", "report", "tables"},
}


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """The parts of the library that a module imports, wherever in it, and the line."""
    package = path.relative_to(LIB.parent).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) - node.level], *([node.module] if node.module else [])] if node.level else [node.module or ""]
            names = [".".join([*base, alias.name]) for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "fazhi" and len(parts) > 1 and ((LIB / parts[1]).is_dir() or (LIB / f"{parts[1]}.py").exists()):
                yield parts[1], node.lineno


@pytest.mark.parametrize("path", sorted(set(LIB.rglob("*.py")) - {LIB / "__init__.py"}), ids=lambda p: p.relative_to(LIB).as_posix())
def test_imports_run_one_way(path: Path) -> None:
    part = path.relative_to(LIB).parts[0].removesuffix(".py")
    wrong = [(name, line) for name, line in imports(path) if name != part and name not in MAY[part]]
    assert not wrong, f"{part} may import {sorted(MAY[part])}"


def test_no_module_is_a_drawer_or_too_long() -> None:
    names = {p.stem for p in LIB.rglob("*.py")}
    assert not names & {"utils", "util", "helpers", "common", "misc"}
    assert not {p.name: n for p in LIB.rglob("*.py") if (n := p.read_text("utf-8").count("\n")) > 450}


def test_importing_the_library_is_free_and_its_names_are_lazy() -> None:
    code = "import sys, fazhi; print(sorted(m for m in sys.modules if m.startswith('fazhi.') or m == 'polars'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": str(LIB.parent)}, check=True)
    assert done.stdout == "[]\n"


def test_public_names_work_whichever_module_was_imported_first() -> None:
    code = ("import fazhi.read.text, fazhi.build, fazhi.compare, fazhi\n"
            "assert all(callable(getattr(fazhi, name)) for name in fazhi.__all__)\n"
            "try: fazhi.build('/no/such/folder')\nexcept RuntimeError as fault: print('no such folder' in str(fault))\n"
            "try: fazhi.read(b'')\nexcept ValueError: print(True)\n"
            "from fazhi.read import read; from fazhi.build import build; print(read.__module__, build.__module__)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": str(LIB.parent)}, check=False)
    assert done.stdout.split() == ["True", "True", "fazhi.read", "fazhi.build"], done.stderr
    with pytest.raises(AttributeError, match="it has Report, Tables"):
        fazhi.__getattr__("no_such_name")


def test_every_public_name_says_what_it_does() -> None:
    for name in fazhi.__all__:
        assert len(inspect.getdoc(getattr(fazhi, name)) or "") > 20, name


# --- one set of dependencies


def pyproject() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def pins(python: str) -> dict[str, Version]:
    """The versions that the lock gives a Python on Linux."""
    here = default_environment() | {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux",
                                    "platform_system": "Linux", "os_name": "posix"}
    found = {}
    for line in re.findall(r"^([^\s#-][^\\\n]*)", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE):
        one = Requirement(line.strip())
        if one.marker is None or one.marker.evaluate(here):
            (pin,) = one.specifier
            assert pin.operator == "==" and one.name not in found, line
            found[one.name.lower().replace("_", "-")] = Version(pin.version)
    return found


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_lock_holds_every_dependency_at_a_version_that_is_asked_for(python: str) -> None:
    project = pyproject()
    held = pins(python)
    for line in [*project["dependencies"], *project["optional-dependencies"]["test"]]:  # type: ignore[index, misc]
        one = Requirement(line)
        assert held[one.name.lower()] in one.specifier, line


def test_the_lock_has_hashes_and_names_no_index() -> None:
    text = (ROOT / "requirements.lock").read_text("utf-8")
    assert len(re.findall(r"^\S+==", text, re.MULTILINE)) == len(re.findall(r"^\S+==[^\n]*\\\n\s+--hash=sha256:", text, re.MULTILINE)) > 100
    assert not re.search(r"://|--(extra-)?index-url|--find-links", text)


def test_conda_installs_the_same_lock_on_a_python_that_will_do() -> None:
    text = (ROOT / "environment.yml").read_text("utf-8")
    assert re.search(r"pip:\n\s+- -r requirements\.lock\n", text)
    asked, = re.findall(r"- python(>=[\d.]+)", text)
    assert asked == pyproject()["requires-python"]


def test_what_is_installed_is_what_is_locked() -> None:
    from importlib.metadata import PackageNotFoundError, version

    held = pins(f"{sys.version_info.major}.{sys.version_info.minor}")
    for line in pyproject()["dependencies"]:  # type: ignore[attr-defined]
        name = Requirement(line).name
        try:
            assert Version(version(name)) == held[name.lower()], name
        except PackageNotFoundError:
            pytest.fail(f"{name} is not installed; run `make setup`")


def test_make_help_lists_every_target() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    asked = set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split())  # type: ignore[index]
    shown = subprocess.run(["make", "-C", str(ROOT), "help"], capture_output=True, text=True, check=True).stdout
    assert asked == set(re.findall(r"^  ([a-z]+) ", shown, re.MULTILINE))


def test_notebooks_are_committed_without_outputs() -> None:
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            assert not cell.get("outputs") and cell.get("execution_count") is None, path.name


def test_what_the_library_imports_is_asked_for() -> None:
    from importlib.metadata import packages_distributions

    homes = packages_distributions()
    asked = {Requirement(line).name.lower() for line in pyproject()["dependencies"]}  # type: ignore[attr-defined]
    found: dict[str, str] = {}
    for path in LIB.rglob("*.py"):
        if path.name == "make_regions.py":  # run by hand, with what the test extra brings
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            found |= {name.split(".")[0]: path.name for name in names}
    missing = {name: path for name, path in found.items() if name not in sys.stdlib_module_names and name != "fazhi"
               and not asked & {home.lower().replace("_", "-") for home in homes.get(name, [name])}}
    assert not missing, "add to dependencies in pyproject.toml, then `make lock`"
