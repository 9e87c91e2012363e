"""The Kubernetes manifests: they parse, fit together, and keep the rules that matter. No cluster and no schema is asked."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from lti_tool.settings import PREFIX, Settings

FOLDER = Path(__file__).parents[2] / "docker" / "kubernetes"
Manifest = dict[str, Any]


def manifests() -> list[Manifest]:
    names = yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]
    return [found for name in names for found in yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8"))]


def of_kind(*kinds: str) -> list[Manifest]:
    return [each for each in manifests() if each["kind"] in kinds]


def named(kind: str, name: str) -> Manifest:
    (found,) = [each for each in of_kind(kind) if each["metadata"]["name"] == name]
    return found


def pod_of(workload: Manifest) -> Manifest:
    pod: Manifest = workload["spec"]["template"]["spec"]
    return pod


WORKLOADS = of_kind("Deployment", "Job")


def test_every_file_is_part_of_it() -> None:
    listed = yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]
    assert sorted(path.name for path in FOLDER.glob("*.yaml")) == sorted([*listed, "kustomization.yaml"])


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda each: each["metadata"]["name"])
class TestEveryWorkload:
    def test_runs_as_nobody_with_nothing_to_write_on(self, workload: Manifest) -> None:
        pod = pod_of(workload)
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == 10001
        assert pod["automountServiceAccountToken"] is False
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }

    def test_gets_its_secrets_as_files_only(self, workload: Manifest) -> None:
        (container,) = pod_of(workload)["containers"]
        assert "env" not in container
        assert container["envFrom"] == [{"configMapRef": {"name": "lti-tool"}}]
        mounts = {mount["mountPath"]: mount.get("readOnly") for mount in container["volumeMounts"]}
        assert mounts == {"/run/secrets/lti-tool": True, "/run/keys": True, "/tmp": None}

    def test_has_limits_of_memory_and_reaches_the_database(self, workload: Manifest) -> None:
        (container,) = pod_of(workload)["containers"]
        assert {"cpu", "memory"} <= set(container["resources"]["requests"])
        assert "memory" in container["resources"]["limits"]
        assert workload["spec"]["template"]["metadata"]["labels"]["reaches-database"] == "yes"


def test_settings_are_known_and_secrets_lie_where_they_are_mounted() -> None:
    data = named("ConfigMap", "lti-tool")["data"]
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {"LTI_TOOL_WORKERS", "LTI_TOOL_THREADS"}
    assert {name.removesuffix("_FILE") for name in data} <= known
    assert all(isinstance(value, str) for value in data.values())
    files = {name: value for name, value in data.items() if name.endswith("_FILE")}
    assert set(files) == {"LTI_TOOL_DATABASE_URL_FILE", "LTI_TOOL_SECRET_KEY_FILE", "LTI_TOOL_METRICS_TOKEN_FILE"}
    assert all(value.startswith("/run/secrets/lti-tool/") for value in files.values())


def test_a_web_pod_is_ready_by_readyz_alive_by_livez_and_leaves_the_balancer_first() -> None:
    pod = pod_of(named("Deployment", "web"))
    (container,) = pod["containers"]
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert container["livenessProbe"]["httpGet"]["path"] == "/livez"
    pause_s = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    # gunicorn's graceful_timeout is 30 s.
    assert pod["terminationGracePeriodSeconds"] >= pause_s + 30


def test_a_worker_has_longer_than_it_takes_to_wind_up() -> None:
    assert pod_of(named("Deployment", "worker"))["terminationGracePeriodSeconds"] > 25


def test_an_upgrade_takes_no_web_pod_away_before_its_successor_is_ready() -> None:
    assert named("Deployment", "web")["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}


@pytest.mark.parametrize("name", ["web", "worker"])
def test_one_of_each_stays_when_nodes_are_emptied(name: str) -> None:
    labels = named("Deployment", name)["spec"]["selector"]["matchLabels"]
    budget = named("PodDisruptionBudget", name)["spec"]
    assert (budget["minAvailable"], budget["selector"]["matchLabels"]) == (1, labels)
    assert named("Deployment", name)["spec"]["replicas"] == 2


def test_service_ingress_and_autoscaler_name_what_there_is() -> None:
    web = named("Deployment", "web")
    assert named("Service", "web")["spec"]["selector"] == web["spec"]["selector"]["matchLabels"]
    (rule,) = named("Ingress", "web")["spec"]["rules"]
    assert rule["http"]["paths"][0]["backend"] == {"service": {"name": "web", "port": {"name": "http"}}}
    assert named("ConfigMap", "lti-tool")["data"]["LTI_TOOL_PUBLIC_URL"] == f"https://{rule['host']}"
    autoscaler = named("HorizontalPodAutoscaler", "web")["spec"]
    assert autoscaler["scaleTargetRef"]["name"] == "web"
    assert 2 <= autoscaler["minReplicas"] <= autoscaler["maxReplicas"]


def test_without_a_policy_nothing_talks_to_anything() -> None:
    everything = named("NetworkPolicy", "nothing")["spec"]
    assert everything == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    (blocks, *_) = named("NetworkPolicy", "to-platforms")["spec"]["egress"]
    assert {"10.0.0.0/8", "169.254.0.0/16"} <= set(blocks["to"][0]["ipBlock"]["except"])
    assert blocks["ports"] == [{"port": 443}]
