"""Check the links of the lessons, and that a lesson links each test.

Each check yields one line per fault. The line says what to write instead.
``python -m course.links`` corrects the line number, as in ``#L12``, of each link whose text is a name.
"""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from course.pages import Course, Link, Page


def links(page: Page, course: Course) -> Iterator[str]:
    """Each link leads to a file, heading, line or test that exists."""
    for link in page.links:
        if fault := fault_of(link, course):
            yield f"{link}: {fault}"
    if page.number and not any(link.test in course.tests for link in page.links):
        yield f"{page.name}:1: links no test; write one as [`test_name`](../tests/unit/test_file.py#L12)"


def fault_of(link: Link, course: Course) -> str | None:
    path, line = course.root / link.file, course.line(link)
    if link.test and not line:
        return f"there is no such test; {instead(similar_tests(link, course))}"
    if line:
        fault = f"{link.name} is in line {line}; write #L{line}, or correct all with `python -m course.links`"
        return None if link.fragment == f"L{line}" else fault
    if link.file.startswith("..") or not path.exists():
        siblings = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        return f"there is no {link.file}; {instead(get_close_matches(path.name, siblings, 1))}"
    return fault_of_fragment(link.fragment, path) if link.fragment else None


def fault_of_fragment(fragment: str, path: Path) -> str | None:
    """In Markdown a fragment is a heading. In other files it is a line, or a range of lines."""
    if path.suffix == ".md":
        anchors = list(Page(path.name, path.read_text("utf-8")).anchors)
        if fragment in anchors:
            return None
        near = get_close_matches(fragment, anchors, 1, 0.4) or anchors
        return f"there is no such heading; {instead(f'#{anchor}' for anchor in near)}"
    lines = re.fullmatch(r"L(\d+)(?:-L(\d+))?", fragment)
    length = len(path.read_bytes().splitlines()) if path.is_file() else 0
    if lines and 1 <= int(lines[1]) <= int(lines[2] or lines[1]) <= length:
        return None
    return f"there is no such line; write one of #L1 to #L{length}" if length else "write it without #"


def similar_tests(link: Link, course: Course) -> Iterator[str]:
    """Links to the tests with this name in other files, or else with the most similar name."""
    names = {test: test.partition("::")[2] for test in course.tests}
    near = get_close_matches(link.name, names.values(), 1)
    wanted = link.name if link.name in names.values() else next(iter(near), "")
    return (link_to(test, course) for test, name in names.items() if name == wanted)


def tests(course: Course) -> Iterator[str]:
    """A lesson links each test."""
    for test, line in course.tests.items():
        if not course.lessons_about(test):
            file, _, name = test.partition("::")
            yield f"{file}:{line}: no lesson links {name}; write {link_to(test, course)} in the one that explains it"


def instead(options: Iterable[str]) -> str:
    return f"write {' or '.join(options) or 'another, or leave the link out'}"


def link_to(test: str, course: Course) -> str:
    file, _, name = test.partition("::")
    return f"[`{name}`](../{file}#L{course.tests[test]})"


def correct(course: Course) -> Iterator[str]:
    """Rewrite the links that point to a wrong line, and say which."""
    for page in course.pages:
        text = page.text
        for link in page.links:
            line = course.line(link)
            if line and link.fragment != f"L{line}":
                target = f"{link.target.partition('#')[0]}#L{line}"
                text = text.replace(link.source, f"[{link.text}]({target})")
                yield f"{link}: now #L{line}"
        if text != page.text:
            (course.root / page.name).write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    print("\n".join(correct(Course())) or "Every line number is right.")
