"""Each bug of the hunt can be planted, and is caught by the test that it names.

A bug that survives the whole suite names a test of the reader's. It must count as any test of theirs must.
"""

import shutil

import pytest

from course.edits import apply, read_edits
from course.hunt import Hunt
from course.hunt_bugs import SERVER, copy_project, read_bugs
from course.hunt_runs import run_tests
from course.pages import ROOT, TESTS_OF_THE_READER, Course

BUGS = read_bugs()
LESSONS = {bug.lesson for bug in BUGS}
each_bug = pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)


def solutions():
    """The solutions of the exercises, by their file: those of the lessons, and of bugs that no lesson is about."""
    fences = [fence for lesson in Course().lessons for fence in lesson.fences if fence.language == "diff"]
    edits = [edit for fence in fences for edit in read_edits(fence.lines) if edit.is_new]
    files = (ROOT / "course/tests/solutions").glob("*.py")
    return {f"{TESTS_OF_THE_READER}/test_{file.name}": file.read_text("utf-8") for file in files} | {
        edit.file: apply(edit, None) for edit in edits if edit.file.startswith(TESTS_OF_THE_READER)
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of this project whose reader has solved every exercise."""
    project = copy_project(ROOT, tmp_path_factory.mktemp("project"), without=[])
    shutil.copytree(ROOT / "course" / "bugs", project / "course" / "bugs")
    shutil.rmtree(project / TESTS_OF_THE_READER, ignore_errors=True)
    for file, text in solutions().items():
        project.joinpath(file).parent.mkdir(exist_ok=True)
        project.joinpath(file).write_text(text, "utf-8")
    return project


@each_bug
def test_bug_changes_the_server(bug):
    assert {edit.file for edit in bug.edits} <= set(SERVER)


@each_bug
def test_bug_is_caught_by_the_test_that_it_names(bug, project, tmp_path):
    planted = copy_project(project, tmp_path, without=[])
    bug.plant(planted)
    file = bug.caught_by.partition("::")[0]
    chosen = None if bug.survives else {bug.caught_by}

    run = run_tests(planted, file, "--exitfirst", chosen=chosen, server_kinds={bug.server_kind})

    assert run.fixtures, f"there is no {bug.caught_by}"
    assert run.failed, f"{bug.caught_by} is green"


def test_solutions_count(project):
    files = {bug.caught_by for bug in BUGS if bug.survives}
    hunt = Hunt(project, BUGS, sorted(files))
    try:
        hunt.judge()
    finally:
        hunt.close()

    assert hunt.rejected == {}
    assert {test.partition("::")[0] for test in hunt.in_process | hunt.with_processes} == files


@pytest.mark.parametrize("lesson", LESSONS)
def test_lesson_has_bugs_that_the_suite_catches_and_bugs_that_it_does_not(lesson):
    assert {bug.survives for bug in BUGS if bug.lesson == lesson} == {False, True}


def test_every_lesson_that_asks_for_a_hunt_has_bugs():
    hunting = {lesson.number for lesson in Course().lessons if f"pytest --hunt {lesson.number}" in lesson.text}

    assert hunting == LESSONS


@each_bug
def test_hints_do_not_name_the_test_before_the_last(bug):
    *first, last = bug.hints

    assert len(first) == 2
    assert not any("test_" in hint for hint in first)
    assert bug.survives is ("No test" in last)
