# Learner Management. `make help` lists what there is to do.
PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11,$(shell $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))))
BIN := .venv/bin
READY := .venv/ready
CLIENTS := build/clients

# Python 3.11 marks columns in tracebacks by a parser that two threads may not use at once.
export PYTHONNODEBUGRANGES := 1

# What was compiled is kept, else every process that tests start compiles it again.
unexport PYTHONDONTWRITEBYTECODE

# The tests that the coverage of the rules is measured in. Measuring slows all that is run,
# so those that try a great deal and cover no more are not among them.
TESTS = $(sort $(shell find tests -name 'test_*.py'))
DEAR = tests/commands/life/test_machine.py $(addprefix tests/catalogue/solver/test_,exactness.py large_qualifications.py)
RULES = $(filter-out $(DEAR),$(filter tests/aggregates/% tests/catalogue/% tests/commands/% tests/files/% $(addprefix tests/api/,$(addprefix bookings/test_,bookings.py booking_outcomes.py offline_clients.py packages.py) centres/test_pins.py learners/test_duplicates.py),$(TESTS)))
# What takes longest begins first, so that one worker is not left with it at the end.
LONG = $(DEAR) $(filter tests/journey/% %/test_every_page.py,$(TESTS))
PYTEST = $(BIN)/pytest -n auto --dist worksteal -q
# Many tests wait for a process, a browser or a broker: one worker more than there are cores.
MORE = $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))

.PHONY: run journey test clients lint bench prove help vendor pictures lock openapi asyncapi events clean
.DEFAULT_GOAL := help

help: ## say what each target does
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(READY) ## start the service with its demo centres on http://127.0.0.1:8000
	$(BIN)/learner-management serve --demo --filled

journey: $(READY) ## run the README's commands against the running service; stop at the first that fails
	@sed -n '/^```bash$$/,/^```$$/{/^```/!p;}' README.md | PATH="$(CURDIR)/$(BIN):$$PATH" bash -euo pipefail

test: $(READY) ## run every test, and hold the coverage of the rules
	@$(PYTEST) --cov --cov-report= $(RULES)
	$(BIN)/coverage report --fail-under=98
	@$(PYTEST) -n $(MORE) $(LONG) $(filter-out $(LONG) $(RULES),$(TESTS))

clients: $(READY) $(CLIENTS)/ready ## lint the OpenAPI document and run clients made of it
	cp tests/clients/*.* $(CLIENTS)
	$(BIN)/pytest -q tests/clients/generated.py

lint: $(READY) ## formatting, lint, types and import contracts
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	PYTHONPATH=src $(BIN)/lint-imports

bench: $(READY) ## print each benchmark as a ratio to a floor measured in the same run
	PYTHONPATH=src:. $(BIN)/python -m benchmarks

prove: $(READY) ## the long proofs: kills, races, properties at full count
	$(PYTEST) -m prove --hypothesis-profile=prove

openapi: $(READY) ## write docs/openapi.json again
	$(BIN)/learner-management openapi > docs/openapi.json

asyncapi: $(READY) ## write docs/asyncapi.json again
	PYTHONPATH=src $(BIN)/python -m downstream.asyncapi > docs/asyncapi.json

events: $(READY) ## write docs/events.md again
	PYTHONPATH=src $(BIN)/python -m events.listing > docs/events.md

vendor: $(READY) ## fetch the style sheets, scripts and fonts of pages again (needs npm)
	PYTHONPATH=src $(BIN)/python -m web.vendor

pictures: $(READY) ## take the README's pictures again (needs Chromium)
	PYTHONPATH=src:. $(BIN)/python -m tests.web.pictures

lock: ## pin the requirements again (needs uv)
	uv pip compile -q --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	uv pip compile -q --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock
	uv pip compile -q --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header tests/clients/requirements.in -o tests/clients/requirements.lock

clean: ## remove what was set up; what the service recorded in var/ stays
	rm -rf .venv $(CLIENTS) build/issuer .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(READY): requirements-dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found on the PATH."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, sqlite3, ssl' || { echo "$(PYTHON) lacks the module named above. Install it (on Debian and Ubuntu, python3-venv) or name another Python: make run PYTHON=…"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Node comes with the Python packages: nothing needs to be on the machine.
$(CLIENTS)/ready: tests/clients/package-lock.json tests/clients/requirements.lock
	mkdir -p $(CLIENTS)
	cp tests/clients/package*.json tests/clients/.npmrc $(CLIENTS)
	test -x $(CLIENTS)/.venv/bin/python || $(PYTHON) -m venv $(CLIENTS)/.venv
	$(CLIENTS)/.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/clients/requirements.lock
	cd $(CLIENTS) && PATH="$$PWD/.venv/bin:$$PATH" npm ci --silent
	touch $@
