"""The files of docs/containers: they can be read, name what exists, and belong to the image of the Dockerfile."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import yaml  # type: ignore[import-untyped]  # pyngrok brings it, without types

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.cli.tree_documents import walk
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = REPOSITORY / "docs" / "containers"
DOCKERFILE = (REPOSITORY / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
STAGE = re.search(r"^FROM base AS listen$(.*?)^FROM ", DOCKERFILE, re.MULTILINE | re.DOTALL)
OWN_OF_OTHERS = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"}


def stage(name: str) -> str:
    """Return the arguments of an instruction of the listener's stage."""
    assert STAGE is not None
    found = re.search(rf"^{name} +(.*)$", STAGE[1], re.MULTILINE)
    assert found is not None
    return found[1]


def documents(name: str) -> list[Any]:
    """Return the documents of a file."""
    return list(yaml.safe_load_all((FOLDER / name).read_text("utf-8")))


def parsed(path: str, arguments: Iterable[str]) -> dict[str, Any]:
    """Return what the options of a command line are."""
    [command] = [command for each, command, _ in walk() if each == path]
    with command.make_context(path, list(arguments)) as context:
        values: dict[str, Any] = context.params
    return values


def check_listener(arguments: Iterable[str]) -> dict[str, Any]:
    """Parse the command line of a container, and return what its options are."""
    entry = json.loads(stage("ENTRYPOINT"))
    assert entry[:2] == ["cronofy", "listen"]
    values = parsed("listen", [*entry[2:], *arguments])
    assert values["public_url"] == "https://hooks.example.com"
    return values


def check_environment(names: Iterable[str]) -> None:
    """Every variable is one that we read, or that PostgreSQL's image does."""
    assert {name for name in names if name not in OWN_OF_OTHERS} <= {each.value for each in Variable}


def test_the_image() -> None:
    """Its ports are those that it listens on, for other containers too, and its health check asks one of them."""
    entry = json.loads(stage("ENTRYPOINT"))
    options = dict(zip(entry[2::2], entry[3::2], strict=True))

    assert options == {"--bind": "0.0.0.0", "--port": "8080", "--health-port": "8081"}
    assert stage("EXPOSE").split() == ["8080", "8081"]
    assert "127.0.0.1:8081/livez" in stage("HEALTHCHECK")
    assert stage("ENV").partition("=")[0] in {each.value for each in Variable}
    assert "[postgres]" in DOCKERFILE.partition("FROM base AS")[0]


def test_compose() -> None:
    """Two listeners with the same options and history; each service that is waited for, and each volume, is there."""
    [compose] = documents("compose.yaml")
    services = compose["services"]

    assert services["listener-1"] == services["listener-2"]
    values = check_listener(services["listener-1"]["command"])
    assert values["target"] == "http://app:3000/cronofy/hook"
    for service in services.values():
        check_environment(service.get("environment", {}))
        assert set(service.get("depends_on", {})) <= set(services)
        named = {volume.partition(":")[0] for volume in service.get("volumes", ())}
        assert {name for name in named if not name.startswith(".")} <= set(compose["volumes"])
    assert services["listener-1"]["environment"]["CRONOFY_HISTORY"].partition("@")[2] == "database/cronofy"
    assert services["database"]["environment"]["POSTGRES_DB"] == "cronofy"
    sign_in = services["sign-in"]
    parsed("auth login", [*sign_in["entrypoint"][3:], *sign_in["command"]])
    context = sign_in["entrypoint"].index("--context") + 1
    assert sign_in["entrypoint"][context] == services["listener-1"]["environment"]["CRONOFY_CONTEXT"]
    assert sign_in["volumes"] == services["listener-1"]["volumes"]
    [mounted] = services["listener-1"]["volumes"]
    assert stage("ENV") == f"CRONOFY_CONFIG_DIR={mounted.partition(':')[2]}"


def test_the_proxy() -> None:
    """It leads to the listeners of the compose file by /healthz; HAProxy takes its file, where that is installed."""
    [compose] = documents("compose.yaml")
    text = (FOLDER / "haproxy.cfg").read_text("utf-8")

    assert re.findall(r"^ +server \S+ (\S+):8080$", text, re.MULTILINE) == ["listener-1", "listener-2"]
    assert "GET /healthz" in text
    assert "check port 8081" in text
    assert "bind :8080" in text
    assert compose["services"]["proxy"]["ports"] == ["8080:8080"]
    if haproxy := shutil.which("haproxy"):
        subprocess.run([haproxy, "-c", "-f", FOLDER / "haproxy.cfg"], check=True, capture_output=True)


def test_kubernetes() -> None:
    """A Deployment of two, its Service and its Secret: what they name of each other is there."""
    found = {each["kind"]: each for each in documents("kubernetes.yaml")}
    deployment, service, secret = found["Deployment"]["spec"], found["Service"]["spec"], found["Secret"]
    pod = deployment["template"]["spec"]
    [container] = pod["containers"]
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}

    assert deployment["replicas"] == 2
    check_listener(container["args"])
    assert ports == {"notifications": 8080, "health": 8081}
    assert container["readinessProbe"]["httpGet"] == {"path": "/healthz", "port": "health"}
    assert container["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "health"}
    labels = deployment["template"]["metadata"]["labels"]
    assert labels == deployment["selector"]["matchLabels"] == service["selector"]
    assert service["ports"][0]["targetPort"] in ports
    check_environment([each["name"] for each in container["env"]])
    check_environment(secret["stringData"])
    assert container["envFrom"] == [{"secretRef": {"name": secret["metadata"]["name"]}}]
    volumes = {each["name"] for each in pod["volumes"]}
    for each in (*pod["initContainers"], container):
        assert {mount["name"] for mount in each["volumeMounts"]} <= volumes
    assert stage("ENV") == f"CRONOFY_CONFIG_DIR={container['volumeMounts'][0]['mountPath']}"
    assert (pod["securityContext"]["runAsUser"], pod["securityContext"]["runAsNonRoot"]) == (10001, True)
    assert "--uid 10001 " in DOCKERFILE
