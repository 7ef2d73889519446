"""What examples/shared_connection.py says about servers that lesson 22 doesn't name."""

import subprocess
import sys

import pytest

from course.pages import ROOT


def shared_connection(*args):
    command = [sys.executable, "-m", "examples.shared_connection", *args]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)


def test_response_without_a_length_ends_with_its_connection():
    """``flask run`` responds to HTTP/9.9 with a body and nothing else."""
    result = shared_connection("flask run")

    assert "HTTP/9.9           (a new connection)\n" in result.stdout
    assert result.returncode == 0


@pytest.mark.parametrize("args", [[], ["nginx"]], ids=["no name", "unknown name"])
def test_name_that_is_not_a_server_is_refused(args):
    result = shared_connection(*args)

    assert result.stderr.startswith("Give the name of a server: wsgi.py, 'flask run', ")
