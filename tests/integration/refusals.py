"""Every start that is refused: the command, its environment, the exit status, and a pattern of the whole output."""

import re
from dataclasses import dataclass

from app import PLACEHOLDER


@dataclass(frozen=True)
class Refusal:
    environ: dict[str, str]
    message: str
    command: str = "wsgi.py"
    exit_status: int = 2

    @property
    def output(self) -> str:
        """One line; where the operating system refused, its own words end it."""
        end = "" if self.exit_status == 2 else "[^\\n]+"
        return f"Error: {re.escape(self.message)}{end}\\n"


REFUSALS = {
    "PORT": Refusal(
        {"PORT": "99999"},
        "PORT='99999' is refused: it takes a whole number from 0 to 65535",
    ),
    "FLASK_ENV": Refusal(
        {"FLASK_ENV": "staging"},
        "FLASK_ENV='staging' is refused: it takes one of development, production, testing",
    ),
    "FLASK_DEBUG": Refusal(
        {"FLASK_DEBUG": "maybe"},
        "FLASK_DEBUG='maybe' is refused: it takes one of true, 1, yes, on, false, 0, no, off",
    ),
    "debug in production": Refusal(
        {"FLASK_DEBUG": "true", "FLASK_ENV": "production"},
        "FLASK_DEBUG='true' is refused: it takes only false where FLASK_ENV is production",
    ),
    "debug for everybody": Refusal(
        {"FLASK_DEBUG": "true", "HOST": "0.0.0.0"},
        "HOST='0.0.0.0' is refused: it takes only localhost or another loopback address where FLASK_DEBUG is true",
    ),
    "placeholder in production": Refusal(
        {"SECRET_KEY": PLACEHOLDER, "FLASK_ENV": "production"},
        "SECRET_KEY is the placeholder of .env.example: production takes a secret of its own",
    ),
    "CORS_ORIGINS": Refusal(
        {"CORS_ORIGINS": "a.example"},
        "CORS_ORIGINS='a.example' is refused: it takes *, or origins such as https://app.example, comma-separated",
    ),
    "flask run": Refusal(
        {"FLASK_ENV": "staging"},
        "FLASK_ENV='staging' is refused: it takes one of development, production, testing",
        command="-m flask --app app run --port 0",
    ),
    "gunicorn": Refusal(
        {"PORT": "-1"},
        "PORT='-1' is refused: it takes a whole number from 0 to 65535",
        command="-m gunicorn wsgi:application",
    ),
    "HOST": Refusal(
        {"HOST": "192.0.2.1"},  # of RFC 5737, and so of no machine
        "cannot listen on HOST='192.0.2.1' and PORT=0: ",
        exit_status=1,
    ),
    "empty HOST": Refusal(
        {"HOST": ""},
        "cannot listen on HOST='' and PORT=0: ",
        exit_status=1,
    ),
}
