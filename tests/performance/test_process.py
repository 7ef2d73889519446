"""The cost of one process: its start, its memory, and its processor time while it waits."""

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
def test_start_to_the_first_response_keeps_its_budget(server_kind, run, within):
    for _ in range(3):  # starts, because another program can keep the machine busy during one of them
        began = time.perf_counter()
        response = Server.at(run(*COMMANDS[server_kind]).url()).send("GET", "/hello")
        seconds = time.perf_counter() - began
        assert response.status == 200
        if seconds < 2:
            break

    within(f"start of {server_kind} to its first response", seconds, 2, "s")


@pytest.mark.skipif(sys.flags.dev_mode, reason="Python's development mode needs more memory than the budget")
@pytest.mark.servers("wsgi.py", PRODUCTION)
def test_memory_of_a_process_keeps_its_budget(process, server, server_kind, within):
    server.send("GET", "/hello")

    parent = psutil.Process(process.popen.pid)
    memory = max(each.memory_info().rss for each in [parent, *parent.children()])

    within(f"memory of {server_kind}, its largest process", memory / 1e6, 75, "MB")


@pytest.mark.servers("wsgi.py")
def test_silent_connections_cost_no_processor_time(process, server, within):
    """A thread that looks for its first byte again and again would use 30 ms here."""
    with ExitStack() as clients:
        for _ in range(400):
            clients.enter_context(server.connect())
        server.send("GET", "/hello")  # the server accepts connections in their order, so it now has the 400
        before = psutil.Process(process.popen.pid).cpu_times()
        time.sleep(0.2)
        after = psutil.Process(process.popen.pid).cpu_times()

    used = after.user + after.system - before.user - before.system
    within("processor time of 400 silent connections in 0.2 s", used * 1000, 15, "ms")


@pytest.mark.parametrize("path", ["/hello", "/nothing"])
def test_memory_does_not_grow_with_the_requests(path, within):
    """The test counts the blocks that Python has allocated. The size of a process also changes for other reasons."""
    app = create_app()

    def blocks_after(requests):
        for _ in range(requests):
            call(app, path=path)
        gc.collect()
        return sys.getallocatedblocks()

    before = blocks_after(50)
    after = blocks_after(1000)

    within(f"blocks kept of 1000 x GET {path}", max(0, after - before), 500, "")
