"""docker-compose.yml, judged without Docker: every role is there, watched, and gets only settings that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
ROLES = ("web", "engine", "worker")
SETTINGS = re.compile(r"""env\.\w+\(\s*"([A-Z_]+)\"""")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


def test_every_service_of_production_is_there_and_watched(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"postgres", "valkey", "migrate", *ROLES}
    for name, service in services.items():
        if name != "migrate":
            assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}, name
            assert service["restart"] == "unless-stopped", name


def test_roles_wait_for_the_tables_and_for_both_servers(compose: dict[str, Any]) -> None:
    for role in ROLES:
        waits = {name: how["condition"] for name, how in compose["services"][role]["depends_on"].items()}
        assert waits == {
            "migrate": "service_completed_successfully",
            "postgres": "service_healthy",
            "valkey": "service_healthy",
        }


def test_only_migrate_knows_the_owner(compose: dict[str, Any]) -> None:
    for role in ROLES:
        assert "DATABASE_ADMIN_URL" not in compose["services"][role]["environment"]
        assert "countersign_app" in compose["services"][role]["environment"]["DATABASE_URL"]
    assert "countersign_owner" in compose["services"]["migrate"]["environment"]["DATABASE_ADMIN_URL"]


def test_every_variable_is_one_of_our_settings(compose: dict[str, Any]) -> None:
    known = set(SETTINGS.findall((ROOT / "config/settings.py").read_text())) | {"DATABASE_ADMIN_URL"}
    for role in (*ROLES, "migrate"):
        for name in compose["services"][role]["environment"]:
            assert name.removesuffix("_FILE") in known, name


def test_no_secret_stands_in_the_file(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if "PASSWORD" in name:
                assert value.startswith("${"), name
            if "URL" in name and "@" in str(value):
                assert ":${" in value, name


def test_servers_are_not_published_and_only_the_front_of_this_machine_reaches_web(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service.get("ports", []) == (["127.0.0.1:8000:8000"] if name == "web" else [])


def test_commands_exist(compose: dict[str, Any]) -> None:
    commands = {path.stem for path in ROOT.glob("*/management/commands/*.py")} | {"migrate"}
    for role in (*ROLES, "migrate"):
        assert compose["services"][role]["command"][0] in commands
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert "USER countersign" in dockerfile
    assert "requirements.lock" in dockerfile
