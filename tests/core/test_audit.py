"""The record of acts (T22): nothing in the program changes it, and what is changed behind the program's back is found."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core.audit import first_broken, record
from core.models import AuditChain, AuditEntry
from partners.capacity import capacities_of


@pytest.fixture
def chain(lead, member, dockers):
    """Three acts of the lead upon their organisation."""
    by = capacities_of(lead)[0]
    for reason in ("First.", "Second.", "Third."):
        record(by, "organisation.edited", dockers, reason=reason, person=member.pk)
    return AuditChain.objects.get(scope="site")


def tamper(sql, *parameters):
    """Do what somebody with the database's password could."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def test_an_untouched_chain_verifies(chain):
    assert (first_broken(chain), chain.length) == (None, 3)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "2020-01-01 00:00:00+00:00"),
        ("verb", "organisation.suspended"),
        ("object_type", "accounts.user"),
        ("object_id", 999),
        ("actor_id", 999),
        ("organisation_id", 999),
        ("function", "President"),
        ("reason", "Another."),
        ("payload", '{"actor": 999}'),
        ("salt", "0"),
        ("payload_digest", "0"),
        ("digest", "0"),
    ],
)
def test_a_changed_column_is_found(chain, column, value):
    tamper(f"UPDATE core_auditentry SET {column} = %s WHERE number = 2", value)
    assert first_broken(chain) == 2


@pytest.mark.parametrize(("taken", "found"), [(1, 1), (2, 2), (3, 3)])
def test_an_entry_taken_out_is_found_the_newest_too(chain, taken, found):
    tamper("DELETE FROM core_auditentry WHERE number = %s", taken)
    assert first_broken(chain) == found


def test_an_entry_put_in_at_the_end_is_found(chain, lead, dockers):
    record(capacities_of(lead)[0], "organisation.edited", dockers)
    tamper("UPDATE core_auditchain SET length = %s, head = %s", chain.length, chain.head)
    assert first_broken(chain) == 4


def test_another_head_is_found(chain):
    tamper("UPDATE core_auditchain SET head = %s", "0" * 64)
    assert first_broken(chain) == 3


ERASED = "payload = NULL, salt = '', actor_id = NULL, organisation_id = NULL, function = '', reason = ''"


@pytest.mark.parametrize(
    ("more", "found"),
    [("", None), (", actor_id = 999", 2), (", reason = 'Mine.'", 2), (", at = '2020-01-01 00:00:00+00:00'", 2)],
)
def test_an_erased_entry_keeps_the_chain_whole_and_says_nothing_of_anybody(chain, more, found):
    tamper(f"UPDATE core_auditentry SET {ERASED} WHERE number = 2")
    if more:
        tamper(f"UPDATE core_auditentry SET {more.removeprefix(', ')} WHERE number = 2")
    assert first_broken(chain) == found


def test_the_program_itself_changes_and_deletes_nothing(chain):
    entry = AuditEntry.objects.first()
    entry.reason = "Another."
    rows = AuditEntry.objects.filter(chain=chain)
    for act in (
        entry.save,
        entry.delete,
        rows.delete,
        lambda: rows.update(reason="Another."),
        lambda: rows.bulk_update([entry], ["reason"]),
        lambda: rows.bulk_create([AuditEntry(chain=chain, number=4)]),
        lambda: chain.entries.update(reason="Another."),
    ):
        with pytest.raises(TypeError):
            act()
    assert (first_broken(chain), AuditEntry.objects.count()) == (None, 3)


def test_the_command_prints_the_heads_and_fails_on_a_changed_record(chain, supply_chains, lead):
    record(capacities_of(lead)[0], "group.edited", supply_chains)
    printed = io.StringIO()
    call_command("verify_record", stdout=printed)
    scopes = {line.split()[0]: line for line in printed.getvalue().splitlines()}
    assert scopes["site"] == f"site 3 {chain.head} whole"
    assert scopes[f"group:{supply_chains.pk}"].endswith(" whole")

    tamper("UPDATE core_auditentry SET reason = 'Another.' WHERE number = 3")
    printed = io.StringIO()
    with pytest.raises(CommandError, match="1 of the chains"):
        call_command("verify_record", stdout=printed)
    assert "BROKEN at entry 3" in printed.getvalue()
