# Two commands matter: `make run` and `make test`. docs/operations.md tells what each target does and which variables it reads.
PORT ?= 8000
DEMO ?= yes
DATABASE_URL ?= postgres://postgres@127.0.0.1:5432/qingdan
JOBS ?= 2
PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes
# Tests choose their own databases and folders; nothing that a shell happens to export may reach them.
CLEAN := env -u DATABASE_URL -u VAR_DIR -u MEDIA_ROOT -u STATIC_ROOT -u STATIC_STORAGE -u SECRET_KEY -u ALLOWED_HOSTS -u DEBUG MODE=local
PYTEST := $(PY) -m pytest -n $(JOBS)

.PHONY: run install install-dev venv test test-postgres test-browser check bench soak

run: install
	@exec env MODE=local $(PY) deploy/serve.py --port $(PORT) --demo $(DEMO)

# Reinstalled only when the lock's bytes change: the copy in .venv is what was installed last.
install: venv
	@cmp -s requirements.lock .venv/requirements.lock || { echo '安装运行所需的库（只在首次或清单变化时）……'; \
	  $(PIP) -r requirements.lock && cp requirements.lock .venv/requirements.lock; }

install-dev: install
	@cmp -s requirements-dev.lock .venv/requirements-dev.lock || { echo '安装测试所需的库（只在首次或清单变化时）……'; \
	  $(PIP) -r requirements-dev.lock && cp requirements-dev.lock .venv/requirements-dev.lock; }

venv:
	@sh deploy/venv.sh "$(PYTHON)"

test: check
	@$(CLEAN) $(PYTEST)

test-postgres: install-dev
	@$(CLEAN) DATABASE_URL=$(DATABASE_URL) $(PYTEST)

test-browser: install-dev
	@$(CLEAN) $(PY) -m pytest --browser tests/browser

check: install-dev
	@$(PY) -m ruff check .
	@$(PY) -m djlint --lint --quiet templates
	@.venv/bin/lint-imports
	@$(CLEAN) $(PY) manage.py makemigrations --check --dry-run
	@env -u VAR_DIR MODE=production DATABASE_URL=sqlite:///:memory: ALLOWED_HOSTS=qingdan.example \
	  SECRET_KEY=only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG \
	  $(PY) manage.py check --deploy --fail-level WARNING

bench: install-dev
	@$(CLEAN) $(PY) bench/run.py

# One process, so that nothing disturbs the figures; both databases, into soak-results.json.
soak: install-dev
	@rm -f soak-results.json
	@$(CLEAN) $(PY) -m pytest --soak -m soak
	@$(CLEAN) DATABASE_URL=$(DATABASE_URL) $(PY) -m pytest --soak -m soak
