# What you need: Python 3.11 or newer, and a package registry that pip can reach.
# `make` alone lists the targets.

VENV ?= .venv
BIN := $(VENV)/bin
PEERS := $(VENV)/peers
LOCKS := requirements
NEWEST := .venv-newest
SITE := docs/_build/html
C_CODE := $(shell find src -name '*.[ch]')
SAMPLES := src/tidewaiter/data/samples

# The first Python that is new enough and can make a virtual environment.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$p && break; done)

.DEFAULT_GOAL := help
.PHONY: help native setup demo test test-unit test-long check check-newest fix lock bench bench-quick soak docs
.PHONY: screenshots clean
.PHONY: check-format check-lint check-types check-layers check-docs
.DELETE_ON_ERROR:

help:
	@echo "make demo    screen the sample manifest: a table here, and demo/report.html"
	@echo "make test    run the tests, but those that take minutes each"
	@echo "make test-unit   run the quick tests: a minute of one core, no browser, no database"
	@echo "make test-long   run those that take minutes: kills, browsers, tutorials, clusters"
	@echo "make native  compile the C functions, where they have changed"
	@echo "make setup   install what developers need into $(VENV)"
	@echo "make check   format, lint, types, layers and documentation, without changing a file"
	@echo "make fix     format, and mend what the linter can mend"
	@echo "make lock    update the locked versions of what developers install (requirements/)"
	@echo "make check-newest  check and test with the newest versions that pyproject.toml allows"
	@echo "make bench   run the benchmarks and write docs/benchmarks/"
	@echo "make soak    run the test programme of the exchange, large (an hour or less)"
	@echo "make docs    build the documentation into $(SITE)"
	@echo "make screenshots  make the pictures of docs/images anew; it needs Chromium"
	@echo "make clean   remove $(VENV), $(NEWEST) and all that was built"

setup: $(VENV)/.dev $(VENV)/.native

native: $(VENV)/.native

# A run ends with 1 where rows could not be read; the sample holds such rows on purpose.
demo: $(VENV)/.plain $(VENV)/.native
	@mkdir -p demo
	@$(BIN)/tidewaiter lists add $(SAMPLES)/list.csv --as invented-list --dated 2026-11-01 \
		--lists demo/lists > demo/lists.txt || cat demo/lists.txt
	@$(BIN)/tidewaiter screen $(SAMPLES)/manifest.csv --day 2026-11-25 --lists demo/lists \
		--out demo/alerts.jsonl --report demo/report.html || [ $$? -eq 1 ]
	@echo
	@echo "Next: open demo/report.html in a browser."

# Many tests wait for processes and browsers of their own, so there are more of them than cores.
ARGS ?= -n 4 --dist loadfile --no-loadscope-reorder

# Which test belongs to which tier stands in tests/tiers.py. `.ci/run` runs all three.
test: $(VENV)/.dev $(VENV)/.native
	$(BIN)/python -m pytest -m "not long" $(ARGS)

test-unit: $(VENV)/.dev $(VENV)/.native
	$(BIN)/python -m pytest -m unit

test-long: $(VENV)/.dev $(VENV)/.native
	$(BIN)/python -m pytest -m long $(ARGS)

# `make -k check` goes on after a step that fails.
check: check-format check-lint check-types check-layers check-docs

check-format: $(VENV)/.dev
	$(BIN)/python -m ruff format --check .

check-lint: $(VENV)/.dev
	$(BIN)/python -m ruff check --output-format concise .

check-types: $(VENV)/.dev
	$(BIN)/python -m mypy

check-layers: $(VENV)/.dev
	$(BIN)/lint-imports --no-logo

check-docs: $(VENV)/.dev
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs $(SITE)

# Libraries and tools are locked with hashes, so that a checkout that passed today passes tomorrow.
# A new version comes by `make lock` and a commit; this target shows beforehand what it would break.
check-newest:
	"$(PYTHON)" -m venv --clear $(NEWEST)
	$(NEWEST)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(NEWEST)/.plain $(NEWEST)/.dev
	$(MAKE) --keep-going VENV=$(NEWEST) check test test-long

lock: $(VENV)/.dev
	$(call compile,dev,)
	$(call compile,psi,--constraints $(LOCKS)/dev.txt)
	$(call compile,bench,--constraints $(LOCKS)/dev.txt)

fix: $(VENV)/.dev
	$(BIN)/python -m ruff format .
	$(BIN)/python -m ruff check --fix .

bench-quick: $(VENV)/.bench
	$(BIN)/python -m benchmarks.quick

bench: $(VENV)/.bench $(PEERS)/.tried
	$(BIN)/python -m benchmarks.recall
	$(BIN)/python -m benchmarks.false_alerts
	$(BIN)/python -m benchmarks.systematic
	$(BIN)/python -m benchmarks.classes
	$(BIN)/python -m benchmarks.throughput
	$(BIN)/python -m benchmarks.realtext
	$(BIN)/python -m benchmarks.structures
	$(BIN)/python -m benchmarks.whole
	$(BIN)/python -m benchmarks.first_minute
	$(BIN)/python -m benchmarks.whole_path
	$(BIN)/python -m benchmarks.parties
	$(BIN)/python -m benchmarks.rescreen
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python -m benchmarks.screen_parties
	$(BIN)/python -m benchmarks.matching_service
	$(BIN)/python -m benchmarks.footprint
	$(BIN)/python -m benchmarks.queued
	$(BIN)/python -m benchmarks.flows
	$(BIN)/python -m benchmarks.suppression --write
	$(BIN)/python -m benchmarks.network
	$(BIN)/python -m benchmarks.overview
	$(BIN)/python -m benchmarks.uploads
	$(BIN)/python -m benchmarks.law
	$(BIN)/python -m benchmarks.law_pages
	$(BIN)/python -m benchmarks.analysts
	$(BIN)/python -m benchmarks.deaths
	$(BIN)/python -m benchmarks.ranker
	$(BIN)/python -m benchmarks.planted --json docs/benchmarks/planted.json
	$(BIN)/python -m benchmarks.parties_calibration
	$(BIN)/python -m benchmarks.parties_calibrate
	$(BIN)/python -m benchmarks.edifact
	$(BIN)/python -m benchmarks.messages
	$(BIN)/python -m benchmarks.jsonmessages
	$(BIN)/python -m benchmarks.peers_parties --python $(PEERS)/bin/python

