"""Where the settings come from, and how a start is refused."""

import re
import socket

import pytest

from tests.client import Server
from tests.integration.refusals import REFUSALS

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("name", REFUSALS)
def test_refusal_to_start_is_one_line_and_an_exit_status(refused, name):
    refusal = REFUSALS[name]

    assert refused[name].wait() == refusal.exit_status
    assert re.fullmatch(refusal.output, refused[name].output())


@pytest.mark.parametrize("debug", ["false", "true"])
def test_taken_port_is_one_line_and_exit_status_1(run, debug):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = run("wsgi.py", PORT=str(port), FLASK_DEBUG=debug)

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

    process = run("wsgi.py", cwd=copy, PYTHON_DOTENV_DISABLED=None)

    assert process.wait() == 2
    assert re.fullmatch(r"Error: \.env cannot be read: 'utf-8' codec can't decode [^\n]+\n", process.output())
