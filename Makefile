# The only set-up there is: every target makes the virtual environment first if it is missing or out of date.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test check format bench fuzz clean

demo: $(STAMP)
	$(BIN)/ondemand-sync demo

test: $(STAMP)
	$(BIN)/python -m pytest

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)
	$(BIN)/python -m benchmarks.zuora_page
	$(BIN)/python -m benchmarks.zuora_indexed_query
	$(BIN)/python -m benchmarks.salesforce_rows
	$(BIN)/python -m benchmarks.salesforce_query
	$(BIN)/python -m benchmarks.engine_calls
	$(BIN)/python -m benchmarks.engine_memory
	$(BIN)/python -m benchmarks.engine_wall_time

# The fuzzer's own library is no part of the set-up, because it does not exist for every platform.
FUZZ_RUNS ?= 100000
fuzz: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement fuzz/requirements.txt \
		|| echo "atheris cannot be installed here; it has wheels for Linux on CPython 3.11 to 3.13"
	mkdir -p $(VENV)/fuzz-zoql $(VENV)/fuzz-soql
	$(BIN)/python -m fuzz.zoql -runs=$(FUZZ_RUNS) -max_len=600 -dict=fuzz/zoql.dict $(VENV)/fuzz-zoql fuzz/zoql_seeds
	$(BIN)/python -m fuzz.soql -runs=$(FUZZ_RUNS) -max_len=600 -dict=fuzz/soql.dict $(VENV)/fuzz-soql fuzz/soql_seeds

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v < (3, 14) else "Python 3.11, 3.12 or 3.13 is needed; this is %d.%d. Say which with: make PYTHON=python3.12" % v)'
	$(PYTHON) -m venv $(VENV)
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $(STAMP)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
