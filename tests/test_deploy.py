"""What the service is deployed with says the same as the service: its settings, ports, paths, metrics and pages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator

import schemas
from cli.main import merit
from cli.serve import serve
from cli.serve_config import NOT_IN_FILE
from evaluator.engine import Engine
from server.app import create_app
from server.log.decisions import DecisionLog
from server.shadow import Shadow
from server.snapshot import Limits
from tests.server.conftest import POLICIES

Json = Any
ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "examples" / "deploy"
SETTINGS = Draft202012Validator(schemas.load("service"))


def read(name: str) -> Json:
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


def manifests() -> dict[str, Json]:
    return {one["kind"]: one for one in yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8"))}


# ---- settings ------------------------------------------------------------------------------------------------------


def test_each_option_stands_in_the_file_and_in_the_environment_under_one_name() -> None:
    options = {one.name: one.envvar for one in serve.params if one.name not in NOT_IN_FILE}

    assert options == {name: f"MERIT_{name.upper()}" for name in schemas.load("service")["properties"]}
    assert next(one.default for one in serve.params if one.name == "deadline") == Limits().seconds


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MERIT_CACHE", "")
    (tmp_path / "rules.policy").write_text('facts { ready: flag "Ready" }\n')
    (tmp_path / "more.policy").write_text('facts { steady: flag "Steady" }\n')
    return tmp_path


def check(*args: str, **environment: str) -> tuple[int, dict[str, str], str]:
    done = CliRunner(env=environment).invoke(merit, ["serve", "--check-config", *args])
    told = dict(re.findall(r"^(\w+) += (.*)$", done.output, re.MULTILINE))
    return done.exit_code, told, done.output


def test_the_command_goes_before_the_environment_and_that_before_the_file(folder: Path) -> None:
    (folder / "service.yaml").write_text(
        "policies: [rules.policy, more.policy]\nport: 1111\nworkers: 3\nhost: localhost\npoll: 2.5\n"
        "log: postgresql+psycopg://me:secret@host/merit\nlog_masks: /caller\njson_logs: true\n"
    )

    code, told, said = check("--config", "service.yaml", "--port", "3333", MERIT_PORT="2222", MERIT_WORKERS="4")

    assert code == 0
    assert (told["port"], told["workers"]) == ("3333  (command line)", "4  (MERIT_WORKERS)")
    assert told["policies"] == "rules.policy, more.policy  (service.yaml)"
    assert (told["host"], told["poll"]) == ("localhost  (service.yaml)", "2.5  (service.yaml)")
    assert (told["log_masks"], told["json_logs"]) == ("/caller  (service.yaml)", "true  (service.yaml)")
    assert told["log"] == "postgresql+psycopg://me:***@host/merit  (service.yaml)"
    assert told["earlier"] == "0  (default)"
    assert "secret" not in said
    _, told, _ = check(
        MERIT_CONFIG="service.yaml", MERIT_POLICIES="rules.policy:more.policy", MERIT_LOG_MASKS="/query /answer"
    )
    assert told["policies"] == "rules.policy, more.policy  (MERIT_POLICIES)"
    assert told["log_masks"] == "/query, /answer  (MERIT_LOG_MASKS)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot: 1", "service.yaml:1:1: error: I do not know `prot` here"),
        ("port: 99999", "help: expected a port, from 1 to 65535"),
        ("poll: often", "help: expected seconds; 0 for never"),
        ("log_mode: best", "help: the values are `required`, `best-effort`"),
        ("policies: []", "this is an empty list"),
        ("- a", "this is a list"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_at_its_place(folder: Path, text: str, said: str) -> None:
    (folder / "service.yaml").write_text(text)

    done = CliRunner().invoke(merit, ["serve", "--config", "service.yaml"])

    assert done.exit_code == 3
    assert said in done.output


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["none"], "there is no `none`"),
        (["rules.policy", "--host", "0.0.0.0"], "can be reached by others"),
        (["rules.policy", "--log", "a.sqlite", "--log-mask", "/nowhere"], "/nowhere"),
        (["rules.policy", "--log", "a.sqlite", "--log-key", "none"], "the key `none` cannot be read"),
        (["rules.policy", "--tokens", "none"], "`none` cannot be read"),
        (["rules.policy", "--verification-key", "none"], "the key `none` cannot be read"),
    ],
)
def test_a_setting_that_does_not_work_is_told_without_serving(folder: Path, args: list[str], said: str) -> None:
    done = CliRunner().invoke(merit, ["serve", "--check-config", *args])

    assert done.exit_code != 0
    assert said in done.output + str(done.exception)
    assert not (folder / "a.sqlite").exists()


# ---- files ---------------------------------------------------------------------------------------------------------


def test_the_settings_that_are_deployed_are_settings() -> None:
    own = read("service.yaml")
    in_kubernetes = yaml.safe_load(manifests()["ConfigMap"]["data"]["service.yaml"])

    for settings in (own, in_kubernetes):
        SETTINGS.validate(settings)
    paths = {"policies", "verification_key", "tokens"}
    assert {name: value for name, value in own.items() if name not in paths} == {
        name: value for name, value in in_kubernetes.items() if name not in paths
    }


def test_paths_and_ports_of_the_container_the_compose_file_and_the_manifests_fit_each_other() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    service = read("compose.yaml")["services"]["merit"]
    pod = manifests()["Deployment"]["spec"]["template"]["spec"]
    container = pod["containers"][0]
    settings = [read("service.yaml"), yaml.safe_load(manifests()["ConfigMap"]["data"]["service.yaml"])]

    copied = set(re.findall(r"^COPY (\w+) \1$", text, re.MULTILINE))
    assert copied == {path.parent.name for path in ROOT.glob("*/py.typed")}
    for path in re.findall(r"^COPY ([\w./ -]+) \./$", text, re.MULTILINE):
        assert all((ROOT / name).exists() for name in path.split())
    assert "USER 10001:10001" in text
    assert (container["securityContext"]["runAsUser"], pod["securityContext"]["runAsNonRoot"]) == (10001, True)
    assert service["read_only"] is container["securityContext"]["readOnlyRootFilesystem"] is True
    port = str(next(one.default for one in serve.params if one.name == "port"))
    assert f"EXPOSE {port}" in text
    assert f"127.0.0.1:{port}/health/ready" in text
    assert service["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert [str(one["containerPort"]) for one in container["ports"]] == [port]
    assert read("prometheus.yml")["scrape_configs"][0]["static_configs"][0]["targets"] == [f"merit:{port}"]
    assert container["args"] == json.loads(re.findall(r"^CMD (.*)$", text, re.MULTILINE)[0])
    # Links would set MERIT_PORT and more, which are settings.
    assert pod["enableServiceLinks"] is False
    mounts = [
        [mount.split(":")[1] for mount in service["volumes"]],
        [mount["mountPath"] for mount in container["volumeMounts"]],
    ]
    for told, places in zip(settings, mounts, strict=True):
        for name in ("policies", "verification_key", "tokens"):
            assert any(told[name] == place or told[name].startswith(f"{place}/") for place in places)
        assert container["args"][1] in places
    longest = max(told["deadline"] for told in settings)
    assert int(service["stop_grace_period"].removesuffix("s")) > longest
    assert pod["terminationGracePeriodSeconds"] > longest + 5
    selector = manifests()["Deployment"]["spec"]["selector"]["matchLabels"]
    assert manifests()["Service"]["spec"]["selector"] == selector
    assert manifests()["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == selector
    assert manifests()["PodDisruptionBudget"]["spec"]["minAvailable"] < manifests()["Deployment"]["spec"]["replicas"]


def test_probes_ask_for_routes_that_there_are(engine: Engine) -> None:
    client = create_app(engine).test_client()
    container = manifests()["Deployment"]["spec"]["template"]["spec"]["containers"][0]

    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert client.get(container[probe]["httpGet"]["path"]).status_code == 200


def test_the_driver_of_the_container_is_the_one_that_the_tests_ran_with() -> None:
    blocks = [
        re.findall(r"^psycopg.*\n(?: .*\n)*", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
        for name in ("requirements-dev.lock", "examples/deploy/postgres.lock")
    ]

    assert len(blocks[0]) == 2
    assert blocks[0] == blocks[1]


def test_the_unit_starts_the_service_that_it_checks() -> None:
    told = dict(re.findall(r"^(Exec\w+)=(.*)$", (DEPLOY / "merit.service").read_text(encoding="utf-8"), re.MULTILINE))

    assert told["ExecStartPre"] == f"{told['ExecStart']} --check-config"
    assert told["ExecReload"] == "/bin/kill -HUP $MAINPID"
    command = told["ExecStart"].split()[2:]
    assert isinstance(serve, click.Command)
    serve.make_context("serve", [*command[:1], str(DEPLOY / "service.yaml")], resilient_parsing=True)


# ---- what is measured ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def engine() -> Engine:
    from dsl.load import load

    return Engine(load([POLICIES]))


def expressions() -> dict[str, str]:
    rules = {rule["alert"]: rule["expr"] for group in read("alerts.yml")["groups"] for rule in group["rules"]}
    dashboard = json.loads((DEPLOY / "dashboard.json").read_text(encoding="utf-8"))
    panels = {
        f"{panel['title']} {target['refId']}": target["expr"]
        for panel in dashboard["panels"]
        for target in panel["targets"]
    }
    return {**rules, **panels}


def test_alerts_and_panels_are_about_metrics_and_labels_that_there_are(engine: Engine, tmp_path: Path) -> None:
    log = DecisionLog(str(tmp_path / "log.sqlite"))
    shadow = Shadow(engine)
    client = create_app(engine, log=log, shadow=shadow).test_client()
    rule = next(iter(engine.core.rules))
    query = {"decide": [rule], "as_of": "2023-06-30", "facts": {}}
    assert client.post("/v1/decisions", json=query).status_code == 200
    shadow.wait()
    log.close()
    told: dict[str, set[str]] = {"up": set()}
    for name, labels in re.findall(r"^(merit_\w+)(?:\{(.*)\})? ", client.get("/metrics").text, re.MULTILINE):
        told.setdefault(name, set()).update(re.findall(r"(\w+)=", labels))

    for where, expression in expressions().items():
        used = re.findall(r"\b(merit_\w+|up)(?:\{([^}]*)\})?", expression)
        assert used, where
        for name, labels in used:
            assert name in told, where
            # The last one of a service of several programmes: of one, as here, it is empty.
            own = told[name] | {"job", "instance", "le", "programme"}
            assert set(re.findall(r"(\w+)(?==|!)", labels)) <= own, where
            grouped = {label for one in re.findall(r"by \(([^)]*)\)", expression) for label in one.split(", ")}
            assert grouped <= own, where


def test_each_alert_has_its_page_and_each_page_its_alert() -> None:
    rules = [rule for group in read("alerts.yml")["groups"] for rule in group["rules"]]
    pages = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").partition("# Incidents")[2]
    tests = [one for test in read("alerts.test.yml")["tests"] for one in test["alert_rule_test"]]
    coming, staying_away = (
        {one["alertname"] for one in tests if bool(one["exp_alerts"]) is comes} for comes in (True, False)
    )

    assert re.findall(r"^## (\w+)$", pages, re.MULTILINE) == [rule["alert"] for rule in rules]
    assert coming == {rule["alert"] for rule in rules}
    assert coming - staying_away == {"MeritSlow", "MeritShadowFails"}
    for rule in rules:
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"
        assert rule["labels"]["severity"] in ("critical", "warning", "info")


def test_panels_stand_beside_each_other() -> None:
    panels = json.loads((DEPLOY / "dashboard.json").read_text(encoding="utf-8"))["panels"]
    cells = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in panels}) == len(panels)
