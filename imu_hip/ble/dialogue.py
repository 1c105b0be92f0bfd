"""Carrying out a driver's steps on a connected sensor; everything that is said passes through `heard` and `said`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from imu_hip.ble.connection import SensorConnection
from imu_hip.model.driver import Ask, Pause, Read, Step, Subscribe, Tell
from imu_hip.model.errors import LinkError, Reason
from imu_hip.model.item import Characteristic

_ANSWER_TIMEOUT_S = 2.0

Passing = Callable[[Characteristic, bytes], None]
"""Is given each value, at once, and must return within 50 µs."""


class Dialogue:
    """One dialogue on one connection; a step is finished before the next begins.

    `heard` is given what the sensor notifies or is read, `said` what is written, just before it is.
    """

    def __init__(self, connection: SensorConnection, heard: Passing, said: Passing) -> None:
        self._connection = connection
        self._heard = heard
        self._said = said
        self._turn = asyncio.Lock()
        self._question: Ask | None = None
        self._answer: asyncio.Future[int] | None = None

    async def follow(self, steps: Sequence[Step]) -> None:
        """Carry out steps in their order.

        Raises
        ------
        LinkError
            The sensor is lost (one that does not answer in time is taken for lost), or refuses what is asked.
        """
        for step in steps:
            match step:
                case Read(characteristic=characteristic):
                    if not step.optional or self._connection.offers(characteristic):
                        self._heard(characteristic, await self._connection.read(characteristic))
                case Subscribe(characteristic=characteristic):
                    if not step.optional or self._connection.offers(characteristic):
                        await self._subscribe(characteristic)
                case Tell():
                    await self._write(step)
                case Ask():
                    await self._insist(step)
                case Pause(duration_s=duration_s):
                    await asyncio.sleep(duration_s)

    async def ask(self, question: Ask) -> int:
        """Ask, and return the result that the answer gives.

        Raises
        ------
        LinkError
            The sensor is lost, or refuses the write.
        TimeoutError
            No answer came.
        """
        async with self._turn:
            self._question, self._answer = question, asyncio.get_running_loop().create_future()
            try:
                await self._write(question)
                async with asyncio.timeout(_ANSWER_TIMEOUT_S):
                    return await self._answer
            finally:
                self._question = self._answer = None

    def lost(self) -> None:
        """Let go of the question that is open: nobody is there to answer it."""
        if self._answer is not None and not self._answer.done():
            name = self._connection.name
            self._answer.set_exception(LinkError(Reason.SENSOR_LOST, f"{name} was lost before it answered"))

    async def _insist(self, question: Ask) -> None:
        """Ask, and once more after what helps against a refusal."""
        try:
            result = await self.ask(question)
            if result and question.otherwise:
                await self.follow(question.otherwise)
                result = await self.ask(question)
        except TimeoutError as error:
            if question.optional:
                return
            self._connection.lose()
            text = f"{self._connection.name} does not answer {question.request.hex()}: is it in range?"
            raise LinkError(Reason.SENSOR_LOST, text) from error
        if result:
            text = f"refuses {question.request.hex()} (result {result}): restart the sensor"
            text = f"{self._connection.name} {question.refusals.get(result, text)}"
            raise LinkError(Reason.WRONG_SENSOR, text)

    async def _write(self, step: Tell | Ask) -> None:
        payload = step.request if isinstance(step, Ask) else step.payload
        self._said(step.characteristic, payload)
        await self._connection.write(step.characteristic, payload, response=step.response)

    async def _subscribe(self, characteristic: Characteristic) -> None:
        heard = self._heard

        def on_value(value: bytearray) -> None:
            payload = bytes(value)
            heard(characteristic, payload)
            question, answer = self._question, self._answer
            if question is None or answer is None or question.answered_on is not characteristic or answer.done():
                return
            result = question.result(payload)
            if result is not None:
                answer.set_result(result)

        await self._connection.subscribe(characteristic, on_value)
