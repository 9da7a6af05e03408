"""Each command of `quickbooks-sync` with its connection, its company and its run."""

from __future__ import annotations

import getpass
import json
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

from quickbooks_sync.company import checked_company
from quickbooks_sync.configuration import read_configuration
from quickbooks_sync.database import connect, sentences, transaction
from quickbooks_sync.errors import ConfigurationError, LeaseLostError, SyncError

if TYPE_CHECKING:
    from argparse import Namespace

    from psycopg2.extensions import connection as Connection  # noqa: N812

    from quickbooks_sync.company import Company
    from quickbooks_sync.configuration import Configuration
    from quickbooks_sync.owner import Owner


def run(options: Namespace) -> int:
    """Runs the command that the arguments name; the exit status. Raises SyncError."""
    configuration = read_configuration({"WAREHOUSE_URL": getattr(options, "warehouse_url", None)})
    url = configuration.warehouse_url
    with sentences(url), closing(connect(url)) as connection:
        if options.command == "init":
            from quickbooks_sync.init import init  # noqa: PLC0415

            init(connection, configuration)
        elif options.command == "begin":
            from quickbooks_sync.begin import begin  # noqa: PLC0415

            begin(connection, configuration, options.job, options.max_wait_s)
        else:
            with transaction(connection) as cursor:
                company = checked_company(cursor, configuration)
            return run_for(options, connection, configuration, company)
    return 0


def run_for(
    options: Namespace, connection: Connection, configuration: Configuration, company: Company
) -> int:
    """Runs a command that works on a prepared database."""
    if options.command == "status":
        show_status(connection, company, options)
    elif options.command == "review":
        review(connection, company, options)
    elif options.command == "dbt":
        return dbt(connection, configuration, company, options.dbt_arguments)
    else:
        from quickbooks_sync.owner import find_owner  # noqa: PLC0415 - psutil takes 20 ms

        owner = find_owner()
        try:
            with sentences(configuration.warehouse_url):
                step(options.command, connection, configuration, company, owner)
        except LeaseLostError:
            raise
        except SyncError:
            close_as_failed(connection, company, owner, options.command)
            raise
    return 0


def step(
    name: str,
    connection: Connection,
    configuration: Configuration,
    company: Company,
    owner: Owner,
) -> None:
    """Runs one step of a job, under the job's lease."""
    if name == "settle":
        from quickbooks_sync.settle import settle  # noqa: PLC0415

        settle(connection, company, owner)
    elif name == "snapshot":
        from quickbooks_sync import snapshot  # noqa: PLC0415

        taken = snapshot.snapshot(connection, company, owner)
        print(snapshot.describe(taken), file=sys.stderr if taken.reason else sys.stdout)
    elif name == "plan":
        from quickbooks_sync import plan  # noqa: PLC0415

        print(plan.describe(plan.plan(connection, company, owner)))  # noqa: T201
    else:
        from quickbooks_sync.end import end  # noqa: PLC0415

        end(connection, configuration, company, owner)


def close_as_failed(connection: Connection, company: Company, owner: Owner, name: str) -> None:
    """Notes in the run's record where it failed, and lets the next run begin."""
    from quickbooks_sync import lease  # noqa: PLC0415

    with transaction(connection) as cursor:
        lease.lock_lease(cursor, company)
        run_id = lease.own_run(cursor, company, owner)
        if run_id is not None:
            lease.close(cursor, run_id, "failed", failed_step=name)


def dbt(
    connection: Connection,
    configuration: Configuration,
    company: Company,
    arguments: list[str],
) -> int:
    """Runs dbt; inside a run, as a step of it."""
    from quickbooks_sync import lease  # noqa: PLC0415
    from quickbooks_sync.dbt import run_dbt  # noqa: PLC0415
    from quickbooks_sync.owner import find_owner  # noqa: PLC0415

    owner = find_owner()
    name = f"dbt {arguments[0]}" if arguments else "dbt"
    with transaction(connection) as cursor:
        is_in_run = lease.own_run(cursor, company, owner) is not None
        if is_in_run:
            lease.renew(cursor, company, owner, name)
    exit_status = run_dbt(configuration, arguments)
    if is_in_run and exit_status != 0:
        close_as_failed(connection, company, owner, name)
    return exit_status


def show_status(connection: Connection, company: Company, options: Namespace) -> None:
    """Prints what runs, what ran and what waits."""
    from quickbooks_sync.status import status  # noqa: PLC0415

    state = status(connection, company, options.last)
    if options.json:
        print_json(state)
        return
    from quickbooks_sync.tables import show_rows  # noqa: PLC0415

    title = f"Company {company.realm_id}, environment {company.environment}"
    if state["runs"]:
        shown = ("job", "status", "started_at", "duration_s", "failed_step")
        show_rows(title, [{name: found[name] for name in shown} for found in state["runs"]])
    else:
        print(f"{title}: no run yet.")  # noqa: T201
    print(  # noqa: T201
        f"{state['waiting']} matters wait for a person (`quickbooks-sync review list`)."
        if state["waiting"]
        else "Nothing waits for a person."
    )


def review(connection: Connection, company: Company, options: Namespace) -> None:
    """Lists, shows or decides what waits for a person."""
    from quickbooks_sync import review as reviews  # noqa: PLC0415

    with transaction(connection) as cursor:
        if options.verb == "list":
            found = reviews.waiting(cursor, company)
            show_waiting(found, as_json=options.json)
            return
        if options.subject is None:
            raise ConfigurationError(
                f"Say what to {options.verb}: `quickbooks-sync review {options.verb} SUBJECT` (a "
                "SKU, order:17, a command's id, snapshot:4 …)."
            )
        subject = reviews.find_subject(cursor, options.subject)
        if options.verb == "show":
            show_history(reviews.history(cursor, company, subject), as_json=options.json)
            return
        actor = options.actor or getpass.getuser()
        decision = reviews.Decision(options.verb, actor, options.note, options.valid_until)
        review_id = reviews.decide(cursor, company, subject, decision)
    if options.json:
        print_json({"review_id": review_id, "verb": options.verb, "subject": subject.id})
    else:
        print(  # noqa: T201
            f"Review {review_id}: {options.verb.replace('_', ' ')} {subject.type} {subject.id}, by "
            f"{actor}. {reviews.VERBS[options.verb].capitalize()}."
        )


def show_waiting(found: list[dict[str, Any]], *, as_json: bool) -> None:
    """Prints what waits for a person."""
    if as_json:
        print_json(found)
    elif not found:
        print("Nothing waits for a person.")  # noqa: T201
    else:
        from quickbooks_sync import tables  # noqa: PLC0415

        tables.show_waiting(found)


def show_history(known: dict[str, Any], *, as_json: bool) -> None:
    """Prints what is known about one subject."""
    if as_json:
        print_json(known)
        return
    from quickbooks_sync.tables import show_rows  # noqa: PLC0415

    subject = known.pop("subject")
    print(f"{subject['type']} {subject['id']}")  # noqa: T201
    figures = known.pop("figures", None)
    if figures is not None:
        show_rows("Figures", [{"name": name, "value": value} for name, value in figures.items()])
    for title, found in known.items():
        if found:
            show_rows(title.capitalize(), found)


def print_json(content: Any) -> None:
    """Prints JSON; decimals and times as text. Any: JSON values."""
    print(json.dumps(content, default=str, indent=2))  # noqa: T201
