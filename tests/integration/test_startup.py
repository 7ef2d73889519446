"""The source of each setting, a refused start, and a start that goes well."""

import os
import re
import socket
import sys

import psutil
import pytest

import devserver
import wsgi
from app import PLACEHOLDER
from tests.support.client import Server
from tests.support.processes import COMMANDS, attempts, needs_gunicorn

pytestmark = pytest.mark.integration


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    "command",
    [
        pytest.param("wsgi.py", marks=pytest.mark.launch("wsgi.py", FLASK_ENV="staging")),
        pytest.param("flask run", marks=pytest.mark.launch(*COMMANDS["flask run"], FLASK_ENV="staging")),
    ],
)
def test_refusal_to_start_is_one_line_and_exit_status_2(process, command):
    assert (process.wait(), process.output()) == (
        2,
        "Error: FLASK_ENV='staging' is refused: it must be one of development, production, testing\n",
    )


@needs_gunicorn
@pytest.mark.launch("-m", "gunicorn", "wsgi:application", HOST="")
def test_empty_host_does_not_open_every_interface(process):
    """Each way to start reads HOST in the same place. Only gunicorn would take ``:3000`` as an address."""
    assert (process.wait(), process.output()) == (
        2,
        "Error: HOST='' is refused: it must be a host name or address of this machine\n",
    )


def test_taken_port_is_one_line_and_exit_status_1(run):
    """Even if the other process would share its port (``SO_REUSEPORT``)."""
    with socket.create_server(("127.0.0.1", 0), reuse_port=hasattr(socket, "SO_REUSEPORT")) as other:
        port = other.getsockname()[1]
        process = run("wsgi.py", PORT=str(port))

        assert (process.wait(), process.output()) == (
            1,
            f"Error: port {port} is taken; try another port: PORT=3001 python wsgi.py\n",
        )


def test_server_listens_on_the_host_and_port_of_the_environment(run):
    host, authority = ("::1", "[::1]") if has_ipv6() else ("127.0.0.1", "127.0.0.1")
    with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        port = listener.getsockname()[1]

    url = run("wsgi.py", HOST=host, PORT=str(port)).url()

    assert url == f"http://{authority}:{port}"
    assert Server.at(url).send("GET", "/hello").status == 200


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is a device of Linux")
@pytest.mark.launch(
    "-c",
    "import os, runpy; os.dup2(os.open('/dev/full', os.O_WRONLY), 1); runpy.run_path('wsgi.py', run_name='__main__')",
)
def test_server_runs_without_a_banner_if_the_disk_is_full(process):
    assert Server.at(f"http://localhost:{listening_port(process)}").send("GET", "/hello").status == 200
    process.terminate()
    assert process.wait() == 0
    assert re.findall(r"(?m)^\S+ \S+ INFO (\S+) ", process.output()) == ["GET", "Stopped"]
    assert process.output().count("\n") == 2


def listening_port(process):
    """The port of a server whose output does not show it."""
    for _ in attempts():
        for connection in psutil.Process(process.popen.pid).net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN:
                return connection.laddr.port
    pytest.fail(f"The server does not listen:\n{process.output()}")


from_dotenv = pytest.mark.launch(
    "copy/wsgi.py",
    files={
        "copy/.env": "PORT=0\nHOST=127.0.0.1\nFLASK_ENV=testing\nCORS_ORIGINS=https://file.example\n",
        ".env": "HOST=this file is in the working directory, and the server does not read it\n",
    },
    PORT=None,
    CORS_ORIGINS="https://environment.example",
    PYTHON_DOTENV_DISABLED=None,
)


@from_dotenv
def test_dotenv_beside_wsgi_fills_in_the_variables_that_are_not_set(process):
    process.wait_for("Host: 127.0.0.1\n")
    process.wait_for("Flask environment: testing\n")


@from_dotenv
def test_dotenv_does_not_override_a_variable_that_is_set(process):
    origin = {"Origin": "https://environment.example"}
    response = Server.at(process.url()).send("GET", "/hello", origin)

    assert response.headers.get("Access-Control-Allow-Origin") == "https://environment.example"


@pytest.mark.launch("-c", "import sys, wsgi; print(sorted({'devserver', 'psutil'} & sys.modules.keys()))")
def test_importing_wsgi_loads_neither_the_development_server_nor_psutil(process):
    """gunicorn's workers would load both and use neither."""
    assert (process.wait(), process.output()) == (0, "[]\n")


