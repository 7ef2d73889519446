"""Processes that a test starts for itself, and may end, unlike the servers that the session shares."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.processes import ServerProcess


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., ServerProcess]]:
    """Run Python in a child process: ``run("wsgi.py", PORT="3001")``."""
    with ExitStack() as stack:
        yield lambda *args, **environ: stack.enter_context(ServerProcess(args, tmp_path / "log", environ))
