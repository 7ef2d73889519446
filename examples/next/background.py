# /// script
# requires-python = ">=3.12"
# dependencies = [
#     "huey==3.5.4",
#     "flask==3.1.3", "flask-cors==6.0.5", "psutil==7.2.2", "python-dotenv==1.2.4",
# ]
# ///
"""Work after the response, with Huey: ``PYTHONPATH=. uv run --script examples/next/background.py``.

With the argument ``worker``, the same command starts the process that does the work.
"""

import sys
import time

from flask import abort
from huey import SqliteHuey

from wsgi import application, main

huey = SqliteHuey(filename="tasks.db")  # RedisHuey if the processes are on several machines


@huey.task()
def make_report(number):
    time.sleep(1)
    return f"report {number}"


@application.post("/reports/<int:number>")
def start(number):
    """Starts a report"""
    return {"task": make_report(number).id}, 202


@application.get("/tasks/<task>")
def result(task):
    """Returns a report"""
    return {"result": huey.result(task, preserve=True) or abort(404)}


if __name__ == "__main__":
    huey.create_consumer().run() if sys.argv[1:] == ["worker"] else main()
