"""Renders both overlays once for all checks."""

from pathlib import Path

import pytest

from tests.k8s.rendering import OVERLAYS, Rendering, copied_tree, read, render


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied_tree(tmp_path_factory.mktemp("manifests"))


@pytest.fixture(scope="session")
def renderings(tree: Path) -> dict[str, Rendering]:
    return {overlay: read(render(tree, overlay)[0], overlay) for overlay in OVERLAYS}
