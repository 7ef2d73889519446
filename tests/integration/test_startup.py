"""Where the settings come from, and how a start is refused."""

import re
import socket

import pytest

import wsgi
from app import PLACEHOLDER
from tests.support.client import Server
from tests.support.processes import COMMANDS, needs_gunicorn

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    "command",
    [
        pytest.param("wsgi.py", marks=pytest.mark.launch("wsgi.py", FLASK_ENV="staging")),
        pytest.param("flask run", marks=pytest.mark.launch(*COMMANDS["flask run"], FLASK_ENV="staging")),
        pytest.param(
            "gunicorn",
            marks=[needs_gunicorn, pytest.mark.launch("-m", "gunicorn", "wsgi:application", FLASK_ENV="staging")],
        ),
    ],
)
def test_refusal_to_start_is_one_line_and_exit_status_2(process, command):
    assert (process.wait(), process.output()) == (
        2,
        "Error: FLASK_ENV='staging' is refused: it takes one of development, production, testing\n",
    )


def test_taken_port_is_one_line_and_exit_status_1(run):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = run("wsgi.py", PORT=str(port))

        assert (process.wait(), process.output()) == (
            1,
            f"Error: port {port} is taken; use another one: PORT=3001 python wsgi.py\n",
        )


from_dotenv = pytest.mark.launch(
    "copy/wsgi.py",
    files={
        "copy/.env": "PORT=0\nHOST=::1\nFLASK_ENV=testing\n",
        ".env": "HOST=of the working directory, which is not asked\n",
    },
    PORT=None,
    FLASK_ENV="production",
    PYTHON_DOTENV_DISABLED=None,
)


@from_dotenv
def test_dotenv_beside_wsgi_fills_in_what_the_environment_leaves_unset(process):
    process.wait_for("Host: ::1\n")
    process.wait_for("Flask environment: production\n")


@from_dotenv
def test_ipv6_address_is_served(process):
    url = process.url()

    assert re.fullmatch(r"http://\[::1\]:\d+", url)
    assert Server.at(url).send("GET", "/hello").status == 200


def ending(function, capsys):
    """The exit status with which a function of ``wsgi`` ends the process, and all that it prints before.

    Called in this process: one of its own for each of the cases below would take seconds.
    """
    with pytest.raises(SystemExit) as caught:
        function()
    status, (out, err) = caught.value.code, capsys.readouterr()
    return (status, out + err) if isinstance(status, int) else (1, f"{out}{err}{status}\n")


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        pytest.param(
            {"PORT": "99999"},
            "PORT='99999' is refused: it takes a whole number from 0 to 65535",
            id="PORT",
        ),
        pytest.param(
            {"FLASK_ENV": "staging"},
            "FLASK_ENV='staging' is refused: it takes one of development, production, testing",
            id="FLASK_ENV",
        ),
        pytest.param(
            {"FLASK_DEBUG": "maybe"},
            "FLASK_DEBUG='maybe' is refused: it takes one of true, 1, yes, on, false, 0, no, off",
            id="FLASK_DEBUG",
        ),
        pytest.param(
            {"FLASK_DEBUG": "true", "FLASK_ENV": "production"},
            "FLASK_DEBUG='true' is refused: it takes only false where FLASK_ENV is production",
            id="debug in production",
        ),
        pytest.param(
            {"FLASK_DEBUG": "true", "HOST": "0.0.0.0"},
            "HOST='0.0.0.0' is refused: it takes only localhost or another loopback address where FLASK_DEBUG is true",
            id="debug for everybody",
        ),
        pytest.param(
            {"SECRET_KEY": PLACEHOLDER, "FLASK_ENV": "production"},
            "SECRET_KEY is the placeholder of .env.example: production takes a secret of its own",
            id="placeholder in production",
        ),
        pytest.param(
            {"CORS_ORIGINS": "a.example"},
            "CORS_ORIGINS='a.example' is refused: it takes *, or origins such as https://app.example, comma-separated",
            id="CORS_ORIGINS",
        ),
    ],
)
def test_each_refused_variable_ends_with_2(monkeypatch, capsys, environ, message):
    for variable, value in environ.items():
        monkeypatch.setenv(variable, value)

    assert ending(wsgi.configure, capsys) == (2, f"Error: {message}\n")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"\xff\xfeP\0", "'utf-8' codec can't decode byte 0xff", id="UTF-16"),
        pytest.param(b"HOST=a\0b", "embedded null byte", id="NUL"),
    ],
)
def test_dotenv_that_cannot_be_read_ends_with_2(monkeypatch, capsys, tmp_path, content, reason):
    """UTF-16 is what ``echo PORT=3001 > .env`` writes in Windows PowerShell."""
    tmp_path.joinpath(".env").write_bytes(content)
    monkeypatch.setattr(wsgi, "__file__", str(tmp_path / "wsgi.py"))
    monkeypatch.delenv("PYTHON_DOTENV_DISABLED")

    status, output = ending(wsgi.configure, capsys)

    assert status == 2
    assert re.fullmatch(rf"Error: \.env cannot be read: {reason}[^\n]*\n", output)


def test_taken_port_ends_with_1(monkeypatch, capsys):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setattr(wsgi, "address", wsgi.Address("localhost", port))

        assert ending(wsgi.listen, capsys) == (
            1,
            f"Error: port {port} is taken; use another one: PORT=3001 python wsgi.py\n",
        )


@pytest.mark.parametrize("host", ["", "192.0.2.1", "a" * 64, "a\0b"], ids=["empty", "another's", "too long", "NUL"])
def test_host_that_is_not_this_machine_ends_with_1(monkeypatch, capsys, host):
    monkeypatch.setattr(wsgi, "address", wsgi.Address(host, 0))

    status, output = ending(wsgi.listen, capsys)

    assert status == 1
    assert re.fullmatch(rf"Error: cannot listen on HOST={re.escape(repr(host))} and PORT=0: [^\n]+\n", output)
