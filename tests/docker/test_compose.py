"""The compose file has the shape it needs; that Splunk starts with it nobody here can test."""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from typing import Any

import yaml

from workbench.traffic.points import NPM_INDEX

CHECKOUT = Path(__file__).parents[2]
DOCKER = CHECKOUT / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yml").read_text(encoding="utf-8"))
README = (DOCKER / "README.md").read_text(encoding="utf-8")
SPLUNK = COMPOSE["services"]["splunk"]


def example() -> dict[str, str]:
    lines = (DOCKER / "env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_image_is_the_official_one_with_a_version() -> None:
    assert re.fullmatch(r"splunk/splunk:\d+\.\d+\.\d+", SPLUNK["image"])


def test_every_port_is_open_to_this_machine_only() -> None:
    assert all(port.startswith("127.0.0.1:") for port in SPLUNK["ports"])
    assert {port.rpartition(":")[2] for port in SPLUNK["ports"]} == {"8000", "8088", "8089"}


def test_the_package_that_is_installed_is_the_one_that_is_mounted() -> None:
    assert "../dist:/opt/npmanomaly:ro" in SPLUNK["volumes"]
    assert SPLUNK["environment"]["SPLUNK_APPS_URL"].startswith("/opt/npmanomaly/SA-npmanomaly-${APP_VERSION:?")
    assert SPLUNK["environment"]["SPLUNK_APPS_URL"].endswith("}.spl")


def test_the_example_names_each_variable_and_the_version_of_the_app() -> None:
    text = (DOCKER / "compose.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"\$\{(\w+)", text)) == set(example())
    conf = configparser.ConfigParser()
    conf.read(CHECKOUT / "app" / "default" / "app.conf")
    assert example()["APP_VERSION"] == conf["id"]["version"]


def test_what_must_be_filled_in_is_asked_for_and_never_shipped() -> None:
    secret = ("SPLUNK_START_ARGS", "SPLUNK_PASSWORD", "SPLUNK_HEC_TOKEN")
    for name in secret:
        assert SPLUNK["environment"][name].startswith(f"${{{name}:?")
        assert example()[name] == ""
    ignored = (CHECKOUT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"/docker/.env", "/docker/points/"} <= set(ignored)


def test_the_index_is_a_metrics_index_with_the_name_that_the_app_searches() -> None:
    assert "./default.yml:/tmp/defaults/default.yml:ro" in SPLUNK["volumes"]
    defaults = yaml.safe_load((DOCKER / "default.yml").read_text(encoding="utf-8"))
    (conf,) = defaults["splunk"]["conf"]
    assert conf["key"] == "indexes"
    assert list(conf["value"]["content"]) == [NPM_INDEX]
    index = conf["value"]["content"][NPM_INDEX]
    assert index["datatype"] == "metric"
    assert {"homePath", "coldPath", "thawedPath"} <= set(index)


def test_the_readme_says_first_of_all_that_it_was_not_run() -> None:
    assert README.split("\n\n")[1].startswith("**Not tested with a real Splunk.**")


def test_the_files_the_readme_names_are_there() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (DOCKER / target).exists(), target
    for command in re.findall(r"(docker/[a-z.]+\.(?:yml|sh|example))", README):
        assert (CHECKOUT / command).exists(), command
