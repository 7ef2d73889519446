"""What one process costs: its start and its memory."""

import gc
import sys
import time

import psutil
import pytest

from app import create_app
from tests.support.client import Server, call
from tests.support.processes import COMMANDS, ServerProcess

pytestmark = pytest.mark.performance


@pytest.mark.servers("wsgi.py", "gunicorn")
def test_start_to_the_first_answer_keeps_its_budget(kind, tmp_path, within):
    began = time.perf_counter()
    with ServerProcess(COMMANDS[kind], tmp_path / "log") as process:
        answer = Server.at(process.url()).send("GET", "/hello")
        seconds = time.perf_counter() - began
        process.popen.kill()  # nothing is in flight, and a graceful stop is not what is measured

    assert answer.status == 200
    within(f"start of {kind} to its first answer", seconds, 2, "s")


@pytest.mark.servers("wsgi.py", "gunicorn")
def test_memory_of_a_process_keeps_its_budget(start, server, kind, within):
    server.send("GET", "/hello")

    process = psutil.Process(start(kind).popen.pid)
    memory = max(each.memory_info().rss for each in [process, *process.children()])

    within(f"memory of {kind}, its largest process", memory / 1e6, 75, "MB")


@pytest.mark.parametrize("path", ["/hello", "/nothing"])
def test_memory_does_not_grow_with_the_requests(path, within):
    """Counted in the blocks that Python has allocated: the size of a process changes for other reasons, too."""
    app = create_app()

    def blocks_after(requests):
        for _ in range(requests):
            call(app, path=path)
        gc.collect()
        return sys.getallocatedblocks()

    before = blocks_after(50)
    after = blocks_after(1000)

    within(f"blocks kept of 1000 x GET {path}", max(0, after - before), 500, "")
