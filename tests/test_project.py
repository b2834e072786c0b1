"""What holds for the project as a whole."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.apps import apps
from django.core.management import call_command, get_commands
from django.db import connection
from django.db.models import BaseConstraint

ROOT = Path(__file__).resolve().parent.parent
APPS = ["units", "emulation", "awards"]  # in the order of their dependencies
LAYERS = [
    "models",
    "reports",
    "services",
    "forms",
    "views",
]  # reads before writes; in the order of their dependencies
PURE = [
    "units/text.py", "units/written.py",
    "emulation/assessing.py", "emulation/checks.py", "emulation/consolidation.py", "emulation/drafting.py",
    "emulation/numbers.py", "emulation/official.py", "emulation/periods.py", "emulation/phrases.py",
    "emulation/plausibility.py", "emulation/readiness.py", "emulation/relations.py", "emulation/scoring.py",
    "emulation/terms.py", "emulation/wording.py",
    "awards/authority.py", "awards/bonus.py", "awards/caps.py", "awards/criteria.py", "awards/eligibility.py",
    "awards/facts.py", "awards/looks.py", "awards/outlook.py", "awards/reach.py", "awards/voting.py",
]  # fmt: skip
PRODUCTION = {
    "PRODUCTION": "1", "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "ALLOWED_HOSTS": "thidua.example", "DATABASE_URL": f"sqlite:///{ROOT}/var/production-check.sqlite3",
}  # fmt: skip


def manage(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, with nothing in its environment but what is given."""
    base = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=base | environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.longest
@pytest.mark.django_db
def test_migrations_run_on_an_empty_database(tmp_path: Path) -> None:
    """The tables of the other tests are made from the models: here the migrations themselves run, on this engine."""
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    if connection.vendor == "postgresql":
        server = os.environ["DATABASE_URL"]
        url = urlsplit(server)._replace(path=f"/migrated_{os.getpid()}").geturl()
        admin = psycopg2.connect(server)
        admin.autocommit = True
        with closing(admin), admin.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE migrated_{os.getpid()}")
    done = manage("migrate", "-v", "0", DATABASE_URL=url)
    assert (done.returncode, done.stderr) == (0, "")


def test_deployment_check_is_clean_in_production() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"])
def test_production_does_not_start_without_its_settings_and_names_them(name: str) -> None:
    done = manage("check", **PRODUCTION | {name: ""})
    words = f"Set the environment variable {name} before starting in production (README, Settings).\n"
    assert (done.returncode, done.stderr) == (1, words)


def test_production_does_not_start_in_debug_mode() -> None:
    done = manage("check", **PRODUCTION, DEBUG="1")
    assert (done.returncode, done.stderr.startswith("DEBUG shows the application's secrets")) == (1, True)


