"""The licences that are taken, those that are not, and a page that says so."""

from email.message import Message
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

import licence_page
import pytest

ROOT = Path(__file__).resolve().parents[2]


class Declaring(Distribution):
    """A package that says only this about itself."""

    def __init__(self, *headers: tuple[str, str]) -> None:
        self._headers = headers

    @property
    def metadata(self) -> Any:
        message = Message()
        for name, text in self._headers:
            message[name] = text
        return message

    def read_text(self, filename: str) -> None:
        return None

    def locate_file(self, path: Any) -> Any:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("headers", "licence"),
    [
        ([("License-Expression", "MIT OR Apache-2.0"), ("License", "whatever")], "MIT OR Apache-2.0"),
        ([("License", "MIT License"), ("Classifier", "License :: OSI Approved :: BSD License")], "MIT"),
        ([("License", "a long text"), ("Classifier", "License :: OSI Approved :: BSD License")], "BSD"),
        ([("Classifier", "License :: OSI Approved :: GNU General Public License v3 (GPLv3)")], "GPL"),
        (
            [("Classifier", "License :: OSI Approved :: MIT License"), ("Classifier", "License :: Other")],
            "MIT AND Other",
        ),
        ([("Classifier", "Programming Language :: C")], None),
    ],
)
def test_a_licence_is_told_by_the_clearest_of_what_a_package_says(
    headers: list[tuple[str, str]], licence: str | None
) -> None:
    assert licence_page.declared(Declaring(*headers)) == licence


@pytest.mark.parametrize("licence", ["MIT", "0BSD OR CC0-1.0", "GPL-2.0-only OR MIT", "BSD AND Apache-2.0"])
def test_what_can_be_met_by_permissive_licences_is_taken(licence: str) -> None:
    assert licence_page.faults({"new": licence}) == []


@pytest.mark.parametrize("licence", ["GPL", "MPL-2.0", "LGPL-3.0-only", "MIT AND GPL-3.0-or-later", "ours", ""])
def test_what_is_not_permissive_is_refused(licence: str) -> None:
    assert licence_page.faults({"new": licence}) == [f"new: {licence} is not among the licences that are taken"]


def test_an_exception_holds_for_one_package_and_one_licence() -> None:
    assert licence_page.faults({"certifi": "MPL-2.0"}) == []
    assert licence_page.faults({"certifi": "GPL"}) != []


def test_a_package_without_a_licence_is_refused() -> None:
    (fault,) = licence_page.faults({"new": None})
    assert "no licence is known" in fault


def test_a_page_is_read_back_without_what_it_does_not_know() -> None:
    licences = {"known": "MIT", "not.yet": None, "certifi": "MPL-2.0"}
    text = licence_page.page(licences, dict.fromkeys(licences, next(iter(licence_page.PARTS))))
    assert licence_page.told(text) == {"known": "MIT", "certifi": "MPL-2.0"}
    assert "| `certifi` | MPL-2.0 | a list of certificates, taken as it is |" in text


def test_a_page_out_of_step_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    page = tmp_path / "docs" / "licences.md"
    page.parent.mkdir()
    page.write_text((ROOT / "docs" / "licences.md").read_text("utf-8") + "more\n", "utf-8")
    monkeypatch.setattr(licence_page, "PAGE", page)
    assert licence_page.main([]) == 1
    assert "out of step" in capsys.readouterr().out
    assert licence_page.main(["--write"]) == 0
    assert licence_page.main([]) == 0
    assert page.read_text("utf-8") == (ROOT / "docs" / "licences.md").read_text("utf-8")


def test_no_exception_is_for_a_package_that_is_gone() -> None:
    told = licence_page.told((ROOT / "docs" / "licences.md").read_text("utf-8"))
    assert set(licence_page.EXCEPTIONS) | set(licence_page.SAID_NOWHERE) <= told.keys()
