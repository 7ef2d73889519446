"""Read the lessons: their headings, links and code blocks, and the tests that they link.

The links are the only list of which lesson explains which test.
"""

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from course.definitions import definitions

if TYPE_CHECKING:
    from markdown_it.token import Token

ROOT = Path(__file__).parent.parent
TESTS_OF_THE_READER = "tests/yours"


class LessonError(Exception):
    """A lesson is wrong. The text says where, and what to write instead."""


@dataclass(frozen=True)
class Heading:
    level: int
    line: int
    source: str  # as it is written
    text: str  # as it is shown, without markup


@dataclass(frozen=True)
class Link:
    """A link to a file of the repository."""

    page: str  # the page's file, from the root
    line: int
    text: str
    target: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.source}"

    @property
    def source(self) -> str:
        return f"[{self.text}]({self.target})"

    @property
    def file(self) -> str:
        """The file that the link leads to, from the root."""
        path = self.target.partition("#")[0]
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.page), path)) if path else self.page

    @property
    def fragment(self) -> str:
        return self.target.partition("#")[2]

    @property
    def name(self) -> str:
        """The name in the link's text, without the parameters of a test: its cases belong together."""
        return self.text.strip("`").partition("[")[0].removesuffix("()")

    @property
    def test(self) -> str | None:
        """The node id of the test that the link names. The test may be missing."""
        return f"{self.file}::{self.name}" if re.fullmatch(r"(\w+::)*test_\w+", self.name) else None


@dataclass(frozen=True)
class Fence:
    """A block of code between two lines with three backquotes."""

    line: int  # of the first line of code
    language: str
    lines: list[str]
    comment: str  # the HTML comment right above it, without its marks
    headings: tuple[Heading, ...]  # that it is under, the outermost first
    link: Link | None  # the last link above it in its section


@dataclass(frozen=True)
class Page:
    """A Markdown file. In ``lessons/``, a name that begins with two digits makes it a lesson."""

    name: str  # from the root
    text: str

    def __str__(self) -> str:
        return f"{self.name}: {self.title}"

    @property
    def file(self) -> str:
        return posixpath.basename(self.name)

    @property
    def number(self) -> int:
        """The number of the lesson, or 0."""
        return int(self.file[:2]) if re.match(r"\d\d-", self.file) else 0

    @property
    def title(self) -> str:
        """The first heading. A lesson's title has its number, even if the heading lacks it."""
        heading = next((heading.source for heading in self.headings if heading.level == 1), self.file)
        return f"{self.number}. {re.sub(r'^[0-9]+[.] ', '', heading)}" if self.number else heading

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def tokens(self) -> list["Token"]:
        from markdown_it import MarkdownIt  # here, because most runs of pytest read no page

        return MarkdownIt("commonmark").enable("table").parse(self.text)

    @cached_property
    def headings(self) -> list[Heading]:
        return [
            Heading(int(opening.tag[1]), first_line(opening), inline.content, shown(inline))
            for opening, inline in zip(self.tokens, self.tokens[1:], strict=False)
            if opening.type == "heading_open"
        ]

    @cached_property
    def paragraphs(self) -> list[tuple[int, str]]:
        """The line and the source of each paragraph that is not in a list or a quotation."""
        return [
            (first_line(opening), inline.content)
            for opening, inline in zip(self.tokens, self.tokens[1:], strict=False)
            if opening.type == "paragraph_open" and opening.level == 0
        ]

    @cached_property
    def links(self) -> list[Link]:
        found = [link for token in self.tokens if token.type == "inline" for link in links_in(token)]
        return [
            Link(self.name, line, text, target)
            for line, text, target in found
            if not re.match(r"[a-z][a-z0-9+.-]*:", target)
        ]

    @cached_property
    def tests(self) -> list[str]:
        """The node id of each test that the page links, once."""
        return list(dict.fromkeys(link.test for link in self.links if link.test))

    @cached_property
    def fences(self) -> list[Fence]:
        found = []
        for before, token in zip([None, *self.tokens], self.tokens, strict=False):
            if token.type == "fence":
                line = first_line(token) + 1
                lines = token.content.split("\n")[:-1]
                comment = comment_at_the_end(before.content) if before and before.type == "html_block" else ""
                language = token.info.partition(" ")[0]
                found.append(
                    Fence(line, language, lines, comment, self.headings_above(line), self.last_link_above(line))
                )
        return found

    @property
    def anchors(self) -> Iterator[str]:
        """The headings as GitHub links them: small letters, no punctuation, hyphens for spaces, repeats numbered."""
        seen: Counter[str] = Counter()
        for heading in self.headings:
            anchor = re.sub(r"[^\w -]", "", heading.text.lower()).replace(" ", "-")
            yield f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor
            seen[anchor] += 1

    def headings_above(self, line: int) -> tuple[Heading, ...]:
        path: list[Heading] = []
        for heading in self.headings:
            if heading.line < line:
                path = [*(above for above in path if above.level < heading.level), heading]
        return tuple(path)

    def last_link_above(self, line: int) -> Link | None:
        """The last link to a file that is not a page of ``lessons/``. It is below the last ``##``."""
        start = max((h.line for h in self.headings if h.level <= 2 and h.line < line), default=0)
        links = [link for link in self.links if start < link.line < line and not link.file.startswith("lessons/")]
        return links[-1] if links else None


