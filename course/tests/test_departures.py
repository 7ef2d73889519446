"""Is the suite sharp? Each departure from the contract that is planted here is caught by the test that it names."""

import gzip
import itertools
import json
import re
import socket
import threading
import time
from datetime import UTC, datetime
from fnmatch import fnmatch

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from app import create_app
from course.tests.contract_run import failures, serving
from devserver import RequestHandler
from examples.standard_library import Handler, Server
from tests.contract import SECURITY_HEADERS

DEPARTURES = {}  # the name of a departure: its servers' maker, and the test that must catch it


def depart(test, name, change):
    """Plant a change of our responses: ``change(request, response)`` changes the response, or returns another."""
    DEPARTURES[name] = (lambda: make_server("localhost", 0, changed(change), True, request_handler=QuietHandler), test)


def depart_on_the_wire(test, name, handler):
    """Plant a departure below HTTP, as a handler of the port to the standard library."""
    DEPARTURES[name] = (lambda: Server(("localhost", 0), handler), test)


class QuietHandler(RequestHandler):
    def log_request(self, *_):
        """Log nothing."""


def changed(change):
    """Our application, with its responses changed."""
    application = create_app()

    @Request.application
    def changed(request):
        response = Response.from_app(application, request.environ, buffered=True)
        return change(request, response) or response

    return changed


def on(*patterns):
    """A predicate for requests such as ``POST /hello`` and for statuses: ``on("HEAD *", "404")``."""

    def matches(request, response):
        texts = [f"{request.method} {request.path}", str(response.status_code)]
        return any(fnmatch(text, pattern) for text in texts for pattern in patterns)

    return matches


ALWAYS = on("*")


def status(code, only):
    def change(request, response):
        if only(request, response):
            response.status_code = code

    return change


def body(old, new, only):
    """A change of the bytes that match a pattern."""

    def change(request, response):
        if only(request, response):
            response.data = re.sub(old, new, response.data)

    return change


def header(name, value, only=ALWAYS):
    """A change of a header. None removes it."""

    def change(request, response):
        if only(request, response):
            response.headers.pop(name, None)
            if value is not None:
                response.headers[name] = value

    return change


def another_header(name, value, only=ALWAYS):
    """A header more, also if there is one of this name."""

    def change(request, response):
        if only(request, response):
            response.headers.add(name, value)

    return change


# Bodies

HELLO, GET_HELLO = "test_hello_endpoint_returns_json_message", on("GET /hello")
depart(HELLO, "hello without its newline", body(rb"\n", b"", GET_HELLO))
depart(HELLO, "hello with two newlines", body(rb"\n", b"\n\n", GET_HELLO))
depart(HELLO, "hello without spaces", body(b": ", b":", GET_HELLO))
depart(HELLO, "hello indented", body(rb"{(.*)}", rb"{\n  \1\n}", GET_HELLO))
depart(HELLO, "hello with a byte order mark", body(rb"^", b"\xef\xbb\xbf", GET_HELLO))
depart(HELLO, "hello to the World", body(b"world", b"World", GET_HELLO))
depart(HELLO, "hello with another key", body(b"message", b"greeting", GET_HELLO))
depart(HELLO, "hello is created", status(201, GET_HELLO))
depart(HELLO, "hello as text", header("Content-Type", "text/plain", GET_HELLO))
depart(HELLO, "hello with a charset", header("Content-Type", "application/json; charset=utf-8"))

TYPE = "test_content_type_is_json_without_parameters_and_sent_once"
depart(TYPE, "a charset for errors", header("Content-Type", "application/json; charset=utf-8", on("404", "405")))
depart(TYPE, "a charset for PROPFIND", header("Content-Type", "application/json; charset=utf-8", on("PROPFIND *")))
depart(TYPE, "HEAD /health as a page", header("Content-Type", "text/html", on("HEAD /health")))
depart(TYPE, "Content-Type twice", another_header("Content-Type", "application/json", on("GET /health")))
depart(TYPE, "two types for an error", another_header("Content-Type", "text/html", on("405")))
depart(TYPE, "problem+json", header("Content-Type", "application/problem+json", on("DELETE /nothing")))


