"""The whole application: two endpoints, errors in JSON, security headers and CORS."""

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
BOOLEANS = {
    **dict.fromkeys(["true", "1", "yes", "on"], True),
    **dict.fromkeys(["false", "0", "no", "off"], False),
}
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
    """Make an application of its own, configured by the environment and then by ``overrides``.

    Raises :class:`ConfigurationError` for a variable whose value is refused.
    """
    app = Flask(__name__, static_folder=None)
    app.config.from_object(Config.from_environ(os.environ))
    app.config.from_mapping(overrides)
    app.json = OneLineJSONProvider(app)
    CORS(app, origins=literal(app.config["CORS_ORIGINS"]), methods=METHODS, allow_headers=[], send_wildcard=True)
    app.after_request(set_security_headers)
    app.register_error_handler(HTTPException, handle_http_exception)
    app.register_error_handler(InternalServerError, handle_internal_server_error)

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
    """The configuration that the environment asks for, under the names that ``app.config`` has for it."""

    ENV: str
    DEBUG: bool
    SECRET_KEY: str | None
    CORS_ORIGINS: tuple[str, ...]

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read and check the variables; raises :class:`ConfigurationError` for the first that is refused."""
        env = environ.get("FLASK_ENV", "development")
        if env not in ENVIRONMENTS:
            raise refusal("FLASK_ENV", env, "one of " + ", ".join(ENVIRONMENTS))

        flag = environ.get("FLASK_DEBUG", "false")
        debug = BOOLEANS.get(flag.lower())
        if debug is None:
            raise refusal("FLASK_DEBUG", flag, "one of " + ", ".join(BOOLEANS))
        if debug and env == "production":
            raise refusal("FLASK_DEBUG", flag, "only false where FLASK_ENV is production")

        secret_key = environ.get("SECRET_KEY")
        if secret_key == PLACEHOLDER and env == "production":
            raise ConfigurationError(
                "SECRET_KEY is the placeholder of .env.example: production takes a secret of its own"
            )

        origins = tuple(origin.strip() for origin in environ.get("CORS_ORIGINS", "*").split(","))
        if origins != ("*",):
            for origin in origins:
                if not ORIGIN.fullmatch(origin):
                    raise refusal("CORS_ORIGINS", origin, "*, or origins such as https://app.example, comma-separated")

        return cls(ENV=env, DEBUG=debug, SECRET_KEY=secret_key, CORS_ORIGINS=origins)


class ConfigurationError(ClickException):
    """A setting that is refused: Flask's command line shows it as one line, and exits with 2."""

    exit_code = 2


def refusal(variable: str, value: str, accepts: str) -> ConfigurationError:
    return ConfigurationError(f"{variable}={value!r} is refused: it takes {accepts}")


class OneLineJSONProvider(DefaultJSONProvider):
    """JSON on one line, keys in the order given, a space after ``:`` and ``,``, in debug mode and out of it."""

    sort_keys = False

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return super().dumps(obj, **kwargs | {"indent": None, "separators": (", ", ": ")})


def literal(origins: Iterable[str]) -> list[str | re.Pattern[str]]:
    """Origins that match themselves alone: Flask-Cors takes ``http://[::1]`` for a regular expression."""
    return [o if o == "*" else re.compile(re.escape(o) + r"\Z", re.IGNORECASE) for o in origins]


def set_security_headers(response: Response) -> Response:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def handle_http_exception(error: HTTPException) -> Response:
    """Put JSON in place of Werkzeug's HTML; its other headers, such as ``Allow``, stay."""
    match error:
        case NotFound():
            message = "The requested resource was not found"
        case MethodNotAllowed():
            message = f"The {request.method} method is not allowed for this endpoint"
        case _:
            message = str(error.description)
    return json_error(error, message, path=request.path, method=request.method)


def handle_internal_server_error(error: InternalServerError) -> Response:
    """Tell the client nothing of the exception, which Flask has logged by now."""
    return json_error(error, "An internal server error occurred")


def json_error(error: HTTPException, message: str, **where: str) -> Response:
    body = {"status": error.code, "error": error.name, "message": message, **where, "timestamp": timestamp()}
    response = current_app.make_response(error.get_response())
    response.data = current_app.json.dumps(body) + "\n"
    response.content_type = "application/json"
    return response


def timestamp() -> str:
    """The current time in UTC, ISO 8601, always with six digits of microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