def first_line(token: "Token") -> int:
    assert token.map
    return token.map[0] + 1


def shown(inline: "Token") -> str:
    return "".join(child.content for child in inline.children or [])


def links_in(inline: "Token") -> Iterator[tuple[int, str, str]]:
    """The line, text and target of each link and image."""
    line, text, target = first_line(inline), "", ""
    for child in inline.children or []:
        if child.type in ("softbreak", "hardbreak"):
            line += 1
        elif child.type == "link_open":
            text, target = "", str(child.attrs["href"])
        elif child.type == "link_close":
            yield line, text, target
        elif child.type == "image":
            yield line, child.content, str(child.attrs["src"])
        elif child.type == "code_inline":
            text += f"`{child.content}`"
        else:
            text += child.content


def comment_at_the_end(html: str) -> str:
    found = re.search(r"<!-- (.*?) -->\s*\Z", html)
    return found[1] if found else ""


class Course:
    """The lessons of a repository, and its tests."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        paths = sorted((root / "lessons").glob("*.md"))
        self.pages = [Page(f"lessons/{path.name}", path.read_text("utf-8")) for path in paths]
        self.lessons = [page for page in self.pages if page.number]
        self._definitions: dict[str, dict[str, int]] = {}

    def lessons_about(self, test: str) -> list[Page]:
        """The lessons that link a test. Only those with its name are parsed, because parsing all takes time."""
        name = test.rpartition("::")[2]
        return [lesson for lesson in self.lessons if name in lesson.text and test in lesson.tests]

    @cached_property
    def tests(self) -> dict[str, int]:
        """The lines of the tests of all suites, by node id."""
        files = [path.relative_to(self.root).as_posix() for path in sorted(self.root.glob("tests/*/**/test_*.py"))]
        return {
            f"{file}::{name}": line
            for file in files
            if not file.startswith(f"{TESTS_OF_THE_READER}/")
            for name, line in self.definitions(file).items()
            if name.rpartition("::")[2].startswith("test")
        }

    def definitions(self, file: str) -> dict[str, int]:
        """The lines of the names that a Python file defines."""
        if file not in self._definitions:
            path = self.root / file
            code = path.read_bytes() if path.suffix == ".py" and path.is_file() else b""
            self._definitions[file] = definitions(code)
        return self._definitions[file]

    def line(self, link: Link) -> int | None:
        """The line that a link must point to, if its text is a name that its file defines."""
        names_something = link.test or re.fullmatch(r"L\d+", link.fragment)
        return self.definitions(link.file).get(link.name) if names_something else None