def callback(request, response):
    if "callback" in request.args:
        response.data = f"{request.args['callback']}({response.text})"


def greet(request, response):
    if "name" in request.args:
        response.data = response.data.replace(b"world", request.args["name"].encode())


def pretty(request, response):
    if "pretty" in request.args:
        response.data = json.dumps(response.json, indent=2)


def override(request, response, sent, claimed=None):
    """Behave as a framework that lets a parameter of a form or of the query override the method."""
    claimed = claimed or request.values.get("_method")
    if claimed and request.method == sent:
        return Response.from_app(create_app(), {**request.environ, "REQUEST_METHOD": claimed}, buffered=True)
    return None


PARAMETERS = "test_hello_takes_no_parameters"
depart(PARAMETERS, "JSONP", callback)
depart(PARAMETERS, "hello to a name", greet)
depart(PARAMETERS, "pretty JSON", pretty)
depart(PARAMETERS, "a method in the query of a GET", lambda request, response: override(request, response, "GET"))


SAME = "test_request_headers_do_not_change_the_body"


def accept_html(request, response):
    if request.accept_mimetypes.accept_html and "Accept" in request.headers and response.is_json:
        response.data, response.content_type = f"<pre>{response.text}</pre>", "text/html"


def accept_html_for_errors(request, response):
    if response.status_code >= 400:
        accept_html(request, response)


def not_acceptable(request, response):
    if "xml" in request.headers.get("Accept", "") and "*/*" not in request.headers["Accept"]:
        response.status_code = 406


def compress(request, response):
    if "gzip" in request.headers.get("Accept-Encoding", "") and response.data:
        response.data = gzip.compress(response.data)
        response.headers["Content-Encoding"] = "gzip"


def send_range(request, response):
    if "Range" in request.headers and response.status_code == 200:
        response.data, response.status_code = response.data[:2], 206


def no_such_range(request, response):
    if request.headers.get("Range") == "bytes=999-":
        response.status_code = 416


def forget_stranger(request, response):
    if "Cookie" in request.headers:
        response.data = response.data.replace(b"world", b"again")


depart(SAME, "HTML for a browser", accept_html)
depart(SAME, "HTML for a browser's errors", accept_html_for_errors)
depart(SAME, "406", not_acceptable)
depart(SAME, "gzip", compress)
depart(SAME, "a part of the body", send_range)
depart(SAME, "a part that is not there", no_such_range)
depart(SAME, "a cookie that is read", forget_stranger)


def conditional(request, response):
    response.add_etag()
    response.make_conditional(request)


def conditional_weak(request, response):
    """An ETag that only its own client can know."""
    response.set_etag("hello-1", weak=True)
    if request.headers.get("If-None-Match") == 'W/"hello-1"':
        response.status_code, response.data = 304, b""


depart("test_hello_is_sent_again_to_a_client_that_has_it", "an ETag with 304", conditional)
depart("test_hello_is_sent_again_to_a_client_that_has_it", "a weak ETag with 304", conditional_weak)


def stream(response):
    response.response = iter([response.data])
    response.headers.pop("Content-Length", None)


depart("test_content_length_of_hello_is_27", "hello without its length", lambda request, response: stream(response))


ESCAPES = "test_body_escapes_only_what_json_requires"
NOTHING, GET_NOTHING = "test_unknown_route_returns_404", on("GET /nothing")
depart(ESCAPES, "escapes for HTML", body(rb"[&<>']", lambda found: b"\\u%04x" % ord(found[0]), on("404")))
depart(ESCAPES, "characters outside ASCII replaced", body(rb"\\u[0-9a-f]{4}", b"?", on("404")))
depart(NOTHING, "slashes escaped", body(rb'("path": ")/', rb"\1\\/", on("404")))


