"""The Dockerfile: built in one stage, run in another, by nobody, with nothing to install with."""

import re

from tests.k8s.checking import Complaints, check
from tests.k8s.rendering import Rendering

SOURCE = "Dockerfile"
PIP_REMOVED = "rm -rf /usr/local/lib/python3.11/site-packages/*"
LABELS = ("title", "description", "version", "revision", "licenses")


def _as_root(rendering: Rendering) -> None:
    _replace(rendering, "USER 10001:10001", "USER root")


def _one_stage(rendering: Rendering) -> None:
    _replace(rendering, " AS build", "")


def _by_shell(rendering: Rendering) -> None:
    _replace(rendering, 'ENTRYPOINT ["tini", "--", "python"]', "ENTRYPOINT tini -- python")


def _with_pip(rendering: Rendering) -> None:
    _replace(rendering, PIP_REMOVED, "true")


def _unsaid(rendering: Rendering) -> None:
    _replace(rendering, "org.opencontainers.image.revision", "revision")


def _open_pins(rendering: Rendering) -> None:
    _replace(rendering, "--require-hashes", "")


def _secret(rendering: Rendering) -> None:
    rendering.files[SOURCE] += "ENV DATABASE_PASSWORD=rapport\n"


@check(51, _as_root, _one_stage, _by_shell, _with_pip)
def an_image_runs_what_it_needs_as_nobody(rendering: Rendering) -> Complaints:
    text = rendering.files[SOURCE]
    stages = re.split(r"^FROM .*\n", text, flags=re.MULTILINE)[1:]
    if len(stages) < 2 or " AS build\n" not in text or "COPY --from=build" not in stages[-1]:
        yield "build in one stage, run in another"
    if re.findall(r"^USER (.*)", stages[-1], re.MULTILINE)[-1:] != ["10001:10001"]:
        yield "the last USER is 10001:10001"
    if re.search(r"^(CMD|ENTRYPOINT) [^\[]", text, re.MULTILINE):
        yield "start without a shell, which would keep the signals"
    if PIP_REMOVED not in stages[-1]:
        yield "leave pip behind"


@check(51, _unsaid, _open_pins, _secret)
def an_image_says_what_it_is_and_holds_what_is_pinned(rendering: Rendering) -> Complaints:
    text = rendering.files[SOURCE]
    for label in LABELS:
        if f"org.opencontainers.image.{label}=" not in text:
            yield f"label the image with its {label}"
    for install in re.findall(r"pip[^&;]*?\binstall\b[^&;]*", text):
        if "--require-hashes" not in install:
            yield f"install by hash: {install.strip()}"
    if re.search(r"^(ENV|ARG) \w*(PASSWORD|SECRET|TOKEN)", text, re.MULTILINE):
        yield "no secret enters an image"


def _everything(rendering: Rendering) -> None:
    rendering.files[".dockerignore"] = rendering.files[".dockerignore"].replace("*\n!", "!", 1)


def _keys(rendering: Rendering) -> None:
    rendering.files[".dockerignore"] = rendering.files[".dockerignore"].replace("**/*.pem\n", "")


@check(51, _everything, _keys)
def only_named_files_enter_the_build(rendering: Rendering) -> Complaints:
    lines = [
        line for line in rendering.files[".dockerignore"].splitlines() if line and line[0] != "#"
    ]
    if lines[:1] != ["*"]:
        yield ".dockerignore: leave everything out first"
    for wanted in ("proto/gen", "**/__pycache__", "**/node_modules", "**/*.pem", "**/.env"):
        if wanted not in lines:
            yield f".dockerignore: leave out {wanted}"


def _replace(rendering: Rendering, old: str, new: str) -> None:
    assert old in rendering.files[SOURCE]
    rendering.files[SOURCE] = rendering.files[SOURCE].replace(old, new)
