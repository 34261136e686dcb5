# Two commands: `make demo` shows a night, `make test` checks the house. Python 3.11+ and make; Chromium for the tests.
PYTHON ?= python3
VENV   ?= .venv
DEMO   ?= .demo
PEOPLE ?= 2000
SEED   ?= 1
NIGHTS ?= 3
BROWSERS := chromium chromium-browser google-chrome google-chrome-stable chrome msedge
BENCH_VENV ?= .bench-venv
BENCH_WORK ?= .bench
BENCH_DOCS ?= docs/benchmarks
SIZES ?= 100000 1000000 5000000

BIN     := $(VENV)/bin
LOCKED  := $(VENV)/.locked
READY   := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help venv demo test lint lock browser bench-linkage bench-merge bench-large fuzz faults planted readers clean

help:
	@echo "make demo   write fictitious extracts, merge them night by night, show the result"
	@echo "make test   lint, type check, import rules and all tests"
	@echo "make venv   only the virtual environment, from the hashed lock"
	@echo "make bench-linkage  link the same files with popbase, Splink and recordlinkage; ONLY=febrl4,chinese_1m for some"
	@echo "make bench-merge  the nightly merge of 100,000, 1 and 5 million people beside the bare scan (three hours); SIZES=\"…\" for others"
	@echo "make fuzz   read 20,000 damaged deliveries; none may crash the reader or lose a row"
	@echo "make faults   strike nights with 200 faults (killed, torn, power cut, disk full); none may change the base"
	@echo "make planted  plant more than sixty faults, one at a time; each must be caught by the check named for it"
	@echo "make readers  read the base of the demo from 50 processes while it is published 20 times"
	@echo "make bench-large  memory and time of one extract of 300 MB, 1 GB and 5 GB"
	@echo "make clean  remove the virtual environment and the demo"

venv: $(READY)

$(LOCKED): requirements.lock
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "error: $(PYTHON) not found; install Python 3.11 or later, or name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: $$($(PYTHON) -V) is too old; Python 3.11 or later is needed: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "error: $(PYTHON) has no venv module; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(READY): $(LOCKED) pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY)
	@$(BIN)/popbase demo --out $(DEMO) --people $(PEOPLE) --seed $(SEED) --nights $(NIGHTS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# Tests look at pages in Chromium; any on the PATH will do, or POPBASE_CHROMIUM names one.
browser:
	@test -n "$$POPBASE_CHROMIUM" || which $(BROWSERS) 2>/dev/null | grep -q . \
		|| { test "$$(id -u)" = 0 && apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium >/dev/null; } \
		|| { echo "error: no Chromium found; install one (on Debian and Ubuntu: sudo apt install chromium)" >&2; exit 1; }

test: lint browser
	$(BIN)/python -m pytest -n 2 --dist loadfile

lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-annotate --no-header --no-strip-extras --no-emit-index-url --quiet --output-file requirements.lock

$(BENCH_VENV)/.installed: benchmarks/linkage/requirements.txt
	$(PYTHON) -m venv --clear $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

bench-linkage: $(READY) $(BENCH_VENV)/.installed
	$(BENCH_VENV)/bin/python benchmarks/linkage/run.py --work $(BENCH_WORK) --docs $(BENCH_DOCS) $(if $(ONLY),--only $(ONLY))

bench-merge: $(READY) $(BENCH_VENV)/.installed
	$(BENCH_VENV)/bin/python benchmarks/merge/run.py --popbase $(BIN)/popbase --work $(BENCH_WORK)/merge \
		--people $(SIZES) --docs $(BENCH_DOCS)

fuzz: $(READY)
	$(BIN)/python benchmarks/fuzz.py

# Needs a C compiler: faults are put under all that runs in the process, DuckDB and SQLite as well.
faults: $(READY)
	$(BIN)/python benchmarks/faults.py $(BENCH_WORK)/faults

planted: $(READY)
	$(BIN)/python benchmarks/planted.py $(BENCH_WORK)/planted

readers: demo
	$(BIN)/python benchmarks/readers.py $(DEMO)/home

bench-large: $(READY)
	$(BIN)/python benchmarks/large_file.py $(BENCH_WORK)/large

clean:
	rm -rf $(VENV) $(DEMO)