soak: $(VENV)/.bench
	$(BIN)/python -m tests.soak.exchange --exchanges 10000 --kills 210 --nodes 5 \
		--write docs/benchmarks/soak.json
	[ -z "$$TIDEWAITER_TEST_POSTGRESQL" ] || $(BIN)/python -m tests.soak.exchange --postgresql \
		--exchanges 10000 --kills 210 --nodes 5 --write docs/benchmarks/soak_postgresql.json
	$(BIN)/python -m tests.soak.exchange --exchanges 400 --kills 8 --nodes 5 --settle 10 --faults \
		--write docs/benchmarks/soak_faults.json
	$(BIN)/python -m tests.soak.power --crashes 1000 --write docs/benchmarks/power.json
	! $(BIN)/python -m tests.soak.power --crashes 200 --synchronous NORMAL \
		--write docs/benchmarks/power_normal.json
	$(BIN)/python -m benchmarks.exchange
	$(BIN)/python -m benchmarks.private
	$(BIN)/python -m tests.soak.forgeries --number 20000
	TIDEWAITER_SOAK=100 $(BIN)/python -m pytest -q tests/transport/test_machines.py
	TIDEWAITER_SOAK=25 $(BIN)/python -m pytest -q tests/bulk/test_kills.py tests/cli/core/test_faults.py
	TIDEWAITER_SOAK=100 $(BIN)/python -m pytest -q tests/trade/messages/edifact \
		tests/trade/messages/test_cargo_imp.py
	TIDEWAITER_SOAK=5000 $(BIN)/python -m pytest -q tests/trade/messages/test_formats.py
	$(BIN)/python -m tests.soak.readers --seconds 600 --seed "$$(date +%Y%m%d)" \
		--write docs/benchmarks/fuzzing.json
	TIDEWAITER_SOAK=100 $(BIN)/python -m pytest -q tests/trade/mirror/test_fuzz.py

docs: check-docs
	@echo "Open $(SITE)/index.html."

# The pictures that the table of tools/screenshots.py names; NAMES="queue alert" makes only those.
screenshots: $(VENV)/.dev
	$(BIN)/python -m tools.screenshots $(NAMES)

clean:
	rm -rf $(VENV) $(SITE) demo

# Each stamp is as new as what it was installed from. A user's environment takes the ranges of
# pyproject.toml, a developer's the locked versions.
# With systematic names, which the sample has: a Java of 60 MB that pip installs.
$(VENV)/.plain: pyproject.toml
	@$(call make_venv)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[chem]'
	@touch $@

$(VENV)/.dev: pyproject.toml $(LOCKS)/dev.txt $(LOCKS)/psi.txt
	@$(call make_venv)
	$(call install_lock,dev)
	@[ -n "$$CC" ] || command -v cc >/dev/null || \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check ziglang  # it compiles C
	@$(call install_lock,psi) 2>/dev/null \
		|| echo "private questions have no build for this system; their tests are skipped"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation --editable .
	@touch $(VENV)/.plain $@

# An installation compiles the C functions; this does it again where they have changed.
$(VENV)/.native: $(C_CODE) | $(VENV)/.plain
	$(BIN)/python -m tidewaiter.native.library
	@touch $@

$(VENV)/.bench: $(VENV)/.dev $(LOCKS)/bench.txt
	$(call install_lock,bench)
	@touch $@

# nomenklatura needs other versions than ours, so it gets an environment of its own; where it
# does not install, the benchmark goes on without it.
$(PEERS)/.tried: $(VENV)/.bench
	@$(BIN)/python -m venv --clear $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check \
		'nomenklatura>=4.17,<5' \
		|| echo "nomenklatura does not install: PyICU needs a C++ compiler, pkg-config, libicu-dev"
	@touch $@

# An environment that is there already is kept where it can be used.
define make_venv
$(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	if [ -z "$(PYTHON)" ]; then \
		echo "Tidewaiter needs Python 3.11 or newer with its module venv; none was found." >&2; \
		echo "On Debian: apt install python3-venv. Or: make PYTHON=/path/to/python3.12" >&2; \
		exit 1; \
	fi; \
	"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is not Python 3.11 or newer; name one: make PYTHON=/path/to/python3.12" >&2; \
		exit 1; \
	}; \
	"$(PYTHON)" -m venv --clear $(VENV); \
}
endef

install_lock = $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	--require-hashes --requirement $(LOCKS)/$(1).txt

compile = UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/python -m uv pip compile --quiet --upgrade \
	--universal --python-version 3.11 --generate-hashes \
	--extra $(1) $(2) pyproject.toml --output-file $(LOCKS)/$(1).txt
