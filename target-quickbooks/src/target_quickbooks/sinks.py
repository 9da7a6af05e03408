"""Singer on one side, the pusher on the other; no rule of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singer_sdk.sinks import RecordSink
from typing_extensions import override

from target_quickbooks.messages import InputError, RecordCheck

if TYPE_CHECKING:
    from collections.abc import Sequence

    from singer_sdk.helpers._batch import BaseBatchFileEncoding

    from quickbooks_client.push.pusher import Pusher

# Any below: a record is JSON.


class DocumentSink(RecordSink):
    """One input stream."""

    pusher: Pusher

    def __init__(
        self,
        target: Any,  # TargetQuickBooks; its module imports this one
        stream_name: str,
        schema: dict[str, Any],
        key_properties: Sequence[str] | None,
    ) -> None:
        super().__init__(target, stream_name, schema, key_properties)
        if "idempotency_key" not in schema.get("properties", {}):
            raise InputError(
                f"stream {stream_name}: its schema has no idempotency_key, and without one nothing"
                " can be posted exactly once"
            )
        self._target = target
        self._check = RecordCheck(self.schema)

    @override
    def get_validator(self) -> None:
        """None: the SDK's own validation stops the run and logs the record's value."""

    @override
    def _validate_and_parse(self, record: dict[str, Any]) -> dict[str, Any]:
        # Dates stay the text they came as; `documents` reads both.
        return record

    @override
    def _singer_validate_message(self, record: dict[str, Any]) -> None:
        """A record without a key is refused by the pusher, in its own words."""

    @override
    def process_record(self, record: dict[str, Any], context: dict[str, Any]) -> None:
        record = {name: value for name, value in record.items() if not name.startswith("_sdc_")}
        pusher = self._target.pusher
        problem = self._check.problem(record)
        if problem is None:
            pusher.add(self.stream_name, record)
        else:
            key = str(record.get("idempotency_key"))[:255]
            pusher.refuse(self.stream_name, record, f"{key}: {problem}")

    @override
    def activate_version(self, new_version: int) -> None:
        """Versions of a table mean nothing here: what is posted stays posted."""

    @override
    def process_batch_files(self, encoding: BaseBatchFileEncoding, files: Sequence[str]) -> None:
        raise InputError(
            f"stream {self.stream_name}: this target reads RECORD messages, not BATCH files;"
            " remove `batch_config` from the tap"
        )
