"""Check Mermaid diagrams without Mermaid."""

import pytest

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
