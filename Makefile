# The two commands a newcomer needs are `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check lint types layers bench mail-faults job-faults docs pictures soak lock clean

demo: .venv/installed
	$(BIN)/consortium demo

test: .venv/installed-dev
	$(BIN)/pytest --numprocesses auto

check: lint types layers test

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/installed-dev
	$(BIN)/mypy

layers: .venv/installed-dev
	$(BIN)/lint-imports

bench: .venv/installed-bench
	$(BIN)/python bench/run.py

mail-faults: .venv/installed-dev
	$(BIN)/python tests/mail_faults.py

job-faults: .venv/installed-dev
	$(BIN)/python tests/job_faults.py

soak: .venv/installed-dev
	$(BIN)/python tests/soak.py

docs: .venv/installed
	$(BIN)/python docs/make_reference.py

pictures: .venv/installed-dev
	$(BIN)/python docs/make_pictures.py

# --- the environment: pinned, hash-checked, byte-compiled -------------------------------------------------------

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 demo"; exit 2; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv module is missing. On Debian: apt install python3-venv"; exit 2; }

.venv/installed: .venv/bin/pip requirements.lock requirements-build.lock pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement requirements-build.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q toolkit jobs
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	@touch $@

.venv/installed-bench: .venv/installed-dev requirements-bench.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-bench.lock
	@touch $@

# Needs uv (pip install uv). The files name no registry: pip's own configuration says where packages come from.
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url
lock:
	$(COMPILE) pyproject.toml --output-file requirements.lock
	$(COMPILE) pyproject.toml --extra dev --output-file requirements-dev.lock
	$(COMPILE) pyproject.toml --extra dev --extra bench --output-file requirements-bench.lock
	printf "hatchling\neditables\n" | $(COMPILE) - --output-file requirements-build.lock

clean:
	rm -rf .venv demo bench/data .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
