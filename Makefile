# Merit's commands. They need Python 3.11 or newer and make, nothing else; `make` alone lists them.

PYTHON ?= python3
VENV ?= .venv
HOST ?= 127.0.0.1
PORT ?= 8080
LOG ?= merit-log.sqlite
PYTEST_ARGS ?=
RESUME ?=
PROOFS_ARGS ?=
KEPT_ARGS ?=
FUZZ_ARGS ?=
FAULTS_ARGS ?=
LOAD_ARGS ?=
KIT ?= tests/data/dmn

BIN := $(VENV)/bin
# A file's tests share what they read, so that one process takes them all; files with long tests come first.
PARALLEL := --numprocesses auto --dist loadfile --no-loadscope-reorder
# Stamps: what is installed is up to date while its stamp is newer than what it was installed from.
MADE := $(VENV)/made.stamp
RUNTIME := $(VENV)/runtime.stamp
DEV := $(VENV)/dev.stamp
SERVICES := $(VENV)/services.stamp

export PIP_DISABLE_PIP_VERSION_CHECK = 1
# Tests start the program many times: what is compiled of it is kept.
unexport PYTHONDONTWRITEBYTECODE
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help
.PHONY: help run test test-services laws format check bench growth twins proofs kept fuzz faults load dmn wheel lock clean

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/make \1|\2/p' Makefile | while IFS='|' read -r name what; do printf '%-18s %s\n' "$$name" "$$what"; done
	@printf '\n%s\n' 'Variables: PYTHON=$(PYTHON) VENV=$(VENV) HOST=$(HOST) PORT=$(PORT) LOG=$(LOG) PYTEST_ARGS="$(PYTEST_ARGS)" RESUME="$(RESUME)" PROOFS_ARGS="$(PROOFS_ARGS)" KEPT_ARGS="$(KEPT_ARGS)" FUZZ_ARGS="$(FUZZ_ARGS)" FAULTS_ARGS="$(FAULTS_ARGS)" LOAD_ARGS="$(LOAD_ARGS)" KIT=$(KIT)'

run: $(RUNTIME) ## serve the policies over HTTP and log what is decided, after printing a question to ask
	@exec $(BIN)/merit serve policies --host $(HOST) --port $(PORT) --log "$(LOG)"

# pytest stays last: its summary is what a run closes with.
test: $(DEV) ## check formatting, style, types and import order, then run the tests
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest $(PARALLEL) $(PYTEST_ARGS)

test-services: $(SERVICES) ## run the tests that need PostgreSQL, Spark, promtool, systemd-analyze or Node
	$(BIN)/python -m pytest -m services $(PYTEST_ARGS) tests/services

# What passed is written to the file RESUME, and left out when the same commit is run with it again.
laws: $(DEV) ## hold the laws to all of what `make test` takes samples of; takes long, and goes on where it was with RESUME=FILE
	$(BIN)/python -m pytest -m benchmarks $(PARALLEL) --ignore tests/benchmarks $(if $(RESUME),--resume $(RESUME)) $(PYTEST_ARGS) tests
	MERIT_EXAMPLES=1 $(BIN)/python -m pytest $(PARALLEL) $(if $(RESUME),--resume $(RESUME)) $(PYTEST_ARGS) tests/properties

format: $(DEV) ## format the code and apply the safe fixes
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

check: $(RUNTIME) ## check the policies
	$(BIN)/merit check policies

growth: $(DEV) ## measure how a batch grows with partners, rules, rows and processes, and draw it
	$(BIN)/python -m tests.benchmarks.growth

bench: $(DEV) ## run the benchmarks
	$(BIN)/python -m pytest -m benchmarks $(PYTEST_ARGS) tests/benchmarks

twins: $(DEV) ## compare the compiled and the columnar twin with the interpreter for 100,000 triples of rule, partner and day
	$(BIN)/python -m tests.properties.twins

