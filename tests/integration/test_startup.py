"""Where the settings come from, and how a start is refused."""

import re
import socket
from contextlib import ExitStack

import pytest

from app import PLACEHOLDER
from tests.servers import Server, ServerProcess

pytestmark = pytest.mark.integration

# What is refused: the command and its environment, the exit status, and all of the output.
REFUSALS = {
    "PORT": ("wsgi.py", {"PORT": "99999"}, 2, "PORT='99999' is refused: it takes a whole number from 0 to 65535"),
    "FLASK_ENV": (
        "wsgi.py",
        {"FLASK_ENV": "staging"},
        2,
        "FLASK_ENV='staging' is refused: it takes one of development, production, testing",
    ),
    "FLASK_DEBUG": (
        "wsgi.py",
        {"FLASK_DEBUG": "maybe"},
        2,
        "FLASK_DEBUG='maybe' is refused: it takes one of true, 1, yes, on, false, 0, no, off",
    ),
    "debug in production": (
        "wsgi.py",
        {"FLASK_DEBUG": "true", "FLASK_ENV": "production"},
        2,
        "FLASK_DEBUG='true' is refused: it takes only false where FLASK_ENV is production",
    ),
    "debug for everybody": (
        "wsgi.py",
        {"FLASK_DEBUG": "true", "HOST": "0.0.0.0"},
        2,
        "HOST='0.0.0.0' is refused: it takes only localhost or another loopback address where FLASK_DEBUG is true",
    ),
    "placeholder in production": (
        "wsgi.py",
        {"SECRET_KEY": PLACEHOLDER, "FLASK_ENV": "production"},
        2,
        "SECRET_KEY is the placeholder of .env.example: production takes a secret of its own",
    ),
    "CORS_ORIGINS": (
        "wsgi.py",
        {"CORS_ORIGINS": "a.example"},
        2,
        "CORS_ORIGINS='a.example' is refused: it takes *, or origins such as https://app.example, comma-separated",
    ),
    "flask run": (
        "-m flask --app app run --port 0",
        {"FLASK_ENV": "staging"},
        2,
        "FLASK_ENV='staging' is refused: it takes one of development, production, testing",
    ),
    "gunicorn": (
        "-m gunicorn wsgi:application",
        {"PORT": "-1"},
        2,
        "PORT='-1' is refused: it takes a whole number from 0 to 65535",
    ),
    "HOST": (
        "wsgi.py",
        {"HOST": "192.0.2.1"},
        1,
        "cannot listen on HOST='192.0.2.1' and PORT=0: ",
    ),
    "empty HOST": ("wsgi.py", {"HOST": ""}, 1, "cannot listen on HOST='' and PORT=0: "),
}


@pytest.fixture(scope="session")
def refused(tmp_path_factory):
    """The processes of ``REFUSALS``, all started at once: one after the other they would take seconds."""
    folder = tmp_path_factory.mktemp("refused")
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(ServerProcess(command.split(), folder / name, covered=name == "PORT", **environ))
            for name, (command, environ, _, _) in REFUSALS.items()
        }


@pytest.mark.parametrize("name", REFUSALS)
def test_refusal_to_start_is_one_line_and_an_exit_status(refused, name):
    _, _, exit_status, message = REFUSALS[name]

    assert refused[name].wait() == exit_status
    line, rest = refused[name].output().split("\n")
    assert rest == ""
    if exit_status == 2:
        assert line == f"Error: {message}"
    else:  # the operating system's words follow
        assert line.startswith(f"Error: {message}")


@pytest.mark.parametrize("debug", ["false", "true"])
def test_taken_port_is_one_line_and_exit_status_1(run, debug):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = run("wsgi.py", PORT=str(port), FLASK_DEBUG=debug, covered=debug == "false")

        assert (process.wait(), process.output()) == (
            1,
            f"Error: port {port} is taken; use another one: PORT=3001 python wsgi.py\n",
        )


def test_ipv6_address_is_served(run):
    url = run("wsgi.py", HOST="::1").url()

    assert re.fullmatch(r"http://\[::1\]:\d+", url)
    assert Server.at(url).send("GET", "/hello").status == 200


def test_dotenv_beside_wsgi_fills_in_what_the_environment_leaves_unset(run, copy, tmp_path):
    copy.joinpath(".env").write_text("PORT=0\nHOST=127.0.0.1\nFLASK_ENV=testing\n")
    tmp_path.joinpath(".env").write_text("HOST=of the working directory, which is not asked\n")

    process = run(str(copy / "wsgi.py"), cwd=tmp_path, PORT=None, FLASK_ENV="production", PYTHON_DOTENV_DISABLED=None)

    process.wait_for("Host: 127.0.0.1\n")
    process.wait_for("Flask environment: production\n")


def test_dotenv_that_is_not_utf_8_is_one_line_and_exit_status_2(run, copy):
    """What ``echo PORT=3001 > .env`` writes in Windows PowerShell."""
    copy.joinpath(".env").write_text("PORT=3001\n", encoding="utf-16")

    process = run("wsgi.py", cwd=copy, covered=True, PYTHON_DOTENV_DISABLED=None)

    assert process.wait() == 2
    assert re.fullmatch(r"Error: \.env cannot be read: 'utf-8' codec can't decode [^\n]+\n", process.output())
