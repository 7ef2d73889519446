"""Check Mermaid diagrams: quickly, and with Mermaid's own parser if `make diagrams` has installed it."""

import pytest

from course import diagrams
from course.diagrams import faults


@pytest.mark.parametrize(
    "diagram",
    [
        "flowchart TD\n  a --> b & c\n  b -->|no| d{Which?}\n  subgraph s [A title]\n    e(x) -.-> f\n  end",
        'flowchart LR\n  a["GET /hello (1)"] -- yes --> b',
        "sequenceDiagram\n  participant c as A client\n  c->>s: GET /hello\n  alt found\n    s-->>c: 200\n"
        "  else not\n    Note over c,s: nothing\n  end",
    ],
    ids=["flowchart", "quoted label", "sequence"],
)
def test_right_diagram(diagram):
    assert faults(diagram.split("\n")) == []


@pytest.mark.parametrize(
    ("diagram", "fault"),
    [
        ("", "(no diagram)"),
        ("flowchart XY\n  a --> b", "flowchart XY"),
        ("flowchart LR\n  a[x (y)] --> b", "a[x (y)] --> b"),
        ("flowchart LR\n  a[x --> b", "a[x --> b"),
        ('flowchart LR\n  a["x] --> b', 'a["x] --> b'),
        ("flowchart LR\n  a -> b", "a -> b"),
        ("flowchart LR\n  a --> end", "a --> end"),
        ("flowchart LR\n  subgraph s\n  a --> b", "an `end` is missing, or there is one too many"),
        ("flowchart LR\n  end\n  subgraph s", "an `end` is missing, or there is one too many"),
        ("flowchart LR\n  alt s\n  end", "alt s"),
        ("sequenceDiagram\n  subgraph s\n  end", "subgraph s"),
        ("sequenceDiagram\n  a->>b", "a->>b"),
        ("sequenceDiagram\n  a->>b: x; y", "a->>b: x; y"),
        ("sequenceDiagram\n  end", "an `end` is missing, or there is one too many"),
    ],
)
def test_wrong_diagram(diagram, fault):
    assert faults(diagram.split("\n")) == [fault]


needs_mermaid = pytest.mark.skipif(
    not (diagrams.FOLDER / "node_modules/mermaid").is_dir(), reason="only `make diagrams` installs Mermaid"
)


@needs_mermaid
def test_parser_of_mermaid():
    right, wrong = diagrams.parse(["flowchart LR\n  a[Client] -->|GET| b", "sequenceDiagram\n  a->>b: x; y"])

    assert right is None
    assert wrong
    assert wrong.startswith("Parse error on line 2")


@needs_mermaid
def test_wrong_diagram_is_named_by_its_file_and_line(capsys, tmp_path):
    (tmp_path / "README.md").write_text("```mermaid\nflowchart LR\n  a[x (y)] --> b\n```\n", "utf-8")

    assert diagrams.main(tmp_path) == 1
    assert capsys.readouterr().out.startswith("README.md:2: Parse error on line 2")


def test_without_node_one_line_says_that_the_parser_is_skipped(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    assert diagrams.main(tmp_path) == 0
    assert capsys.readouterr().out == "Skipped the check of the diagrams: Node and npm are not installed.\n"


def test_package_that_npm_cannot_install_is_skipped(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(diagrams, "FOLDER", tmp_path / "mermaid")
    for program in ("node", "npm"):
        (tmp_path / program).write_text("#!/bin/sh\nexit 1\n", "utf-8")
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    assert diagrams.main(tmp_path) == 0
    assert capsys.readouterr().out == f"Skipped the check of the diagrams: npm can't install {diagrams.MERMAID}.\n"
