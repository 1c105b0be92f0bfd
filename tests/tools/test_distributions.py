"""What is built has everything in it that must be, nothing else, and the same bytes each time."""

import tarfile
import zipfile
from pathlib import Path

import distributions
import pytest

ROOT = Path(__file__).resolve().parents[2]
EPOCH_S = 1_700_000_000

pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="git says what belongs to the project")


@pytest.fixture(scope="module")
def tracked() -> frozenset[str]:
    """Return the files of the project."""
    return distributions.tracked_files(ROOT)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> distributions.Built:
    """Return both distributions of this checkout."""
    return distributions.build(ROOT, tmp_path_factory.mktemp("built"), EPOCH_S)


def test_the_wheel_has_the_package_whole_and_nothing_else(built: distributions.Built, tracked: frozenset[str]) -> None:
    assert distributions.wheel_faults(built.wheel, tracked) == []
    with zipfile.ZipFile(built.wheel) as wheel:
        endings = {Path(name).suffix for name in wheel.namelist() if name.startswith("imu_hip/")}
        assert "imu_hip/py.typed" in wheel.namelist()
    assert {".py", ".pyi", ".toml", ".css", ".js", ".html", ".svg"} <= endings


def test_the_source_distribution_has_what_git_keeps(built: distributions.Built, tracked: frozenset[str]) -> None:
    assert distributions.sdist_faults(built.sdist, tracked) == []


def test_a_build_from_the_source_distribution_elsewhere_gives_the_same_bytes(
    built: distributions.Built, tmp_path: Path
) -> None:
    again = distributions.build_again(built.sdist, tmp_path, EPOCH_S)
    assert [distributions.digest(path) for path in again] == [distributions.digest(path) for path in built]


def test_every_time_in_both_is_the_one_that_was_asked_for(built: distributions.Built) -> None:
    with zipfile.ZipFile(built.wheel) as wheel:
        assert {info.date_time for info in wheel.infolist()} == {(2023, 11, 14, 22, 13, 20)}
    with tarfile.open(built.sdist) as sdist:
        assert {info.mtime for info in sdist if not info.name.endswith("/PKG-INFO")} == {EPOCH_S}  # that has none


def test_a_file_too_few_or_too_many_in_a_wheel_is_told(
    built: distributions.Built, tracked: frozenset[str], tmp_path: Path
) -> None:
    other = tmp_path / built.wheel.name
    with zipfile.ZipFile(built.wheel) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            if name != "imu_hip/py.typed":
                target.writestr(name, source.read(name))
        target.writestr("tests/test_api.py", "")
    faults = distributions.wheel_faults(other, tracked)
    assert faults == [f"{other.name}: lacks imu_hip/py.typed", f"{other.name}: should not have tests/test_api.py"]


def test_a_file_that_the_source_distribution_lacks_is_told(built: distributions.Built, tracked: frozenset[str]) -> None:
    faults = distributions.sdist_faults(built.sdist, tracked | {"docs/new.md", ".ci/run"})
    assert faults == [f"{built.sdist.name}: lacks docs/new.md"]
