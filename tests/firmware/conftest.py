"""The C library, built once with the compiler of this computer."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    pytest.importorskip("cffi")
    from firmware_build import compiler, loaded, shared_library

    if compiler() is None:
        pytest.skip("no C compiler on this computer")
    out = tmp_path_factory.mktemp("firmware") / "libbip.so"
    return loaded(shared_library(out, "-fsanitize=undefined", "-fno-sanitize-recover=undefined"))