def count_characters(request, response):
    text = response.data.decode("unicode-escape" if b"\\u" in response.data else "utf-8")
    if response.status_code == 404:
        response.response = [text.encode()]
        response.headers["Content-Length"] = len(text)


depart("test_content_length_counts_bytes", "the length in characters", count_characters)
depart(
    "test_content_length_counts_bytes",
    "the length twice",
    lambda _, response: response.headers.add("Content-Length", response.content_length),
)

HEALTH, GET_HEALTH = "test_health_endpoint_returns_status", on("GET /health")
depart(HEALTH, "healthy in other words", body(b"healthy", b"ok", GET_HEALTH))
depart(HEALTH, "health of another service", body(b"flask-hello-world-tutorial", b"hello", GET_HEALTH))
depart(HEALTH, "health of another version", body(rb"1\.0\.0", b"1.0.1", GET_HEALTH))
depart(HEALTH, "health without its version", body(rb', "version": "1\.0\.0"', b"", GET_HEALTH))
depart(HEALTH, "health with a key more", body(rb"}", b', "uptime": 1}', GET_HEALTH))
depart(HEALTH, "health with a timestamp in Z", body(rb"\+00:00", b"Z", GET_HEALTH))
depart(HEALTH, "health with milliseconds", body(rb"(\.\d{3})\d{3}", rb"\1", GET_HEALTH))
depart(HEALTH, "health with seconds", body(rb"\.\d{6}", rb"", GET_HEALTH))
depart(HEALTH, "health with a space for the T", body(rb"(\d)T(\d)", rb"\1 \2", GET_HEALTH))
depart(HEALTH, "health without spaces", body(rb'([:,]) "', rb'\1"', GET_HEALTH))
depart(
    HEALTH, "health in order of the keys", body(rb'("status": "\w+"), ("timestamp": "[^"]+")', rb"\2, \1", GET_HEALTH)
)
CURRENT = "test_health_returns_the_current_time"
depart(CURRENT, "health of the past", body(rb'"20\d\d', b'"2001', GET_HEALTH))
depart(CURRENT, "health of another time zone", body(rb"\d\dT(\d\d)", rb"01T\1", GET_HEALTH))


def frozen(step, only):
    """A timestamp that changes every so many seconds."""

    def change(request, response):
        if only(request, response):
            seconds = time.time() // step * step
            text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
            response.data = re.sub(rb'("timestamp": ")[^"]*', rb"\g<1>" + text.encode(), response.data)

    return change


ADVANCES = "test_timestamp_advances_with_the_clock"
depart(ADVANCES, "a timestamp cached for a second", frozen(1, GET_HEALTH))
depart(ADVANCES, "a timestamp cached for a minute", frozen(60, GET_HEALTH))
depart(ADVANCES, "a timestamp cached for a second in errors", frozen(1, on("404", "405")))
depart(ADVANCES, "a timestamp cached for a minute in a 405", frozen(60, on("405")))


def backwards(request, response, count=itertools.count()):  # noqa: B008
    """A clock that counts down."""
    if request.path == "/health":
        response.data = re.sub(rb"\.\d{6}", b".%06d" % (999_999 - next(count)), response.data)


depart("test_health_returns_a_later_time_each_time", "a clock that runs backwards", backwards)

# Errors

