"""Check Mermaid diagrams.

:func:`faults` is quick: it knows the lines of the two kinds of diagram that the lessons use.
``python -m course.diagrams`` uses Mermaid's own parser. It needs Node and npm, and is skipped without them.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from course.pages import ROOT, Course, Page

MERMAID = "mermaid@11.17.2"
FOLDER = Path(sys.prefix) / MERMAID  # where npm installs it; `make clean` deletes it
PARSER = Path(__file__).with_name("diagrams.mjs")

# A label has brackets only inside quotes.
LABEL = r'("[^"]*"|[^"\[\](){}|<>;-]+)'
NODE = rf"(?!end\b)\w+(\[{LABEL}\]|\({LABEL}\)|\{{{LABEL}\}})?"
ARROW = rf"(&|-->|-\.->|-->\|{LABEL}\||-- {LABEL} -->)"
FLOWCHART = rf"{NODE}( {ARROW} {NODE})*|subgraph .+|end"
SEQUENCE = r"\w+(->>|-->>)\w+: [^;]+|Note over \w+(, ?\w+)?: [^;]+|participant \w+( as .+)?|(alt|loop|opt|else) .+|end"
KINDS = {"flowchart LR": FLOWCHART, "flowchart TD": FLOWCHART, "sequenceDiagram": SEQUENCE}
OPENING = r"(subgraph|alt|loop|opt) .+"  # it needs an `end`


def faults(diagram: Sequence[str]) -> list[str]:
    """The lines that this kind of diagram does not have."""
    kind, *lines = [line.strip() for line in diagram] or [""]
    if kind not in KINDS:
        return [kind or "(no diagram)"]
    if unknown := [line for line in lines if not re.fullmatch(KINDS[kind], line)]:
        return unknown
    depths = list(accumulate((bool(re.fullmatch(OPENING, line)) - (line == "end") for line in lines), initial=0))
    return [] if min(depths) == 0 == depths[-1] else ["an `end` is missing, or there is one too many"]


def parse(diagrams: Sequence[str]) -> list[str | None]:
    """For each diagram, the error of Mermaid's parser or None. Mermaid must be installed."""
    command = ["node", "--input-type=module", "--eval", PARSER.read_text("utf-8")]
    done = subprocess.run(
        command, cwd=FOLDER, input=json.dumps(diagrams), capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        sys.exit(f"Mermaid's parser does not run: {done.stderr}")
    errors: list[str | None] = json.loads(done.stdout)
    return errors


def install() -> str | None:
    """Install Mermaid with npm. Return the reason if that is not possible."""
    if not (shutil.which("node") and shutil.which("npm")):
        return "Node and npm are not installed"
    if (FOLDER / "node_modules/mermaid").is_dir():
        return None
    command = ["npm", "install", "--prefix", str(FOLDER), "--ignore-scripts", "--no-audit", "--no-fund", MERMAID]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    return f"npm can't install {MERMAID}" if done.returncode else None


def main(root: Path) -> int:
    if reason := install():
        print(f"Skipped the check of the diagrams: {reason}.")
        return 0
    pages = [Page("README.md", (root / "README.md").read_text("utf-8")), *Course(root).pages]
    fences = [(page, fence) for page in pages for fence in page.fences if fence.language == "mermaid"]
    errors = parse(["\n".join(fence.lines) for _, fence in fences])
    wrong = [(page, fence, error) for (page, fence), error in zip(fences, errors, strict=True) if error]
    for page, fence, error in wrong:
        print(f"{page.name}:{fence.line}: {error}")
    print(f"{len(fences)} diagrams, {len(wrong)} of them wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(ROOT))
