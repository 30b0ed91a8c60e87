"""Actions in the page: lists, forms, a post's menu, one's home, the table to take away."""

import csv
import html
import io
import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from discussions.actions import services
from discussions.actions.models import Action


def text_of(response):
    """The page's words, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def cells(response):
    """The rows of a table that was downloaded."""
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def day(days):
    return (timezone.now() + timedelta(days=days)).date().isoformat()


LIST = "/groups/supply-chains/actions/"


def test_an_action_is_made_of_a_post_and_stands_below_it(signed_in, lead, member, weavers, thread):
    client = signed_in(lead)
    about = client.get(thread.get_absolute_url() + "posts/1/")
    address = f"{LIST}from/{thread.pk}/1/"
    assert address in about.content.decode()
    begun = client.get(address)
    assert begun.context["form"]["text"].value().startswith("Who has figures for 2024")
    sent = {
        "key": str(uuid.uuid4()),
        "text": "Find the figures",
        "owner": f"{weavers.pk}:{member.pk}",
        "due_on": day(5),
    }
    client.post(address, sent)
    action = Action.objects.get()
    assert (action.person, action.post.number) == (member, 1)
    page = client.get(thread.get_absolute_url()).content.decode()
    assert action.get_absolute_url() in page
    assert f"{thread.get_absolute_url()}?post=1#post-1" in client.get(action.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("field", "value"), [("text", " "), ("text", "x" * 501), ("owner", ""), ("owner", "999999"), ("due_on", "soon")]
)
def test_what_is_wrong_is_said_beside_its_field(signed_in, member, weavers, supply_chains, field, value):
    sent = {"key": str(uuid.uuid4()), "text": "Do it", "owner": str(weavers.pk), "due_on": day(5), field: value}
    page = signed_in(member).post(LIST + "new/", sent)
    assert page.context["form"].errors.keys() == {field}
    assert not Action.objects.exists()


def test_members_are_offered_their_own_organisation_and_leads_every_one(signed_in, lead, member, supply_chains):
    assert "Dockers’ Federation" not in text_of(signed_in(member).get(LIST + "new/"))
    page = text_of(signed_in(lead).get(LIST + "new/"))
    assert "Dockers’ Federation" in page
    assert "Weavers’ Union" in page
    assert "Ministry of Labour" not in page


def test_lists_are_filtered_and_sorted(signed_in, supply_chains, lead, member, weavers, dockers, plan, capacity):
    plan(supply_chains, lead, "Late", owner=weavers, due=-2)
    plan(supply_chains, lead, "Soon", owner=dockers, due=2)
    done = plan(supply_chains, lead, "Finished", owner=weavers, due=1)
    services.finish_action(done, by=capacity(lead, supply_chains), base=1)
    client = signed_in(member)

    def shown(query=""):
        return [row.action.text for row in client.get(LIST + query).context["rows"]]

    assert shown() == ["Late", "Soon"]
    assert shown("?state=overdue") == ["Late"]
    assert shown("?state=done") == ["Finished"]
    assert shown("?state=all") == ["Late", "Soon", "Finished"]
    assert shown("?mine=1") == ["Late"]
    assert shown(f"?owner={dockers.pk}") == ["Soon"]
    assert shown("?order=owner") == ["Soon", "Late"]
    assert shown("?state=nonsense&order=nonsense&owner=x") == ["Late", "Soon"]
    assert "Overdue since" in text_of(client.get(LIST))
    assert len(cells(client.get(LIST + "actions.csv?state=all"))) == 4


def test_done_on_the_list_stays_on_the_list(signed_in, member, action):
    sent = {"base": "1", "state": "done", "from": "list"}
    landed = signed_in(member).post(action.get_absolute_url() + "state/", sent, follow=True)
    assert landed.redirect_chain == [(LIST, 302)]
    assert Action.objects.get().state == "done"


def test_dropping_asks_why(signed_in, member, action):
    client = signed_in(member)
    page = client.post(action.get_absolute_url() + "state/", {"base": "1", "state": "dropped", "reason": ""})
    assert page.context["drop"].errors.keys() == {"reason"}
    client.post(action.get_absolute_url() + "state/", {"base": "1", "state": "dropped", "reason": "The mill closed."})
    page = text_of(client.get(action.get_absolute_url()))
    assert "The mill closed." in page
    assert "Open → Dropped" in page


def test_a_change_meanwhile_is_shown_and_saving_again_is_a_choice(signed_in, lead, member, action, weavers):
    def change(client, text, base):
        sent = {"base": base, "text": text, "owner": f"{weavers.pk}:{member.pk}", "due_on": day(9)}
        return client.post(action.get_absolute_url() + "change/", sent)

    assert change(signed_in(member), "Send them all", 1).status_code == 302
    page = change(signed_in(lead), "Send some", 1)
    assert page.status_code == 409
    assert "What stands there now" in text_of(page)
    assert "Send them all" in text_of(page)
    assert change(signed_in(lead), "Send some", page.context["form"].data["base"]).status_code == 302
    assert Action.objects.get().text == "Send some"


def test_home_shows_what_is_mine_and_what_is_my_organisations(
    signed_in, supply_chains, lead, member, colleague, weavers, plan
):
    plan(supply_chains, lead, "Mine to do", owner=weavers, for_person=member, due=-1)
    plan(supply_chains, lead, "Ours to do", owner=weavers)
    plan(supply_chains, lead, "Carla’s to do", owner=weavers, for_person=colleague)
    page = text_of(signed_in(member).get("/"))
    assert page.index("Yours Mine to do") < page.index("Your organisation’s Ours to do")
    assert "Overdue since" in page
    assert "Carla’s to do" not in page
    own = text_of(signed_in(member).get("/actions/"))
    assert "Mine to do" in own
    assert "Carla’s to do" in own
    assert "To do" not in text_of(signed_in(lead).get("/"))


def test_an_organisations_page_lists_what_the_reader_may_see(
    signed_in, supply_chains, hidden_group, lead, member, stranger, weavers, plan
):
    plan(supply_chains, lead, "In the open", owner=weavers)
    plan(hidden_group, lead, "In hiding", owner=weavers)
    address = weavers.get_absolute_url() + "actions/"
    page = text_of(signed_in(member).get(address))
    assert "In the open" in page
    assert "In hiding" in page
    page = text_of(signed_in(stranger).get(address))  # reads neither group
    assert "In the open" not in page
    assert "In hiding" not in page
    supply_chains.read = "partners"
    supply_chains.save()
    page = text_of(signed_in(stranger).get(address))
    assert "In the open" in page
    assert "In hiding" not in page
    weavers.listing = "undisclosed"
    weavers.save()
    assert signed_in(stranger).get(address).status_code == 404


def test_outsiders_read_no_names(signed_in, action, stranger, weavers, supply_chains):
    supply_chains.read = "partners"
    supply_chains.save()
    weavers.listing = "undisclosed"
    weavers.save()
    client = signed_in(stranger)
    for address in (LIST, LIST + "actions.csv", action.get_absolute_url()):
        page = client.get(address).content.decode()
        assert "Send the figures" in page
        for hidden in ("Weavers", "Marco", "Lina"):
            assert hidden not in page
    assert client.get(action.get_absolute_url() + "change/").status_code == 404
    other = f"{LIST}?owner={weavers.pk + 1000}"  # whose an action is, is not found out by asking
    assert "Send the figures" in client.get(other).content.decode()


def test_a_table_holds_no_formula(signed_in, supply_chains, member, plan):
    plan(supply_chains, member, "=1+1")
    plan(supply_chains, member, "-2+3")
    rows = cells(signed_in(member).get(LIST + "actions.csv"))
    assert sorted(row[0] for row in rows[1:]) == ["'-2+3", "'=1+1"]


def test_what_was_agreed_before_one_joined_is_not_there_until_it_is_said_anew(
    signed_in, make_group, join, dockers, lead, make_insider, plan, capacity
):
    group = make_group("Keeps its past", history="from-joining", read="members")
    join(dockers, group, lead, role="lead")
    action = plan(group, lead, "From before")
    newcomer = make_insider(group)
    client = signed_in(newcomer)
    address = f"/groups/{group.slug}/actions/"
    assert client.get(action.get_absolute_url()).status_code == 404
    for below in ("", "actions.csv"):
        assert "From before" not in client.get(address + below).content.decode()
    by = capacity(lead, group)
    changed = services.change_action(
        action, by=by, base=1, text="Said anew", owner_id=action.owner_id, due_on=action.due_on
    )
    page = text_of(client.get(changed.get_absolute_url()))
    assert "Said anew" in page
    assert "From before" not in page


def test_lists_cost_the_same_with_more_actions(signed_in, supply_chains, lead, member, weavers, dockers, plan):
    client = signed_in(member)
    plan(supply_chains, lead, owner=weavers)
    addresses = [LIST, "/actions/", weavers.get_absolute_url() + "actions/", "/", LIST + "actions.csv"]

    def cost():
        with CaptureQueriesContext(connection) as queries:
            for address in addresses:
                client.get(address)
        return len(queries)

    cost()
    before = cost()
    for number in range(4):
        plan(supply_chains, lead, f"More {number}", owner=weavers if number % 2 else dockers)
    cost()  # the number of notices, which is remembered
    assert cost() == before
