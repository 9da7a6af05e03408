"""Uploads: many files in one request, each answered for itself, failures inside HTTP 200.

Source: Intuit, "Attachable", upload and download; recorded answers.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quickbooks_emulator import replay
from quickbooks_emulator.attachments import links
from quickbooks_emulator.attachments.multipart import Part, parts_of
from quickbooks_emulator.catalogue import ENTITIES
from quickbooks_emulator.envelopes import enveloped
from quickbooks_emulator.incoming import LARGEST_UPLOAD
from quickbooks_emulator.json_text import JsonObject, dumps, loads
from quickbooks_emulator.messages import Reply
from quickbooks_emulator.problems import Problem, missing, not_found, unsupported_property

if TYPE_CHECKING:
    from quickbooks_emulator.messages import Request
    from quickbooks_emulator.service import Service
    from quickbooks_emulator.store import Company
    from quickbooks_emulator.targets import Target

METADATA = "file_metadata"
CONTENT = "file_content"
OK = 200


@dataclass(frozen=True, slots=True)
class File:
    """One file of an upload with what the caller says of it."""

    metadata: Part | None
    content: Part | None


def uploaded(service: Service, company: Company, request: Request, target: Target) -> Reply:
    """Store the files of a form; each gets an Attachable or a Fault."""

    def work() -> Reply:
        parts = parts_of(request.body, request.headers.get("content-type", ""))
        files = files_of(parts)
        if not files:
            raise missing(CONTENT)
        answers = [_answer(service, company, request, file) for file in files]
        return enveloped(service, "AttachableResponse", dumps(answers))

    return replay.once(service, company, request, target, work)


def files_of(parts: list[Part]) -> list[File]:
    """The parts of each file, put together by what follows `file_metadata` and `file_content`."""
    ends: dict[str, dict[str, Part]] = {}
    for part in parts:
        for kind in (METADATA, CONTENT):
            if part.name.startswith(kind):
                ends.setdefault(part.name.removeprefix(kind), {})[kind] = part
    return [File(found.get(METADATA), found.get(CONTENT)) for found in ends.values()]


def _answer(service: Service, company: Company, request: Request, file: File) -> JsonObject:
    try:
        stored: JsonObject = service.in_one_piece(company, lambda: _store(service, company, file))
    except Problem as problem:
        return {"Fault": problem.fault()}
    if file.content is not None:
        company.contents[stored["Id"]] = file.content.content
        if service.file is not None:
            service.file.keep_content(company.realm_id, stored["Id"], file.content.content)
    now = service.clock.epoch()
    return {"Attachable": links.shown(request, company.realm_id, stored, now)}


def _store(service: Service, company: Company, file: File) -> JsonObject:
    """The Attachable of a file, stored with its bytes. Raises Problem."""
    if file.content is None:
        raise missing(CONTENT)
    if len(file.content.content) > LARGEST_UPLOAD:
        raise Problem("6030", "An upload must not be larger than 100 MB", "")
    told = _metadata(file.metadata)
    name = str(told.get("FileName") or file.content.file_name)
    if not name:
        raise missing("FileName")
    kind = told.get("ContentType") or file.content.content_type or mimetypes.guess_type(name)[0]
    body = {**told, "FileName": name, "ContentType": str(kind or "application/octet-stream")}
    writer = service.writer(company)
    written = writer.write(ENTITIES["Attachable"], "create", body)
    row = company.row("Attachable", written["Id"])
    if row is None:
        raise not_found()
    stored = {
        "FileName": name,
        "FileAccessUri": f"/v3/company/{company.realm_id}/download/{row.id}",
        "Size": len(file.content.content),
        **{key: value for key, value in row.body.items() if key not in {"FileName", "Size"}},
    }
    company.put("Attachable", row.with_body(stored))
    return stored


def _metadata(part: Part | None) -> JsonObject:
    if part is None:
        return {}
    try:
        told = loads(part.content)
    except ValueError as error:
        raise unsupported_property(f"failed to parse json object: {error}") from None
    if not isinstance(told, dict):
        raise unsupported_property("failed to parse json object")
    return told


def downloaded(service: Service, company: Company, request: Request, target: Target) -> Reply:
    """A link to the file of an Attachable, as text."""
    row = company.row("Attachable", target.object_id)
    if row is None or "FileAccessUri" not in row.body:
        raise not_found()
    text = links.link(request, company.realm_id, row.body, service.clock.epoch())
    return Reply(OK, text.encode(), "text/plain;charset=UTF-8")