depart(NOTHING, "a 404 with status 200", status(200, GET_NOTHING))
depart(NOTHING, "a 404 as a page", header("Content-Type", "text/html", on("404")))
depart(NOTHING, "a 404 in other words", body(b"requested resource", b"page", GET_NOTHING))
depart(NOTHING, "a 404 without its path", body(rb'"path": "[^"]*", ', b"", GET_NOTHING))
depart(NOTHING, "a 404 without its method", body(rb'"method": "[^"]*", ', b"", GET_NOTHING))
depart(NOTHING, "a 404 that is no error", body(rb'"error": "Not Found"', b'"error": null', GET_NOTHING))
depart(NOTHING, "a 404 in capitals", body(rb"Not Found", b"NOT FOUND", GET_NOTHING))
depart(NOTHING, "a 404 with its status as text", body(rb'"status": 404', b'"status": "404"', GET_NOTHING))
depart(NOTHING, "a start page", status(200, on("GET /")))
depart(NOTHING, "hello with a slash", status(200, on("GET /hello/")))
depart(NOTHING, "health with a slash", status(200, on("GET /health/")))
depart(NOTHING, "a static folder", status(200, on("GET /static/x")))
depart(NOTHING, "hello in capitals", status(200, on("GET /HELLO")))
depart(NOTHING, "health in capitals", status(200, on("GET /HEALTH")))
depart(NOTHING, "a path that begins like hello", status(200, on("GET /hello*")))
depart(NOTHING, "a favicon", status(200, on("GET /favicon.ico")))
depart(NOTHING, "a redirect to the slash", status(308, on("GET /hello/")))

OTHER_NOTHING = "test_unknown_route_is_a_404_for_any_method"
depart(OTHER_NOTHING, "a POST refused before its path", status(405, on("POST /nothing")))
depart(
    "test_path_near_an_endpoint_is_a_404_for_any_method",
    "a POST to hello with a slash",
    status(405, on("POST /hello/")),
)
depart(OTHER_NOTHING, "PROPFIND is not implemented", status(501, on("PROPFIND *")))
depart(OTHER_NOTHING, "TRACE as a page", body(rb"^", b"<h1>TRACE</h1>", on("TRACE /nothing")))
depart(OTHER_NOTHING, "a DELETE without spaces", body(rb'([:,]) "', rb'\1"', on("DELETE /nothing")))
depart(OTHER_NOTHING, "a path of nothing that says GET", body(b'"PUT"', b'"GET"', on("PUT /nothing")))
HEAD_NOTHING = "test_unknown_route_is_a_404_for_head_and_options"
depart(HEAD_NOTHING, "OPTIONS for any path", status(200, on("OPTIONS /nothing")))
depart(HEAD_NOTHING, "HEAD for any path", status(200, on("HEAD /nothing")))


def preflight_anywhere(request, response):
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response.status_code = 200


depart(HEAD_NOTHING, "a preflight for any path", preflight_anywhere)


def odd_bytes(request, response):
    if "\ufffd" in request.path:
        response.status_code = 500
        response.data = "Traceback (most recent call last):\n"


def raw_path(request, response):
    """The path as it was sent."""
    if response.status_code >= 400 and response.data:
        path = request.environ["RAW_URI"].partition("?")[0]
        response.data = re.sub(rb'"path": "[^"]*"', f'"path": "{path}"'.encode(), response.data)


def decode_twice(request, response):
    if "%68" in request.path:
        response.data = response.data.replace(b"%68", b"h")


def plus_is_a_space(request, response):
    response.data = response.data.replace(b"/a+b", b"/a b")


def query_in_the_path(request, response):
    if request.query_string:
        response.data = response.data.replace(b'", "method"', b"?" + request.query_string + b'", "method"')


def compare_raw_paths(request, response):
    if "%" in request.environ["RAW_URI"]:
        response.status_code = 404
        response.data = b"{}"


