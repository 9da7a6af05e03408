"""The target's command: settings, checkpoints, and how a run ends."""

from __future__ import annotations

import os
import sys
from contextlib import closing, contextmanager
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, ClassVar

from singer_sdk import Target
from singer_sdk.exceptions import RecordsWithoutSchemaException
from singer_sdk.helpers._classproperty import classproperty
from singer_sdk.helpers.capabilities import PluginCapabilities
from typing_extensions import override

from quickbooks_client import Client, ConfigurationError, QuickBooksError, Settings, SystemClock
from quickbooks_client.locations import project_folder
from quickbooks_client.push.counted import CountedBooks
from quickbooks_client.push.ledger import Ledger
from quickbooks_client.push.preview import Preview
from quickbooks_client.push.pusher import STREAMS, Pusher
from quickbooks_client.push.records import RecordError
from quickbooks_client.push.settings import DocumentSettings
from target_quickbooks import settings
from target_quickbooks.messages import InputError, Reader
from target_quickbooks.sinks import DocumentSink

if TYPE_CHECKING:
    from collections.abc import Iterator
    from logging import Logger
    from types import FrameType

    import click
    from singer_sdk.sinks import Sink

    from quickbooks_client import Clock

# Any below: configuration, state and messages are JSON.


class TargetQuickBooks(Target):
    """Singer target for QuickBooks Online: sales and inventory adjustments, exactly once."""

    name = "target-quickbooks"
    package_name = "quickbooks-sync-target"
    config_jsonschema: ClassVar[dict[str, Any]] = settings.config_jsonschema()
    default_sink_class = DocumentSink
    message_reader_class = Reader
    capabilities: ClassVar = [
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    def __init__(
        self,
        *,
        config: dict[str, Any] | None = None,
        parse_env_config: bool = False,
        validate_config: bool = True,
        clock: Clock | None = None,
        **kwargs: Any,
    ) -> None:
        """Take the configuration; nothing is opened.

        Args:
            config: Settings; "" means unset.
            parse_env_config: Whether TARGET_QUICKBOOKS_* variables are read as well.
            validate_config: Whether settings must be there and right.
            clock: The time; the machine's by default.
            kwargs: As the SDK's `Target`.

        Raises:
            ConfigurationError: names the setting and what to do.
        """
        given = {**(config or {}), **(self._env_var_config if parse_env_config else {})}
        super().__init__(config=settings.cleaned(given), validate_config=validate_config, **kwargs)
        # Rows are durable in the order the pusher makes them so: one thread drains.
        self.max_parallelism = 1
        self._is_open = False
        self._clock = clock or SystemClock()
        if validate_config:
            self._connection = Settings.from_mapping(self.config)
            self._documents = DocumentSettings.from_mapping(
                self.config, realm_id=self._connection.realm_id
            )

    @classproperty
    @override
    def _env_var_config(cls) -> dict[str, Any]:  # noqa: N805 - a property of the class
        # The SDK's own fails on an integer setting whose variable is empty, as Meltano's are.
        prefix = cls._env_var_prefix
        return {
            name: os.environ[prefix + name.upper()]
            for name in cls.config_jsonschema["properties"]
            if os.environ.get(prefix + name.upper())
        }

    @cached_property
    def pusher(self) -> Pusher:
        """The pusher, opened and recovered on first use: settings alone touch nothing."""
        clock = self._clock
        started = clock.monotonic()
        is_dry = bool(self.config.get("dry_run"))
        ledger = Ledger.open(
            self._ledger_url(),
            self._connection.realm_id,
            now=clock.now,
            sleep=clock.sleep,
            is_writer=not is_dry,
        )
        client = Client(self._connection, clock=clock)
        kind = Preview if is_dry else Pusher
        pusher = kind(CountedBooks(client), ledger, self._documents, clock, tell=self._tell)
        self._ledger, self._client, self._started = ledger, client, started
        self._is_open = True
        pusher.recover()
        return pusher

    def _ledger_url(self) -> str:
        given = self.config.get("ledger_url")
        return str(given) if given else f"sqlite:///{project_folder() / settings.DEFAULT_LEDGER}"

    def close(self) -> None:
        """Print the summary and give everything back."""
        if not self._is_open:
            return
        self._is_open = False
        self._summarise()
        self._client.close()
        self._ledger.close()

    def _summarise(self) -> None:
        pusher = self.__dict__.get("pusher")
        if pusher is None:
            return
        counts, usage = pusher.outcomes, self._client.meter.snapshot()
        verb = "would post" if self.config.get("dry_run") else "posted"
        self._tell(
            f"{verb} {counts.posted}, rejected {counts.rejected}, already there"
            f" {counts.already_there}, waiting {counts.waiting}; {usage.requests} calls"
            f" ({usage.metered} metered) in {self._clock.monotonic() - self._started:.1f} s"
        )

    def _tell(self, words: str) -> None:
        # Standard output carries STATE alone.
        sys.stderr.write(f"{self.name}: {words}\n")
        sys.stderr.flush()

    # -- messages

    @override
    def get_sink_class(self, stream_name: str) -> type[Sink]:
        if stream_name not in STREAMS:
            raise InputError(
                f"stream {stream_name}: not one this target knows; it takes {', '.join(STREAMS)}"
                " (a stream map can rename yours)"
            )
        return DocumentSink

    @override
    def _process_state_message(self, message_dict: dict[str, Any]) -> None:
        # The SDK would emit it at the end only. What came before it is made durable first.
        self.pusher.flush()
        super()._process_state_message(message_dict)
        self.drain_all()

    @override
    def _write_state_message(self, state: dict[str, Any]) -> None:
        # After a failure rows may be unsent, and a dry run sends none: the tap must bring them
        # again.
        if self.pusher.failure is None and not self.config.get("dry_run"):
            super()._write_state_message(state)

    @override
    def process_endofpipe(self) -> None:
        try:
            self.pusher.flush()
            super().process_endofpipe()
            if self.pusher.failure is not None:
                raise self.pusher.failure
        finally:
            self.close()

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        # The SDK would drain inside the handler, perhaps in the middle of a document, and exit 0.
        # What is on its way is remembered; the next start settles it.
        self.logger.warning("Stopped by signal %d; the next start settles what is open", signum)
        sys.exit(128 + signum)

    # -- the command line

    @classmethod
    @override
    def invoke(  # type: ignore[override]  # the SDK's `Target` narrows it likewise
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: Any = None,  # the SDK's type is private
        file_input: IO[str] | None = None,
    ) -> None:
        with _one_sentence(cls.logger):
            # Over the SDK's Target, whose `invoke` keeps the target to itself.
            super(Target, cls).invoke(about=about, about_format=about_format)
            cls.print_version(print_fn=cls.logger.info)
            target = cls(
                config=config.config if config else {},
                parse_env_config=config.parse_env if config else False,
            )
            with closing(target):
                target.listen(file_input)

    @classmethod
    @override
    def cb_config(cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]) -> Any:
        with _one_sentence(cls.logger):
            try:
                return super().cb_config(ctx, param, value)
            except OSError as error:
                raise ConfigurationError(
                    f"The configuration ({', '.join(value)}) cannot be read: {error}."
                ) from error
            except ValueError as error:
                raise ConfigurationError(
                    f"The configuration ({', '.join(value)}) is not valid JSON: {error}."
                ) from error


@contextmanager
def _one_sentence(logger: Logger) -> Iterator[None]:
    """Turn an error that a person can act on into one line and exit status 1."""
    try:
        yield
    except (QuickBooksError, RecordError, InputError) as error:
        logger.error("%s", error)  # noqa: TRY400 - no traceback for these
    except RecordsWithoutSchemaException:
        logger.error("The input has a record of a stream before its SCHEMA message")  # noqa: TRY400
    else:
        return
    sys.exit(1)
