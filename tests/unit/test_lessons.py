"""The lessons and the tests hold together: every link is right, every test explained, every lesson in its place."""

from collections.abc import Iterable

import pytest

from tests import lesson_checks
from tests.lessons import Course

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def course() -> Course:
    return Course()


def test_links_of_the_lessons_lead_somewhere(course: Course) -> None:
    none(lesson_checks.links(course))


def test_every_test_is_linked_by_a_lesson(course: Course) -> None:
    none(lesson_checks.tests(course))


def test_tests_wait_only_for_lessons_to_come(course: Course) -> None:
    none(lesson_checks.waiting(course))


def test_lessons_have_one_shape(course: Course) -> None:
    none(lesson_checks.shape(course))


def test_map_lists_the_lessons(course: Course) -> None:
    none(lesson_checks.the_map(course))


def none(faults: Iterable[str]) -> None:
    """Fail with the faults alone: each says what to write instead."""
    if lines := list(faults):
        pytest.fail("\n".join(lines), pytrace=False)
