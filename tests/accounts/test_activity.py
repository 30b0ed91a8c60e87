"""When a session was last used is noted, and not at every page."""

from allauth.usersessions.models import UserSession

from accounts import middleware


def test_a_page_writes_nothing_and_ten_minutes_later_one_note(client, member, supply_chains, monkeypatch):
    client.force_login(member)
    clock = [1000.0]
    monkeypatch.setattr(middleware.time, "monotonic", lambda: clock[0])
    for seconds, noted in ((0, False), (599, False), (601, True)):
        clock[0] = 1000.0 + seconds
        client.get("/groups/supply-chains/threads/")
        assert UserSession.objects.exists() is noted
