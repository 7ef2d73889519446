"""The container of examples/Dockerfile, as far as it can be tested without Docker, and its end in Kubernetes."""

import json
import re
import runpy
import shutil
from urllib.parse import urlsplit

from course.pages import ROOT
from tests.support.client import Server
from tests.support.processes import ServerProcess

DOCKERFILE = ROOT.joinpath("examples/Dockerfile").read_text("utf-8")
MANIFEST = ROOT.joinpath("examples/kubernetes.yaml").read_text("utf-8")


def test_container_has_each_file_that_its_command_needs(tmp_path):
    for files in re.findall(r"(?m)^COPY (.+) \./$", DOCKERFILE):
        for file in files.split():
            shutil.copy(ROOT / file, tmp_path)
    variables = dict(re.findall(r"(\w+)=(\S+)", re.findall(r"(?m)^ENV (.+)$", DOCKERFILE)[0]))
    command = json.loads(re.findall(r"(?m)^CMD (.+)$", DOCKERFILE)[0])

    with ServerProcess(["-m", *command], tmp_path / "log", variables | {"PORT": "0"}, cwd=tmp_path) as process:
        port = urlsplit(process.url()).port
        assert Server.at(f"http://127.0.0.1:{port}").send("GET", "/health").status == 200
        assert f"http://{variables['HOST']}:" in process.output()  # reachable from outside of the container


def test_container_in_kubernetes_stops_before_it_is_killed():
    graceful_timeout = runpy.run_path(str(ROOT / "gunicorn.conf.py"))["graceful_timeout"]
    [sleep, killed] = [
        int(re.findall(rf"\b{name}: (\d+)", MANIFEST)[0]) for name in ("seconds", "terminationGracePeriodSeconds")
    ]

    assert sleep + graceful_timeout < killed


def test_kubernetes_uses_the_port_and_the_path_of_the_server():
    [port] = re.findall(r"PORT=(\d+)", DOCKERFILE)

    assert {*re.findall(r"[pP]ort: (\d+)", MANIFEST)} == {port, "80"}  # 80 is the port of the service
    assert re.findall(r"path: (\S+)", MANIFEST) == ["/health"]
