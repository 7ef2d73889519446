"""Is the suite neutral? Servers that keep the contract pass all its tests, in any language and behind a proxy."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import request
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from app import create_app
from course.pages import ROOT
from course.tests.contract_run import failures, serving
from devserver import RequestHandler
from tests.support.client import Server
from tests.support.processes import ServerProcess

PATH = f"{os.environ['PATH']}{os.pathsep}/usr/sbin"  # Debian has nginx there
NODE, NGINX, GO = (shutil.which(program, path=PATH) for program in ("node", "nginx", "go"))
UV = shutil.which("uv", path=Path(sys.executable).parent)
FASTAPI = "examples/fastapi_port.py"
LARGER = sorted((ROOT / "examples" / "next").glob("*.py"))
PORTS = [
    pytest.param([sys.executable, "examples/standard_library.py", "0"], id="standard library"),
    pytest.param([UV, "run", "--offline", "--quiet", "--script", FASTAPI, "0"], id="FastAPI"),
    pytest.param([NODE, "examples/node.mjs", "0"], id="Node", marks=pytest.mark.skipif(not NODE, reason="needs Node")),
    pytest.param(
        [NODE, "examples/express.mjs", "0"],
        id="Express",
        marks=pytest.mark.skipif(
            not NODE or not ROOT.joinpath("node_modules/express").exists(),
            reason="needs Node, and `npm install --no-save express` in this folder",
        ),
    ),
]


@contextmanager
def running(command, log, ready):
    """Run a program until it is ready: until ``ready()`` returns something, which is the context's value."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 20
        while not (value := ready()):
            assert process.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.02)
        yield value
    finally:
        process.terminate()
        process.wait()


@contextmanager
def port_running(command, log):
    """The URL of a port, which is the first line of its output."""
    with running(command, log, lambda: log.read_text("utf-8").partition("\n")[0]) as url:
        yield url


@pytest.mark.parametrize("command", PORTS)
def test_port_keeps_the_contract(command, tmp_path):
    if FASTAPI in command and subprocess.call([UV, "sync", "--offline", "--quiet", "--script", FASTAPI]):
        pytest.skip(f"needs `uv sync --script {FASTAPI}` first, which installs FastAPI")
    with port_running(command, tmp_path / "log") as url:
        assert failures([url]) == {}


@pytest.mark.skipif(not GO, reason="needs Go")
def test_port_in_go_keeps_the_contract(tmp_path):
    """It is compiled first, because a SIGTERM for ``go run`` does not reach the server."""
    port = tmp_path / "port"
    subprocess.run([GO, "build", "-o", port, "examples/go_port.go"], cwd=ROOT, check=True)
    with port_running([port, "0"], tmp_path / "log") as url:
        assert failures([url]) == {}


@pytest.mark.parametrize("script", LARGER, ids=lambda path: path.stem)
def test_larger_server_keeps_the_contract(script, tmp_path):
    uv = ["-m", "uv", "run", "--offline", "--quiet", "--script"] if "# /// script" in script.read_text("utf-8") else []
    if uv and subprocess.call([UV, "sync", "--offline", "--quiet", "--script", script]):
        pytest.skip(f"needs `uv sync --script {script.relative_to(ROOT)}` first, which installs its packages")
    with ServerProcess([*uv, str(script)], tmp_path / "log", {"PYTHONPATH": str(ROOT)}, cwd=tmp_path) as process:
        assert failures([process.url()]) == {}


@pytest.mark.skipif(not NGINX, reason="needs nginx")
def test_contract_is_kept_behind_nginx_with_a_prefix(tmp_path):
    with (
        port_running([sys.executable, "examples/standard_library.py", "0"], tmp_path / "log") as url,
        nginx_in_front_of(url, tmp_path) as proxy,
    ):
        assert failures([proxy]) == {}


@pytest.mark.skipif(not NGINX, reason="needs nginx")
@pytest.mark.parametrize("method", ["GET", "TRACE"])
def test_nginx_adds_the_address_of_the_client(method, tmp_path):
    """A location that does not do it lets the client choose its address. TRACE has another location than GET."""

    @Request.application
    def show(request):
        return Response(request.headers["X-Forwarded-For"])

    server = make_server("localhost", 0, show, threaded=True)
    with serving([server]) as [url], nginx_in_front_of(url, tmp_path) as proxy:
        response = Server.at(proxy).send(method, "/hello", {"X-Forwarded-For": "203.0.113.7"})

    assert response.body in {b"203.0.113.7, 127.0.0.1", b"203.0.113.7, ::1"}


@contextmanager
def nginx_in_front_of(url, folder):
    """Run nginx, and return the URL of the server at ``url`` behind it."""
    with socket.create_server(("localhost", 0)) as listener:
        listen = listener.getsockname()[1]
    text = (ROOT / "examples" / "nginx.conf").read_text(encoding="utf-8")
    text = text.replace("LISTEN", str(listen)).replace("UPSTREAM", url.rpartition(":")[2])
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    command = [NGINX, "-p", folder, "-c", "nginx.conf", "-e", "stderr"]
    with running(command, folder / "nginx.log", lambda: is_open(listen)):
        yield f"http://localhost:{listen}/api"


def is_open(port):
    with socket.socket() as client:
        return client.connect_ex(("localhost", port)) == 0


def test_contract_is_kept_behind_a_prefix_that_the_server_knows():
    """The prefix is then in ``SCRIPT_NAME``, and not in the path of an error."""
    mounted = DispatcherMiddleware(create_app(), {"/api/v1": create_app()})
    with serving([make_server("localhost", 0, mounted, threaded=True, request_handler=RequestHandler)]) as [url]:
        assert failures([f"{url}/api/v1/"]) == {}


def test_a_porter_needs_only_the_packages_that_the_contract_names(tmp_path):
    """The tests of the contract run without Flask and the rest of requirements.txt, and a failure names its lesson."""
    absent = ["flask", "flask_cors", "coverage", "psutil", "hypothesis", "dotenv", "gunicorn", "waitress"]
    program = f"import sys; sys.modules.update(dict.fromkeys({absent})); import pytest; sys.exit(pytest.main())"
    with port_running([sys.executable, "examples/standard_library.py", "0"], tmp_path / "log") as url:
        run = subprocess.run(
            [sys.executable, "-c", program, "--server", url, "--lesson", "7", "-p", "no:cacheprovider"],
            cwd=ROOT,
            env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # so pytest-cov and the others are absent, too
            capture_output=True,
            encoding="utf-8",
        )

    assert run.returncode == 0, run.stdout + run.stderr
    assert " passed" in run.stdout


def lenient(response):
    """Change a response in ways that the contract leaves open."""
    response.headers["Server-Timing"] = "app;dur=0.4"
    response.headers["X-Host"] = request.host
    response.headers["Access-Control-Allow-Credentials"] = "false"
    if "Allow" in response.headers:
        response.headers["Allow"] = "HEAD,GET"
    if "Origin" not in request.headers:
        response.headers.pop("Access-Control-Allow-Origin", None)
    if response.is_json and response.data:
        response.data = json.dumps(response.json, ensure_ascii=False) + "\n"
    if request.method == "BREW":
        response.status_code = 501
    return response


def test_what_the_contract_leaves_open_is_accepted():
    app = create_app()
    app.after_request(lenient)
    with serving([make_server("localhost", 0, app, threaded=True, request_handler=RequestHandler)]) as urls:
        assert failures(urls) == {}
