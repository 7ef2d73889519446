"""The plugins in tests/support, run by pytest on a small project."""

import os
import re
import shutil
import subprocess
import sys

import psutil
import pytest
from werkzeug.datastructures import Headers

from course.pages import ROOT
from tests.support.client import Response

pytest_plugins = ["pytester"]

PYTEST_INI = """\
[pytest]
testpaths = tests/unit tests/integration
pythonpath = .
addopts = --import-mode=importlib -p no:cacheprovider -p no:randomly
strict = true
markers =
    unit
    integration
    servers(*kinds)
    launch(*args)
    clause(number)
"""
CONFTEST = """\
pytest_plugins = [
    "tests.support.bug_report",
    "tests.support.server_option",
    "tests.support.suites",
    "tests.support.tracing",
]
"""
COVERAGE = """\
[tool.coverage.run]
source_pkgs = ["wsgi"]
branch = true
parallel = true
"""
UNIT = """\
import pytest

import wsgi

pytestmark = pytest.mark.unit


def test_then():
    assert wsgi.choose(True) == 1
"""


@pytest.fixture
def small(pytester, monkeypatch):
    """A project whose unit suite covers only one of two branches, and whose integration suite covers the other."""
    monkeypatch.setenv("COLUMNS", "120")
    files = {
        "pytest.ini": PYTEST_INI,
        "pyproject.toml": COVERAGE,
        "devserver.py": "",
        "wsgi.py": "def choose(value):\n    if value:\n        return 1\n    return 2\n",
        "tests/conftest.py": CONFTEST,
        "tests/unit/test_unit.py": UNIT,
        "tests/integration/test_integration.py": UNIT.replace("unit", "integration").replace("True) == 1", "0) == 2"),
    }
    shutil.copytree(ROOT / "tests/support", pytester.path / "tests/support")
    for name in ("contract.py", "CONTRACT.md"):
        shutil.copy(ROOT / "tests" / name, pytester.path / "tests")
    for name, text in files.items():
        path = pytester.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return pytester


REACHED = "*Required test coverage of 100% reached*"


@pytest.mark.parametrize("options", [[], ["-v"], ["-n2"], ["--cov-report=term-missing"], ["--cov-fail-under=100"]])
def test_whole_run_must_cover_everything(small, options):
    result = small.runpytest_subprocess(*options)

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines([REACHED])
    assert result.ret == 0


@pytest.mark.parametrize("options", [[], ["-n2"]])
def test_whole_run_fails_if_a_branch_is_not_covered(small, options):
    small.path.joinpath("tests/integration/test_integration.py").unlink()

    result = small.runpytest_subprocess(*options)

    result.stdout.fnmatch_lines(["*Required test coverage of 100% not reached*"])
    assert result.ret == 1


@pytest.mark.parametrize("options", [["-m", "unit"], ["-k", "then"], ["tests/unit"], ["--no-cov"], ["--sw"], ["--co"]])
def test_other_runs_start_no_coverage(small, options):
    result = small.runpytest_subprocess(*options)

    result.stdout.no_fnmatch_line("*tests coverage*")
    assert result.ret == 0
    assert not list(small.path.glob(".coverage*"))


def test_part_of_the_suite_is_measured_on_request_without_a_minimum(small):
    result = small.runpytest_subprocess("-m", "unit", "--cov-report=term-missing")

    result.stdout.re_match_lines([r"wsgi\.py +4 +1 +2 +1 +67% +4"])
    assert result.ret == 0


@pytest.mark.parametrize("options", [[], ["-m", "unit"]])
def test_test_without_the_mark_of_its_suite_is_an_error(small, options):
    small.path.joinpath("tests/unit/test_new.py").write_text("def test_new():\n    pass\n", encoding="utf-8")

    result = small.runpytest_subprocess(*options, "--no-cov")

    error = "ERROR: tests/unit/test_new.py: test_new lacks its mark; write pytestmark = pytest.mark.unit"
    result.stderr.fnmatch_lines([error])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_clause_that_does_not_exist_is_an_error(small):
    test = 'import pytest\n\n\n@pytest.mark.clause("C99")\ndef test_new():\n    pass\n'
    small.path.joinpath("tests/yours").mkdir()
    small.path.joinpath("tests/yours/test_new.py").write_text(test, encoding="utf-8")

    result = small.runpytest_subprocess("tests/yours")

    result.stderr.fnmatch_lines(["ERROR: tests/yours/test_new.py: test_new has clause C99; write one of C1 to C14"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_server_that_cannot_be_tested_is_an_error(small):
    result = small.runpytest_subprocess("--server", "localhost:3000")

    result.stderr.fnmatch_lines(["ERROR: --server localhost:3000: not a URL such as http://localhost:3000"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_response_is_short_in_an_assertion():
    response = Response(200, Headers({"Content-Length": "27"}), b'{"message": "Hello world"}\n')

    assert repr(response) == "<Response 200, 27 bytes>"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no sessions of processes")
def test_run_leaves_no_process_behind():
    """gunicorn and the reloader have child processes, which could outlive them."""
    selected = "reloader or test_hello_endpoint"
    args = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", selected, "tests/integration"]
    run = subprocess.Popen(args, cwd=ROOT, start_new_session=True, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    output, _ = run.communicate(timeout=300)
    left = [process.as_dict(["cmdline", "status"]) for process in psutil.process_iter() if is_of(process, run.pid)]

    assert left == []
    assert run.returncode == 0, output


def is_of(process, session):
    """Whether a process of this session is still running."""
    try:
        return os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False


def test_run_without_properties_does_not_import_hypothesis():
    """It would take a quarter of the time of a short run."""
    command = [sys.executable, "-X", "importtime", "-m", "pytest", "-q", "tests/unit/test_time.py"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)

    assert re.search(r"\| +pytest$", run.stderr, re.MULTILINE)
    assert not re.search(r"\| +hypothesis$", run.stderr, re.MULTILINE)
