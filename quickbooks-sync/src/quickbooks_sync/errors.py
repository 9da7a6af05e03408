"""What can stop a command, named for what the caller does next.

SyncError              stop: one sentence for a person, exit status 1
├── ConfigurationError fix a setting
├── NotPreparedError   run the command that the sentence names
├── WrongCompanyError  use the database of this company and environment
├── LeaseLostError     run again: another run has taken over
└── ReviewError        look again: what was decided on has changed
"""

from __future__ import annotations


class SyncError(Exception):
    """A command cannot go on; its text is one sentence for a person, without secrets."""


class ConfigurationError(SyncError):
    """A setting is missing or wrong; the text names it and what to do."""


class NotPreparedError(SyncError):
    """Something that another command makes is not there; the text names the command."""


class WrongCompanyError(SyncError):
    """The database holds another company or environment than the settings ask for."""


class LeaseLostError(SyncError):
    """This run does not hold the company's lease any more."""


class ReviewError(SyncError):
    """A decision cannot be taken as asked."""
