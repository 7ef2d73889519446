"""What can be wrong with the lessons as a whole: each check yields a line a fault, with what to write instead."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from tests.lessons import Course, Link, Page

SECTIONS = ["See it", "How it works", "The tests", "Break it", "What this does not prove", "Your turn", "Recap"]
LAST = 22  # the number of lessons, once all are written
MAP = "lessons/README.md"
WAITING = "lessons/waiting.txt"


def links(course: Course) -> Iterator[str]:
    """A link leads to a test, file, heading or line that is there."""
    for page in course.pages:
        for link in page.links:
            if fault := wrong(link, course):
                yield f"{link}: {fault}"


def wrong(link: Link, course: Course) -> str | None:
    path, line = course.root / link.file, course.line(link)
    if link.test and not line:
        return f"there is no such test; {instead(similar(link, course))}"
    if line:
        fault = f"{link.name} is in line {line}; write #L{line}, or correct all with `python -m tests.lessons`"
        return None if link.fragment == f"L{line}" else fault
    if link.file.startswith("..") or not path.exists():
        there = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        return f"there is no {link.file}; {instead(get_close_matches(path.name, there, 1))}"
    return wrong_fragment(link.fragment, path) if link.fragment else None


def wrong_fragment(fragment: str, path: Path) -> str | None:
    """Look for the heading in Markdown, for the line or lines in any other file."""
    if path.suffix == ".md":
        anchors = list(Page(path.name, path.read_text("utf-8")).anchors)
        near = get_close_matches(fragment, anchors, 1, 0.4) or anchors
        there = fragment in anchors
        return None if there else f"there is no such heading; {instead(f'#{anchor}' for anchor in near)}"
    lines = re.fullmatch(r"L(\d+)(?:-L(\d+))?", fragment)
    length = len(path.read_bytes().splitlines()) if path.is_file() else 0
    if lines and 1 <= int(lines[1]) <= int(lines[2] or lines[1]) <= length:
        return None
    return f"there is no such line; write one of #L1 to #L{length}" if length else "write it without #"


def similar(link: Link, course: Course) -> Iterator[str]:
    """Links to the tests of that name in other files, else to the one of the most similar name."""
    names = {test: test.partition("::")[2] for test in course.tests}
    near = get_close_matches(link.name, names.values(), 1)
    wanted = link.name if link.name in names.values() else next(iter(near), "")
    return (markdown(test, course) for test, name in names.items() if name == wanted)


def tests(course: Course) -> Iterator[str]:
    """A lesson links a test, and a test is linked by a lesson or waits for one."""
    for lesson in course.lessons:
        if not any(link.test in course.tests for link in lesson.links):
            yield f"{lesson.name}:1: links no test; write one as [`test_name`](../tests/unit/test_file.py#L12)"
    waiting = [name for _, _, name in entries(course)]
    for test, line in course.tests.items():
        if test not in course.explained and not any(covers(name, test) for name in waiting):
            file, _, name = test.partition("::")
            yield (
                f"{file}:{line}: no lesson links {name}; write {markdown(test, course)} in the one that explains it, "
                f"or `N {test}` in {WAITING} until lesson N is written"
            )


def waiting(course: Course) -> Iterator[str]:
    """What waits is a test, or a file of tests, for a lesson to come; once all lessons are written, nothing."""
    written = {lesson.number: lesson.name for lesson in course.lessons}
    for line, number, name in entries(course):
        waits = [test for test in course.tests if covers(name, test)]
        where = f"{WAITING}:{line}: {number} {name}:"
        if not number.isdecimal() or not 1 <= int(number) <= LAST:
            yield f"{where} write the number of a lesson, 1 to {LAST}, then a test, or a file of tests"
        elif int(number) in written:
            yield f"{where} lesson {int(number)} is written; link the tests in {written[int(number)]}, delete this line"
        elif not waits:
            near = get_close_matches(name, [*course.tests, *{test.partition("::")[0] for test in course.tests}], 1)
            yield f"{where} there is no such test; {instead(near)}"
        elif all(test in course.explained for test in waits):
            yield f"{where} {course.explained[waits[0]][0].name} links it; delete this line"


def entries(course: Course) -> Iterator[tuple[int, str, str]]:
    """The line, lesson and test of each entry of the list of what waits; ``#`` begins a comment."""
    path = course.root / WAITING
    for line, text in enumerate(path.read_text("utf-8").splitlines() if path.exists() else [], 1):
        if entry := text.partition("#")[0].split(maxsplit=1):
            yield line, entry[0], entry[1].strip() if len(entry) > 1 else ""


