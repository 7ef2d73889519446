"""Check that each lesson has the same shape, and that the map lists it.

Each check yields one line per fault. The line says what to write instead.
"""

import re
from collections.abc import Iterator

from course.pages import Course, Page

SECTIONS = ["See it", "How it works", "Break it", "The tests", "What this does not prove", "Your turn", "Recap"]
MAP = "lessons/README.md"
TIME = re.compile(r"\*(?P<minutes>\d+) minutes\.( You need .*lesson.*\.)?\*")


def shape(lesson: Page, course: Course) -> Iterator[str]:
    """A lesson has a title, its time, an opening that ends with a question, its sections, and a last line."""
    if [heading.source for heading in lesson.headings if heading.level == 1] != [lesson.title]:
        yield f"{lesson.name}:1: write one title, and write it as `# {lesson.title}`"
    if not time_of(lesson):
        before = next((page for page in course.lessons if page.number == lesson.number - 1), None)
        need = f" You need [lesson {before.number}]({before.file})." if before else ""
        yield f"{lesson.name}:{line_below_title(lesson)}: write below the title, in a paragraph: *15 minutes.{need}*"
    if not question_of(lesson):
        yield f"{lesson.name}:{line_below_title(lesson)}: end the opening, above the first section, with a question"
    yield from sections(lesson)
    yield from last_line(lesson, course)


def time_of(lesson: Page) -> re.Match[str] | None:
    """The line in italics below the title. It names earlier lessons, but not in lesson 1."""
    _, text = next(iter(opening(lesson)), (0, ""))
    found = TIME.fullmatch(text)
    if not found or (found[2] is None) != (lesson.number == 1):
        return None
    needed = re.findall(r"\d+", re.sub(r"\]\([^)]*\)", "", found[2] or ""))
    return found if all(int(number) < lesson.number for number in needed) else None


def question_of(lesson: Page) -> str:
    """The last sentence of the opening, if it is a question."""
    paragraphs = opening(lesson)
    text = " ".join(paragraphs[-1][1].split()) if paragraphs else ""
    last = re.split(r"(?<=[.?!]) ", text)[-1]
    return last if re.search(r"\?\W*$", last) else ""


def opening(lesson: Page) -> list[tuple[int, str]]:
    """The paragraphs between the title and the first section."""
    end = next((heading.line for heading in lesson.headings if heading.level > 1), len(lesson.lines) + 1)
    return [(line, text) for line, text in lesson.paragraphs if line_below_title(lesson) <= line < end]


def line_below_title(lesson: Page) -> int:
    return next((heading.line + 1 for heading in lesson.headings if heading.level == 1), 1)


def sections(lesson: Page) -> Iterator[str]:
    found = [heading.source for heading in lesson.headings if heading.level == 2]
    missing = [section for section in SECTIONS if section not in found]
    for section in missing:
        before = SECTIONS[SECTIONS.index(section) - 1] if section != SECTIONS[0] else lesson.title
        yield f"{lesson.name}: a section is missing; write `## {section}` after {before!r}"
    if not missing and found != SECTIONS:
        yield f"{lesson.name}: the sections are {', '.join(found)}; write them as {', '.join(SECTIONS)}"


def last_line(lesson: Page, course: Course) -> Iterator[str]:
    """The last line leads to the lesson before, to the map and to the next lesson."""
    index = course.lessons.index(lesson)
    before, after = course.lessons[max(index - 1, 0) : index], course.lessons[index + 1 : index + 2]
    expected = " · ".join([*map(link_to, before), "[All lessons](README.md)", *map(link_to, after)])
    lines = lesson.text.rstrip().split("\n")
    if lines[-1] != expected:
        yield f"{lesson.name}:{len(lines)}: write as the last line: {expected}"


def numbers(course: Course) -> Iterator[str]:
    """The lessons are numbered from 1, without a gap. A page that is not a lesson has no number."""
    for page in course.pages:
        if not page.number and page.file[0].isdecimal():
            yield f"{page.name}:1: write the number with two digits and a hyphen, as in 06-routes.md"
    found = [lesson.number for lesson in course.lessons]
    for number in range(1, max(found, default=0) + 1):
        if found.count(number) != 1:
            files = " and ".join(lesson.name for lesson in course.lessons if lesson.number == number)
            yield f"lessons/: {files or 'no file'} has number {number:02}; number the lessons 01 to {len(found):02}"


def the_map(course: Course) -> Iterator[str]:
    """The map has one row for each lesson, in order: the title, the question, the minutes and the command."""
    page = next((page for page in course.pages if page.name == MAP), Page(MAP, ""))
    rows = [(line, text) for line, text in enumerate(page.lines, 1) if text.startswith("|")]
    listed: list[int] = []
    for lesson in course.lessons:
        found = [(line, text) for line, text in rows if f"]({lesson.file})" in cells(text)[0]]
        listed += [line for line, _ in found]
        if len(found) != 1:
            yield f"{MAP}: lists {lesson.name} {len(found)} times; write it once: {row(lesson)}"
        elif question_of(lesson) and time_of(lesson) and cells(found[0][1]) != cells(row(lesson)):
            yield f"{MAP}:{found[0][0]}: differs from the lesson; write {row(lesson)}"
    if listed != sorted(listed):
        yield f"{MAP}:{min(listed)}: write the lessons in the order of their numbers"


def row(lesson: Page) -> str:
    time = time_of(lesson)
    minutes = time["minutes"] if time else "MINUTES"
    return f"| {link_to(lesson)} | {question_of(lesson)} | {minutes} | `pytest --lesson {lesson.number}` |"


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def link_to(lesson: Page) -> str:
    return f"[{lesson.title}]({lesson.file})"
