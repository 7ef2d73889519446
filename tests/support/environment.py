"""Keep the developer's environment and ``.env`` out of the tests."""

import os

VARIABLES = [
    *("HOST", "PORT", "FLASK_ENV", "FLASK_DEBUG", "SECRET_KEY", "CORS_ORIGINS"),
    *("FLASK_APP", "GUNICORN_CMD_ARGS", "WEB_CONCURRENCY"),  # of Flask's command and of gunicorn
]


def pytest_configure() -> None:
    """This precedes the import of ``wsgi``, which reads the environment. Child processes inherit it."""
    for variable in VARIABLES:
        os.environ.pop(variable, None)
    os.environ.update(PYTHON_DOTENV_DISABLED="1", FLASK_SKIP_DOTENV="1")
