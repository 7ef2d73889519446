"""Processes that a test starts for itself, and may end, unlike the servers that the session shares."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.servers import ROOT, ServerProcess


@pytest.fixture(scope="session", autouse=True)
def launched(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, ServerProcess]]:
    """The processes that tests are marked with, all started before the first test: they boot beside it."""
    folder = tmp_path_factory.mktemp("launched")
    with ExitStack() as stack:
        yield {
            item.nodeid: stack.enter_context(ServerProcess(marker.args, folder / str(number), marker.kwargs))
            for number, item in enumerate(request.session.items)
            if (marker := item.get_closest_marker("launch"))
        }


@pytest.fixture
def process(launched: dict[str, ServerProcess], request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    """The process of ``@pytest.mark.launch("wsgi.py", HOST="::1")``."""
    with launched[request.node.nodeid] as process:
        yield process


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., ServerProcess]]:
    """Run Python in a child process: ``run("wsgi.py", PORT="3001")``."""
    with ExitStack() as stack:

        def run(*args: str, cwd: Path = ROOT, **environ: str | None) -> ServerProcess:
            log = tmp_path / f"log{len(list(tmp_path.glob('log*')))}"
            return stack.enter_context(ServerProcess(args, log, environ, cwd=cwd))

        yield run


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the application, for a test that edits it or lays a ``.env`` beside it."""
    folder = tmp_path / "copy"
    folder.mkdir()
    for path in ROOT.glob("*.py"):
        shutil.copy(path, folder)
    return folder
