"""Results as a library keeps them, small and made by hand."""

from __future__ import annotations

from typing import Any

SHA256 = "a" + 63 * "b"


def kept_result(software: dict[str, str] | None = None, internal_deg: float | None = 31.5) -> dict[str, Any]:
    """Return as much of an analysis as the library looks at."""
    about = {"sha256": SHA256, "start": "2026-11-22T18:00:00Z", "side": "left", "exercise": "supine_ere"}
    return {
        "schema": "imu-hip/analysis/1",
        "recording": about,
        "software": software or {"imu_hip": "0.1.0", "numpy": "2.0"},
        "result_sha256": 64 * "c",
        "parts": [
            {
                "exercise": "supine_ere",
                "posture": "supine",
                "range": {
                    "internal_rotation_deg": internal_deg,
                    "internal_rotation_sd_deg": 1.5,
                    "external_rotation_deg": None,
                    "external_rotation_sd_deg": None,
                },
                "holds": [{"verdict": "complete", "duration_s": 9.0}, {"verdict": "short", "duration_s": 3.5}],
            }
        ],
    }
