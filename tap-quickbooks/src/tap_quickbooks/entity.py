"""What all entity streams share: two shapes of a record, one way of reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from singer_sdk import Stream
from singer_sdk.helpers.conform import TypeConformanceLevel
from typing_extensions import override

from tap_quickbooks import shapes, state

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from singer_sdk import Tap
    from singer_sdk.helpers._batch import BatchConfig
    from singer_sdk.helpers.types import Context, Record

    from tap_quickbooks.run import Run
    from tap_quickbooks.schemas import Field
    from tap_quickbooks.state import Bookmark
    from tap_quickbooks.tap import TapQuickBooks


class RunStream(Stream):
    """A stream whose end is decided by the run, not by the SDK.

    A failure is booked and the stream ends: the SDK's loop goes on with the next one, so that one
    failure stops no other and `extractions` still goes out.
    """

    # Records are made to fit: what a schema does not know must pass, and numbers stay exact.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    @property
    def run(self) -> Run:
        """The run that all streams of the tap share."""
        return cast("TapQuickBooks", self._tap).run

    @property
    @override
    def emit_activate_version_messages(self) -> bool:
        # A loader would delete what an incremental run has no reason to send again.
        return False

    @override
    def get_batch_config(self, config: Any) -> BatchConfig | None:
        # The SDK's batch files are written by a JSON encoder that cannot pass a text untouched.
        return None


class EntityStream(RunStream):
    """Records of one QuickBooks entity."""

    entity: str
    """Its name at Intuit."""
    fields: ClassVar[Sequence[Field]]
    """Its own fields, beside those of every entity."""
    moves_stock: bool = False
    """Its documents change quantities: they are read after those."""
    has_quantities: bool = False
    is_compared_by_id: bool = False
    """Change data capture may lack it: then all are read and compared."""
    rows_may_lack_lines: bool = False
    """Rows of a query may come without lines: such a row is read by its id."""

    def __init__(self, tap: Tap) -> None:
        """Take the shape of records from the tap's settings.

        Args:
            tap: The tap the stream belongs to.
        """
        is_typed = tap.config.get("record_shape", "typed") != "document"
        super().__init__(
            tap, schema=shapes.typed_schema(self.fields) if is_typed else shapes.DOCUMENT_SCHEMA
        )
        self._shape = shapes.typed if is_typed else shapes.document
        self.primary_keys = shapes.TYPED_KEYS if is_typed else shapes.DOCUMENT_KEYS
        self.replication_key = "LastUpdatedTime" if is_typed else "last_updated_at"

    @property
    def bookmark(self) -> Bookmark:
        """How far the stream has been delivered."""
        return state.read(self.name, self.stream_state, realm_id=None)

    @bookmark.setter
    def bookmark(self, bookmark: Bookmark) -> None:
        content = state.written(bookmark, realm_id=self.run.account.realm_id)
        self.stream_state.clear()
        self.stream_state.update(content)

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        realm_id = self.run.account.realm_id
        for record, read_at in self.run.read(self):
            yield self._shape(realm_id, record, read_at)

    # Bookmarks are written by the reader, from the server's clock. The SDK's own, from the records'
    # times as text, would move past records that were not delivered.

    @override
    def get_replication_key_signpost(self, context: Context | None = None) -> datetime | None:
        return None

    @override
    def _write_starting_replication_value(self, context: Context | None) -> None:
        return

    @override
    def _increment_stream_state(
        self, latest_record: Record, *, context: Context | None = None
    ) -> None:
        return
