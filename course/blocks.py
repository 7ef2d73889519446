"""Read what a fence tells the checker to do: the commands and their outputs, and the comments that excuse it."""

import codeop
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from course.compare import without_blank_end
from course.pages import Fence, Page, first_line

if TYPE_CHECKING:
    from markdown_it.token import Token

PROMPTS = {"console": ("$ ", "> "), "pycon": (">>> ", "... ")}
CTRL_C = "^C"
# What a fence may need that not every machine has, and the names that its program can have.
PROGRAMS = {
    "chromium": [
        "google-chrome",
        "chromium",
        "chromium-browser",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ],
    "go": ["go"],
    "nginx": ["nginx"],
    "node": ["node"],
    "playwright": ["playwright"],
}


@dataclass
class Step:
    """A command and its output. Without a command, the output is what a running server prints next."""

    line: int
    command: str
    output: list[str] = field(default_factory=list)

    @property
    def output_line(self) -> int:
        """The line number of the first line of the output. ``^C`` is a command, and begins its output."""
        return self.line if self.command in ("", CTRL_C) else self.line + self.command.count("\n") + 1


def read_steps(fence: Fence) -> list[Step]:
    prompt, continuation = PROMPTS[fence.language]
    steps = [Step(fence.line, "")]
    for line, text in enumerate(fence.lines, fence.line):
        step = steps[-1]
        if text.startswith(prompt):
            steps.append(Step(line, text.removeprefix(prompt)))
        elif text.startswith(CTRL_C):
            steps.append(Step(line, CTRL_C, [text]))
        elif step.command and not step.output and (text.startswith(continuation) or ends_python_block(text, step)):
            step.command += "\n" + text[len(continuation) :]
        else:
            step.output.append(text)
    for step in steps:
        step.output = without_blank_end(step.output)
    return [step for step in steps if step.command or step.output]


def ends_python_block(text: str, step: Step) -> bool:
    """Whether ``...`` is the empty line that ends a function or a loop. Otherwise it is a gap in the output."""
    return text == "..." and is_unfinished(step.command)


def is_unfinished(python: str) -> bool:
    """Whether Python would wait for more lines."""
    try:
        return codeop.compile_command(python) is None
    except (SyntaxError, ValueError, OverflowError):
        return False


def is_excused(fence: Fence) -> bool:
    """Whether the comment ``<!-- not run: why -->`` is above the fence."""
    return bool(re.match(r"not run: \w", fence.comment))


def needs(fence: Fence) -> list[str]:
    """The programs in the comment ``<!-- needs: nginx, node -->`` above the fence."""
    found = re.match(r"needs: (.+)", fence.comment)
    return re.split(r",\s*|\s+", found[1].strip()) if found else []


def misplaced_code(page: Page) -> Iterator[tuple[int, str]]:
    """The line and the text of code that is not in a fence at the margin, or whose fence has no end."""
    for token in page.tokens:
        if token.type == "code_block" or (token.type == "fence" and not is_whole(token, page.lines)):
            yield first_line(token), page.lines[first_line(token) - 1]
        elif token.type in ("html_block", "inline"):
            for line, text in enumerate(token.content.split("\n"), first_line(token)):
                if re.match(r"\s*(`{3,}|~{3,})", text):
                    yield line, text


def is_whole(fence: "Token", lines: list[str]) -> bool:
    """Whether a fence begins at the margin, and has an end."""
    assert fence.map
    start, end = fence.map
    return lines[start].startswith(fence.markup) and end > start + 1 and lines[end - 1].startswith(fence.markup)
