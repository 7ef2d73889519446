"""Copy the small repository, and find free ports."""

import socket

from course.scratch import FREE_PORTS, free_ports, scratch_copy
from course.tests.small_course import write


def test_copy_has_free_ports_in_place_of_those_in_the_lessons(tmp_path):
    (tmp_path / ".gitignore").write_text("", "utf-8")
    (tmp_path / "ports").write_bytes(b"3000 3001 30001 3.3000 x3000 \xff")

    with scratch_copy(tmp_path) as scratch:
        text = (scratch.project / "ports").read_bytes()
        port = text.split()[0].decode()

        assert text == f"{port} {int(port) + 1} 30001 3.3000 x3000 ".encode() + b"\xff"
        assert scratch.to_lesson(f"listens on {port}") == "listens on 3000"
        assert int(port) in FREE_PORTS


def test_copy_leaves_out_the_tests_of_the_reader(tmp_path):
    """A lesson creates them as its exercise, also if the reader has done it already."""
    for name in (".gitignore", "tests/test_ours.py", "tests/yours/README.md", "tests/yours/test_mine.py"):
        write(tmp_path, name, "")

    with scratch_copy(tmp_path) as scratch:
        files = {path.relative_to(scratch.project).as_posix() for path in scratch.project.rglob("*") if path.is_file()}

    assert files == {".gitignore", "tests/test_ours.py", "tests/yours/README.md"}


def test_two_lessons_get_different_ports():
    with free_ports() as one, free_ports() as other:
        assert not set(one.values()) & set(other.values())


def test_ports_in_use_are_left_out():
    with free_ports() as ports:
        first = int(ports["3000"])
    with socket.create_server(("localhost", first + 1)), free_ports() as others:
        assert others["3000"] != str(first)