def exit_of(function, capsys):
    """Exit status and output of a function that ends the process.

    It is called in this process, because a child process for each of the cases below would take seconds.
    """
    with pytest.raises(SystemExit) as caught:
        function()
    status, (out, err) = caught.value.code, capsys.readouterr()
    return (status, out + err) if isinstance(status, int) else (1, f"{out}{err}{status}\n")


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        pytest.param({"HOST": ""}, "HOST='' is refused: it must be a host name or address of this machine", id="HOST"),
        pytest.param(
            {"PORT": "99999"},
            "PORT='99999' is refused: it must be a whole number from 0 to 65535",
            id="PORT",
        ),
        pytest.param(
            {"FLASK_ENV": "staging"},
            "FLASK_ENV='staging' is refused: it must be one of development, production, testing",
            id="FLASK_ENV",
        ),
        pytest.param(
            {"FLASK_DEBUG": "maybe"},
            "FLASK_DEBUG='maybe' is refused: it must be one of true, 1, yes, on, false, 0, no, off",
            id="FLASK_DEBUG",
        ),
        pytest.param(
            {"FLASK_DEBUG": "true", "FLASK_ENV": "production"},
            "FLASK_DEBUG='true' is refused: with FLASK_ENV=production, it must be off",
            id="debug in production",
        ),
        pytest.param(
            {"FLASK_DEBUG": "true", "HOST": "0.0.0.0"},
            "HOST='0.0.0.0' is refused: with FLASK_DEBUG on, it must be localhost or another loopback address",
            id="debug on every interface",
        ),
        pytest.param(
            {"SECRET_KEY": PLACEHOLDER, "FLASK_ENV": "production"},
            "SECRET_KEY is refused: with FLASK_ENV=production, it must not be the placeholder of .env.example",
            id="placeholder in production",
        ),
        pytest.param(
            {"CORS_ORIGINS": "a.example"},
            "CORS_ORIGINS='a.example' is refused: it must be * or origins such as https://app.example,http://b:8080",
            id="CORS_ORIGINS",
        ),
    ],
)
@pytest.mark.parametrize("source", ["environment", ".env"])
def test_refused_variable_ends_with_2(monkeypatch, capsys, tmp_path, source, environ, message):
    monkeypatch.setattr(wsgi, "__file__", str(tmp_path / "wsgi.py"))
    monkeypatch.setattr(os, "environ", dict(os.environ))
    if source == ".env":
        del os.environ["PYTHON_DOTENV_DISABLED"]
        tmp_path.joinpath(".env").write_text(
            "".join(f"{name}={value}\n" for name, value in environ.items()), encoding="utf-8"
        )
    else:
        os.environ.update(environ)

    assert exit_of(wsgi.configure, capsys) == (2, f"Error: {message}\n")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"\xff\xfeP\0", "'utf-8' codec can't decode byte 0xff", id="UTF-16"),
        pytest.param(b"HOST=a\0b", "embedded null byte", id="NUL"),
    ],
)
def test_dotenv_that_is_not_text_ends_with_2(monkeypatch, capsys, tmp_path, content, reason):
    """UTF-16 is what ``echo PORT=3001 > .env`` writes in Windows PowerShell."""
    tmp_path.joinpath(".env").write_bytes(content)
    monkeypatch.setattr(wsgi, "__file__", str(tmp_path / "wsgi.py"))
    monkeypatch.delenv("PYTHON_DOTENV_DISABLED")

    status, output = exit_of(wsgi.configure, capsys)

    assert status == 2
    assert re.fullmatch(rf"Error: \.env cannot be read: {reason}[^\n]*\n", output)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is a file system of Linux")
def test_dotenv_that_cannot_be_read_ends_with_2(monkeypatch, capsys, tmp_path):
    """Root may read any file. To read one's own memory at address zero is an error for every user."""
    tmp_path.joinpath(".env").symlink_to("/proc/self/mem")
    monkeypatch.setattr(wsgi, "__file__", str(tmp_path / "wsgi.py"))
    monkeypatch.delenv("PYTHON_DOTENV_DISABLED")

    assert exit_of(wsgi.configure, capsys) == (2, "Error: .env cannot be read: [Errno 5] Input/output error\n")


def test_taken_port_ends_with_1(capsys):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        assert exit_of(lambda: devserver.listen("localhost", port), capsys) == (
            1,
            f"Error: port {port} is taken; try another port: PORT=3001 python wsgi.py\n",
        )


@pytest.mark.parametrize("host", ["192.0.2.1", "a" * 64, "a\0b"], ids=["another machine", "too long", "NUL"])
def test_host_that_is_not_this_machine_ends_with_1(capsys, host):
    status, output = exit_of(lambda: devserver.listen(host, 0), capsys)

    assert status == 1
    assert re.fullmatch(rf"Error: cannot listen on HOST={re.escape(repr(host))} and PORT=0: [^\n]+\n", output)
