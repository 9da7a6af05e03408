"""The tap's command: settings, streams, state, and how a run ends."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from functools import cached_property
from io import StringIO
from typing import IO, TYPE_CHECKING, Any, ClassVar

from singer_sdk import Tap
from singer_sdk.contrib.msgspec import MsgSpecWriter
from singer_sdk.helpers.capabilities import PluginCapabilities, TapCapabilities
from typing_extensions import override

from quickbooks_client import Client, ConfigurationError, QuickBooksError, Settings, SystemClock
from tap_quickbooks import settings
from tap_quickbooks.entity import EntityStream
from tap_quickbooks.extractions import Extractions
from tap_quickbooks.run import Run, RunFailedError
from tap_quickbooks.settings import Options
from tap_quickbooks.state import StateError
from tap_quickbooks.state import check as check_state
from tap_quickbooks.streams import ENTITIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from logging import Logger
    from types import FrameType

    import click
    from singer_sdk import Stream


class TapQuickBooks(Tap):
    """Singer tap for QuickBooks Online: every record, every change, every deletion."""

    name = "tap-quickbooks"
    package_name = "quickbooks-sync-tap"
    config_jsonschema: ClassVar[dict[str, Any]] = settings.config_jsonschema()
    message_writer_class = MsgSpecWriter
    capabilities: ClassVar = [
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]
    """BATCH and ACTIVATE_VERSION are not among them: see `RunStream`."""

    def __init__(
        self,
        *,
        config: dict[str, Any] | None = None,
        validate_config: bool = True,
        **kwargs: Any,
    ) -> None:
        """Take the configuration; nothing is opened.

        Args:
            config: Settings; "" means unset.
            validate_config: Whether settings must be there and right; discovery asks for none.
            kwargs: As the SDK's `Tap`. Any: they are passed on.

        Raises:
            ConfigurationError: Names the setting and what to do.
            StateError: The state cannot be used.
        """
        super().__init__(
            config=settings.cleaned(config or {}), validate_config=validate_config, **kwargs
        )
        if validate_config:
            Settings.from_mapping(self.config)
            Options.from_mapping(self.config)

    @override
    def discover_streams(self) -> Sequence[Stream]:
        return [*(stream(tap=self) for stream in ENTITIES), Extractions(tap=self)]

    @property
    @override
    def streams(self) -> dict[str, Stream]:
        # The SDK sorts by name. Here the order is part of the result: quantities first, the
        # account of the run last.
        if self._streams is None:
            by_name = super().streams
            order = [*(stream.name for stream in ENTITIES), Extractions.name]
            self._streams = {name: by_name[name] for name in order}
        return self._streams

    @override
    def load_state(self, state: dict[str, Any]) -> None:
        check_state(state, realm_id=self.config.get("realm_id"))
        super().load_state(state)

    @cached_property
    def run(self) -> Run:
        """This run. Made on first use, so that discovery needs no settings."""
        clock = SystemClock()
        return Run(
            connect=lambda: Client(Settings.from_mapping(self.config), clock=clock),
            clock=clock,
            options=Options.from_mapping(self.config),
            realm_id=self.config.get("realm_id", ""),
            selected=lambda: [
                stream
                for stream in self.streams.values()
                if isinstance(stream, EntityStream) and stream.selected
            ],
            log=self.logger,
        )

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        # The SDK would write the state from inside the handler, perhaps into the middle of another
        # message, and exit 0 although records are missing. The last STATE sent is still right.
        self.logger.warning(
            "Stopped by signal %d; the next run goes on from the last state", signum
        )
        sys.exit(128 + signum)

    # The command line

    @classmethod
    @override
    def invoke(  # type: ignore[override]  # the SDK's `Tap` narrows it likewise
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: Any = None,  # the SDK's type is private
        state: IO[str] | None = None,
        catalog: IO[str] | None = None,
    ) -> None:
        with _one_sentence(cls.logger):
            super().invoke(
                about=about,
                about_format=about_format,
                config=config,
                state=None if state is None else _readable(state, StateError, "The state"),
                catalog=None
                if catalog is None
                else _readable(catalog, ConfigurationError, "The catalog"),
            )

    @classmethod
    @override
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        with _one_sentence(cls.logger):
            super().cb_test(ctx, param, value)

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
    except (QuickBooksError, StateError, RunFailedError) as error:
        logger.error("%s", error)  # noqa: TRY400 - no traceback for these
        sys.exit(1)
    except BrokenPipeError:
        logger.error("The target stopped reading: its own messages say why.")  # noqa: TRY400
        # What Python would flush at its end has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _readable(file: IO[str], error: type[StateError | ConfigurationError], what: str) -> IO[str]:
    text = file.read()
    try:
        json.loads(text)
    except ValueError as reason:
        raise error(f"{what} given to the tap is not valid JSON: {reason}.") from reason
    return StringIO(text)
