"""Check Mermaid diagrams.

:func:`faults` is quick: it knows the lines of the two kinds of diagram that the lessons use.
``python -m course.diagrams`` asks Mermaid's own parser. It needs Node and npm, and is skipped without them.
"""

import re
from collections.abc import Sequence
from itertools import accumulate

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
