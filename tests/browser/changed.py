"""A copy of our server that sends other headers: ``CHANGES='{"X-Frame-Options": null}'`` removes one.

``{origin}`` in a value becomes the request's ``Origin``. A header that ``app.py`` no longer sends is missing here, too.
The pages below give the attacks something to win, because ``/hello`` and ``/health`` tell every user the same.
"""

import json
import os
from collections.abc import Iterable
from typing import Any

from flask import Response, jsonify, request
from werkzeug.datastructures import Headers

from app import create_app

CHANGES: dict[str, str | None] = json.loads(os.environ["CHANGES"])

app = create_app()
as_it_is = app.wsgi_app


def changed(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    def start(status: str, fields: list[tuple[str, str]], exc_info: Any = None) -> Any:
        headers = Headers(fields)
        for name, value in CHANGES.items():
            headers.remove(name)
            if value is not None:
                headers[name] = value.replace("{origin}", environ.get("HTTP_ORIGIN", ""))
        return start_response(status, list(headers), exc_info)

    return as_it_is(environ, start)


app.wsgi_app = changed  # type: ignore[method-assign]


@app.get("/account")
def account() -> dict[str, str]:
    """Returns the name of the user who is logged in"""
    return {"account": request.cookies.get("user", "guest")}


@app.get("/logout")
def logout() -> Response:
    """Logs the user out"""
    response = jsonify(message="Goodbye")
    response.delete_cookie("user")
    return response


@app.get("/note")
def note() -> tuple[str, dict[str, str]]:
    """Returns a text that a user wrote"""
    return request.args["text"], {"Content-Type": "text/plain"}
