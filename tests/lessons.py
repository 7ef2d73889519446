"""The lessons as data: what they link, and which tests that explains. There is no second list.

``python -m tests.lessons`` corrects the line, as in ``#L12``, of each link that bears the name of what it points to.
"""

import ast
import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parent.parent
SUITES = ("unit", "integration", "performance", "security")

FENCED = re.compile(r"^[ >]*(`{3,}|~{3,})[^`\n]*\n.*?(?:^[ >]*\1[`~]*[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"<!--.*?-->|(?<!`)(`+)(?!`)(?:(?!\n\n).)+?(?<!`)\1(?!`)", re.DOTALL)
LINK = re.compile(r'\[([^][]*)\]\(([^()\s]+)(?:\s+"[^"]*")?\)')
HEADING = re.compile(r"^(#{1,6}) +(.+?)(?: +#+)? *$", re.MULTILINE)


@dataclass(frozen=True)
class Link:
    """A ``[text](target)`` that leads to a file of the repository."""

    page: str
    line: int
    text: str
    target: str
    offset: int  # where the target begins in the page's text

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: [{self.text}]({self.target})"

    @property
    def file(self) -> str:
        """The file, from the root of the repository."""
        path = self.target.partition("#")[0]
        return posixpath.normpath(posixpath.join("lessons", path)) if path else self.page

    @property
    def fragment(self) -> str:
        return self.target.partition("#")[2]

    @property
    def name(self) -> str:
        """What the link is named after. A parametrised test goes by its function: its cases belong together."""
        return self.text.strip("`").partition("[")[0].removesuffix("()")

    @property
    def test(self) -> str | None:
        """The node id of the test that the link names, whether there is one or not."""
        return f"{self.file}::{self.name}" if re.fullmatch(r"(\w+::)*test_\w+", self.name) else None


@dataclass(frozen=True)
class Page:
    """A Markdown file of ``lessons/``: a lesson where two digits begin its name, else number 0."""

    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.name}: {self.title}"

    @property
    def file(self) -> str:
        return posixpath.basename(self.name)

    @property
    def number(self) -> int:
        return int(self.file[:2]) if re.match(r"\d\d-", self.file) else 0

    @property
    def title(self) -> str:
        """The first heading, with the lesson's number whether or not it is written."""
        heading = next((heading for level, heading in self.headings if level == 1), self.file)
        return f"{self.number}. {re.sub(r'^[0-9]+[.] ', '', heading)}" if self.number else heading

    @cached_property
    def prose(self) -> str:
        """The text with blanks in place of its fenced blocks, so that each offset stays."""
        return FENCED.sub(blank, self.text)

    @cached_property
    def headings(self) -> list[tuple[int, str]]:
        return [(len(hashes), heading) for hashes, heading in HEADING.findall(self.prose)]

    @property
    def anchors(self) -> Iterator[str]:
        """The headings as GitHub links them: small letters, no punctuation, hyphens for spaces, repeats numbered."""
        seen: Counter[str] = Counter()
        for _, heading in self.headings:
            slug = re.sub(r"[^\w -]", "", LINK.sub(r"\1", heading).lower()).replace(" ", "-")
            yield f"{slug}-{seen[slug]}" if seen[slug] else slug
            seen[slug] += 1

    @cached_property
    def links(self) -> list[Link]:
        found = LINK.finditer(INLINE.sub(blank, self.prose))
        return [
            Link(self.name, self.text.count("\n", 0, m.start()) + 1, self.text[m.start(1) : m.end(1)], m[2], m.start(2))
            for m in found
            if not re.match(r"[a-z][a-z0-9+.-]*:", m[2])
        ]


def blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


class Course:
    """The lessons of a repository, and its tests."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        paths = sorted((root / "lessons").glob("*.md"))
        self.pages = [Page(f"lessons/{path.name}", path.read_text("utf-8")) for path in paths]
        self.lessons = [page for page in self.pages if page.number]
        self._definitions: dict[str, dict[str, int]] = {}

    @cached_property
    def explained(self) -> dict[str, list[Page]]:
        """The lessons that link a test, by the test's node id."""
        explained: dict[str, list[Page]] = {}
        for lesson in self.lessons:
            for test in dict.fromkeys(link.test for link in lesson.links if link.test):
                explained.setdefault(test, []).append(lesson)
        return explained

    @cached_property
    def tests(self) -> dict[str, int]:
        """The lines of all tests of the four suites, by node id."""
        files = [
            path.relative_to(self.root).as_posix()
            for suite in SUITES
            for path in sorted((self.root / "tests" / suite).glob("test_*.py"))
        ]
        return {
            f"{file}::{name}": line
            for file in files
            for name, line in self.definitions(file).items()
            if name.rpartition("::")[2].startswith("test")
        }

    def definitions(self, file: str) -> dict[str, int]:
        """The lines of the functions, classes, methods (``Class::method``) and constants of a Python file."""
        if file not in self._definitions:
            path = self.root / file
            code = ast.parse(path.read_bytes() if path.suffix == ".py" and path.is_file() else b"")
            found = self._definitions[file] = {}
            for name, line in definitions(code):
                found.setdefault(name, line)
        return self._definitions[file]

    def line(self, link: Link) -> int | None:
        """The line that a link has to point to, if it bears the name of something: of ``def``, below decorators."""
        if link.test:
            return self.tests.get(link.test)
        return self.definitions(link.file).get(link.name) if re.fullmatch(r"L\d+", link.fragment) else None

    def correct(self) -> Iterator[str]:
        """Rewrite the links that point beside what they name, and say which."""
        for page in self.pages:
            text = page.text
            wrong = [link for link in page.links if self.line(link) and link.fragment != f"L{self.line(link)}"]
            for link in reversed(wrong):
                target = f"{link.target.partition('#')[0]}#L{self.line(link)}"
                text = text[: link.offset] + target + text[link.offset + len(link.target) :]
            if wrong:
                (self.root / page.name).write_text(text, "utf-8", newline="\n")
                yield from (f"{link}: now #L{self.line(link)}" for link in wrong)


def definitions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, int]]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield prefix + name, child.lineno
                if not name.startswith("test"):
                    yield from definitions(child, prefix)
            case ast.ClassDef(name=name):
                yield prefix + name, child.lineno
                yield from definitions(child, f"{prefix}{name}::")
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if not child.col_offset:
                    yield name, child.lineno
            case ast.stmt():
                yield from definitions(child, prefix)


if __name__ == "__main__":
    print(*list(Course().correct()) or ["Every line is right."], sep="\n")
