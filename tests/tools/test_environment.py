"""The environment is made again exactly when what it is made from has changed."""

import json
from pathlib import Path

import pytest
import system_packages

from tools import environment

PYPROJECT = '[project]\nname = "imu-hip"\ndependencies = ["numpy"]\n'


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a checkout whose environment is said to be complete."""
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "LOCK", tmp_path / "requirements.lock")
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "STAMP", tmp_path / ".venv" / "stamp.json")
    monkeypatch.setattr(environment, "TURN", tmp_path / ".venv.turn")
    monkeypatch.setattr(system_packages, "ensure_libraries", lambda *_: None)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "requirements.lock").write_text("# made by a tool\nnumpy==2.0\n")
    python = environment.program("python")
    python.parent.mkdir(parents=True)
    python.touch()
    environment._write_stamp(environment._wanted())
    return tmp_path


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count installations instead of making them."""
    done: list[str] = []

    def install_packages() -> None:
        done.append("packages")
        environment.program("python").parent.mkdir(parents=True)
        environment.program("python").touch()

    monkeypatch.setattr(environment, "_install_packages", install_packages)
    monkeypatch.setattr(environment, "_install_project", lambda: done.append("project"))
    return done


@pytest.mark.usefixtures("checkout")
def test_a_complete_environment_is_used_as_it_is(installed: list[str]) -> None:
    environment.ensure()
    assert installed == []


def test_settings_of_tools_and_comments_in_the_lock_change_nothing(checkout: Path, installed: list[str]) -> None:
    (checkout / "pyproject.toml").write_text(PYPROJECT + "[tool.ruff]\nline-length = 99\n")
    (checkout / "requirements.lock").write_text("# made otherwise\nnumpy==2.0\n    # via imu-hip\n")
    environment.ensure()
    assert installed == []


def test_a_change_of_the_project_installs_the_project_only(checkout: Path, installed: list[str]) -> None:
    (checkout / "pyproject.toml").write_text(PYPROJECT + '[project.scripts]\na = "b:c"\n')
    environment.ensure()
    environment.ensure()
    assert installed == ["project"]


def test_a_change_of_the_lock_makes_everything_again_once(checkout: Path, installed: list[str]) -> None:
    (checkout / ".venv" / "left_over").touch()
    (checkout / "requirements.lock").write_text("numpy==2.1\n")
    environment.ensure()
    environment.ensure()
    assert installed == ["packages", "project"]
    assert not (checkout / ".venv" / "left_over").exists()


@pytest.mark.parametrize("stamp", ['{"packages": "unfinished"}', "", '{"packages'])
def test_a_half_made_environment_is_made_again(checkout: Path, installed: list[str], stamp: str) -> None:
    environment.STAMP.write_text(stamp)
    (checkout / ".venv" / "left_over").touch()
    environment.ensure()
    assert installed == ["packages", "project"]
    assert json.loads(environment.STAMP.read_text()) == environment._wanted()
    assert not (checkout / ".venv" / "left_over").exists()


def test_an_environment_whose_python_is_gone_is_made_again(installed: list[str], checkout: Path) -> None:
    assert checkout.exists()
    environment.program("python").unlink()
    environment.ensure()
    assert installed == ["packages", "project"]


def test_an_environment_of_somebody_else_is_left_alone(
    checkout: Path, installed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    environment.STAMP.unlink()
    with pytest.raises(SystemExit) as stopped:
        environment.ensure()
    assert stopped.value.code == 2
    assert installed == []
    assert environment.program("python").exists()
    assert "was not made by these tools" in capsys.readouterr().err
    assert (checkout / ".venv").exists()


def test_a_python_that_does_not_fit_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment, "PYTHONS", ((2, 7), (2, 6)))
    monkeypatch.setattr(environment.shutil, "which", lambda _name: None)
    with pytest.raises(SystemExit) as stopped:
        environment.ensure()
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert "needs a Python from 2.6 to 2.7" in said
    assert said.count("\n") == 1


@pytest.fixture
def apt(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count system packages instead of installing them; no program is there."""
    asked: list[str] = []

    def install(packages: list[str]) -> bool:
        asked.extend(packages)
        return False

    monkeypatch.setattr(system_packages, "install", install)
    monkeypatch.setattr(environment.sys, "platform", "linux")
    monkeypatch.setattr(environment.shutil, "which", lambda name: None)
    return asked


def test_missing_programs_are_asked_for_once_and_then_only_told(
    apt: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    environment.ensure_for_tests()
    environment.ensure_for_tests()
    assert apt == ["chromium", "xvfb", "xdotool", "g++", "zsh", "fish"]
    assert (
        capsys.readouterr().err.count("apt-get install --no-install-recommends chromium xvfb xdotool g++ zsh fish") == 2
    )


def test_any_browser_that_is_there_will_do(apt: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment.shutil, "which", lambda name: None if name == "chromium" else name)
    environment.ensure_for_tests()
    assert apt == []
