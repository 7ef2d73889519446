"""``pytest --hunt`` in a copy of this project, whose reader is new."""

import re
import shutil
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from course.hunt_bugs import BUGS, Bug, copy_project, reformat
from course.hunt_runs import HuntError, run_tests
from course.pages import ROOT, TESTS_OF_THE_READER

GREETING = """\
def test_greeting(client):
    assert client.get("/hello").json == {"message": "Hello world"}
"""
CHEATS = """\
import inspect
from pathlib import Path

import pytest

import app


def test_says_no():
    assert False, "no"


def test_source():
    assert "accept_languages" not in inspect.getsource(app)


def test_layout():
    assert '{"message": "Hello world"}' in Path("app.py").read_text("utf-8")


def test_bugs():
    assert "german" in Path("course/bugs/03-stork.diff").read_text("utf-8")


def test_order_of_headers(client):
    assert client.get("/hello").headers[2][0] == "X-Content-Type-Options"


def test_product(server):
    assert server.send("GET", "/hello").headers["Server"] == "Werkzeug"


@pytest.mark.skip(reason="later")
def test_later():
    pass
"""


@pytest.fixture
def reader(tmp_path):
    """A project with an empty folder tests/yours."""
    project = copy_project(ROOT, tmp_path, without=[])
    shutil.copytree(BUGS, project / "course" / "bugs")
    shutil.rmtree(project / TESTS_OF_THE_READER, ignore_errors=True)
    (project / TESTS_OF_THE_READER).mkdir()
    return project


def hunt(project, *options, **tests):
    """Write these tests and hunt. The exit status, and the lines after the progress."""
    for name, text in tests.items():
        project.joinpath(TESTS_OF_THE_READER, f"{name}.py").write_text(text, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "--hunt", *options]
    done = subprocess.run(command, cwd=project, capture_output=True, encoding="utf-8", check=False)
    lines = (done.stdout + done.stderr).splitlines()
    titles = [at for at, line in enumerate(lines) if line.strip("=") == " hunt "]
    return done.returncode, lines[titles[0] + 1 :] if titles else lines


def test_caught_bug_passes_and_another_one_shows_a_hint(reader):
    status, lines = hunt(reader, "3", test_greeting=GREETING)

    assert status == 1
    assert lines[:-1] == [
        "03-magpie    not caught",
        "    Hint 1: Lesson 3. Look at a path with a slash at its end.",
        "03-stork     not caught",
        "    Hint 1: Lesson 3. Look at the body of /hello, for some clients.",
        f"03-swift     caught by {TESTS_OF_THE_READER}/test_greeting.py::test_greeting",
        "",
        "Add --hint for one more hint.",
        "",
        "lesson 3     1 of 3 caught",
        "total        1 of 3 caught",
    ]
    assert re.fullmatch(r"1 passed, 2 not caught in .*", lines[-1])


def test_hunt_of_one_bug_by_the_keyword_of_its_exercise(reader):
    status, lines = hunt(reader, "3", "-k", "german", "--hint", "--hint", test_greeting=GREETING)

    assert status == 1
    assert lines[:-1] == [
        "03-stork     not caught",
        "    Hint 1: Lesson 3. Look at the body of /hello, for some clients.",
        "    Hint 2: A browser in Berlin gets the greeting in German.",
        "    Hint 3: No test of the suite catches it.",
        "",
        "lesson 3     0 of 1 caught",
        "total        0 of 1 caught",
    ]


def test_cheats_do_not_count(reader):
    status, lines = hunt(reader, "3", "-k", "german", test_cheats=CHEATS)

    reasons = dict(zip(lines[::2], lines[1::2], strict=False))
    told = {
        line.removeprefix(f"{TESTS_OF_THE_READER}/test_cheats.py::").removesuffix(" does not count."): reason.strip()
        for line, reason in reasons.items()
        if line.endswith("does not count.")
    }
    healthy, twin, example = (
        "It fails on the healthy server: ",
        "It fails if only the layout of the code, its comments or the order of the headers change: ",
        "It relies on something that the contract leaves open, because it fails on examples/standard_library.py: ",
    )
    assert {name: reason.partition(": ")[0] + ": " for name, reason in told.items()} == {
        "test_says_no": healthy,
        "test_source": twin,
        "test_layout": twin,
        "test_bugs": healthy,
        "test_order_of_headers": twin,
        "test_product": example,
        "test_later": "It is skipped: ",
    }
    assert "lesson 3     0 of 1 caught" in lines
    assert status == 1


