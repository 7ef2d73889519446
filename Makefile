# Each target is a line or two that you can type yourself. `make -n TARGET` shows them.

VENV := .venv
BIN := $(VENV)/bin

# The first Python that is new enough. `make PYTHON=/path/to/python` takes another one.
PYTHON ?= $(shell for python in python3 python3.15 python3.14 python3.13 python3.12; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && echo $$python && break; done)

# Without bytecode, each run of pytest would compile its plugins again, for a second.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help serve test check lint format types order course bench browser picture diagrams break links audit lock clean

help: ## Explain the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: $(VENV)/ready ## Start the server on http://localhost:3000
	@$(BIN)/python wsgi.py

test: $(VENV)/ready ## Run the four suites, and check the lessons
	$(BIN)/pytest
	$(BIN)/pytest -n auto lessons

check: lint types browser test order diagrams course ## Run every check, as CI does on Linux and macOS

lint: $(VENV)/ready ## Check style, format and known security mistakes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/ready ## Correct style and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/ready ## Check the types
	$(BIN)/mypy

# PYTHONWARNDEFAULTENCODING: a file that is opened without an encoding fails its test, here and in `make course`.
order: $(VENV)/ready ## Run the suites in random order, and then side by side
	PYTHONWARNDEFAULTENCODING=1 $(BIN)/pytest -p randomly
	$(BIN)/pytest -n auto

course: $(VENV)/ready ## Test the tests: planted departures, wrong lessons, broken links
	PYTHONWARNDEFAULTENCODING=1 $(BIN)/pytest -n auto course

# In one row, pytest runs pytest, so a test can take longer than pytest.ini allows.
bench: $(VENV)/ready ## Measure the server beside a bare Flask application: a table, a picture and the raw figures
	@mkdir -p .benchmarks
	$(BIN)/pytest tests/performance/bench.py -o faulthandler_timeout=0 --benchmark-quiet --benchmark-json=.benchmarks/bench.json
	@echo "The picture is .benchmarks/latency.svg, and the raw figures are in .benchmarks/bench.json."

browser: $(VENV)/browser ## See what the headers do in a real Chromium
	$(BIN)/pytest tests/browser

picture: $(VENV)/browser ## Draw lessons/images/frames.png, a blocked frame beside an open one
	$(BIN)/pytest tests/browser/picture.py

diagrams: $(VENV)/ready ## Parse the diagrams with Mermaid, if Node is installed
	$(BIN)/python -m course.diagrams

break: $(VENV)/ready ## Apply the edit of a lesson: make break LESSON=6
	@$(BIN)/python -m course.breaks "$(LESSON)"

links: $(VENV)/ready ## Correct the line number of each link in the lessons
	$(BIN)/python -m course.links

audit: $(VENV)/ready ## Look for known vulnerabilities of the dependencies (needs the network)
	$(BIN)/pip-audit --strict --requirement constraints.txt

lock: $(VENV)/ready ## Write constraints.txt again, after a change of the requirements
	sed '/^-c /d' requirements.txt requirements-browser.txt | $(BIN)/uv pip compile --quiet --universal --python-version 3.12 \
		--no-header --no-annotate --output-file constraints.txt -

clean: ## Delete what the other targets made
	rm -rf $(VENV) .benchmarks .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache htmlcov
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/ready: requirements.txt constraints.txt
	@$(or $(PYTHON),python3) -c 'import sys; sys.version_info >= (3, 12) or sys.exit("Python 3.12 or later is \
	needed, but $(or $(PYTHON),python3) is " + sys.version.split()[0] + ". Name another one: make $(or $(MAKECMDGOALS),serve) PYTHON=/path/to/python")'
	@echo "Installing into $(VENV), once. This takes a minute."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

$(VENV)/browser: $(VENV)/ready requirements-browser.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-browser.txt
	@touch $@
