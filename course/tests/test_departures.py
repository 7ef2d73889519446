"""Is the suite sharp? Each departure from the contract that is planted here has to turn the test red that names it."""

import itertools
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from io import StringIO

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from app import create_app
from devserver import RequestHandler
from tests.contract import SECURITY_HEADERS
from tests.support.processes import ServerProcess

DEPARTURES = {}
CLIENTS = itertools.count()


def departure(name, test):
    """Plant a change of the answer, which ``test`` has to notice: the function gets the request and the answer."""

    def plant(change):
        DEPARTURES[name] = (change, test)
        return change

    return plant


def replaced(old, new, path="/hello"):
    """A change of the body of one path."""

    def change(request, answer):
        if request.path == path and request.method == "GET":
            answer.data = re.sub(old, new, answer.data)

    return change


def status(code, method="GET", path="/hello"):
    def change(request, answer):
        if (request.method, request.path) == (method, path):
            answer.status_code = code

    return change


def header(name, value, only=lambda request, answer: True):
    """A change of a header: set to a value, or taken away where that is None."""

    def change(request, answer):
        if only(request, answer):
            answer.headers.pop(name, None)
            if value is not None:
                answer.headers[name] = value

    return change


def served(path):
    """A path of nothing that is answered all the same."""

    def change(request, answer):
        if request.path == path:
            answer.status_code = 200

    return change


HELLO = "test_hello_endpoint_returns_json_message"
HEALTH = "test_health_endpoint_returns_status"
NOTHING = "test_unknown_route_returns_404"
REFUSED = "test_other_method_returns_405"
OPTIONS = "test_options_returns_200_with_allow_and_no_body"
HEAD = "test_head_has_the_headers_of_get_and_no_body"
SECURITY = "test_every_response_has_each_security_header_once"
PREFLIGHT = "test_preflight_allows_the_methods_that_there_are"

departure("hello without its newline", HELLO)(replaced(rb"\n", b""))
departure("hello without spaces", HELLO)(replaced(b": ", b":"))
departure("hello indented", HELLO)(replaced(rb"{(.*)}", rb"{\n  \1\n}"))
departure("hello to the World", HELLO)(replaced(b"world", b"World"))
departure("hello with another key", HELLO)(replaced(b"message", b"greeting"))
departure("hello is created", HELLO)(status(201))
departure("hello as text", HELLO)(
    header("Content-Type", "text/plain", lambda request, answer: request.path == "/hello")
)
departure("hello with a charset", HELLO)(header("Content-Type", "application/json; charset=utf-8"))
departure("healthy in other words", HEALTH)(replaced(b"healthy", b"ok", "/health"))
departure("health of another service", HEALTH)(replaced(b"flask-hello-world-tutorial", b"hello", "/health"))
departure("health of another version", HEALTH)(replaced(rb"1\.0\.0", b"1.0.1", "/health"))
departure("health without its version", HEALTH)(replaced(rb', "version": "1\.0\.0"', b"", "/health"))
departure("health with a timestamp in Z", HEALTH)(replaced(rb"\+00:00", b"Z", "/health"))
departure("health with milliseconds", HEALTH)(replaced(rb"(\.\d{3})\d{3}", rb"\1", "/health"))
departure("health with keys in another order", HEALTH)(
    replaced(rb'("status": "\w+"), ("timestamp": "[^"]+")', rb"\2, \1", "/health")
)
departure("health of the past", "test_health_returns_the_current_time")(replaced(rb'"20\d\d', b'"2001', "/health"))
departure("health whose clock stands still", "test_health_returns_a_later_time_each_time")(
    replaced(rb":\d\d\.\d{6}", b":00.000000", "/health")
)
departure("404 with status 200", NOTHING)(served("/nothing"))
departure("404 as a page", NOTHING)(
    header("Content-Type", "text/html", lambda request, answer: answer.status_code == 404)
)
departure("404 in other words", NOTHING)(replaced(b"requested resource", b"page", "/nothing"))
departure("404 without its path", NOTHING)(replaced(rb'"path": "[^"]*", ', b"", "/nothing"))
departure("404 without its method", NOTHING)(replaced(rb'"method": "[^"]*", ', b"", "/nothing"))
departure("404 that is no error", NOTHING)(replaced(rb'"error": "Not Found"', b'"error": null', "/nothing"))
departure("404 with its status as text", NOTHING)(replaced(rb'"status": 404', b'"status": "404"', "/nothing"))
departure("a start page", NOTHING)(served("/"))
departure("a slash at the end", NOTHING)(served("/hello/"))
departure("a static folder", NOTHING)(served("/static/x"))
departure("paths in capitals", NOTHING)(served("/HELLO"))
departure("a favicon", NOTHING)(served("/favicon.ico"))
departure("a redirect", NOTHING)(status(308, path="/hello/"))
departure("errors of the past", "test_timestamp_of_an_error_is_the_current_time")(
    replaced(rb'"20\d\d', b'"2001', "/nothing")
)
departure("POST answered like GET", REFUSED)(status(200, method="POST"))
departure("405 as 404", REFUSED)(status(404, method="PUT", path="/health"))
departure("405 as 501", REFUSED)(status(501, method="PATCH"))
departure("405 without Allow", "test_405_lists_the_allowed_methods")(
    header("Allow", None, lambda request, answer: answer.status_code == 405)
)
departure("405 that allows POST", "test_405_lists_the_allowed_methods")(
    header("Allow", "GET, HEAD, OPTIONS, POST", lambda request, answer: answer.status_code == 405)
)
departure("POST refused before it is found missing", "test_unknown_route_is_a_404_for_any_method")(
    status(405, method="POST", path="/nothing")
)
departure("OPTIONS for any path", "test_unknown_route_is_a_404_for_head_and_options")(
    status(200, method="OPTIONS", path="/nothing")
)
departure("OPTIONS without content", OPTIONS)(status(204, method="OPTIONS"))
departure("OPTIONS without Allow", OPTIONS)(header("Allow", None, lambda request, answer: request.method == "OPTIONS"))
departure("OPTIONS without HEAD", OPTIONS)(
    header("Allow", "GET, OPTIONS", lambda request, answer: request.method == "OPTIONS")
)
departure("HEAD refused", HEAD)(status(405, method="HEAD", path="/health"))
departure("HEAD of no length", HEAD)(header("Content-Length", "0", lambda request, answer: request.method == "HEAD"))
for each in SECURITY_HEADERS:
    departure(f"no {each}", SECURITY)(header(each, None))
