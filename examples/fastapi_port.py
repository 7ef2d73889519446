# /// script
# requires-python = ">=3.12"
# dependencies = ["fastapi==0.165.0", "uvicorn==0.54.0"]
# ///
"""The contract on FastAPI: ``uv run --script examples/fastapi_port.py 3000`` installs it elsewhere, and runs it."""

import json
import sys
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

METHODS = "GET, HEAD, OPTIONS"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-XSS-Protection": "1; mode=block",
    "Cache-Control": "no-cache, no-store, must-revalidate",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Access-Control-Allow-Origin": "*",
}


class OneLine(JSONResponse):
    """JSON on one line, with a space after each ``:`` and ``,``. Starlette's has none."""

    def render(self, content: Any) -> bytes:
        return f"{json.dumps(content)}\n".encode()


app = FastAPI(openapi_url=None, redirect_slashes=False, default_response_class=OneLine)


@app.middleware("http")
async def set_headers(request: Request, call_next: Any) -> Any:
    response = await call_next(request)
    response.headers.update(HEADERS)
    return response


@app.api_route("/hello", methods=["GET", "HEAD"])
async def hello() -> dict[str, str]:
    return {"message": "Hello world"}


@app.api_route("/health", methods=["GET", "HEAD"])
async def health() -> dict[str, str]:
    return {"status": "healthy", "timestamp": now(), "service": "flask-hello-world-tutorial", "version": "1.0.0"}


@app.options("/hello")
@app.options("/health")
async def options(request: Request) -> Response:
    preflight = "Access-Control-Request-Method" in request.headers
    return Response(headers={"Allow": METHODS} | ({"Access-Control-Allow-Methods": METHODS} if preflight else {}))


@app.exception_handler(HTTPException)
async def refuse(request: Request, error: HTTPException) -> Response:
    """A 404 or a 405. With a 405, Starlette's ``Allow`` has the methods of one route only, so it is replaced."""
    message, headers = "The requested resource was not found", {}
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        message, headers = f"The {request.method} method is not allowed for this endpoint", {"Allow": METHODS}
    body = {
        "status": error.status_code,
        "error": HTTPStatus(error.status_code).phrase,
        "message": message,
        "path": request.scope["path"],
        "method": request.method,
        "timestamp": now(),
    }
    return OneLine(body, error.status_code, headers)


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


if __name__ == "__main__":
    config = uvicorn.Config(app, "localhost", int(sys.argv[1]), server_header=False, log_level="warning")
    with config.bind_socket() as listener:
        listener.listen()  # so a client that reads the URL can connect
        print(f"http://localhost:{listener.getsockname()[1]}", flush=True)
        uvicorn.Server(config).run([listener])
