"""What every suite uses: a clean environment, the application, and the servers in child processes."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

VARIABLES = ["HOST", "PORT", "FLASK_ENV", "FLASK_DEBUG", "SECRET_KEY", "CORS_ORIGINS", "FLASK_APP", "GUNICORN_CMD_ARGS"]

# Before any test module is imported: the settings and the .env of whoever runs the tests stay out of them.
for variable in VARIABLES:
    os.environ.pop(variable, None)
os.environ.update(PYTHON_DOTENV_DISABLED="1", FLASK_SKIP_DOTENV="1")