def test_forgotten_edit_of_the_server_is_named(reader):
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "Begin"]):
        identity = ["-c", "user.name=A reader", "-c", "user.email=reader@example.org"]
        subprocess.run(["git", *identity, *command], cwd=reader, check=True)
    app = reader / "app.py"
    app.write_text(app.read_text("utf-8").replace('"Hello world"}', '"Hello"}'), "utf-8")

    status, lines = hunt(reader, "3", "-k", "swift", test_greeting=GREETING)

    assert lines[:4] == [
        "The server that the hunt copies has changes. To undo them: git restore app.py",
        "",
        f"{TESTS_OF_THE_READER}/test_greeting.py::test_greeting does not count.",
        "    It fails on the healthy server: AssertionError: assert {'message': 'Hello'} == {'message': 'Hello world'}",
    ]
    assert any(line.startswith("FAILED course/bugs::03-swift - app.py has the old lines 0 times") for line in lines)
    assert status == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["99"], "--hunt 99: there are bugs for lessons 1 to "),
        (["tests/yours"], "--hunt tests/yours: write the numbers of lessons, as in --hunt 6 or --hunt 6,7"),
        (["3"], f"there is no test in {TESTS_OF_THE_READER} yet; write one as lesson 3 shows, then hunt again"),
        (["3", "tests/yours/test_none.py"], "tests/yours/test_none.py: there is no such file"),
    ],
    ids=["lesson", "path", "no tests", "no file"],
)
def test_hunt_that_cannot_begin_is_one_line(reader, options, message):
    status, lines = hunt(reader, *options)

    assert status == 4
    [line] = filter(None, lines)
    assert line.startswith(f"ERROR: {message}")


def test_syntax_error_is_shown_once(reader):
    status, lines = hunt(reader, test_greeting=GREETING, test_wrong="def test_wrong(:\n    pass\n")

    assert status == 4
    assert list(filter(None, lines)) == [
        f"ERROR: {TESTS_OF_THE_READER}/test_wrong.py cannot be imported",
        f'   File "{TESTS_OF_THE_READER}/test_wrong.py", line 1',
        "     def test_wrong(:",
        "                    ^",
        " SyntaxError: invalid syntax",
    ]


def test_options_of_pytest_work(reader):
    status, lines = hunt(reader, "2,3", "-n2", "-k", "not finch", "--junitxml=grades.xml", test_greeting=GREETING)

    cases = ElementTree.parse(reader / "grades.xml").findall(".//testcase")  # noqa: S314 - our own file
    assert status == 1
    assert "total        1 of 5 caught" in lines
    assert {case.get("name"): case.find("failure") is None for case in cases} == {
        "02-lark": False,
        "02-robin": False,
        "03-magpie": False,
        "03-stork": False,
        "03-swift": True,
    }


def test_hunt_with_one_file_of_tests(reader):
    tests = {"test_greeting": GREETING, "test_wrong": "assert 0"}

    status, lines = hunt(reader, "3", "-k", "swift", "tests/yours/test_greeting.py", **tests)

    assert status == 0
    assert lines[-2] == "total        1 of 1 caught"


def test_reformatted_server_has_the_same_behaviour(reader):
    bug = Bug.read(BUGS / "03-swift.diff")
    test = reader / TESTS_OF_THE_READER / "test_greeting.py"
    test.write_text(GREETING, "utf-8")

    reformat(reader, [bug])

    assert '# {"message": "Hello World"}' in re.sub("# +return", "#", (reader / "app.py").read_text("utf-8"))
    assert run_tests(reader, TESTS_OF_THE_READER).passed == {f"{TESTS_OF_THE_READER}/test_greeting.py::test_greeting"}


def test_process_that_ends_early_is_reported(reader):
    test = reader / TESTS_OF_THE_READER / "test_exit.py"
    test.write_text("import os\n\n\ndef test_exit():\n    print('bye', flush=True)\n    os._exit(3)\n", "utf-8")

    with pytest.raises(HuntError, match="ended the process"):
        run_tests(reader, TESTS_OF_THE_READER)


def test_plain_pytest_ignores_the_tests_of_the_reader(pytestconfig):
    folder = ROOT / TESTS_OF_THE_READER

    assert not any(folder.is_relative_to(ROOT / path) for path in pytestconfig.getini("testpaths"))
