"""The words of a notebook in English: `notebooks/en/NAME.md` has its text cells in order, a line `---` between them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from fazhi.brief.parameters import ParameterError


def english(notebook: Path) -> Path:
    """Where the English text of a notebook is, or would be."""
    return notebook.parent / "en" / f"{notebook.stem}.md"


def texts(notebook: Path) -> list[str] | None:
    """The text cells in English; None for a notebook that nobody translated."""
    path = english(notebook)
    return [part.strip() for part in re.split(r"^---$", path.read_text("utf-8"), flags=re.MULTILINE)] if path.is_file() else None


def translate(executed: Any, notebook: Path) -> None:
    """Put the English text into an executed notebook, which keeps its own where there is no translation. Raises ParameterError
    for one that has not as many cells as the notebook.
    """
    told = texts(notebook)
    cells = [cell for cell in executed.cells if cell.cell_type == "markdown"]
    if told is None:
        return
    if len(told) != len(cells):
        where = f"notebooks/en/{notebook.stem}.md"
        raise ParameterError(f"{where} 有 {len(told)} 段，笔记本有 {len(cells)} 个文字单元格；两边应一一对应")
    for cell, text in zip(cells, told, strict=True):
        cell.source = text
