"""Keep the developer's environment, shell and ``.env`` out of the tests."""

import os
import signal

VARIABLES = ["HOST", "PORT", "FLASK_ENV", "FLASK_DEBUG", "SECRET_KEY", "CORS_ORIGINS", "FLASK_APP", "GUNICORN_CMD_ARGS"]


def pytest_configure() -> None:
    """Do this before the first test module imports ``wsgi``, which reads the environment."""
    for variable in VARIABLES:
        os.environ.pop(variable, None)
    os.environ.update(PYTHON_DOTENV_DISABLED="1", FLASK_SKIP_DOTENV="1")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # in `pytest &`; every server would inherit this
        signal.signal(signal.SIGINT, signal.default_int_handler)
