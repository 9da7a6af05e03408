"""Customers, vendors and employees of a generated company."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.clock import second_text
from quickbooks_emulator.rules.people import pseudonym
from quickbooks_emulator.seeds.generated import words
from quickbooks_emulator.seeds.generated.templates import (
    UPDATED,
    Template,
    Workshop,
    copy,
    inside,
    pristine,
)

if TYPE_CHECKING:
    from random import Random

    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.store import Company

MOST_BUYING = 3000
"""So many customers and vendors at most appear on documents."""
JOB_SHARE, INACTIVE_SHARE = 0.15, 0.02


class People:
    """Plants the names; `customers`, `vendors` and `employees` are who documents may name."""

    def __init__(self, company: Company, random: Random, began: int) -> None:
        self._company = company
        self._random = random
        self._began = began
        self._shop = Workshop()
        self._made: dict[tuple[str, bool, bool], Template] = {}
        self.customers: list[str] = []
        self.vendors: list[str] = []
        self.employees: list[str] = []

    def plant(self, customers: int) -> None:
        """So many customers, and vendors and employees to match."""
        parent: tuple[str, str] | None = None
        for number in range(customers):
            is_job = parent is not None and self._random.random() < JOB_SHARE
            parent = self._customer(number, parent if is_job else None) or parent
        for number in range(max(5, customers // 10)):
            self._vendor(number)
        for number in range(min(max(2, customers // 50), 100)):
            self._employee(number)

    def _customer(self, number: int, parent: tuple[str, str] | None) -> tuple[str, str] | None:
        """A customer or a job; returns id and name of one that may have jobs."""
        given, family = self._person(number)
        firm = f"{family} {words.combined(number, words.FIRMS)}"
        name = f"{firm} {number}" if number % 3 else f"{given} {family} {number}"
        name = f"Job {number}" if parent else name
        is_active = self._random.random() > INACTIVE_SHARE
        values = {
            "name": inside(name), "given": inside(given), "family": inside(family),
            "firm": inside(firm),
        }  # fmt: skip
        if parent:
            values |= {"parent_id": parent[0].encode(), "path": inside(parent[1])}
        pattern = self._pattern("Customer", is_job=parent is not None, is_active=is_active)
        object_id = self._put("Customer", pattern, values, number, is_active=is_active)
        if not is_active:
            return None
        if len(self.customers) < MOST_BUYING:
            self.customers.append(object_id)
        return None if parent else (object_id, name)

    def _vendor(self, number: int) -> None:
        given, family = self._person(number + 11)
        name = f"{words.combined(number, words.MATERIALS, words.FIRMS)} of {family}"
        values = {
            "name": inside(name), "given": inside(given), "family": inside(family),
            "pseudonym": pseudonym(self._company, name).encode(),
        }  # fmt: skip
        pattern = self._pattern("Vendor", is_job=False, is_active=True)
        object_id = self._put("Vendor", pattern, values, number, is_active=True)
        if len(self.vendors) < MOST_BUYING:
            self.vendors.append(object_id)

    def _employee(self, number: int) -> None:
        given, family = self._person(number + 23)
        values = {
            "name": inside(f"{given} {family} (staff {number})"),
            "given": inside(given), "family": inside(family),
        }  # fmt: skip
        pattern = self._pattern("Employee", is_job=False, is_active=True)
        self.employees.append(self._put("Employee", pattern, values, number, is_active=True))

    def _person(self, number: int) -> tuple[str, str]:
        places = divmod(number * 37, len(words.GIVEN))
        return words.GIVEN[places[1]], words.FAMILY[(places[0] + number) % len(words.FAMILY)]

    def _put(
        self,
        entity: str,
        pattern: Template,
        values: dict[str, bytes],
        number: int,
        *,
        is_active: bool,
    ) -> str:
        object_id = self._company.take_id(entity)
        city, state, code = self._random.choice(words.CITIES)
        street = f"{self._random.randrange(1, 9999)} {self._random.choice(words.STREETS)}"
        created = self._began + number // 5
        updated = created if is_active else created + self._random.randrange(1, 86_400 * 200)
        values |= {
            "id": object_id.encode(),
            "street": inside(street), "city": inside(city), "state": state.encode(),
            "code": code.encode(),
            "phone": f"(555) {self._random.randrange(200, 999)}-{number % 10_000:04d}".encode(),
            "mail": f"mail{number}@example.com".encode(),
            "created": second_text(created).encode(), "updated": second_text(updated).encode(),
        }  # fmt: skip
        if pattern.has("address"):
            values["address"] = self._company.take_number("Address").encode()
        row = copy(pattern.text(values), object_id, created, updated)
        self._company.tables[entity].put(row)
        return object_id

    def _pattern(self, entity: str, *, is_job: bool, is_active: bool) -> Template:
        key = (entity, is_job, is_active)
        if key not in self._made:
            self._made[key] = self._make(entity, is_job=is_job, is_active=is_active)
        return self._made[key]

    def _make(self, entity: str, *, is_job: bool, is_active: bool) -> Template:
        shop = self._shop
        holes = {
            "@given@": "given", "@family@": "family", "@firm@": "firm", "@street@": "street",
            "@city@": "city", "@state@": "state", "@code@": "code", "@phone@": "phone",
            "mark@example.com": "mail",
        }  # fmt: skip
        name = f"@name@{len(self._made)}"
        holes[name] = "name"
        address: JsonObject = {
            "Line1": "@street@", "City": "@city@", "CountrySubDivisionCode": "@state@",
            "PostalCode": "@code@",
        }  # fmt: skip
        body: JsonObject = {
            "DisplayName": name, "GivenName": "@given@", "FamilyName": "@family@",
            "PrimaryPhone": {"FreeFormNumber": "@phone@"},
            "PrimaryEmailAddr": {"Address": "mark@example.com"},
            "PrimaryAddr" if entity == "Employee" else "BillAddr": address,
        }  # fmt: skip
        if entity == "Customer":
            body |= {"CompanyName": "@firm@", "SalesTermRef": {"value": "3"}}
        if is_job:
            whole = f"@path@{len(self._made)}"
            above = shop.write("Customer", {"DisplayName": whole}, "parent_id")
            holes[whole] = "path"
            body |= {"Job": True, "ParentRef": {"value": above["Id"]}}
        written = shop.write(entity, body, "id")
        if not is_active:
            shop.write(entity, {**pristine(written), "Active": False}, "id", moment=UPDATED)
        if "V4IDPseudonym" in written:
            holes[written["V4IDPseudonym"]] = "pseudonym"
        return shop.template(entity, written["Id"], holes)
