"""A year that was mistyped is refused beside its field: it makes no page fail for anybody, in whichever zone they read."""

import uuid
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from core.errors import DomainError
from groups.clearance import services
from groups.clearance.models import Round, Stage
from tests.clearance.conftest import asked, capacity, fresh, reviewed

WHEN = ["9999-12-31T23:59", "2036-01-01T00:00", "0001-01-01T00:00"]
ZONES = ["Pacific/Kiritimati", "America/Los_Angeles"]
FAR = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)


@pytest.fixture(params=ZONES)
def far_lead(request, lead):
    """The lead, in the zone where a day begins first or in one where it ends late."""
    lead.time_zone = request.param
    lead.save()
    return lead


def refused(answer, typed, form="form"):
    """Say that the form stands there again with what was typed, and what is wrong beside the field."""
    text = answer.content.decode()
    ((field, errors),) = answer.context[form].errors.items()
    assert (answer.status_code, field) == (422, "until")
    assert errors[0].startswith(("Check the year:", "The date must lie in the future."))
    assert f'value="{typed}"' in text


@pytest.mark.parametrize("when", WHEN)
def test_a_review_does_not_last_for_ages(signed_in, draft, far_lead, when):
    page = f"/groups/supply-chains/documents/{draft.document_id}/"
    form = {"key": uuid.uuid4(), "number": 1, "until": when}
    refused(signed_in(far_lead).post(f"{page}clearance/new/", form), when)
    assert not Round.objects.exists()


@pytest.mark.parametrize("when", WHEN)
def test_nobody_is_asked_for_ages(signed_in, draft, far_lead, dockers, when):
    round_ = reviewed(draft, far_lead)
    form = {"organisations": [dockers.pk], "until": when}
    refused(signed_in(far_lead).post(f"{round_.get_absolute_url()}ask/", form), when)
    assert fresh(round_).stage == Stage.REVIEW


@pytest.mark.parametrize("when", WHEN)
def test_nothing_is_prolonged_for_ages_and_it_can_still_be_withdrawn(signed_in, running, far_lead, when):
    client, stood = signed_in(far_lead), running.until
    refused(client.post(f"{running.get_absolute_url()}prolong/", {"until": when}), when, "prolong")
    assert fresh(running).until == stood
    assert client.get(running.get_absolute_url()).status_code == 200
    client.post(f"{running.get_absolute_url()}withdraw/", {"reason": "A wrong date."})
    assert fresh(running).stage == Stage.WITHDRAWN


def test_the_acts_themselves_refuse_it(draft, running, supply_chains, lead, member, dockers):
    by = capacity(lead, supply_chains)
    with pytest.raises(DomainError, match="Check the year"):
        services.prolong(running, by=by, until=FAR)
    services.withdraw_round(running, by=by, reason="Again.")
    with pytest.raises(DomainError, match="Check the year"):
        services.begin_review(draft.document, by=by, number=1, until=FAR, key=uuid.uuid4())
    round_ = reviewed(draft, lead)
    with pytest.raises(DomainError, match="Check the year"):
        asked(round_, lead, dockers, until=FAR, at=timezone.now())
    assert fresh(round_).stage == Stage.REVIEW