proofs: $(DEV) ## hold what is proved of edits against 100,000 partners a claim, drawn by tables, and of faults against made ones, and what the solver is given against the interpreter
	$(BIN)/python -m tests.review.prove.proofs $(PROOFS_ARGS)

kept: $(DEV) ## log 1,000,000 decisions, verify, decide a sample again in a fresh environment, erase; takes long and 5 GB
	$(BIN)/python -m tests.server.runs.kept $(KEPT_ARGS)

fuzz: $(DEV) ## send a service 200,000 requests that nobody would send, and ask by its description; takes an hour
	FUZZ_EXAMPLES=1000 $(BIN)/python -m pytest --numprocesses 0 tests/server/test_openapi.py
	$(BIN)/python -m tests.server.runs.fuzz $(FUZZ_ARGS)

faults: $(DEV) ## kill, fill up, alter and exchange what a service under load rests on, and count what was lost; needs PostgreSQL
	$(BIN)/python -m tests.server.runs.faults $(FAULTS_ARGS)

load: $(DEV) ## measure the service under load by turns with a bare Flask echo
	$(BIN)/python -m tests.server.runs.load $(LOAD_ARGS)

dmn: $(DEV) ## decide the cases of a conformance kit of DMN, of which decision tables are converted: KIT=FOLDER
	$(BIN)/python -m tests.dmn.kit $(KIT)

wheel: $(DEV) ## build the wheel and check that it holds the packages and nothing else
	rm -rf build dist
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	rm -rf build
	$(BIN)/check-wheel-contents dist

# Resolved for Python 3.11 and newer at once, and the runtime's versions are those that the tests ran with.
lock: ## refresh the locks (requirements*.lock) from pyproject.toml
	@set -e; place=$$(mktemp -d); trap 'rm -rf "$$place"' EXIT; \
	$(PYTHON) -m venv "$$place/venv"; \
	"$$place/venv/bin/python" -m pip install --quiet uv; \
	index=$${PIP_INDEX_URL:-$$("$$place/venv/bin/python" -m pip config get global.index_url 2>/dev/null || true)}; \
	[ -z "$$index" ] || export UV_DEFAULT_INDEX="$$index"; \
	resolve() { \
		UV_CACHE_DIR="$$place/cache" "$$place/venv/bin/uv" pip compile pyproject.toml --group build --universal \
			--python-version 3.11 --generate-hashes --no-header --annotation-style line --quiet "$$@"; \
	}; \
	echo '# What `make test` installs: requirements.lock and the tools. Do not edit; refresh with `make lock`.' >"$$place/dev"; \
	resolve --extra dev >>"$$place/dev"; \
	echo '# What `make run` installs. Do not edit; refresh with `make lock`.' >"$$place/runtime"; \
	resolve --extra log --extra metrics --extra oidc --constraint "$$place/dev" >"$$place/found"; \
	sed "s|,\{0,1\} -c $$place/dev||" "$$place/found" >>"$$place/runtime"; \
	echo '# What `make test-services` installs besides requirements-dev.lock. Do not edit; refresh with `make lock`.' >"$$place/services"; \
	resolve --extra services --constraint "$$place/dev" >"$$place/found"; \
	sed "s|,\{0,1\} -c $$place/dev||" "$$place/found" >>"$$place/services"; \
	{ echo '# The driver of PostgreSQL, for Containerfile: as in requirements-dev.lock. Do not edit; refresh with `make lock`.'; \
		sed -n '/^psycopg/,/# via/p' "$$place/dev"; } >"$$place/postgres"; \
	cp "$$place/dev" requirements-dev.lock; cp "$$place/runtime" requirements.lock; \
	cp "$$place/services" requirements-services.lock; cp "$$place/postgres" examples/deploy/postgres.lock

clean: ## remove the environment, what was built, and the caches
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Merit needs Python 3.11 or newer; name one with make PYTHON=...")'
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(RUNTIME): requirements.lock pyproject.toml $(MADE)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

$(SERVICES): requirements-services.lock $(DEV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-services.lock
	@touch $@
