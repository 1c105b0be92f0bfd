"""What every orientation filter has: the state it keeps, what it gives back, and the functions of its module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

from imu_hip.model.block import Floats

ParamsT_contra = TypeVar("ParamsT_contra", contravariant=True)


@dataclass(slots=True)
class FilterState:
    """A filter's own state, None before the first sample; what it is, is the filter's business.

    `bias_rad_s` was measured at rest, None when it was not. A state is gone on from once.
    """

    inner: Any = None
    bias_rad_s: tuple[float, float, float] | None = None

    @property
    def offset_rad_s(self) -> Floats:
        """The measured bias (3,), zero when it was not measured."""
        return np.zeros(3) if self.bias_rad_s is None else np.array(self.bias_rad_s)


@dataclass(slots=True)
class FilterOutput:
    """`earth_from_sensor` (n, 4) and the rate without bias, rad/s (n, 3)."""

    earth_from_sensor: Floats
    rate_rad_s: Floats


class OrientationFilter(Protocol[ParamsT_contra]):
    """The functions of a filter's module."""

    def step(
        self,
        params: ParamsT_contra,
        state: FilterState,
        gyr: Floats,
        acc: Floats,
        steps_s: Floats,
        period_s: float,
    ) -> tuple[FilterState, FilterOutput]:
        """Run over consecutive rows: `gyr` rad/s and `acc` m/s² (n, 3), `steps_s` (n,) since the row before each."""

    def with_bias(self, params: ParamsT_contra, state: FilterState, bias_rad_s: Floats, period_s: float) -> FilterState:
        """Return the state with a bias measured at rest; the orientation goes on."""

    def learned_bias(self, state: FilterState) -> Floats:
        """Return the bias the filter believes in now, rad/s (3,)."""

    def restarted(self, params: ParamsT_contra, state: FilterState, period_s: float) -> FilterState:
        """Return a state that takes its inclination from the next sample; what is known of the bias is kept."""