depart("test_path_that_is_not_utf_8_is_a_404", "a 500 for odd bytes", odd_bytes)
depart("test_path_is_decoded_before_it_is_compared", "paths compared as they were sent", compare_raw_paths)
DECODED = "test_path_of_an_error_is_decoded_once"
depart(DECODED, "the path as it was sent", raw_path)
depart(DECODED, "the path decoded twice", decode_twice)
depart(DECODED, "a plus read as a space", plus_is_a_space)
QUERY = "test_path_of_an_error_is_without_the_query"
depart(QUERY, "the query in the path", query_in_the_path)
depart(
    QUERY,
    "the query in the path of a 405",
    lambda request, response: response.status_code == 405 and query_in_the_path(request, response),
)
PAST = "test_timestamp_of_an_error_is_the_current_time"
depart(PAST, "errors of the past", body(rb'"20\d\d', b'"2001', on("404")))
depart(PAST, "a 405 of the past", body(rb'"20\d\d', b'"2001', on("405")))


def trace(request, response):
    """Send the request back, as RFC 9110 §9.3.8 has it."""
    if request.method == "TRACE":
        response.status_code, response.data = 200, str(request.headers)


REFUSED = "test_other_method_returns_405"
depart(REFUSED, "a POST like a GET", status(200, on("POST /hello")))
depart(REFUSED, "a 405 as a 404", status(404, on("PUT /health")))
depart(REFUSED, "a 405 as a 501", status(501, on("PATCH /hello")))
depart(REFUSED, "PROPFIND served", status(207, on("PROPFIND /health")))
depart(REFUSED, "TRACE served", trace)
depart(REFUSED, "a 405 of another method", body(rb"The \w+ method", b"This method", on("405")))
depart(REFUSED, "a 405 of GET", body(b'"method": "PATCH"', b'"method": "GET"', on("405")))
depart(REFUSED, "a 405 of health with the path of hello", body(b'"/health"', b'"/hello"', on("405")))


ALLOW = "test_405_lists_the_allowed_methods"
depart(ALLOW, "a 405 without Allow", header("Allow", None, on("405")))
depart(ALLOW, "a 405 that allows POST", header("Allow", "GET, HEAD, OPTIONS, POST", on("405")))
depart(ALLOW, "a TRACE without Allow", header("Allow", None, on("TRACE *")))
depart(ALLOW, "a 405 of health without HEAD", header("Allow", "GET, OPTIONS", on("PATCH /health")))

OVERRIDE = "test_method_cannot_be_overridden"


def override_by_header(*names):
    def change(request, response):
        claimed = next((request.headers[name] for name in names if name in request.headers), None)
        return override(request, response, request.method, claimed) if claimed else None

    return change


depart(OVERRIDE, "a method in a header", override_by_header("X-HTTP-Method-Override", "X-HTTP-Method"))
depart(OVERRIDE, "a method in another header", override_by_header("X-Method-Override"))
depart(
    "test_query_does_not_override_the_method",
    "a method in the query or in a form",
    lambda request, response: override(request, response, "POST"),
)
depart(
    "test_body_of_a_request_changes_nothing",
    "a method in a form",
    lambda request, response: override(request, response, "POST", request.form.get("_method")),
)


def broken_json(request, response):
    if request.is_json and request.get_json(silent=True) is None:
        response.status_code = 400


def read_the_form(request, response):
    if request.mimetype == "multipart/form-data" and not request.form:
        response.status_code = 400


depart("test_body_of_a_request_changes_nothing", "a 400 for broken JSON", broken_json)
depart("test_body_of_a_request_changes_nothing", "a 400 for a broken form", read_the_form)


def fail(response, condition):
    if condition:
        response.status_code = 500


depart(
    "test_odd_path_does_not_lead_to_a_500",
    "a 500 for a NUL",
    lambda request, response: fail(response, "\0" in request.path),
)
depart(
    "test_odd_path_does_not_lead_to_a_500",
    "a 500 for a long path",
    lambda request, response: fail(response, len(request.path) > 2000),
)
depart(
    "test_odd_header_does_not_lead_to_a_500",
    "a 500 for an odd Range",
    lambda request, response: fail(response, "Range" in request.headers),
)
depart(
    "test_odd_header_does_not_lead_to_a_500",
    "a 500 for an odd origin",
    lambda request, response: fail(response, not request.headers.get("Origin", "").isascii()),
)


