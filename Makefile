# make app   its own environment, the requirements, the app in the browser
# make test  the same with the development requirements, then every test tier
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: app test screens lint audit messages clean

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.app: requirements.txt | $(BIN)/python
	$(BIN)/pip install --quiet -r requirements.txt
	touch $@

$(VENV)/.dev: requirements.txt requirements-dask.txt requirements-dev.txt | $(BIN)/python
	$(BIN)/pip install --quiet -r requirements-dev.txt
	touch $@

app: $(VENV)/.app
	$(BIN)/streamlit run app.py

test: $(VENV)/.dev
	$(BIN)/python -m pytest

# Every page as a picture in build/screens: two widths, two languages, with records and without.
screens: $(VENV)/.dev
	$(BIN)/python -m pytest tests/browser/test_screens.py -k pages

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Known faults of the pinned packages; says plainly where they could not be looked up (no network), which
# is no failure of the code: only faults that are known end it with an error.
audit: $(VENV)/.dev
	$(BIN)/python -m tests.known_faults || [ $$? -eq 2 ]

# New French strings into the English catalogue, to be translated there.
messages: $(VENV)/.dev
	mkdir -p build
	$(BIN)/pybabel -q extract -F babel.cfg -k N_ -k ngettext:1,2 --no-location --sort-output -o build/messages.pot .
	$(BIN)/pybabel -q update -i build/messages.pot -D couverture -d geo/locale -l en --no-fuzzy-matching --ignore-obsolete

clean:
	rm -rf $(VENV) build static/vendor static/geo
