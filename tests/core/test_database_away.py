"""While the database is away, a request is told to come back: nothing is half done, and no page is an error of ours."""

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(member):
    client = Client(raise_request_exception=False)
    client.force_login(member)
    return client


def away(error):
    def refuse(execute, sql, params, many, context):
        raise error("the server closed the connection unexpectedly")

    return connection.execute_wrapper(refuse)


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_page_says_when_to_come_back(visitor, error):
    with away(error):
        answer = visitor.get("/", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (answer.status_code, answer["Retry-After"] in {"1", "2", "3"}) == (503, True)
    assert "Load the page again in a few seconds." in answer.text
    assert answer["Cache-Control"] == "no-store, private"


def test_a_script_is_told_what_a_socket_would_say(visitor, supply_chains):
    address = f"/groups/supply-chains/chat/{supply_chains.rooms.get().pk}/events"
    with away(OperationalError):
        answer = visitor.get(address, headers={"Accept": "application/json"})
    retry_after = int(answer["Retry-After"])
    assert (answer.status_code, answer.json()) == (503, {"type": "error", "code": "busy", "retry_after": retry_after})


def test_any_other_failure_is_still_one_of_ours(visitor):
    with away(ZeroDivisionError):
        answer = visitor.get("/")
    assert answer.status_code == 500