# Methods

HEAD = "test_head_has_the_headers_of_get_and_no_body"
depart(HEAD, "HEAD refused", status(405, on("HEAD /health")))
depart(HEAD, "HEAD of no length", header("Content-Length", "0", on("HEAD /hello")))
depart(HEAD, "HEAD without a type", header("Content-Type", None, on("HEAD /health")))
depart(HEAD, "HEAD without a star", header("Access-Control-Allow-Origin", None, on("HEAD /nothing")))
depart(HEAD, "HEAD of nothing without security", header("X-Frame-Options", None, on("HEAD /nothing")))
OPTIONS = "test_options_returns_200_with_allow_and_no_body"
depart(OPTIONS, "OPTIONS with 204", status(204, on("OPTIONS *")))
depart(OPTIONS, "OPTIONS without Allow", header("Allow", None, on("OPTIONS *")))
depart(OPTIONS, "OPTIONS without HEAD", header("Allow", "GET, OPTIONS", on("OPTIONS /health")))
depart(OPTIONS, "OPTIONS with a body", body(rb"^", b"GET, HEAD, OPTIONS", on("OPTIONS *")))
PREFLIGHT = "test_preflight_returns_200_with_allow_and_no_body"


def preflighted(change):
    def only_then(request, response):
        if "Access-Control-Request-Method" in request.headers:
            change(request, response)

    return only_then


depart(PREFLIGHT, "a preflight with 204", preflighted(status(204, on("OPTIONS *"))))
depart(PREFLIGHT, "a preflight without Allow", preflighted(header("Allow", None)))
depart(PREFLIGHT, "a preflight with a body", preflighted(body(rb"^", b"OK", on("OPTIONS *"))))

# Headers

SECURITY = "test_every_response_has_each_security_header_once"
for each in SECURITY_HEADERS:
    depart(SECURITY, f"no {each}", header(each, None))
for each in [
    "404",
    "POST /nothing",
    "PROPFIND /hello",
    "TRACE /health",
    "HEAD /nothing",
    "OPTIONS /health",
    "GET /health",
]:
    depart(SECURITY, f"no security for {each}", header("Referrer-Policy", None, on(each)))
depart(SECURITY, "frames of the same origin", header("X-Frame-Options", "SAMEORIGIN"))
depart(SECURITY, "a cache that may keep", header("Cache-Control", "no-cache"))
depart(SECURITY, "a cache that may keep errors", header("Cache-Control", "max-age=60", on("404")))
depart(SECURITY, "a policy for scripts", header("Content-Security-Policy", "default-src 'self'"))
depart(SECURITY, "security twice", another_header("X-Frame-Options", "DENY"))
depart(SECURITY, "security twice in an error", another_header("X-Content-Type-Options", "nosniff", on("405")))

VERSION = "test_no_header_names_a_product_with_its_version"
depart(VERSION, "a server with its version", header("Server", "Werkzeug/3.1.9"))
depart(VERSION, "a framework with its version", header("X-Powered-By", "Flask 3.1"))
depart(VERSION, "a framework with one number", header("X-Powered-By", "Express/5"))
depart(VERSION, "a language with one number", header("X-Powered-By", "PHP 8", on("TRACE *")))
depart(VERSION, "a version after the name", header("Server", "Ruby3.2"))
depart(VERSION, "a version in brackets", header("Server", "Jetty(9.4)"))
depart(VERSION, "a bare version", header("X-AspNet-Version", "4.0.30319", on("404")))
COOKIE = "test_no_cookie_is_set"
depart(COOKIE, "a cookie", header("Set-Cookie", "session=1"))
depart(COOKIE, "a cookie on health", header("Set-Cookie", "session=1", on("GET /health")))
depart(COOKIE, "a cookie on the error of a POST", header("Set-Cookie", "csrf=1", on("POST /nothing")))

