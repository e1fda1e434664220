"""What several test files use: the sample corpus, built once."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from fazhi.build import BuildResult, build
from fazhi.tables import Tables, load

ROOT = Path(__file__).resolve().parents[1]

# One set of examples in every run, so that a change is judged by what it changes; `HYPOTHESIS_PROFILE=wander` looks for new ones.
settings.register_profile("fixed", derandomize=True)
settings.register_profile("wander", max_examples=3000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


@pytest.fixture(scope="session")
def sample_build(tmp_path_factory: pytest.TempPathFactory) -> BuildResult:
    """A build of data/raw."""
    return build(ROOT / "data" / "raw", tmp_path_factory.mktemp("samples"), workers=1)


@pytest.fixture(scope="session")
def sample_tables(sample_build: BuildResult) -> Tables:
    """The tables of data/raw."""
    return load(sample_build.folder)