def test_server_stops_with_the_sentence_alone_and_does_not_try_again() -> None:
    """4 is gunicorn's status for an application that cannot be loaded."""
    environment = os.environ | PRODUCTION | {"SESSION_HOURS": "0"}
    command = [sys.executable, "-c", "import emulation.wsgi"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    words = "SESSION_HOURS=0 is not possible: it takes a whole number from 1 to 168 (README, Settings).\n"
    assert (done.returncode, done.stderr) == (4, words)


def test_the_demo_is_not_loaded_in_production() -> None:
    done = manage("seed_demo", **PRODUCTION)
    words = "CommandError: The demo comes with logins that everybody knows: it is not loaded with PRODUCTION=1.\n"
    assert (done.returncode, done.stderr) == (1, words)


def test_make_install_brings_what_a_server_needs_without_demo_and_server() -> None:
    """Everything of `make run` but its last steps, as on a machine where nothing is there yet."""
    done = subprocess.run(["make", "-n", "-B", "install"], cwd=ROOT, capture_output=True, text=True, check=True)
    needed = ["-m venv", "pip install", "npm ci", "babel.messages.frontend"]
    assert [step in done.stdout for step in needed] == [True] * 4
    assert [step in done.stdout for step in ("manage.py", "gunicorn ")] == [False, False]


def test_commands_of_the_readme_exist() -> None:
    named = set(re.findall(r"manage\.py (\w+)", (ROOT / "README.md").read_text()))
    assert named - {"help", *get_commands()} == set()


def test_development_needs_no_settings() -> None:
    done = manage("check")
    assert (done.returncode, done.stderr) == (0, "")


def imports(path: Path) -> Iterator[str]:
    """Modules that a source file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module in APPS)


@pytest.mark.parametrize("app", APPS)
def test_lower_app_does_not_import_a_higher_one(app: str) -> None:
    higher = APPS[APPS.index(app) + 1 :]
    wrong = [
        f"{path.relative_to(ROOT)}: {module}"
        for path in sorted((ROOT / app).rglob("*.py"))
        for module in imports(path)
        if module.split(".")[0] in higher
        # The project package is in `emulation` too: its addresses and settings know every app.
        and path.relative_to(ROOT).as_posix() not in ("emulation/urls.py", "emulation/settings.py")
    ]
    assert wrong == []


@pytest.mark.parametrize("layer", LAYERS)
def test_lower_layer_does_not_import_a_higher_one(layer: str) -> None:
    """Of its own app, or of one below."""
    higher = LAYERS[LAYERS.index(layer) + 1 :]
    wrong = {
        f"{path.relative_to(ROOT)}: {module}"
        for app in APPS
        for path in sorted((ROOT / app / layer).rglob("*.py"))
        for module in imports(path)
        if module.split(".")[0] in APPS and {*module.split(".")[1:2]} & {*higher}
    }
    assert sorted(wrong) == []


@pytest.mark.parametrize("app", APPS)
def test_page_of_a_lower_app_leads_to_none_of_a_higher_one(app: str) -> None:
    """Higher apps add what leads to them. The menu is the project's: it knows every app."""
    named = re.compile(rf"""["']({"|".join(APPS[APPS.index(app) + 1 :]) or "none"}):[a-z-]+["']""")
    sources = [*(ROOT / "templates" / app).rglob("*.html"), *(ROOT / app).rglob("*.py")]
    wrong = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in sorted(sources)
        for found in named.finditer(path.read_text())
        if path.relative_to(ROOT).as_posix() != "emulation/context.py"
    ]
    assert wrong == []


@pytest.mark.parametrize("source", PURE)
def test_pure_rules_know_no_database_and_no_request(source: str) -> None:
    known = {
        "django.utils.text",
        "django.utils.translation",
        *(path.removesuffix(".py").replace("/", ".") for path in PURE),
    }
    ours = {module for module in imports(ROOT / source) if module.split(".")[0] in ("django", *APPS)}
    assert ours - known - {"emulation"} == set()


def constraints() -> list[tuple[str, BaseConstraint]]:
    return [
        (model._meta.label, constraint)
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        for constraint in model._meta.constraints
    ]


def test_every_constraint_says_in_words_what_it_refuses() -> None:
    silent = [
        f"{model}.{constraint.name}"
        for model, constraint in constraints()
        if constraint.violation_error_message == BaseConstraint.default_violation_error_message
    ]
    assert silent == []


def test_every_constraint_has_its_test() -> None:
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("models/test_*.py"))
    assert [constraint.name for _model, constraint in constraints() if f'"{constraint.name}"' not in tests] == []


def test_no_title_says_by_itself_that_something_was_refused() -> None:
    """«Error:» stands in the block `error` alone, once before every title."""
    title = re.compile(r"{% block title %}(.*?){% endblock %}")
    found = {
        path.name: titles
        for path in (ROOT / "templates").rglob("*.html")
        if (titles := [one for one in title.findall(path.read_text()) if "Error:" in one])
    }
    assert found == {}
