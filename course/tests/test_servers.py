"""Recognise the commands that may start a server."""

import pytest

from course.servers import may_serve


@pytest.mark.parametrize(
    "command",
    [
        "python wsgi.py",
        "python3 examples/standard_library.py 3001",
        "python -m http.server 3001",
        "A='x y' B=1 python wsgi.py",
        "python wsgi.py > log 2>&1 &",
        "python wsgi.py  # in the first terminal",
        "gunicorn wsgi:application --bind 0.0.0.0:3000",
        "flask --app app run --port 3000",
        "waitress-serve --listen=localhost:3000 wsgi:application",
        "nginx -p . -c nginx.conf -g 'daemon off;'",
        "node server.js",
        "go run .",
    ],
)
def test_command_that_may_serve(command):
    assert may_serve(command)


@pytest.mark.parametrize(
    "command",
    [
        "",
        "^C",
        "python",
        "python -c 'import app'",
        "pytest -q",
        "curl localhost:3000",
        "PORT=3001 python wsgi.py; echo $?",
        "python wsgi.py | head -1",
        "python wsgi.py && true",
        "cd examples && python wsgi.py",
        "(python wsgi.py)",
        "python wsgi.py &\ncurl localhost:3000",
        "python wsgi.py 'oops",
        "echo gunicorn",
    ],
)
def test_command_that_the_shell_runs(command):
    assert not may_serve(command)
