# make run    start the dashboard on http://localhost:8501
# make test   format check, lint, types and every test, with Chromium, and with Firefox if it is installed
# make shots  photograph every page into docs/
# make bench  measure against rivals and write docs/benchmarks.md; half an hour on a quiet machine
# make axe    test every page with axe-core in both themes and write docs/accessibility.md
# make coverage  branch coverage of evidence/, at least 95%
# make mutation  small faults put into the arithmetic and the checks; lists those that no test notices
# make audit  check dependencies for known vulnerabilities; needs the network
# make lock   resolve requirements*.txt anew into locks with hashes and sbom.cdx.json; needs the network
# make load   fifty readers for two minutes, then idle ones, over Streamlit's protocol
# make cluster  four processes behind nginx, one of them killed
# make faults  break data files while people read
# make attack  hostile files, floods, stalled requests and forged saves against local servers; under five minutes
# make torture  500 saves killed, two writers at once 200 times; ten minutes at most
# make release  wheel, sdist, static site, data archive with checksums, citation and Zenodo metadata, in build/release
# make docs   docs/ as a site in build/docs, every link checked
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Bytecode is kept whatever the shell says: tests start many programs, and each would compile the whole package anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: test run lint types format shots bench axe coverage mutation audit lock torture load cluster faults attack release docs clean
.DEFAULT_GOAL := test

# While the types are checked, which takes one core, the other compiles the tests: each process of pytest would do it anew.
test: lint
	$(BIN)/python tools/browsers.py
	$(BIN)/python -m pytest --collect-only --quiet > /dev/null & $(BIN)/mypy; types=$$?; wait; exit $$types
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

run: .venv/run
	$(BIN)/streamlit run dashboard.py --server.address localhost --server.port 8501 --server.fileWatcherType auto

lint: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: .venv/dev
	$(BIN)/mypy

format: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

shots: .venv/dev
	$(BIN)/python tools/browsers.py
	$(BIN)/python tools/photograph.py

bench: .venv/bench
	$(BIN)/python tools/browsers.py
	$(BIN)/python -m bench

axe: .venv/dev
	$(BIN)/python tools/browsers.py
	$(BIN)/python -m tools.axe

coverage: .venv/dev
	$(BIN)/python tools/browsers.py
	$(BIN)/python -m pytest -n auto --dist loadfile --cov --cov-report=term-missing:skip-covered

mutation: .venv/dev
	$(BIN)/python -m tools.mutation

# --strict: a package that could not be looked up is a failure, not a pass.
audit: .venv/dev
	@$(BIN)/pip-audit --strict --progress-spinner off --require-hashes -r requirements.lock || \
	{ echo "The audit failed: something was found, or a package could not be looked up (no network?). See above."; exit 1; }

lock: .venv/dev
	$(BIN)/python -m tools.lock

load: .venv/run
	$(BIN)/python -m tools.load

cluster: .venv/run
	$(BIN)/python -m tools.cluster

faults: .venv/run
	$(BIN)/python -m tools.faults

attack: .venv/run
	$(BIN)/python -m tools.attack

torture: .venv/run
	$(BIN)/python -m tools.torture

.venv/run: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; echo "The venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@touch $@

.venv/bench: .venv/dev requirements-bench.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-bench.lock
	@touch $@

.venv/dev: .venv/run requirements-dev.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

release: .venv/dev
	$(BIN)/python -m tools.release

docs: .venv/dev
	$(BIN)/python -m mkdocs build --strict --quiet

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
