# SPDX-License-Identifier: Apache-2.0
#
# Needs Python 3.11 or newer, a C compiler, make and the headers of OpenSSL 3; all else is installed into .venv.
#   make demo    the main job shown from end to end       (ARGS="--items mine.jsonl" passes arguments on)
#   make test    everything that judges a commit          (PYTEST_ARGS="tests/unit" narrows pytest)
#   make bench   the benchmarks and the memory soak       (ARGS=--markdown writes docs/benchmarks.md, ARGS=--quick is short)
PYTHON ?= python3
JOBS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
ARGS ?=
PYTEST_ARGS ?= -n auto --maxprocesses=4 --dist=loadfile

VENV := .venv
VENV_AIO := .venv-aio
BIN := $(abspath $(VENV))/bin
# Stamps stand inside the environment: where it is removed, everything is installed again.
DONE := $(VENV)/.done
DONE_AIO := $(VENV_AIO)/.done
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
# Before a command that downloads: what breaks off is begun anew, twice.
AGAIN := again() { "$$@" || { echo "once more: $$*" >&2; sleep 10; "$$@"; } || { sleep 30; "$$@"; }; }; again
CMAKE := $(BIN)/cmake
CTEST := $(BIN)/ctest

# A new or removed file changes its folder, so folders count as sources too.
PACKAGE_SOURCES := pyproject.toml csrc/CMakeLists.txt examples/patients.jsonl \
	$(shell find csrc/cmake csrc/core csrc/include csrc/legacy csrc/python csrc/structured python/ddbcrypt \
	-name __pycache__ -prune -o -print 2>/dev/null)
C_FILES = $(shell find csrc tests benchmarks \( -name '*.c' -o -name '*.h' \) -not -path '*/target/*')

# The requirements of one extra, or the package's own dependencies, from pyproject.toml: the package need not be built.
define install_extra
	@echo "installing $(1) into $(2)"
	@$(2)/bin/python -c "import sys, tomllib; project = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
	print(*(project | project['optional-dependencies'])[sys.argv[1]], sep='\n')" \
	$(1) > $(2)/.done/$(1).txt
	@$(AGAIN) $(2)/bin/python -m pip --disable-pip-version-check install --quiet -r $(2)/.done/$(1).txt
	@touch $@
endef

.PHONY: demo test bench build lint ctest pytest pytest-aio sanitize valgrind format clean
.DELETE_ON_ERROR:
.NOTPARALLEL:

demo: $(DONE)/package $(DONE)/extra-demo
	@$(BIN)/python -m ddbcrypt demo $(ARGS)

# pytest stands last: its summary is the end of the output.
test: ctest lint pytest-aio pytest

bench: $(DONE)/package $(DONE)/extra-test $(DONE)/extra-bench
	@$(BIN)/python -m benchmarks $(ARGS)

# A wheel and a source distribution in dist/.
build: $(DONE)/extra-test
	@$(BIN)/python -m build --no-isolation --outdir dist .

ctest: sanitize valgrind

sanitize: $(DONE)/extra-test
	@cd csrc && $(CMAKE) --preset sanitize -G Ninja -DCMAKE_MAKE_PROGRAM=$(BIN)/ninja --log-level=WARNING
	@$(CMAKE) --build build/sanitize --parallel $(JOBS)
	@cd csrc && $(CTEST) --preset sanitize --parallel $(JOBS)

valgrind: $(DONE)/extra-test sanitize
	@if command -v valgrind >/dev/null; then set -e; \
	(cd csrc && $(CMAKE) --preset valgrind -G Ninja -DCMAKE_MAKE_PROGRAM=$(BIN)/ninja --log-level=WARNING); \
	$(CMAKE) --build build/valgrind --parallel $(JOBS); \
	cd csrc && $(CTEST) --preset valgrind --parallel $(JOBS); \
	elif [ "$$DDBCRYPT_REQUIRE_ALL" = 1 ]; then echo "valgrind is missing and DDBCRYPT_REQUIRE_ALL=1" >&2; exit 1; \
	else echo "NOT RUN: the C tests under valgrind, which is not installed" >&2; fi

lint: $(DONE)/extra-test
	@echo "ruff, clang-format, mypy, pyright"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/clang-format --dry-run -Werror $(C_FILES)
	@$(BIN)/mypy
	@PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/pyright --pythonpath $(BIN)/python

pytest: $(DONE)/package $(DONE)/extra-demo $(DONE)/extra-test $(DONE)/extra-bench
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

# The tests of asyncio: aiobotocore pins an older botocore, so they have an environment of their own.
pytest-aio: $(DONE_AIO)/package
	@$(VENV_AIO)/bin/python -m pytest tests/aio

format: $(DONE)/extra-test
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .
	@$(BIN)/clang-format -i $(C_FILES)

clean:
	rm -rf $(VENV) $(VENV_AIO) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis tests/java/*/target

$(DONE)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ddbcrypt needs Python 3.11 or newer, $(PYTHON) is " \
	+ sys.version.split()[0])'
	@$(PYTHON) -m venv $(VENV)
	@mkdir -p $(DONE)
	@touch $@

# The build's own tools stay in .venv, so that a rebuild compiles only what changed.
$(DONE)/tools: $(DONE)/venv pyproject.toml
	@$(AGAIN) $(PIP) 'scikit-build-core>=1.1' 'cmake>=3.29' ninja
	@touch $@

$(DONE)/package: $(DONE)/dependencies $(PACKAGE_SOURCES)
	@echo "building ddbcrypt and installing it into $(VENV)"
	@PATH="$(BIN):$$PATH" $(PIP) --no-build-isolation .
	@touch $@

$(DONE)/dependencies: $(DONE)/tools pyproject.toml
	$(call install_extra,dependencies,$(VENV))

$(DONE)/extra-demo: $(DONE)/tools pyproject.toml
	$(call install_extra,demo,$(VENV))

$(DONE)/extra-test: $(DONE)/tools pyproject.toml
	$(call install_extra,test,$(VENV))

$(DONE)/extra-bench: $(DONE)/tools pyproject.toml
	$(call install_extra,bench,$(VENV))

# First what aiobotocore pins, then the package: pip would go through all newer versions of botocore otherwise. The build
# folder of .venv's package serves here too, so nothing is compiled again.
$(DONE_AIO)/package: $(DONE)/package $(DONE_AIO)/extra-test-aio
	@echo "installing ddbcrypt into $(VENV_AIO)"
	@rm -rf build/wheel-aio
	@PATH="$(BIN):$$PATH" $(BIN)/python -m pip --disable-pip-version-check wheel --quiet --no-deps --no-build-isolation --wheel-dir build/wheel-aio .
	@$(VENV_AIO)/bin/python -m pip --disable-pip-version-check install --quiet --force-reinstall --no-deps \
	build/wheel-aio/*.whl
	@$(AGAIN) $(VENV_AIO)/bin/python -m pip --disable-pip-version-check install --quiet build/wheel-aio/*.whl
	@touch $@

$(DONE_AIO)/extra-test-aio: pyproject.toml $(DONE)/venv
	@test -d $(VENV_AIO) || $(PYTHON) -m venv $(VENV_AIO)
	@mkdir -p $(DONE_AIO)
	$(call install_extra,test-aio,$(VENV_AIO))