departure("security on success alone", SECURITY)(
    header("X-Frame-Options", None, lambda request, answer: answer.status_code == 404)
)
departure("no security for OPTIONS", SECURITY)(
    header("Referrer-Policy", None, lambda request, answer: request.method == "OPTIONS")
)
departure("frames of the same origin", SECURITY)(header("X-Frame-Options", "SAMEORIGIN"))
departure("a cache that may keep", SECURITY)(header("Cache-Control", "no-cache"))
departure("a policy for scripts", SECURITY)(header("Content-Security-Policy", "default-src 'self'"))
departure("the star on demand", "test_star_is_there_without_an_origin_too")(
    header("Access-Control-Allow-Origin", None, lambda request, answer: "Origin" not in request.headers)
)
departure("null refused", "test_any_origin_gets_a_literal_star")(
    header("Access-Control-Allow-Origin", None, lambda request, answer: request.headers.get("Origin") == "null")
)
departure("credentials", "test_credentials_are_never_allowed")(header("Access-Control-Allow-Credentials", "true"))
departure("a preflight that allows no HEAD", PREFLIGHT)(
    header("Access-Control-Allow-Methods", "GET", lambda request, answer: request.method == "OPTIONS")
)
departure("a preflight that allows DELETE", "test_preflight_for_any_other_method_is_refused")(
    header("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS, DELETE")
)
departure("a preflight that allows any header", "test_preflight_allows_no_request_header_but_the_safelisted")(
    header("Access-Control-Allow-Headers", "*")
)
departure("a server with its version", "test_no_header_carries_a_version")(header("Server", "Werkzeug/3.1.9"))
departure("a framework with its version", "test_no_header_carries_a_version")(header("X-Powered-By", "Flask 3.1"))
departure("a cookie", "test_no_cookie_is_set")(header("Set-Cookie", "session=1"))
departure("the settings for all to read", "test_no_file_and_no_console_is_served")(served("/.env"))
departure("a console", "test_no_file_and_no_console_is_served")(served("/console"))


@departure("hello without its length", "test_content_length_of_hello_is_27")
def hello_without_its_length(request, answer):
    answer.response = iter([answer.data])
    answer.headers.pop("Content-Length", None)


@departure("security twice", SECURITY)
def security_twice(request, answer):
    answer.headers.add("X-Frame-Options", "DENY")


@departure("OPTIONS with a body", OPTIONS)
def options_with_a_body(request, answer):
    if request.method == "OPTIONS":
        answer.data = b"GET, HEAD, OPTIONS"


@departure("hello to whoever is named", "test_hello_takes_no_parameters")
def hello_to_whoever_is_named(request, answer):
    if "name" in request.args:
        answer.data = answer.data.replace(b"world", request.args["name"].encode())


@departure("the query in the path", "test_path_of_an_error_is_without_the_query")
def query_in_the_path(request, answer):
    answer.data = answer.data.replace(b'/nothing"', request.full_path.rstrip("?").encode() + b'"')


