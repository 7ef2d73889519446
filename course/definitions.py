"""Find the lines on which a Python file defines its names."""

import ast
from collections.abc import Iterator


def definitions(code: bytes) -> dict[str, int]:
    """The lines of the functions, classes, methods (``Class::method``) and constants.

    The line is that of ``def``, below the decorators. If a name is defined twice, the first line counts.
    """
    found: dict[str, int] = {}
    for name, line in walk(ast.parse(code)):
        found.setdefault(name, line)
    return found


def walk(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, int]]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield prefix + name, child.lineno
                if not name.startswith("test"):
                    yield from walk(child, prefix)
            case ast.ClassDef(name=name):
                yield prefix + name, child.lineno
                yield from walk(child, f"{prefix}{name}::")
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if child.col_offset == 0:
                    yield name, child.lineno
            case ast.stmt():
                yield from walk(child, prefix)