# CORS

READ = "test_every_response_can_be_read_by_any_origin"
STAR = "test_any_origin_gets_a_literal_star"
ORIGIN = "Access-Control-Allow-Origin"


def reflect(request, response):
    response.headers[ORIGIN] = request.headers.get("Origin", "*")


def reflect_local(request, response):
    if "localhost" in request.headers.get("Origin", ""):
        reflect(request, response)


def refuse_null(request, response):
    if request.headers.get("Origin") == "null":
        response.headers.remove(ORIGIN)


def credentials_for_a_session(request, response):
    if "Cookie" in request.headers and "Access-Control-Request-Method" not in request.headers:
        response.headers["Access-Control-Allow-Credentials"] = "true"


depart(READ, "the origin reflected", reflect)
depart(READ, "no star on errors", header(ORIGIN, None, on("404", "405")))
depart(READ, "no star on PROPFIND", header(ORIGIN, None, on("PROPFIND *")))
depart(READ, "two stars", another_header(ORIGIN, "*", on("404")))
depart(STAR, "null refused", refuse_null)
depart(STAR, "the developer's origin reflected", reflect_local)
CREDENTIALS = "test_credentials_are_never_allowed"
depart(CREDENTIALS, "credentials", header("Access-Control-Allow-Credentials", "true"))
depart(CREDENTIALS, "credentials on errors", header("Access-Control-Allow-Credentials", "true", on("404", "405")))
depart(CREDENTIALS, "credentials for a session", credentials_for_a_session)
depart(CREDENTIALS, "credentials on TRACE", header("Access-Control-Allow-Credentials", "true", on("TRACE /hello")))
ALLOW_METHODS = "Access-Control-Allow-Methods"
depart(
    "test_preflight_lists_the_allowed_methods",
    "a preflight without HEAD",
    header(ALLOW_METHODS, "GET", on("OPTIONS *")),
)
depart(
    "test_preflight_lists_the_allowed_methods",
    "a preflight without methods",
    header(ALLOW_METHODS, None, on("OPTIONS /health")),
)
OTHER_PREFLIGHT = "test_preflight_for_any_other_method_is_refused"
depart(OTHER_PREFLIGHT, "a preflight that allows DELETE", header(ALLOW_METHODS, "GET, HEAD, OPTIONS, DELETE"))
depart(OTHER_PREFLIGHT, "a preflight that allows all methods", header(ALLOW_METHODS, "*", on("OPTIONS /health")))
SAFELISTED = "test_preflight_allows_only_safelisted_request_headers"
depart(SAFELISTED, "a preflight that allows any header", header("Access-Control-Allow-Headers", "*"))
depart(
    SAFELISTED,
    "a preflight that allows a password",
    header("Access-Control-Allow-Headers", "Authorization", on("OPTIONS /health")),
)

# What a response discloses

FILES = "test_no_file_and_no_console_is_served"
depart(FILES, "the settings for all to read", status(200, on("GET /.env")))
depart(FILES, "a console", status(200, on("GET /console")))
CLAIMS = "test_claims_about_the_request_change_nothing"


def forwarded_host(request, response):
    if "X-Forwarded-Host" in request.headers:
        response.headers["Location"] = f"http://{request.headers['X-Forwarded-Host']}/"


def forwarded_prefix(request, response):
    prefix = request.headers.get("X-Forwarded-Prefix", "").encode()
    response.data = response.data.replace(b'"path": "', b'"path": "' + prefix)


def original_url(request, response):
    if "X-Original-URL" in request.headers:
        response.status_code = 404


depart(CLAIMS, "a forwarded host believed", forwarded_host)
depart(CLAIMS, "a forwarded prefix believed", forwarded_prefix)
depart(CLAIMS, "another URL believed", original_url)

# Wire and load

