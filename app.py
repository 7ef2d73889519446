"""The application: two endpoints, errors in JSON, security headers and CORS."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from click import ClickException
from flask import Flask, Response, current_app, request
from flask.json.provider import DefaultJSONProvider
from flask_cors import CORS
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, NotFound

SERVICE = "flask-hello-world-tutorial"
VERSION = "1.0.0"
METHODS = ["GET", "HEAD", "OPTIONS"]
ENVIRONMENTS = ["development", "production", "testing"]
BOOLEANS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
PLACEHOLDER = "replace-me-with-a-secret-of-your-own"  # the SECRET_KEY of .env.example
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([\w.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?", re.ASCII | re.IGNORECASE)
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-XSS-Protection": "1; mode=block",
    "Cache-Control": "no-cache, no-store, must-revalidate",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """Create an application. The environment configures it, and ``overrides`` win over the environment.

    Raises :class:`ConfigurationError` if a variable has a value that is refused.
    """
    app = Flask(__name__, static_folder=None)
    app.config.from_object(Config.from_environ(os.environ))
    app.config.from_mapping(overrides)
    app.json = OneLineJSONProvider(app)
    CORS(app, origins=exact_origins(app.config["CORS_ORIGINS"]), methods=METHODS, allow_headers=[], send_wildcard=True)
    app.after_request(add_security_headers)
    app.register_error_handler(HTTPException, handle_http_exception)
    app.register_error_handler(InternalServerError, handle_internal_server_error)

    # The banner shows the docstrings of the views.
    @app.get("/hello")
    def hello() -> dict[str, str]:
        """Returns 'Hello world'"""
        return {"message": "Hello world"}

    @app.get("/health")
    def health() -> dict[str, str]:
        """Health check endpoint"""
        return {"status": "healthy", "timestamp": timestamp(), "service": SERVICE, "version": VERSION}

    return app


@dataclass(frozen=True)
class Config:
    """The settings from the environment, under the names that they have in ``app.config``."""

    ENV: str
    DEBUG: bool
    SECRET_KEY: str | None
    CORS_ORIGINS: tuple[str, ...]

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read and check the variables. Raises :class:`ConfigurationError` for the first wrong one."""
        env = environ.get("FLASK_ENV", "development")
        if env not in ENVIRONMENTS:
            raise refusal("FLASK_ENV", env, "it must be one of " + ", ".join(ENVIRONMENTS))

        flag = environ.get("FLASK_DEBUG", "false")
        debug = BOOLEANS.get(flag.lower())
        if debug is None:
            raise refusal("FLASK_DEBUG", flag, "it must be one of " + ", ".join(BOOLEANS))
        if debug and env == "production":
            raise refusal("FLASK_DEBUG", flag, "with FLASK_ENV=production, it must be off")

        secret_key = environ.get("SECRET_KEY")
        if secret_key == PLACEHOLDER and env == "production":
            raise ConfigurationError(
                "SECRET_KEY is refused: with FLASK_ENV=production, it must not be the placeholder of .env.example"
            )

        value = environ.get("CORS_ORIGINS", "*")
        origins = tuple(origin.strip() for origin in value.split(","))
        if origins != ("*",) and not all(map(ORIGIN.fullmatch, origins)):
            raise refusal("CORS_ORIGINS", value, "it must be * or origins such as https://app.example,http://b:8080")

        return cls(ENV=env, DEBUG=debug, SECRET_KEY=secret_key, CORS_ORIGINS=origins)


class ConfigurationError(ClickException):
    """A setting is refused. Flask's command line shows this error as one line and exits with 2."""

    exit_code = 2


def refusal(variable: str, value: str, reason: str) -> ConfigurationError:
    return ConfigurationError(f"{variable}={value!r} is refused: {reason}")


class OneLineJSONProvider(DefaultJSONProvider):
    """JSON on one line, with keys in the given order and a space after ``:`` and ``,``, even in debug mode."""

    sort_keys = False

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return super().dumps(obj, **kwargs | {"indent": None, "separators": (", ", ": ")})


def exact_origins(origins: Iterable[str]) -> list[str | re.Pattern[str]]:
    """Match each origin exactly. Flask-Cors would read ``http://[::1]`` as a regular expression."""
    return [o if o == "*" else re.compile(re.escape(o) + r"\Z", re.IGNORECASE) for o in origins]


def add_security_headers(response: Response) -> Response:
    """Add each header that the view has not set. The names are read once, because each lookup would read them all."""
    present = {name.lower() for name, _ in response.headers}
    for name, value in SECURITY_HEADERS.items():
        if name.lower() not in present:
            response.headers.add(name, value)
    return response


def handle_http_exception(error: HTTPException) -> Response:
    """Replace Werkzeug's HTML with JSON."""
    match error:
        case NotFound():
            message = "The requested resource was not found"
        case MethodNotAllowed():
            message = f"The {request.method} method is not allowed for this endpoint"
        case _:
            message = str(error.description)
    return json_response(error, error_body(error, message, path=request.path, method=request.method))


def handle_internal_server_error(error: InternalServerError) -> Response:
    """Tell the client nothing about the exception. Flask has already logged it."""
    return json_response(error, error_body(error, "An internal server error occurred"))


def error_body(error: HTTPException, message: str, **details: str) -> dict[str, Any]:
    """The shape of every error body, including those that the development server sends."""
    return {"status": error.code, "error": error.name, "message": message, **details, "timestamp": timestamp()}


def json_response(error: HTTPException, body: dict[str, Any]) -> Response:
    """The error's own response, because it has headers such as ``Allow``, with another body."""
    response = current_app.make_response(error.get_response())
    response.data = current_app.json.dumps(body) + "\n"
    response.content_type = "application/json"
    return response


def timestamp() -> str:
    """The current time in UTC and ISO 8601, always with six digits of microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
