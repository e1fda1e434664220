"""What several test files use: the sample corpus, built once."""
from __future__ import annotations

from pathlib import Path

import pytest

from fazhi.build import BuildResult, build
from fazhi.tables import Tables, load

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def sample_build(tmp_path_factory: pytest.TempPathFactory) -> BuildResult:
    """A build of data/raw."""
    return build(ROOT / "data" / "raw", tmp_path_factory.mktemp("samples"), workers=1)


@pytest.fixture(scope="session")
def sample_tables(sample_build: BuildResult) -> Tables:
    """The tables of data/raw."""
    return load(sample_build.folder)
