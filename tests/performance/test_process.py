"""What one process costs: its start and its memory."""

import gc
import sys
import time
from contextlib import ExitStack

import psutil
import pytest

from app import create_app
from tests.support.client import Server, call
from tests.support.processes import COMMANDS, PRODUCTION

pytestmark = pytest.mark.performance


@pytest.mark.servers("wsgi.py", PRODUCTION)
def test_start_to_the_first_answer_keeps_its_budget(server_kind, run, within):
    began = time.perf_counter()
    process = run(*COMMANDS[server_kind])
    answer = Server.at(process.url()).send("GET", "/hello")
    seconds = time.perf_counter() - began

    assert answer.status == 200
    within(f"start of {server_kind} to its first answer", seconds, 2, "s")


@pytest.mark.servers("wsgi.py", PRODUCTION)
def test_memory_of_a_process_keeps_its_budget(process, server, server_kind, within):
    server.send("GET", "/hello")

    parent = psutil.Process(process.popen.pid)
    memory = max(each.memory_info().rss for each in [parent, *parent.children()])

    within(f"memory of {server_kind}, its largest process", memory / 1e6, 75, "MB")


@pytest.mark.servers("wsgi.py")
def test_silent_connections_cost_no_processor_time(process, server, within):
    """A thread that looks for its first byte again and again would use 150 ms in each second here."""
    with ExitStack() as clients:
        for _ in range(400):
            clients.enter_context(server.connect())
        server.send("GET", "/hello")  # the server accepts connections in their order, so it now has the 400
        before = psutil.Process(process.popen.pid).cpu_times()
        time.sleep(1)
        after = psutil.Process(process.popen.pid).cpu_times()

    used = after.user + after.system - before.user - before.system
    within("processor time in a second of 400 silent connections", used * 1000, 50, "ms")


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
