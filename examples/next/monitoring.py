# /// script
# requires-python = ">=3.12"
# dependencies = [
#     "prometheus-client==0.26.0",
#     "flask==3.1.3", "flask-cors==6.0.5", "psutil==7.2.2", "python-dotenv==1.2.4",
# ]
# ///
"""Measurements for Prometheus: ``PYTHONPATH=. uv run --script examples/next/monitoring.py``."""

import time

from flask import g, request
from prometheus_client import Histogram, make_wsgi_app
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from wsgi import application, main

SECONDS = Histogram("request_seconds", "The duration of requests", ["route", "status"])


@application.before_request
def start():
    g.start = time.perf_counter()


@application.after_request
def observe(response):
    route = request.url_rule.rule if request.url_rule else "none"  # one label per path would fill the memory
    SECONDS.labels(route, response.status_code).observe(time.perf_counter() - g.start)
    return response


application.wsgi_app = DispatcherMiddleware(application.wsgi_app, {"/metrics": make_wsgi_app()})

if __name__ == "__main__":
    main()
