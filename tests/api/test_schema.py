"""The description against the interface itself: whatever is sent, no answer is a fault, and every answer is declared."""

import itertools
import uuid
from io import BytesIO

import pytest
import schemathesis
from django.core.files import File
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.limits import pace
from discussions.services import start_thread
from groups.documents.services import add_file, start_upload
from groups.standing import Standing

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 12


@pytest.fixture
def described_api(db):
    """Return the description; requests of its client leave the test's transaction open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def real(supply_chains, lead, settings, tmp_path):
    """Return values for the places of paths that lead somewhere."""
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "files", "base_url": None}}
    }
    by, key = Standing.of(lead, supply_chains).speak(), uuid.uuid4()
    thread = start_thread(supply_chains, by=by, title="A thread", body="Words.", key=uuid.uuid4())
    version = add_file(
        supply_chains, File(BytesIO(b"%PDF-1.4 x"), "a.pdf"), by=by, key=uuid.uuid4(), file_name="a.pdf"
    )
    start_upload(supply_chains, by=by, key=key, file_name="b.pdf", size=10)
    return {
        "slug": "supply-chains",
        "thread_id": thread.pk,
        "number": 1,
        "document_id": version.document_id,
        "key": str(key),
    }


@pytest.fixture
def program(program_of, lead):
    return program_of(lead)


def test_whatever_is_sent_is_answered_as_described(described_api, program, real, subtests):
    turns = itertools.count()
    for found in described_api.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case):
            if next(turns) % 3:  # every third one goes wherever it was made to go
                case.path_parameters = {
                    name: real.get(name, value) for name, value in (case.path_parameters or {}).items()
                }
            pace.forget()
            answer = case.call(headers={"Authorization": f"Bearer {program.secret}", "Accept-Encoding": "identity"})
            case.validate_response(answer, checks=CHECKS)

        with subtests.test(operation.label):
            ask()
