"""Write a recording: an MCAP file whose chunks are closed, and made durable, when asked."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from mcap.writer import CompressionType, Writer

from imu_hip import __version__
from imu_hip.model.item import NumberedItem
from imu_hip.model.setup import Setup
from imu_hip.session.layout import PROFILE, TOPICS, json_schema, message_encoding, to_message
from imu_hip.session.output_file import create_file, make_durable, make_name_durable, whole_file
from imu_hip.session.setup_json import METADATA_NAME, metadata_entries, setup_to_text

CHANNELS_NAME = "channels"
FLUSHES_PER_SETUP = 600  # five minutes of live recording


class RecordingWriter:
    """An open recording. Methods raise OSError as the system says it; after one, only `abandon` is of use."""

    def __init__(self, path: Path, setup: Setup) -> None:
        """Create `path` (FileExistsError when there is one) and make it durable with the setup in it."""
        self._setup_text = setup_to_text(setup)
        self._stream = create_file(path)
        self._durable_bytes = 0
        self._flushes = 0
        try:
            self._mcap = Writer(self._stream, compression=CompressionType.ZSTD, enable_data_crcs=True)
            self._mcap.start(profile=PROFILE, library=f"imu_hip {__version__}")
            self._add_setup()
            for topic in TOPICS:
                self._mcap.register_channel(topic, message_encoding(topic), schema_id=self._schema(topic))
            self.flush()
            make_name_durable(path)
        except BaseException:
            self.abandon()
            path.unlink()
            raise

    def add(self, numbered: NumberedItem) -> None:
        """Append an item to the running chunk. Raises ValueError for an item that a recording cannot hold."""
        channel_id, sequence, t_ns, payload = to_message(numbered)
        self._mcap.add_message(channel_id, t_ns, payload, publish_time=t_ns, sequence=sequence)

    def flush(self) -> None:
        """Close the chunk and wait until everything added so far lies on the disk."""
        self._flushes += 1
        if self._flushes % FLUSHES_PER_SETUP == 0:
            self._add_setup()
        self._mcap.flush()  # type: ignore[no-untyped-call]
        make_durable(self._stream)
        self._durable_bytes = self._stream.tell()

    def close(self) -> None:
        """Finish the file and wait until it lies on the disk."""
        self._mcap.flush()  # type: ignore[no-untyped-call]
        self._add_setup()
        self._mcap.finish()  # type: ignore[no-untyped-call]
        make_durable(self._stream)
        self._stream.close()

    def abandon(self) -> None:
        """Let go of a file that cannot be written any more: what is durable stays, the rest is cut off."""
        # The raw file, because closing the buffered one would first try to write its buffer out once more.
        raw = self._stream.raw
        if not raw.closed:
            with suppress(OSError):
                raw.truncate(self._durable_bytes)
            with suppress(OSError):
                raw.close()

    def _schema(self, topic: str) -> int:
        """Write the schema of a JSON topic, so that any viewer knows its fields; 0 for bytes."""
        schema = json_schema(topic)
        return 0 if schema is None else self._mcap.register_schema(f"imu_hip{topic}", "jsonschema", schema.encode())

    def _add_setup(self) -> None:
        """Write the setup, which is repeated now and then: without it no item can be interpreted.

        The channels stand beside it, outside of chunks: who has only some of these still knows what is what.
        """
        self._mcap.add_metadata(METADATA_NAME, metadata_entries(self._setup_text))
        self._mcap.add_metadata(CHANNELS_NAME, {str(number): topic for number, topic in enumerate(TOPICS, start=1)})


def write_recording(path: Path, setup: Setup, items: Iterable[NumberedItem], *, force: bool = False) -> None:
    """Write a whole recording, or nothing. Raises UsageError or RecordingError."""
    with whole_file(path, force=force) as part:
        writer = RecordingWriter(part, setup)
        try:
            for numbered in items:
                writer.add(numbered)
            writer.close()
        except BaseException:
            writer.abandon()
            raise
