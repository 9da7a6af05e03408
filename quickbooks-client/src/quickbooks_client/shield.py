"""Errors leave without the frames they came through.

A crash reporter that shows local variables (rich, Sentry, pytest) would show the tokens in them:
they are in the locals of whoever sends a request, reads a reply or saves a token. So an error of
ours begins anew at the edge; its message says what was attempted and what came back. Errors that
are not ours, such as a defect, keep their frames.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from quickbooks_client.errors import QuickBooksError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

P = ParamSpec("P")
T = TypeVar("T")


def shielded(call: Callable[P, T]) -> Callable[P, T]:
    """Return `call`, whose errors of ours bring neither frames nor other errors along."""

    @functools.wraps(call)
    def edge(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return call(*args, **kwargs)
        except QuickBooksError as error:
            problem = error
        del args, kwargs
        problem.__cause__ = problem.__context__ = None
        raise problem.with_traceback(None)

    return edge


def shielded_async(
    call: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Return coroutine function `call`, likewise. Any: what coroutines send is nobody's here."""

    @functools.wraps(call)
    async def edge(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await call(*args, **kwargs)
        except QuickBooksError as error:
            problem = error
        del args, kwargs
        problem.__cause__ = problem.__context__ = None
        raise problem.with_traceback(None)

    return edge
