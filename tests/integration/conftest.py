"""Processes that a test starts for itself, and may end, unlike the servers that the session shares."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration.refusals import REFUSALS
from tests.servers import ROOT, ServerProcess


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., ServerProcess]]:
    """Run Python in a child process: ``run("wsgi.py", PORT="3001")``."""
    with ExitStack() as stack:

        def run(*args: str, cwd: Path = ROOT, **environ: str | None) -> ServerProcess:
            log = tmp_path / f"log{len(list(tmp_path.glob('log*')))}"
            return stack.enter_context(ServerProcess(args, log, environ, cwd=cwd))

        yield run


@pytest.fixture(scope="session")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ServerProcess]]:
    """The processes of ``REFUSALS``, all started at once: one after the other they would take seconds."""
    folder = tmp_path_factory.mktemp("refused")
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(ServerProcess(refusal.command.split(), folder / name, refusal.environ))
            for name, refusal in REFUSALS.items()
        }


@pytest.fixture(scope="session", autouse=True)
def _refused_early(request: pytest.FixtureRequest) -> None:
    """Start them before the first test, if one will ask: they go on beside the others, on another core."""
    if any("refused" in item.fixturenames for item in request.session.items if isinstance(item, pytest.Function)):
        request.getfixturevalue("refused")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the application, for a test that edits it or lays a ``.env`` beside it."""
    folder = tmp_path / "copy"
    folder.mkdir()
    for path in ROOT.glob("*.py"):
        shutil.copy(path, folder)
    return folder
