"""A group's own templates: leads keep, rename and remove them, members begin pages with them, others do not know of them."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import Conflict, DomainError
from core.models import AuditEntry
from groups.documents.models import Document
from groups.pages.content.from_markdown import parsed
from groups.pages.models import Page, Template
from groups.pages.services import (
    create_page,
    keep_template,
    remove_template,
    rename_template,
    save_text,
    text_of,
)
from groups.standing import NotAllowed, Standing


@pytest.fixture
def report(supply_chains, member):
    by = Standing.of(member, supply_chains).speak()
    words = parsed("## Visit\n\nWhere we were.\n")
    return create_page(supply_chains, by=by, key=uuid.uuid4(), title="Field report", blocks=words)


@pytest.fixture
def kept(report, lead):
    leading = Standing.of(lead, report.document.group).leading[0]
    return keep_template(report, name="Field report", by=leading, key=uuid.uuid4())


def at(group, name, *more):
    return reverse(f"pages:{name}", args=[group.slug, *more])


def test_a_lead_keeps_a_page_and_members_begin_with_it(report, supply_chains, lead, member, signed_in):
    client = signed_in(lead)
    assert (
        at(supply_chains, "keep_template", report.pk)
        in client.get(at(supply_chains, "write", report.pk)).content.decode()
    )
    sent = {"key": uuid.uuid4(), "name": "Report of a visit"}
    assert client.post(at(supply_chains, "keep_template", report.pk), sent).url == at(supply_chains, "templates")
    template = Template.objects.get()
    assert AuditEntry.objects.filter(verb="template.kept").count() == 1
    client = signed_in(member)
    assert "Report of a visit" in client.get(at(supply_chains, "templates")).content.decode()
    form = client.get(at(supply_chains, "new") + f"?outline=own-{template.pk}").content.decode()
    assert f'<option value="own-{template.pk}" selected>Report of a visit</option>' in form
    sent = {"key": uuid.uuid4(), "title": "Visit to Porto", "outline": f"own-{template.pk}", "folder": ""}
    client.post(at(supply_chains, "new"), sent)
    page = Page.objects.get(document__title="Visit to Porto")
    assert text_of(page.pk) == "## Visit\n\nWhere we were.\n"


def test_it_stays_as_it_was_kept(report, kept, member):
    by = Standing.of(member, report.document.group).speak()
    save_text(report, by=by, base=text_of(report.pk), text="## Other\n")
    Document.objects.filter(pk=report.pk).update(deleted_at=report.document.created_at)
    kept.refresh_from_db()
    assert kept.text == "## Visit\n\nWhere we were.\n"


def test_names_are_free_and_removing_says_so(report, kept, lead, supply_chains, signed_in):
    leading = Standing.of(lead, supply_chains).leading[0]
    other = keep_template(report, name="Other", by=leading, key=uuid.uuid4())
    with pytest.raises(DomainError):
        rename_template(other, name="FIELD report", by=leading)
    with pytest.raises(DomainError):
        keep_template(report, name="other", by=leading, key=uuid.uuid4())
    assert keep_template(report, name="Field report", by=leading, key=kept.key) == kept
    client = signed_in(lead)
    refused = client.post(
        at(supply_chains, "rename_template", other.pk), {"key": uuid.uuid4(), "name": "Field report"}
    )
    assert (refused.status_code, "of this name" in refused.content.decode()) == (422, True)
    client.post(at(supply_chains, "rename_template", other.pk), {"key": uuid.uuid4(), "name": "Another"})
    assert sorted(Template.objects.values_list("name", flat=True)) == ["Another", "Field report"]
    client.post(at(supply_chains, "remove_template", other.pk))
    assert list(Template.objects.all()) == [kept]
    with pytest.raises(Conflict):
        remove_template(other, by=leading)


@pytest.mark.parametrize("who", ["member", "observer", "stranger", "secretariat", None])
def test_leads_alone_manage_them(who, report, kept, lead, supply_chains, client, request):
    if who:
        client.force_login(request.getfixturevalue(who))
    addresses = [at(supply_chains, "keep_template", report.pk), at(supply_chains, "rename_template", kept.pk)]
    assert [client.get(one).status_code for one in addresses] == [404, 404]
    addresses.append(at(supply_chains, "remove_template", kept.pk))
    assert [client.post(one, {"key": uuid.uuid4(), "name": "x"}).status_code for one in addresses] == [404] * 3
    assert client.get(at(supply_chains, "templates")).status_code == (200 if who == "member" else 404)
    assert list(Template.objects.values_list("name", flat=True)) == ["Field report"]
    if who in {"member", "observer"}:
        standing = Standing.of(request.getfixturevalue(who), supply_chains)
        with pytest.raises(NotAllowed):
            remove_template(kept, by=standing.seats[0].affiliation.capacity)


def test_another_groups_templates_are_none(kept, hidden_group, lead, member, signed_in):
    client = signed_in(lead)
    assert client.get(at(hidden_group, "rename_template", kept.pk)).status_code == 404
    assert client.post(at(hidden_group, "remove_template", kept.pk)).status_code == 404
    sent = {"key": uuid.uuid4(), "title": "Visit", "outline": f"own-{kept.pk}", "folder": ""}
    assert client.post(at(hidden_group, "new"), sent).status_code == 422
    assert "Field report" not in client.get(at(hidden_group, "templates")).content.decode()


def test_the_list_asks_the_same_however_many(report, kept, lead, supply_chains, signed_in, django_assert_num_queries):
    client = signed_in(lead)
    client.get(at(supply_chains, "templates"))
    with CaptureQueriesContext(connection) as asked:
        client.get(at(supply_chains, "templates"))
    leading = Standing.of(lead, supply_chains).leading[0]
    for number in range(3):
        keep_template(report, name=f"Number {number}", by=leading, key=uuid.uuid4())
    with django_assert_num_queries(len(asked)):
        client.get(at(supply_chains, "templates"))