WELL_FORMED = "test_response_is_well_formed_or_the_connection_is_closed"
depart(WELL_FORMED, "a crash over odd bytes", odd_bytes)
depart(WELL_FORMED, "TRACE echoed", trace)


def header_injection(request, response):
    """Put the path into a header, as if its line feeds were harmless."""
    name = request.path.replace("\r", "").partition("\n")[2].partition(":")[0]
    if name:
        response.headers[name] = "a=b"


depart(WELL_FORMED, "a header out of the path", header_injection)


def busy(request, response, count=itertools.count()):  # noqa: B008
    if request.path == "/hello" and request.method == "GET" and next(count) % 10 == 9:
        response.status_code = 503


depart("test_clients_side_by_side_all_get_a_response", "every tenth client refused", busy)


class Latest:
    path = b""


def mixed_up(request, response):
    """Keep the request in a global variable."""
    Latest.path = request.path.encode()
    time.sleep(0.005)
    response.data = re.sub(rb'("path": ")[^"]*', rb"\g<1>" + Latest.path, response.data)


depart("test_clients_side_by_side_each_get_their_own_response", "the response of another client", mixed_up)
depart("test_request_over_a_socket_keeps_its_budget", "a slow hello", lambda request, response: time.sleep(0.06))


class Persistent(Handler):
    """It keeps the connection open, and never reads the body of a request."""

    protocol_version = "HTTP/1.1"


class OnlyOnce(Persistent):
    """It knows its paths only in the first request of a connection."""

    served = False

    def respond(self):
        if self.served:
            self.path = "/gone"
        self.served = True
        super().respond()


class BodyOfHead(Handler):
    def end_headers(self):
        super().end_headers()
        if self.command == "HEAD" and self.path == "/health":
            self.wfile.write(b"{}\n")


class OneRead(Handler):
    """It takes what has arrived for the whole request."""

    def handle(self):
        if b"\r\n\r\n" in self.connection.recv(65536, socket.MSG_PEEK):
            super().handle()


class Few(Handler):
    """It closes the connection of each client beyond the fiftieth."""

    slots = threading.BoundedSemaphore(50)

    def handle(self):
        if self.slots.acquire(blocking=False):
            super().handle()
            time.sleep(0.5)  # until the others have come
            self.slots.release()


class BareLineFeeds(Handler):
    def end_headers(self):
        self._headers_buffer = [line.replace(b"\r\n", b"\n") for line in self._headers_buffer]
        super().end_headers()


depart_on_the_wire("test_connection_can_carry_several_requests", "a 404 for the second request", OnlyOnce)
depart_on_the_wire("test_body_of_a_request_is_not_the_next_request", "a body taken for a request", Persistent)
depart_on_the_wire("test_response_to_head_ends_after_the_empty_line", "HEAD /health with a body", BodyOfHead)
depart_on_the_wire("test_request_can_arrive_in_pieces", "a request read at once", OneRead)
depart_on_the_wire("test_clients_at_once_all_get_a_response", "fifty clients and no more", Few)
depart_on_the_wire(
    "test_response_is_a_status_line_headers_an_empty_line_and_27_bytes", "bare line feeds", BareLineFeeds
)


@pytest.fixture(scope="module")
def caught():
    """The reports of the tests that must catch the departures, by the name of the departure."""
    makers, tests = zip(*DEPARTURES.values(), strict=True)
    with serving([make() for make in makers]) as urls:
        chosen = dict(zip(DEPARTURES, zip(urls, tests, strict=True), strict=True))
        reports = failures(urls, set(chosen.values()))
    return {name: reports.get(test) for name, test in chosen.items()}


@pytest.mark.parametrize("name", DEPARTURES)
def test_departure_is_caught(caught, name):
    assert caught[name] is not None, f"{DEPARTURES[name][1]} passes"

    [report] = [value for key, value in caught[name].user_properties if key == "contract"]
    assert report["request"] or "clients" in name
    assert report["expected"] != report["actual"]
