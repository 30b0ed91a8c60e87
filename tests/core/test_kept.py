"""Long statements whose text is kept: the values reach it, a percent sign is none, and PostgreSQL plans it once."""

import pytest
from django.db import connection

from accounts.models import User
from core.kept import rows_of
from core.prepared import prepared
from tests.plugins.engines import on_services

pytestmark = pytest.mark.django_db


def test_values_go_where_they_stand_and_a_percent_sign_stays_one():
    asked = "SELECT name, '100%%' FROM accounts_user WHERE email = %s AND id > %s"
    User.objects.create_user("one@example.org", name="Ona")
    User.objects.create_user("two@example.org", name="Tva %s")

    answers = [rows_of(asked, [email, 0]) for email in ("one@example.org", "two@example.org", "' OR 1=1 --")]

    assert answers == [[("Ona", "100%")], [("Tva %s", "100%")], []]


@pytest.mark.services
@pytest.mark.skipif(not on_services(), reason="what PostgreSQL keeps is asked of PostgreSQL")
def test_postgresql_plans_it_once_for_all_values():
    asked = "SELECT id FROM accounts_user WHERE email = %s AND 'planned once' <> ''"

    for number in range(3):
        rows_of(asked, [f"{number}@example.org"])

    kept = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE %s"
    with connection.cursor() as cursor:
        cursor.execute(kept, ["SELECT id FROM accounts_user WHERE email = $1 AND 'planned once'%"])
        assert cursor.fetchall() == [(3, 0)]


def test_a_statement_inside_another_has_its_constants_written_in_and_the_arguments_left():
    ona = User.objects.create_user("one@example.org", name="Ona")
    User.objects.create_user("two@example.org", name="Ona", is_active=False)
    named = prepared(
        lambda user, name: User.objects.filter(
            pk=user, name=name, is_active=True, email="one@example.org"
        ).values_list("pk", flat=True),
        words=("name",),
    )

    sql, params = named.statement(ona.pk, "Ona")

    # A value that is more than a word stays a parameter.
    assert sorted(params, key=str) == sorted([ona.pk, "Ona", "one@example.org"], key=str)
    assert rows_of(sql, params) == [(ona.pk,)]
    assert rows_of(*named.statement(ona.pk, "Tva")) == []
