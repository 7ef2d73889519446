"""The values of CONTRACT.md, written out: a test that imports them from ``app`` would follow every mistake there."""

import json
import re
from pathlib import Path

METHODS = {"GET", "HEAD", "OPTIONS"}
OTHER_METHODS = ["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "TRACE"]
ENDPOINTS = ["/hello", "/health"]
REQUESTS = [
    (method, path) for path in [*ENDPOINTS, "/nothing"] for method in ["GET", "HEAD", "OPTIONS", *OTHER_METHODS]
]  # a header can be wrong for some of them only

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-XSS-Protection": "1; mode=block",
    "Cache-Control": "no-cache, no-store, must-revalidate",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
TIMESTAMP = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}\+00:00"
EXAMPLE_TIMESTAMP = "2024-01-01T12:00:00.000000+00:00"
HELLO = b'{"message": "Hello world"}\n'
HEALTH = (
    f'{{"status": "healthy", "timestamp": "{EXAMPLE_TIMESTAMP}", '
    '"service": "flask-hello-world-tutorial", "version": "1.0.0"}\n'
)


def error_body(status: int, method: str, path: str) -> str:
    """The body of a 404 or a 405."""
    error, message = {
        404: ("Not Found", "The requested resource was not found"),
        405: ("Method Not Allowed", f"The {method} method is not allowed for this endpoint"),
    }[status]
    return (
        f'{{"status": {status}, "error": "{error}", "message": "{message}", '
        f'"path": {json.dumps(path, ensure_ascii=False)}, "method": "{method}", "timestamp": "{EXAMPLE_TIMESTAMP}"}}\n'
    )


def comparable(body: bytes, prefix: str = "") -> str:
    """A body as text, without what the contract leaves open.

    Each valid timestamp becomes the one of the contract's example, an escaped character outside ASCII becomes the
    character, and the path of an error loses the prefix of the server's URL.
    """
    text = re.sub(TIMESTAMP, EXAMPLE_TIMESTAMP, body.decode(errors="backslashreplace"))
    text = re.sub(r"(\\u(?!00[0-7])[0-9a-fA-F]{4})+", lambda found: json.loads(f'"{found[0]}"'), text)
    return text.replace(f'"path": "{prefix}/', '"path": "/')


def clauses() -> dict[str, tuple[str, str]]:
    """The clauses of CONTRACT.md: number, group and text."""
    groups = re.split(r"(?m)^## ", Path(__file__).with_name("CONTRACT.md").read_text(encoding="utf-8"))
    return {
        number: (group.partition("\n")[0], " ".join(text.split()).rstrip(":"))
        for group in groups
        for number, text in re.findall(r"(?ms)^\*\*(C\d+)\.\*\* (.*?)\n\n", group)
    }
