"""The output of ``pytest --server URL`` for the person who wrote the server."""

import re
import subprocess
import sys

import pytest
from werkzeug.serving import make_server

from app import create_app
from course.tests.contract_run import run_pytest, serving
from devserver import RequestHandler


def with_charset(response):
    if response.is_json:
        response.content_type = "application/json; charset=utf-8"
    return response


@pytest.fixture
def url():
    """The URL of our server, with one mistake in every response that has a body."""
    app = create_app()
    app.after_request(with_charset)
    with serving([make_server("localhost", 0, app, threaded=True, request_handler=RequestHandler)]) as [url]:
        yield url


def test_failures_with_one_cause_are_one_bug_report(url):
    output = run_pytest([url])

    [report] = re.findall(r"(?ms)^C\d+\. .*?\n\n", output)
    report = re.sub(r"lessons/(?s:.*)(?=  and)", "lessons/….md\n", report)
    assert re.sub(r"\d+ more", "N more", report) == (
        'C2. `GET /hello` is a 200 with the body `{"message": "Hello world"}`. This is 27 bytes with the\n'
        "newline, and `Content-Length` is 27. The query and the request headers `Accept`, `Accept-Encoding`,\n"
        "`If-None-Match`, `Range` and `Cookie` change nothing.\n"
        "  test      hello endpoint returns json message.\n"
        f"  request   curl -i {url}/hello\n"
        "  expected  application/json\n"
        "  actual    application/json; charset=utf-8\n"
        "  lesson    lessons/….md\n"
        "  and N more tests fail for the same reason (C1, C2, C3, C5, C6)\n\n"
    )
    assert re.findall(r"(?m)^\w+ +(?:kept|broken.*)$", output) == [
        "Bodies   broken: C1, C2, C3",
        "Errors   broken: C5, C6",
        "Methods  kept",
        "Headers  kept",
        "CORS     kept",
        "Wire     kept",
        "Load     kept",
    ]


def test_missing_header_is_named():
    app = create_app()

    @app.after_request
    def without_content_type(response):
        del response.headers["Content-Type"]
        return response

    with serving([make_server("localhost", 0, app, threaded=True, request_handler=RequestHandler)]) as [url]:
        output = run_pytest([url], "--lesson", "7")

    assert "  expected  the header Content-Type\n  actual    no such header\n" in output


def test_lesson_runs_its_tests_of_the_contract(url):
    output = run_pytest([url], "--lesson", "7")

    assert "Bodies   broken: C1, C2\n" in output
    assert "CORS     not tested" in output


def test_lesson_without_a_test_of_the_contract_says_why(url):
    assert "Lesson 10 has no test of the contract. " in run_pytest([url], "--lesson", "10")


def test_wrong_prefix_is_one_line(url):
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--server", f"{url}/api"], capture_output=True, encoding="utf-8", check=False
    )

    assert run.stderr.strip() == (
        f"ERROR: --server {url}/api: its /hello is a 404, so add the prefix if it has one, such as /api"
    )
