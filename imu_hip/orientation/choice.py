"""Which filter runs: from its settings to the module that knows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from imu_hip.orientation import ahrs_filter, vqf_filter
from imu_hip.orientation.ahrs_filter import AhrsParams, EkfParams, MadgwickParams, MahonyParams
from imu_hip.orientation.filter import OrientationFilter
from imu_hip.orientation.vqf_filter import VqfParams

FilterParams = VqfParams | AhrsParams

_MODULES: Final[Mapping[type[FilterParams], OrientationFilter[Any]]] = {
    VqfParams: vqf_filter,
    MadgwickParams: ahrs_filter,
    MahonyParams: ahrs_filter,
    EkfParams: ahrs_filter,
}


def filter_of(params: FilterParams) -> OrientationFilter[Any]:
    """Return the filter that `params` are the settings of."""
    return _MODULES[type(params)]
