# For people: what there is to do in this repository. Each target needs nothing done before it.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help deps build demo test asan crash-matrix fuzz fuzzers servers test-servers peers golden format lint bench clean

JOBS ?= $(shell nproc)
# Tests wait as often as they compute: one more than two processors fills them, and eight would only be in their way.
TEST_JOBS ?= 3
BUILD := build/dev

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 16

deps: ## install what is missing (Debian 12, apt; DEPS=off skips this)
ifneq ($(DEPS),off)
	@tools/deps
endif

build: deps ## both programs: build/dev/generator/windlass, build/dev/hook/windlass-hook
	cmake --preset dev
	cmake --build --preset dev --parallel $(JOBS)

demo: deps ## the example project, rendered and run in hook order on a throw-away PostgreSQL
	@cmake --preset dev >/dev/null
	cmake --build --preset dev --parallel $(JOBS) --target windlass windlass-hook
	@tools/demo $(BUILD)

# ctest comes last, so that its summary is the last thing on the screen.
test: build fuzzers servers $(if $(filter true,$(CI)),peers) ## every test; with CI=true a missing peer is a failure
	ctest --preset dev --parallel $(TEST_JOBS)

asan: deps ## every test under the address and undefined behaviour sanitizers
	cmake --preset asan
	cmake --build --preset asan --parallel $(JOBS)
	ctest --preset asan --parallel $(TEST_JOBS)

# MATRIX chooses: MATRIX='--project data --fault swallow --message 12', or --sample 1000 --seed 7.
crash-matrix: deps ## every fault at every message of every project's run; MATRIX='--project data' for some
	cmake --preset dev
	cmake --build --preset dev --parallel $(JOBS) --target windlass-hook
	/usr/bin/python3 tests/fault/matrix.py $(BUILD)/hook/windlass-hook --progress 250 $(MATRIX)

fuzz: fuzzers ## look for inputs that break a promise, a minute for each fuzzer
	cmake --preset dev >/dev/null
	WINDLASS_FUZZ_SECONDS=60 WINDLASS_FUZZ_SEED=0 ctest --preset dev --label-regex '^fuzz$$' --parallel $(TEST_JOBS) --verbose

# Where there is no clang the tests that need these say so, and skip.
fuzzers: deps
	@if command -v clang++-14 >/dev/null; then \
	  cmake --preset fuzz >/dev/null && cmake --build --preset fuzz --parallel $(JOBS); \
	else echo "fuzzers: not built, because clang++-14 is not installed"; fi

# On a desk without npm or network the tests that need these say so, and skip.
servers: deps
	@/usr/bin/python3 tests/servers/fetch.py || [ "$$CI" != true ]

peers: ## fetch what the tests run beside ours: Flyway (190 MB, Java), programs built by Go; CI always does
ifneq ($(DEPS),off)
	@tools/deps peers
endif
	@/usr/bin/python3 tests/interop/fetch_flyway.py
	@/usr/bin/python3 tests/peers/fetch.py
	@/usr/bin/python3 tests/pipelines/schemas.py

test-servers: build servers ## every database and fault suite on PostgreSQL 12 to 18
	@failed=; for major in 12 13 14 16 17 18; do \
	  /usr/bin/python3 tests/servers/run.py --build $(BUILD) --all $$major || failed="$$failed $$major"; \
	done; [ -z "$$failed" ] || { echo "test-servers: failed on PostgreSQL$$failed"; exit 1; }

golden: build ## rewrite what tests compare to the byte; then read the diff
	UPDATE_GOLDEN=1 ctest --preset dev -R '^(golden|project_test|lint_test|generator_explain_test)$$' --verbose

format: deps ## clang-format every source in place
	git ls-files '*.cpp' '*.hpp' | xargs clang-format-14 -i

lint: build ## clang-format as a check, then clang-tidy over every source
	/usr/bin/python3 tests/lint/format.py
	/usr/bin/python3 tests/lint/tidy.py $(BUILD) --jobs $(JOBS)

bench: deps ## speed beside psql and of render, as ratios (release build)
	cmake --preset release -DWINDLASS_TESTS=OFF
	cmake --build --preset release --parallel $(JOBS) --target windlass windlass-hook
	/usr/bin/python3 tests/bench/bench.py build/release --peers build/bench-peers

clean: ## remove what was built and rendered
	rm -rf build demo
