"""What the service knows of each entity: its properties, limits, references and query flags."""

from quickbooks_emulator.catalogue.entities import (
    BUYING_FORMS,
    BY_PATH,
    ENTITIES,
    INACTIVATED_BY_DEFAULT,
    SALES_FORMS,
    named,
)
from quickbooks_emulator.catalogue.kinds import Entity, Kind
from quickbooks_emulator.catalogue.properties import (
    COMMON,
    CREDIT,
    HEADER,
    INVOICE,
    PAID_SALE,
    PERSON,
    PURCHASING,
    SALES,
)
from quickbooks_emulator.catalogue.scalars import BOOLEANS, DATES, MOMENTS, NUMBERS

__all__ = [
    "BOOLEANS",
    "BUYING_FORMS",
    "BY_PATH",
    "COMMON",
    "CREDIT",
    "DATES",
    "ENTITIES",
    "HEADER",
    "INACTIVATED_BY_DEFAULT",
    "INVOICE",
    "MOMENTS",
    "NUMBERS",
    "PAID_SALE",
    "PERSON",
    "PURCHASING",
    "SALES",
    "SALES_FORMS",
    "Entity",
    "Kind",
    "named",
]
