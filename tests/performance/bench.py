"""``make bench`` measures the server beside a bare Flask application, and prints one table.

A time says as much about the machine as about the program. So each row measures two things in turn, in short rounds.
Other work of the machine slows both of them, and their ratio stays the same. pytest-benchmark runs the rounds.
"""

import operator
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from itertools import count

import psutil
import pytest

from app import create_app
from tests.performance.bare import app as bare_app
from tests.performance.histogram import histogram
from tests.performance.test_concurrency import GREETED, outcome, responses_at_once
from tests.support.client import Server, call
from tests.support.processes import ROOT, ServerProcess

pytestmark = pytest.mark.performance

PICTURE = ROOT / ".benchmarks" / "latency.svg"
OURS, BARE = "wsgi:application", "tests.performance.bare:app"
GUNICORN = ["-m", "gunicorn", "--workers", "2", "--bind", "localhost:0"]
SYNC = [*GUNICORN, "--config", os.devnull]  # without the settings of gunicorn.conf.py
FLASK_RUN = ["-m", "flask", "--app", BARE, "run", "--port", "0"]
BARE_SERVER = ["-m", "tests.performance.bare"]

posix = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn does not run on Windows")


@pytest.fixture
def compare(benchmark, record_property):
    """Measure two things in turn, and add a row with their ratio (or another ``relation``) to the table."""

    def compare(what, ours, bare, aim, rounds, relation=operator.truediv):
        pairs = []
        benchmark.pedantic(lambda: pairs.append((ours(), bare())), rounds=rounds, warmup_rounds=1)
        pairs = pairs[1:]  # without the warm-up
        benchmark.extra_info.update(what=what, pairs=pairs, aim=aim)
        record_property("ratio", (what, [relation(*pair) for pair in pairs], aim))
        return pairs

    return compare


@pytest.fixture
def serve(tmp_path):
    """``with serve(["wsgi.py"]) as process:`` runs a server."""
    number = count()
    return lambda args: ServerProcess(args, tmp_path / f"{next(number)}.log")


def test_time_in_process(compare):
    app = create_app()

    pairs = compare("GET /hello in process: time", timed(call, app), timed(call, bare_app), "<= 1.5", rounds=3000)

    ours, bare = zip(*pairs, strict=True)
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(histogram("GET /hello in process", {"bare Flask": bare, "this application": ours}), "utf-8")


@pytest.mark.parametrize(
    ("server", "ours", "bare", "aim"),
    [
        pytest.param("gunicorn, 2 sync workers", [*SYNC, OURS], [*SYNC, BARE], ">= 0.9", marks=posix),
        pytest.param("gunicorn, gunicorn.conf.py", [*GUNICORN, OURS], [*GUNICORN, BARE], ">= 0.9", marks=posix),
        pytest.param("python wsgi.py, bare: flask run", ["wsgi.py"], FLASK_RUN, ">= 1"),
    ],
)
def test_requests_per_second(compare, serve, server, ours, bare, aim):
    def rate(process):
        requests = timed(responses_at_once, Server.at(process.url()), 20)
        return lambda: 20 / requests()

    with serve(ours) as our_process, serve(bare) as bare_process:
        compare(f"requests per second: {server}", rate(our_process), rate(bare_process), aim, rounds=200)


def test_start(compare, serve):
    def start(args):
        began = time.perf_counter()
        with serve(args) as process:
            Server.at(process.url()).send("GET", "/hello")
            return time.perf_counter() - began

    what = "start to the first response: python wsgi.py"
    compare(what, lambda: start(["wsgi.py"]), lambda: start(BARE_SERVER), "<= 1.15", rounds=40)


@pytest.mark.parametrize(
    ("server", "ours", "bare"),
    [
        pytest.param("gunicorn", [*SYNC, OURS], [*SYNC, BARE], marks=posix),
        pytest.param("python wsgi.py", ["wsgi.py"], BARE_SERVER),
    ],
)
def test_memory(compare, serve, server, ours, bare):
    def megabytes(args):
        with serve(args) as process:
            Server.at(process.url()).send("GET", "/hello")
            parent = psutil.Process(process.popen.pid)
            return max(each.memory_info().rss for each in [parent, *parent.children()]) / 1e6

    what = f"memory of {server}: MB more"
    compare(what, lambda: megabytes(ours), lambda: megabytes(bare), "<= 3", rounds=3, relation=operator.sub)


@pytest.mark.parametrize(
    ("server", "args", "silent", "clients"),
    [
        pytest.param("gunicorn", [*GUNICORN, OURS], 0, 500, marks=posix),
        pytest.param("python wsgi.py", ["wsgi.py"], 0, 500),
        pytest.param("python wsgi.py", ["wsgi.py"], 1000, 100),
        pytest.param("python wsgi.py", ["wsgi.py"], 2000, 100),
    ],
)
def test_correct_responses(compare, serve, server, args, silent, clients):
    with serve(args) as process, ExitStack() as connections:
        url = Server.at(process.url())
        for _ in range(silent):
            connections.enter_context(url.connect())

        def correct():
            return sum(outcome(response) == GREETED for response in responses_at_once(url, clients))

        what = f"correct of {clients} at once, {silent} more silent: {server}"
        compare(what, correct, lambda: clients, ">= 1", rounds=5)


@pytest.mark.parametrize(("options", "aim", "rounds"), [(["-m", "unit"], "<= 1.5", 10), ([], "<= 6", 3)])
def test_time_of_the_suite(compare, options, aim, rounds):
    def pytest_(*more):
        command = [sys.executable, "-m", "pytest", "--quiet", *options, *more]
        return timed(subprocess.run, command, cwd=ROOT, check=True, capture_output=True)

    what = " ".join(["pytest", *options])
    compare(f"{what}: time, bare: --collect-only", pytest_(), pytest_("--collect-only", "--no-cov"), aim, rounds)


def timed(function, *args, **options):
    """A function that calls ``function``, and returns the seconds that this takes."""

    def measure():
        began = time.perf_counter()
        function(*args, **options)
        return time.perf_counter() - began

    return measure
