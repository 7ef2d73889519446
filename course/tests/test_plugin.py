"""Run pytest on a small course: its options, and what a failure says."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest

from course.pages import ROOT
from course.tests.small_course import MAP, ONE, TWO, edit, write_small_course

pytest_plugins = ["pytester"]


@pytest.fixture
def small(pytester, monkeypatch, tmp_path):
    """A folder with the small course, and this project's plugin."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "xdist.plugin")
    write_small_course(pytester.path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return pytester


@pytest.mark.parametrize("options", [[], ["-n2"], ["--tb=short", "-rA"]], ids=["one process", "two", "short"])
def test_failure_ends_with_its_lesson(small, options):
    lines = small.runpytest_subprocess(*options).outlines

    printed = lines.index("what the test printed")
    assert lines[printed + 2] == f"Explained in {ONE}: 1. Run it"
    for lesson in (f"{ONE}: 1. Run it", f"{TWO}: 2. Stop it"):
        assert lines.count(f"Explained in {lesson}") == 1
        last = lines.index(f"Explained in {lesson}")
        assert lines[last - 1].strip("-") == " lesson "
        assert lines[last + 1][:3] in {"___", "==="}, "the lesson is the last line of the report"


def test_summary_lists_the_lessons_for_every_kind_of_traceback(small):
    result = small.runpytest_subprocess("--tb=line")

    result.stdout.fnmatch_lines(["=* lessons =*", f"{ONE}: 1. Run it", f"{TWO}: 2. Stop it"], consecutive=True)


@pytest.mark.parametrize(
    ("options", "outcomes"),
    [
        (["--lesson", "1"], {"failed": 1, "passed": 1, "deselected": 1}),
        (["--lesson=02"], {"failed": 1, "deselected": 2}),
        (["--lesson", "1,2"], {"failed": 2, "passed": 1}),
        (["--lesson", "1", "--lesson", "2", "-k", "not fails"], {"failed": 1, "passed": 1, "deselected": 1}),
        (["--lesson", "1", "-n2"], {"failed": 1, "passed": 1}),
    ],
    ids=["one", "zero", "two", "keyword", "xdist"],
)
def test_lesson_runs_the_tests_it_links(small, options, outcomes):
    small.runpytest_subprocess(*options).assert_outcomes(**outcomes)


@pytest.mark.parametrize("number", ["3", "0", "one", "1,"])
def test_lesson_that_does_not_exist_is_a_usage_error(small, number):
    result = small.runpytest_subprocess("--lesson", number)

    wrong = number.rpartition(",")[2]
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errlines == [f"ERROR: --lesson {wrong}: there is no such lesson, there are 1 to 2", ""]


def collected(small, *options):
    return [line for line in small.runpytest_subprocess("--collect-only", "-q", *options).outlines if "::" in line]


def test_each_page_has_its_checks(small):
    assert collected(small, "lessons") == [
        f"{ONE}::links",
        f"{ONE}::shape",
        f"{ONE}::blocks",
        f"{TWO}::links",
        f"{TWO}::shape",
        f"{TWO}::blocks",
        f"{MAP}::links",
        f"{MAP}::numbers",
        f"{MAP}::map",
        f"{MAP}::tests",
        "lessons/troubleshooting.md::links",
    ]


def test_one_page_is_checked_by_its_path(small):
    assert collected(small, ONE) == [f"{ONE}::links", f"{ONE}::shape", f"{ONE}::blocks"]


def test_lesson_does_not_import_the_files_that_it_does_not_link(small):
    small.makepyfile(**{"tests/unit/test_other": "raise RuntimeError"})

    small.runpytest_subprocess("--lesson", "2").assert_outcomes(failed=1, deselected=2)


def test_lessons_get_more_workers_than_processors(small):
    result = small.runpytest_subprocess("lessons", "-n", "auto")

    result.stdout.fnmatch_lines([f"{os.cpu_count() * 3 // 2} workers *"])


def test_lesson_and_lessons_together(small):
    assert collected(small, "lessons", "--lesson", "2") == [f"{TWO}::links", f"{TWO}::shape", f"{TWO}::blocks"]


def test_right_course_passes(small):
    small.runpytest_subprocess("lessons", "-n2").assert_outcomes(passed=11)


def test_wrong_page_shows_its_faults_without_a_traceback(small):
    edit(small.path, ONE, "# 1. Run it", "# Run it")
    edit(small.path, ONE, "\n[no link]", "\n[a link]")

    result = small.runpytest_subprocess(ONE)

    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "_* 01-one.md: shape _*",
            f"{ONE}:1: write one title, and write it as `# 1. Run it`",
            "_* 01-one.md: blocks _*",
            f"{ONE}:10",
            "The lesson shows:",
            '    $ echo "[[]no link[]](in-a-fence.md)"',
            "    [[]a link[]](in-a-fence.md)",
            "The result is:",
            "    [[]no link[]](in-a-fence.md)",
            "=* short test summary info =*",
        ],
        consecutive=True,
    )