@departure("405 of another method", REFUSED)
def method_of_another(request, answer):
    answer.data = answer.data.replace(f"The {request.method} method".encode(), b"This method")


@departure("the origin reflected", "test_every_response_can_be_read_by_any_origin")
def origin_reflected(request, answer):
    answer.headers["Access-Control-Allow-Origin"] = request.headers.get("Origin", "*")


@departure("a method overridden", "test_method_cannot_be_overridden")
def method_overridden(request, answer):
    if "X-HTTP-Method-Override" in request.headers:
        answer.status_code = 405


@departure("a forwarded host believed", "test_claims_about_the_request_change_nothing")
def forwarded_host_believed(request, answer):
    if "X-Forwarded-Host" in request.headers:
        answer.headers["Location"] = f"http://{request.headers['X-Forwarded-Host']}/"


@departure("a crash over odd bytes", "test_response_is_well_formed_or_the_connection_is_closed")
def crash_over_odd_bytes(request, answer):
    if "\ufffd" in request.path:
        answer.status_code = 500


@departure("TRACE echoed", "test_response_is_well_formed_or_the_connection_is_closed")
def trace_echoed(request, answer):
    if request.method == "TRACE":
        answer.data = str(request.headers).encode()


@departure("every tenth client forgotten", "test_clients_side_by_side_all_get_a_response")
def every_tenth_client_forgotten(request, answer):
    if request.path == "/hello" and request.method == "GET" and next(CLIENTS) % 10 == 9:
        answer.status_code = 503


def changed(change):
    """The application with its answers changed."""
    application = create_app()

    @Request.application
    def changed(request):
        answer = Response.from_app(application, request.environ, buffered=True)
        change(request, answer)
        return answer

    return changed


@contextmanager
def serving(applications):
    """The URLs of servers for some applications."""
    servers = [
        make_server("localhost", 0, each, threaded=True, request_handler=RequestHandler) for each in applications
    ]
    with ThreadPoolExecutor(len(servers)) as threads:
        for server in servers:
            threads.submit(server.serve_forever)
        yield [f"http://localhost:{server.port}" for server in servers]
        list(ThreadPoolExecutor(len(servers)).map(lambda server: server.shutdown(), servers))


class Outcome:
    """A plugin that runs a choice of the tests, counts them, and keeps the reports of those that fail."""

    def __init__(self, chosen=None):
        self.chosen = chosen
        self.failed = {}
        self.ran = 0

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        if self.chosen:
            items[:] = [item for item in items if self.which(item) in self.chosen]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        self.ran += call.when == "call"
        if report.failed:
            self.failed[self.which(item)] = report
        return report

    @staticmethod
    def which(item):
        """The URL that a test asks, and the name of the test."""
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        return parameters.get("server_kind"), item.originalname


def ask(urls, chosen=None):
    """The reports of the tests that fail for servers, by URL and name of the test."""
    outcome = Outcome(chosen)
    servers = [argument for url in urls for argument in ("--server", url)]
    options = ["-m", "integration or security", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-cov", "--quiet"]
    with redirect_stdout(StringIO()) as output:
        pytest.main([*servers, *options, "tests"], plugins=[outcome])
    assert outcome.ran > 150, output.getvalue()  # or nothing would have been asked, and nothing failed
    return outcome.failed


@pytest.fixture(scope="module")
def noticed():
    """The reports of the tests that were to notice the departures, by the names of these."""
    with serving([changed(change) for change, _ in DEPARTURES.values()]) as urls:
        tests = dict(zip(urls, DEPARTURES.values(), strict=True))
        failed = ask(urls, {(url, test) for url, (_, test) in tests.items()})
        return {name: failed.get((url, test)) for url, (name, (_, test)) in zip(urls, DEPARTURES.items(), strict=True)}


@pytest.mark.parametrize("name", DEPARTURES)
def test_departure_is_noticed(noticed, name):
    assert noticed[name] is not None

    told = dict(noticed[name].sections)["request and response"]
    assert re.match(r"The contract wants:\n.+\nSent:\n.+\n(?s:.*)Received:\n.+", told)


def test_contract_kept_is_no_departure():
    with serving([create_app()]) as urls:
        assert ask(urls) == {}


def test_contract_kept_behind_a_prefix_is_no_departure():
    mounted = DispatcherMiddleware(create_app(), {"/api/v1": create_app()})
    with serving([mounted]) as [url]:
        assert ask([f"{url}/api/v1/"]) == {}


def test_port_to_the_standard_library_keeps_the_contract(tmp_path):
    with ServerProcess(["examples/standard_library.py", "0"], tmp_path / "log") as process:
        assert ask([process.url()]) == {}
