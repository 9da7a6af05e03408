"""The emulator's whole state, and the pieces every route works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from quickbooks_emulator import falling_due, seeds
from quickbooks_emulator.books import balances
from quickbooks_emulator.books.ledger import Ledger
from quickbooks_emulator.calls import Calls
from quickbooks_emulator.catalogue import ENTITIES, Entity
from quickbooks_emulator.clock import LATEST_S, Clock
from quickbooks_emulator.injection import FaultRules
from quickbooks_emulator.limits import Limits, Meter
from quickbooks_emulator.messages import Delivery
from quickbooks_emulator.oauth import REALM_ID, REFRESH_TOKEN, USER_ID, Authority
from quickbooks_emulator.problems import Problem
from quickbooks_emulator.replay import Replies
from quickbooks_emulator.rules.documents import Circumstances
from quickbooks_emulator.store import Company
from quickbooks_emulator.switches import Switches
from quickbooks_emulator.usage import METERED
from quickbooks_emulator.webhooks.events import operations
from quickbooks_emulator.webhooks.outbox import Outbox
from quickbooks_emulator.writes import Writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_emulator.calls import Recorded
    from quickbooks_emulator.json_text import Json, JsonObject
    from quickbooks_emulator.merging import Merged
    from quickbooks_emulator.messages import Reply
    from quickbooks_emulator.persistence import File
    from quickbooks_emulator.registers import Change
    from quickbooks_emulator.stock_lock import Running
    from quickbooks_emulator.webhooks.courier import Courier


@dataclass
class Service:
    """One emulator: companies, tokens, clock, switches, limits, faults and the record of calls."""

    file: File | None = None
    has_limits: bool = True
    clock: Clock = field(default_factory=Clock)
    switches: Switches = field(default_factory=Switches)
    limits: Limits = field(default_factory=Limits)
    faults: FaultRules = field(default_factory=FaultRules)
    calls: Calls = field(default_factory=Calls)
    authority: Authority = field(default_factory=Authority)
    companies: dict[str, Company] = field(default_factory=dict)
    meters: dict[str, Meter] = field(default_factory=dict)
    replies: dict[str, Replies] = field(default_factory=dict)
    ledgers: dict[str, Ledger] = field(default_factory=dict)
    due_until: dict[str, str] = field(default_factory=dict)
    """Per company: the day up to which documents of later days have moved stock."""
    running: dict[str, list[Running]] = field(default_factory=dict)
    """Per company: the writes being worked on that may move stock."""
    outbox: Outbox = field(default_factory=Outbox)
    courier: Courier | None = None
    """Who carries the outbox's deliveries while a server runs."""
    listening_on: str = "127.0.0.1"
    """The host that the server listens on."""
    seed: str = "empty"
    facts: JsonObject = field(default_factory=dict)

    @classmethod
    def open(cls, file: File | None, seed: str, *, has_limits: bool = True) -> Service:
        """The service as its file left it, or with a fresh seed."""
        service = cls(file=file, has_limits=has_limits)
        if file is None or not file.restore(service):
            service.reset(seed)
        return service

    def reset(self, seed: str) -> None:
        """Start over: seed, clock, switches, limits, faults, calls and tokens. Raises Problem."""
        _check_seed(seed)
        self.clock.reset()
        self.switches = Switches()
        self.limits = Limits(is_enabled=self.has_limits)
        self.faults.clear()
        self.calls.clear()
        self.meters = {}
        self.authority = Authority()
        self.authority.issue(self.clock.epoch(), REALM_ID, REFRESH_TOKEN, user_id=USER_ID)
        company = Company(REALM_ID)
        self.companies = {REALM_ID: company}
        self.replies = {REALM_ID: Replies()}
        self.ledgers = {}
        self.running = {}
        self.due_until = {}
        self.outbox.clear()
        self.seed = seed
        self.facts = seeds.plant(seed, company, int(self.clock.epoch()))
        company.commit()
        if self.file is not None:
            self.file.rewrite(self)

    def open_company(
        self, realm_id: str, seed: str, *, name: str = "", country: str = ""
    ) -> JsonObject:
        """Another company with a seed of its own; returns the seed's facts. Raises Problem 2010."""
        _check_seed(seed)
        if realm_id in self.companies:
            raise Problem("2010", f"There is a company {realm_id} already", "realm_id")
        company = Company(realm_id)
        facts = seeds.plant(seed, company, int(self.clock.epoch()))
        wanted = {"CompanyName": name, "LegalName": name, "Country": country}
        changes = {field: text for field, text in wanted.items() if text}
        for row in list(company.rows("CompanyInfo")):
            company.put("CompanyInfo", row.with_body({**row.body, **changes}))
        company.commit()
        self.companies[realm_id] = company
        self.replies[realm_id] = Replies()
        if self.file is not None:
            self.file.keep_whole(company)
        return facts

    @property
    def company(self) -> Company:
        """The first company."""
        return next(iter(self.companies.values()))

    def writer(
        self,
        company: Company,
        *,
        allows_duplicate_number: bool = False,
        is_by_hand: bool = False,
        shift_s: int = 0,
    ) -> Writer:
        """A writer for this moment, or one that dates what it writes so many seconds off it."""
        return Writer(
            company,
            Circumstances(self.clock.today(), self.switches, allows_duplicate_number, is_by_hand),
            min(max(int(self.clock.epoch()) + shift_s, 0), LATEST_S),
        )

    def in_one_piece(
        self, company: Company, work: Callable[[], Any], merged: Merged | None = None
    ) -> Any:
        """The result of `work` with all it wrote, or its exception with nothing written.

        The type is whatever `work` returns. `merged` says that the work is a merge.
        """
        self.let_fall_due(company)
        try:
            result = work()
        except BaseException:
            company.rollback()
            raise
        changes = company.changes() if self.outbox.subscriptions else []
        touched = company.commit()
        self.ledger_of(company).note(touched)
        if self.file is not None:
            self.file.keep(company, touched)
        for entity, object_id in touched:
            if entity == "Attachable" and company.row(entity, object_id) is None:
                company.contents.pop(object_id, None)
        if changes:
            self._tell(company, changes, merged)
        return result

    def _tell(self, company: Company, changes: list[Change], merged: Merged | None) -> None:
        """Have webhooks told of what changed."""
        realm_id, now, realms_of = company.realm_id, self.clock.epoch(), self.authority.realms_of
        told = operations(changes, self.switches)
        if merged is not None:
            ends = {merged.gone, merged.kept}
            told = [one for one in told if one[0] != merged.entity or one[1] not in ends]
            merge = (merged.entity, merged.kept, "Merge")
            self.outbox.note(realm_id, [merge], now, realms_of, merged.gone)
        self.outbox.note(realm_id, told, now, realms_of)
        self.keep_outbox()

    # -- what is kept in the file, if there is one

    def keep_outbox(self) -> None:
        """Have written what changed of webhooks."""
        if self.file is not None:
            self.file.keep_outbox(self.outbox)
        self.outbox.changed.clear()

    def keep_replies(self, realm_id: str) -> None:
        """Have written which replies of a company are remembered, and which no longer."""
        replies = self.replies.get(realm_id)
        if replies is None:
            return
        if self.file is not None:
            self.file.keep_replies(realm_id, replies)
        replies.fresh.clear()
        replies.forgotten.clear()

    def keep_authority(self) -> None:
        """Have written what changed of apps and tokens."""
        if self.file is not None:
            self.file.keep_authority(self.authority)
        self.authority.changed.clear()

    # -- the books

    def ledger_of(self, company: Company) -> Ledger:
        """The company's books; `refresh` them before reading."""
        ledger = self.ledgers.get(company.realm_id)
        if ledger is None or ledger.company is not company:
            ledger = self.ledgers[company.realm_id] = Ledger(company)
        return ledger

    def let_fall_due(self, company: Company) -> None:
        """Let documents move stock whose day has come, where they wait for it; once a day."""
        today = self.clock.today().isoformat()
        if self.switches.future_documents == "counted":
            return
        if self.due_until.get(company.realm_id) != today:
            self.due_until[company.realm_id] = today
            self.in_one_piece(company, lambda: falling_due.move(self.writer(company).effects))

    def show_balances(self, company: Company) -> None:
        """Write the books' balances on the accounts, which somebody is about to read."""
        changed = balances.show(self.ledger_of(company))
        company.commit()
        if changed and self.file is not None:
            self.file.keep(company, changed)

    def write(self, company: Company, entity: Entity, operation: str, body: Json) -> JsonObject:
        """One write with all the rules, as a person in QuickBooks would do it. Raises Problem."""
        written = self.write_all(company, operation, {entity.name: [body]})
        stored: JsonObject = written[entity.name][0]
        return stored

    def write_all(
        self,
        company: Company,
        operation: str,
        wanted: JsonObject,
        *,
        allows_duplicate_number: bool = False,
        shift_s: int = 0,
    ) -> JsonObject:
        """Lists of objects per entity, all or none, as a person would write them. Raises Problem.

        A person sees the current object: without a SyncToken it is taken from there, and only what
        is given changes. `shift_s` is added to the times that are shown of all that is written:
        below nought it is a row that comes to light late, behind a reader's bookmark.
        """

        def work() -> JsonObject:
            done: JsonObject = {}
            for name, bodies in wanted.items():
                entity = entity_of(name)
                if not isinstance(bodies, list):
                    raise Problem("2010", f"{name}: a list is expected")
                for body in bodies:
                    writer = self.writer(
                        company,
                        allows_duplicate_number=allows_duplicate_number,
                        is_by_hand=True,
                        shift_s=shift_s,
                    )
                    whole = _with_token(company, name, body)
                    done.setdefault(name, []).append(writer.write(entity, operation, whole))
            return done

        result: JsonObject = self.in_one_piece(company, work)
        return result

    def replies_of(self, realm_id: str) -> Replies:
        """The remembered replies of a company; of none that there is not."""
        return self.replies.get(realm_id) or Replies()

    def meter_of(self, realm_id: str) -> Meter:
        """The calls of a company inside the limits' windows."""
        return self.meters.setdefault(realm_id, Meter())

    # -- calls

    def admit(self, call: Recorded) -> bool:
        """Whether the limits let a call in that has been recorded; if so it must end.

        A call of nobody known is refused anyway, and takes no place in a company's windows.
        """
        if not call.app:
            return True
        limits, is_metered = self.limits, call.call_class == METERED
        if limits.metered_per_month and (is_metered or self.switches.builder_block == "all"):
            month = self.clock.today().strftime("%Y-%m")
            if self.calls.counted.metered_in(month) >= limits.metered_per_month:
                return False
        meter, is_batch = self.meter_of(call.realm_id), call.operation == "batch"
        now = self.clock.passed()
        return meter.admit(limits, self.switches, now, call.app, is_batch=is_batch)

    def leave(self, call: Recorded) -> None:
        """A call that was let in no longer runs."""
        self.meter_of(call.realm_id).leave(call.app)

    def end_call(self, call: Recorded, reply: Reply, *, is_throttled: bool = False) -> None:
        """Count a call that has been answered."""
        self.calls.end(
            call,
            reply.status,
            self.clock.today().strftime("%Y-%m"),
            units=reply.units,
            is_lost=reply.delivery is Delivery.LOST,
            is_throttled=is_throttled,
        )
        if self.file is not None:
            self.file.keep_usage(self.calls.counted)
            self.file.flush()


def _with_token(company: Company, name: str, body: Json) -> Json:
    if not isinstance(body, dict) or not body.get("Id") or "SyncToken" in body:
        return body
    current = company.body(name, str(body["Id"])) or {}
    return {"sparse": True, "SyncToken": current.get("SyncToken", "0"), **body}


def _check_seed(seed: str) -> None:
    try:
        seeds.check(seed)
    except ValueError as error:
        raise Problem("2010", str(error), "seed") from None


def entity_of(name: str) -> Entity:
    """The entity of that exact name. Raises Problem 2000."""
    entity = ENTITIES.get(name)
    if entity is None:
        raise Problem("2000", f"Invalid object name: {name}")
    return entity