def test_lessons_run_side_by_side(small):
    for page in (ONE, TWO):
        edit(small.path, page, "$ echo", "$ python -m http.server 3000\n...\n$ echo")

    small.runpytest_subprocess(ONE, TWO, "-n2").assert_outcomes(passed=6)


def test_update_corrects_the_page(small):
    before = (small.path / ONE).read_text("utf-8")
    edit(small.path, ONE, "\n[no link]", "\n[a link]")

    small.runpytest_subprocess(ONE, "--update").assert_outcomes(passed=3)

    assert (small.path / ONE).read_text("utf-8") == before


def test_block_without_its_program_is_one_line_in_the_summary(small, monkeypatch):
    edit(small.path, ONE, "```console\n$ echo", "<!-- needs: nginx -->\n```console\n$ echo")
    (small.path / "bin").mkdir()
    for program in ("bash", "curl"):
        (small.path / "bin" / program).symlink_to("/bin/true")
    monkeypatch.setenv("PATH", str(small.path / "bin"))

    result = small.runpytest_subprocess(ONE, "-k", "blocks", "-n1")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["=* lessons =*", f"{ONE}:11: skipped, because it needs nginx"], consecutive=True)


def test_without_curl_one_line_says_so(small, monkeypatch):
    (small.path / "bin").mkdir()
    (small.path / "bin/bash").symlink_to("/bin/bash")
    monkeypatch.setenv("PATH", str(small.path / "bin"))

    result = small.runpytest_subprocess(ONE, "-k", "blocks")

    result.stdout.fnmatch_lines(["Lessons are checked on Linux and macOS, with bash and curl: there is no curl"])


STRAGGLERS = """\
$ python -m http.server 3000
...
$ setsid sleep 600 >log &
$ env -i setsid sleep 600 >log &
$ touch started; {}
"""


def write_lessons(small, *ends):
    for path in (small.path / "lessons").iterdir():
        path.unlink()
    for number, end in enumerate(ends, 1):
        text = f"```console\n{STRAGGLERS.format(end)}```\n"
        (small.path / f"lessons/{number:02}-x.md").write_text(text, "utf-8")


def left_behind(tmp_path):
    """The scratch copies, and the processes that work in one or have one in their environment."""
    processes = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if any(str(tmp_path / "lesson-") in text for text in (process.cwd(), *process.environ().values())):
                processes.append(process)
    return [*processes, *tmp_path.glob("lesson-*")]


@pytest.mark.parametrize(
    ("ends", "options", "outcomes", "problem"),
    [
        (["true", "echo wrong", "exit"], ["-n3"], {"passed": 1, "failed": 2}, "*(the session has ended)"),
        (["sleep 600"], ["--lesson-timeout=3"], {"failed": 1}, "*(still running after 3 s)"),
    ],
    ids=["finished", "hung"],
)
def test_no_process_and_no_copy_is_left_behind(small, tmp_path, ends, options, outcomes, problem):
    write_lessons(small, *ends)

    result = small.runpytest_subprocess("lessons", "-k", "blocks", *options)

    result.assert_outcomes(**outcomes, deselected=0 if "-n3" in options else len(ends) * 2)
    result.stdout.fnmatch_lines([problem])
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("options", [[], ["-n2"]], ids=["one process", "two"])
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGKILL])
def test_no_process_and_no_copy_is_left_behind_by_a_signal(small, tmp_path, signum, options):
    write_lessons(small, "sleep 600", "sleep 600")
    command = [sys.executable, "-m", "pytest", "lessons", "-k", "blocks", *options]

    with subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True) as run:
        await_true(lambda: len(list(tmp_path.glob("lesson-*/home/tutorial/started"))) == (2 if options else 1))
        os.killpg(run.pid, signum)

    await_true(lambda: left_behind(tmp_path) == [])


def await_true(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_folder_for_temporary_files_may_have_a_space(small, tmp_path, monkeypatch):
    (tmp_path / "a folder").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "a folder"))

    small.runpytest_subprocess(ONE).assert_outcomes(passed=3)