def covers(name: str, test: str) -> bool:
    return test == name or test.startswith(f"{name}::")


def shape(course: Course) -> Iterator[str]:
    """Lessons are numbered without a gap and have the same sections, in the same order, and a way on and back."""
    numbers = [lesson.number for lesson in course.lessons]
    for page in course.pages:
        if not page.number and page.name != MAP:
            yield f"{page.name}:1: write the lesson's number in the file's name, as in 06-errors.md"
    for number in range(1, max(numbers, default=0) + 1):
        if numbers.count(number) != 1:
            files = " and ".join(lesson.name for lesson in course.lessons if lesson.number == number)
            yield f"lessons/: {files or 'no file'} has number {number:02}; number the lessons 01 to {len(numbers):02}"
    for index, lesson in enumerate(course.lessons):
        if (1, lesson.title) not in lesson.headings:
            yield f"{lesson.name}:1: write the title as `# {lesson.title}`"
        if not questions(lesson):
            yield f"{lesson.name}:1: write a question in the paragraph under the title"
        yield from sections(lesson)
        around = course.lessons[max(index - 1, 0) : index], course.lessons[index + 1 : index + 2]
        back, on = ([f"[{neighbour.title}]({neighbour.file})" for neighbour in side] for side in around)
        way = " · ".join([*back, "[All lessons](README.md)", *on])
        *before, last = lesson.text.rstrip().split("\n")
        if last != way:
            yield f"{lesson.name}:{len(before) + 1}: write as the last line: {way}"


def sections(lesson: Page) -> Iterator[str]:
    found = [section for heading in lesson.headings for section in SECTIONS if heading == (2, section)]
    missing = [section for section in SECTIONS if section not in found]
    for section in missing:
        after = SECTIONS[SECTIONS.index(section) - 1] if section != SECTIONS[0] else lesson.title
        yield f"{lesson.name}: a section is missing; write `## {section}` after {after!r}"
    if not missing and found != SECTIONS:
        yield f"{lesson.name}: the sections are {', '.join(found)}; write them as {', '.join(SECTIONS)}"


def the_map(course: Course) -> Iterator[str]:
    """The map lists each lesson once, in order, with its title and question: a row of a table or item of a list."""
    page = next((page for page in course.pages if page.name == MAP), Page(MAP, ""))
    lines = page.text.split("\n")
    lessons = {lesson.name: lesson for lesson in course.lessons}
    items = [
        link for link in page.links if link.file in lessons and re.match(r" *([|*+-]|\d+\.)", lines[link.line - 1])
    ]
    listed = [link.file for link in items]
    for lesson in course.lessons:
        if listed.count(lesson.name) != 1:
            yield f"{MAP}: lists {lesson.name} {listed.count(lesson.name)} times; write it once: {row(lesson)}"
    if sorted(set(listed)) != list(dict.fromkeys(listed)):
        yield f"{MAP}:{items[0].line}: lists {', '.join(listed)}; write them in the order of their numbers"
    for link in items:
        lesson, line = lessons[link.file], lines[link.line - 1]
        commands = re.findall(r"--lesson 0*(\d+)", line)
        titles = (lesson.title, lesson.title.removeprefix(f"{lesson.number}. "))
        if link.text not in titles or questions(lesson) not in line or set(commands) - {str(lesson.number)}:
            yield f"{MAP}:{link.line}: says something else than {link.file}; write {row(lesson)}"


def row(lesson: Page) -> str:
    return f"| [{lesson.title}]({lesson.file}) | {questions(lesson)} | `pytest --lesson {lesson.number}` |"


def questions(lesson: Page) -> str:
    """The question, or questions, of the paragraph under the title."""
    after = re.split(r"^# .*\n+", lesson.prose, maxsplit=1, flags=re.MULTILINE)[-1]
    sentences = re.split(r"(?<=[.?!]) ", " ".join(after.partition("\n\n")[0].split()))
    return " ".join(sentence for sentence in sentences if re.search(r"\?\W*$", sentence))


def instead(options: Iterable[str]) -> str:
    return f"write {' or '.join(options) or 'another, or leave the link out'}"


def markdown(test: str, course: Course) -> str:
    file, _, name = test.partition("::")
    return f"[`{name}`](../{file}#L{course.tests[test]})"
