"""Where the numbers come from: calibration, sensors and radio, meaning, versions, hashes."""

from __future__ import annotations

from imu_hip.report import figures, wording
from imu_hip.report.markup import Element, definitions, element, table
from imu_hip.report.material import Json, Material


def calibration(material: Material) -> Element | None:
    """Return every step of the calibration and every pause; None when there was none."""
    steps = material.result["calibration"]
    if not steps:
        return None
    head = (wording.STEP, wording.AT, wording.VERDICT, wording.QUALITY, wording.SAID)
    rows = [
        (
            wording.CALIBRATION_STEPS[step["label"]],
            figures.clock(step["start_s"]),
            element("span", wording.USED[step["accepted"]], class_="good" if step["accepted"] else "poor"),
            f"{figures.number(100.0 * step['quality'])} %" if step["accepted"] else wording.UNKNOWN,
            step["text"],
        )
        for step in steps
    ]
    return element("section", element("h2", wording.CALIBRATION), table(wording.CALIBRATION, head, rows))


def link(material: Material) -> Element:
    """Return how both sensors were received."""
    head = (wording.SENSOR, wording.SERIAL, wording.SAMPLES, wording.LOST, wording.RATE, wording.CLOCK)
    rows = [
        (
            wording.ROLES[role],
            found["serial"] or wording.UNKNOWN,
            str(found["samples"]),
            _lost(found),
            wording.HERTZ.format(rate=figures.number(found["rate_hz"], 1)),
            wording.MILLISECONDS.format(ms=figures.number(found["clock_sd_ms"], 1)),
        )
        for role, found in material.result["link"].items()
    ]
    return element("section", element("h2", wording.LINK), table(wording.LINK, head, rows))


def meaning() -> Element:
    """Return what a number of this page does and does not say."""
    texts = (*wording.MEANINGS, wording.SEATED_MEANING)
    return element("section", element("h2", wording.MEANING), element("ul", *(element("li", text) for text in texts)))


def versions(material: Material) -> Element:
    """Return versions and hashes."""
    result = material.result
    about = result["recording"]
    pairs: list[tuple[str, Element | str]] = [
        (wording.ORIGIN, wording.ORIGINS[about["origin"]]),
        (wording.RECORDING_HASH, element("code", about["sha256"])),
        (wording.RESULT_HASH, element("code", result["result_sha256"])),
        (wording.MADE_WITH, _versions(result["software"])),
        (wording.RECORDED_WITH, _versions(about["recorded_with"])),
        (wording.FILTER, material.analysis.setup.filter.value),
    ]
    return element(
        "section",
        element("h2", wording.VERSIONS),
        element("p", wording.VERSIONS_TEXT),
        definitions(pairs, "versions"),
    )


def _lost(found: Json) -> str:
    whole = found["samples"] + found["lost"]
    percent = 100.0 * found["lost"] / whole if whole else 0.0
    return wording.LOST_OF.format(count=found["lost"], percent=figures.number(percent, 1))


def _versions(found: Json) -> str:
    return ", ".join(f"{name} {version}" for name, version in found.items()) or wording.UNKNOWN
