"""The refusals of ``wsgi``, called in this process: what they say, and with which status they would end it."""

import socket

import pytest

import wsgi

pytestmark = pytest.mark.integration


def ending(function, capsys):
    """The exit status that a function ends the process with, and what stands on standard error then."""
    with pytest.raises(SystemExit) as caught:
        function()
    status = caught.value.code
    return (status, capsys.readouterr().err) if isinstance(status, int) else (1, f"{status}\n")


def test_refused_variable_ends_with_2(monkeypatch, capsys):
    monkeypatch.setenv("PORT", "-1")

    assert ending(wsgi.configure, capsys) == (
        2,
        "Error: PORT='-1' is refused: it takes a whole number from 0 to 65535\n",
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"\xff\xfeP\0", "'utf-8' codec can't decode byte 0xff", id="UTF-16"),
        pytest.param(b"HOST=a\0b", "embedded null byte", id="NUL"),
    ],
)
def test_dotenv_that_cannot_be_read_ends_with_2(monkeypatch, capsys, tmp_path, content, reason):
    tmp_path.joinpath(".env").write_bytes(content)
    monkeypatch.setattr(wsgi, "__file__", str(tmp_path / "wsgi.py"))
    monkeypatch.delenv("PYTHON_DOTENV_DISABLED")

    status, line = ending(wsgi.configure, capsys)

    assert status == 2
    assert line.startswith(f"Error: .env cannot be read: {reason}")


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

    status, line = ending(wsgi.listen, capsys)

    assert status == 1
    assert line.startswith(f"Error: cannot listen on HOST={host!r} and PORT=0: ")
