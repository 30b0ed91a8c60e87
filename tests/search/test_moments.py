"""A boundary as the index counts it is the same in the database, to the microsecond: one less would tell what came before."""

from datetime import UTC, datetime

import pytest

from accounts.models import User
from search.cards import Microseconds, microseconds

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("fraction", [0, 1, 10, 120_000, 999_999])
def test_the_database_counts_microseconds_as_we_do(fraction):
    moment = datetime(2026, 11, 28, 23, 59, 59, fraction, tzinfo=UTC)
    User.objects.create_user("one@example.org", name="Ona", date_joined=moment)

    told = User.objects.filter(date_joined=moment).values_list(Microseconds("date_joined"), flat=True)

    assert list(told) == [microseconds(moment)]
