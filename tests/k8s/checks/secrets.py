"""Secrets: as files, from a store, never in a manifest; and whatever is named exists."""

import base64
import math
import re
from collections import Counter

from tests.k8s.checking import Complaints, check
from tests.k8s.rendering import Object, Rendering, called, containers, pod, process, sales

SECRET_WORDS = re.compile(
    r"(password|secret|token|key|dsn|database_url|nats_url|redis_url)", re.IGNORECASE
)
HASHED = re.compile(r"-[a-z0-9]{10}$")


def _literal(rendering: Rendering) -> None:
    process(rendering)["env"].append({"name": "DATABASE_URL", "value": "postgresql://a:b@c/d"})


def _random(rendering: Rendering) -> None:
    settings = rendering.one("ConfigMap", "settings")["data"]
    settings["RAPPORT_LOG_LEVEL"] = "kX9vQ2mZ7pL4wR8tY1uB6nC3"


def _by_variable(rendering: Rendering) -> None:
    reference = {"secretKeyRef": {"name": "sales-secrets", "key": "NATS_URL"}}
    process(rendering)["env"].append({"name": "NATS_URL", "valueFrom": reference})


def _committed(rendering: Rendering) -> None:
    secret = {"kind": "Secret", "metadata": {"name": "s"}, "data": {"a": "Yg=="}}
    rendering.objects.append(secret)


@check(36, _literal, _random, _by_variable)
def nothing_secret_stands_in_a_manifest(rendering: Rendering) -> Complaints:
    for workload in rendering.workloads():
        for variable in (each for one in containers(workload) for each in one.get("env", [])):
            yield from _looks_secret(called(workload), variable["name"], variable.get("value", ""))
            if "secretKeyRef" in variable.get("valueFrom", {}):
                yield f"{called(workload)}: {variable['name']} comes as a file, not as a variable"
    for settings in rendering.of("ConfigMap"):
        lines = {name: value for name, value in settings["data"].items() if "\n" not in value}
        for name, value in lines.items():
            yield from _looks_secret(called(settings), name, value)


@check(36, _committed, overlays=("production",))
def production_takes_its_secrets_from_a_store(rendering: Rendering) -> Complaints:
    for secret in rendering.of("Secret"):
        yield f"{called(secret)}: let an ExternalSecret bring it"


def _looks_secret(where: str, name: str, value: str) -> Complaints:
    """A path to a secret is no secret."""
    is_path = value.startswith("/")
    if value and SECRET_WORDS.search(name) and not is_path:
        yield f"{where}: {name} is given as text"
    if len(value) >= 20 and not is_path and _entropy(value) > 4 and "=" not in value:
        yield f"{where}: the value of {name} looks random"


def _entropy(text: str) -> float:
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)


def _no_settings(rendering: Rendering) -> None:
    rendering.objects.remove(rendering.one("ConfigMap", "settings"))


def _no_key(rendering: Rendering) -> None:
    del rendering.one("ExternalSecret", "sales-secrets")["spec"]["data"][0]


def _unknown_issuer(rendering: Rendering) -> None:
    del rendering.one("ExternalSecret", "context-keys")["spec"]["data"][0]


@check(37, _no_settings, _no_key)
def whatever_is_named_exists(rendering: Rendering) -> Complaints:
    present = _keys(rendering)
    for workload in rendering.workloads():
        for name, key in _references(workload):
            if name not in present:
                yield f"{called(workload)}: {name} is nowhere"
            elif key and key not in present[name]:
                yield f"{called(workload)}: {name} has no {key}"


def _unhashed(rendering: Rendering) -> None:
    rendering.one("ConfigMap", "settings")["metadata"]["name"] = "settings"


@check(37, _unhashed)
def changed_settings_make_a_rollout(rendering: Rendering) -> Complaints:
    for each in rendering.of("ConfigMap", "Secret"):
        if not HASHED.search(each["metadata"]["name"]):
            yield f"{called(each)}: let its name end with a hash of what it holds"


@check(37, _unknown_issuer)
def every_process_can_be_believed(rendering: Rendering) -> Complaints:
    """Each private key signs tokens that the others check with `<process>.pem`."""
    present = next(
        keys for name, keys in _keys(rendering).items() if name.startswith("context-keys")
    )
    for workload in rendering.of("Deployment"):
        if f"{workload['metadata']['name']}.pem" not in present:
            yield f"{called(workload)}: its public key is not among the context keys"


def _readable(rendering: Rendering) -> None:
    pod(sales(rendering))["volumes"][0]["secret"]["defaultMode"] = 0o444


@check(36, _readable)
def secrets_are_read_by_their_process_alone(rendering: Rendering) -> Complaints:
    for workload in rendering.workloads():
        for volume in pod(workload).get("volumes", []):
            if volume.get("secret", {}).get("defaultMode", 0o440) != 0o440:
                yield f"{called(workload)}: volume {volume['name']} has mode 0440"


def _borrowed(rendering: Rendering) -> None:
    pod(sales(rendering))["volumes"][0]["secret"]["secretName"] = "parties-secrets"


@check(36, _borrowed)
def nobody_holds_the_secrets_of_another(rendering: Rendering) -> Complaints:
    for workload in rendering.of("Deployment", "Job"):
        name = re.sub(r"^migrate-(\w+)-.*", r"\1", workload["metadata"]["name"])
        for volume in pod(workload)["volumes"]:
            held = volume.get("secret", {}).get("secretName", "context-keys")
            if not held.startswith((f"{name}-secrets", "context-keys")):
                yield f"{called(workload)}: holds {held}"


def _keys(rendering: Rendering) -> dict[str, set[str]]:
    plain = {
        each["metadata"]["name"]: {*each["data"]} for each in rendering.of("ConfigMap", "Secret")
    }
    stored = {
        each["spec"]["target"]["name"]: {data["secretKey"] for data in each["spec"]["data"]}
        for each in rendering.of("ExternalSecret")
    }
    return plain | stored


def _references(workload: Object) -> list[tuple[str, str]]:
    """Names with the keys that are read of them, by variable or by file."""
    found: list[tuple[str, str]] = []
    mounted = {}
    for volume in pod(workload).get("volumes", []):
        name = volume.get("secret", {}).get("secretName") or volume.get("configMap", {}).get("name")
        if name:
            mounted[volume["name"]] = name
            found.append((name, ""))
    for each in containers(workload):
        paths = {
            mount["mountPath"]: mounted[mount["name"]]
            for mount in each["volumeMounts"]
            if mount["name"] in mounted
        }
        for variable in each.get("env", []):
            reference = variable.get("valueFrom", {}).get("configMapKeyRef")
            if reference:
                found.append((reference["name"], reference["key"]))
            folder, _, file = variable.get("value", "").rpartition("/")
            if folder in paths:
                found.append((paths[folder], file))
    return found


def _no_password(rendering: Rendering) -> None:
    rendering.one("Secret", "postgresql-secrets")["data"].pop("sales")


def _guessable(rendering: Rendering) -> None:
    short = base64.b64encode(b"rapport").decode()
    rendering.one("Secret", "postgresql-secrets")["data"]["sales"] = short


@check(36, _no_password, _guessable, overlays=("local",))
def a_trial_has_passwords_of_its_own(rendering: Rendering) -> Complaints:
    passwords = rendering.one("Secret", "postgresql-secrets")["data"]
    for deployment in rendering.of("Deployment"):
        name = deployment["metadata"]["name"]
        if name != "gateway" and len(base64.b64decode(passwords.get(name, ""))) < 32:
            yield f"{called(deployment)}: its database password is made by overlays/local/secrets"
