# The everyday commands; README.md says what each is for.

PORT ?= 8000
PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
CHROMIUM ?= $(firstword $(foreach name, chromium chromium-browser google-chrome google-chrome-stable, \
	$(shell command -v $(name) 2>/dev/null)))

# Everything here is development; what production needs is in docs/operations.md.
export DEBUG = 1
MANAGE = .venv/bin/python manage.py
SQLITE = DATABASE_URL=sqlite://:memory:
PYTEST = .venv/bin/pytest -q -n 2 --dist worksteal
# What Python compiled once is there for the other processes and runs: the tests start some forty of them.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test soak load browser messages screenshots

help:
	@echo "make run          start Clôture with demo data on http://127.0.0.1:$(PORT)/ (PORT=… for another port)"
	@echo "make test         check style and migrations, and run all tests on SQLite and PostgreSQL"
	@echo "make soak         run the tests of reliability at their full size: races, faults, random steps and input"
	@echo "make load         64 people at once for five minutes against gunicorn and PostgreSQL (LOAD=… for other sizes)"
	@echo "make messages     collect and compile the translations (needs gettext)"
	@echo "make screenshots  take the pictures in docs/screenshots anew"

run: .venv/stamp-run
	@.venv/bin/python -c "import socket; socket.create_server(('127.0.0.1', $(PORT)))" 2>/dev/null || { \
		echo "Port $(PORT) is in use, or is no port to be used; another one: make run PORT=8080" >&2; exit 1; }
	@$(MANAGE) migrate -v 0
	@$(MANAGE) demo --if-empty
	@echo
	@echo "Clôture is at http://127.0.0.1:$(PORT)/ (Ctrl-C stops it)."
	@$(MANAGE) runserver 127.0.0.1:$(PORT)

test: browser .venv/stamp-test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	$(SQLITE) $(MANAGE) makemigrations --check --dry-run
	$(SQLITE) CHROMIUM=$(CHROMIUM) $(PYTEST)
	.venv/bin/python opportunities/tests/with_postgres.py $(PYTEST) -m "not browser and not one_database"

soak: export SOAK = 1
soak: .venv/stamp-test
	$(SQLITE) $(PYTEST) -m soak -rP
	.venv/bin/python opportunities/tests/with_postgres.py $(PYTEST) -m soak -rP

# For example: make load LOAD="--people 16 --seconds 30 --opportunities 10000"
load: .venv/stamp-load
	.venv/bin/python opportunities/tests/load/run.py $(LOAD)

browser:
	@test -n "$(CHROMIUM)" || { echo "The browser tests need Chromium or Chrome, and there is none here."; \
		echo "On Debian and Ubuntu: apt install chromium. Elsewhere: make test CHROMIUM=/path/to/chrome"; exit 1; } >&2

messages: .venv/stamp-run
	$(MANAGE) makemessages --locale fr --ignore .venv --ignore tests --no-obsolete --no-location --no-wrap
	$(MANAGE) compilemessages --ignore .venv

screenshots: browser .venv/stamp-test
	CHROMIUM=$(CHROMIUM) .venv/bin/python opportunities/tests/browser/screenshots.py

.venv/stamp-run: requirements.txt
	@test -n "$(PYTHON)" || { echo "Clôture needs Python 3.11 or newer, and there is none here." >&2; exit 1; }
	@echo "Installing what Clôture needs into .venv; later starts skip this."
	@$(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install -qq --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/stamp-test: .venv/stamp-run requirements-dev.txt
	@echo "Installing what the tests need into .venv; later runs skip this."
	@.venv/bin/python -m pip install -qq --disable-pip-version-check -r requirements-dev.txt
	@touch $@

.venv/stamp-load: .venv/stamp-test requirements-load.txt
	@echo "Installing what the load test needs into .venv; later runs skip this."
	@.venv/bin/python -m pip install -qq --disable-pip-version-check -r requirements-load.txt
	@touch $@
