"""How a session gets at its sensors: the computer's own Bluetooth, or a virtual world."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from imu_hip.ble.radio import Radio
from imu_hip.model.item import Role
from imu_hip.virtual.addresses import ADDRESS

if TYPE_CHECKING:
    from imu_hip.virtual.peripheral import Plan
    from imu_hip.virtual.world import VirtualWorld


class RadioAccess(Protocol):
    """A radio that is opened inside the running event loop, and which serial number is worn where."""

    @property
    def roles(self) -> Mapping[str, Role]:
        """Whom to look for."""

    def open(self) -> AbstractAsyncContextManager[Radio]:
        """Return the radio for as long as it is needed."""

    def streaming(self) -> None:
        """Take in that both sensors stream; called once, inside the loop."""


@dataclass(frozen=True, slots=True)
class SystemRadio:
    """The computer's own Bluetooth, for sensors that exist."""

    roles: Mapping[str, Role]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Radio]:
        """Return the radio; nothing is switched on or off."""
        yield Radio()

    def streaming(self) -> None:
        """Nothing waits for that here."""


class VirtualRadio:
    """Two virtual sensors and the air around them; the person begins to move when both stream.

    `disturb` is called in the radio's thread at that moment.
    """

    def __init__(
        self,
        plans: Mapping[Role, Plan],
        *,
        seed: int = 0,
        disturb: Callable[[VirtualWorld], None] | None = None,
    ) -> None:
        self.roles: Mapping[str, Role] = {plan.serial or ADDRESS[role]: role for role, plan in plans.items()}
        self._plans = plans
        self._seed = seed
        self._disturb = disturb
        self._world: VirtualWorld | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Radio]:
        """Switch the world on, and off again."""
        from imu_hip.virtual.world import VirtualWorld

        self._world = world = VirtualWorld(self._plans, seed=self._seed)
        await world.start()
        try:
            yield Radio(world.scanner_backend, world.client_backend)
        finally:
            await world.stop()

    def streaming(self) -> None:
        """Let the person begin."""
        if self._world is None:
            return
        self._world.begin_playback()
        if self._disturb is not None:
            self._disturb(self._world)
