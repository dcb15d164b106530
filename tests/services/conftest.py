"""What several tests of services start."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.services.postgres import Postgres


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    # Not below the folder of the tests, which `postgres` may not enter.
    folder = Path(mkdtemp(prefix="merit-postgres-"))
    server = Postgres(folder)
    server.start()
    yield server
    server.stop("immediate")
    shutil.rmtree(folder)
