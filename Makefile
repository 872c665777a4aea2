# Everything anybody runs. `make setup` is what `run` and `test` do first.
PY := .venv/bin/python
HERE := 127.0.0.1:8000
APT_RUN := python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig
APT_TEST := postgresql postgresql-common chromium poppler-utils fonts-noto-cjk

.PHONY: setup run test test-long bench lint types seed demo clean

setup: .venv/.installed
	@./.ci/apt-needed $(APT_RUN)

.venv/.installed: requirements.txt requirements-dev.txt
	@./.ci/apt-needed python3-venv
	test -x $(PY) || python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

run: setup
	@$(PY) .ci/serve.py $(HERE)

test: setup
	@./.ci/apt-needed $(APT_TEST)
	@$(MAKE) --no-print-directory lint
	@./.ci/with-postgres $(PY) tests/run.py

test-long: setup
	@./.ci/apt-needed $(APT_TEST)
	@./.ci/with-postgres $(PY) tests/run.py long

# all benches on a million rows; make bench BENCH="people_search --rows 100000 --only sqlite" runs one (docs/performance.md)
bench: setup
	@./.ci/apt-needed $(APT_TEST) sqlite3
	@pg_virtualenv -t -o max_connections=50 -o shared_buffers=512MB $(PY) tests/bench/run.py $(BENCH)

lint:
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types:
	$(PY) -m mypy agency filings settlement

seed:
	$(PY) manage.py migrate -v0
	$(PY) manage.py seed

demo:
	$(PY) manage.py migrate -v0
	$(PY) manage.py seed --demo

clean:
	rm -rf .venv var staticfiles test-results
