"""F14. 300 ms there and back, one packet in ten lost, 64 kbit/s, cuts of half a minute: G4 and G15 hold all the same."""

import asyncio
import sys
from dataclasses import replace

import pytest

from tests.chaos.hostile.conftest import figure
from tests.chaos.hostile.wires import Link, Relay, is_possible
from tests.chaos.stage import Stage
from tests.guarantees.conftest import size

pytestmark = [pytest.mark.embedded, pytest.mark.slow]

CUT = size(6, 30)
TALK = size(5, 60)
CUTS = size(1, 4)


class FarStage(Stage):
    """A stage whose site is at the far end of a link."""

    def __init__(self, link, folder, **environment):
        super().__init__(folder, embedded=True, **environment)
        self.link = link

    def _serve(self, **environment):
        if self.environment.get("STATIC_FILES") == "collected":
            self.site.run([sys.executable, "manage.py", "collectstatic", "--no-input"])
        with self.link.at("far"):
            self.sockets = [self.site.start("sockets", host="0.0.0.0", **environment)]

    @property
    def doors(self):
        if isinstance(self.link, Link):
            return [replace(door, host=Link.FAR) for door in super().doors]
        self.link.target = self.sockets[0].port
        return [replace(door, port=self.link.port) for door in super().doors]


async def test_whoever_talks_over_a_poor_link_gets_everything_once_and_every_message_has_one_fate(tmp_path):
    wire = Link if is_possible() else Relay
    with wire(delay=0.15, loss=0.1, rate=8000) as link, FarStage(link, tmp_path) as stage, link.at("near"):
        async with stage.play(people=4, polling=1) as play:
            play.talk(rate=1)
            await asyncio.sleep(TALK)
            for _ in range(CUTS):
                with play.fault("link", "cut"):
                    link.cut = True
                    await asyncio.sleep(CUT)
                    link.cut = False
                await asyncio.sleep(TALK)
            took = await play.settle(within=60)
            lost = sum(way.lost for way in link.ways) / max(1, sum(way.packets for way in link.ways))
            states = {client.name: (client.ended, client.is_done, client.last) for client in play.clients}
            assert all(done and not ended for ended, done, _ in states.values()), states
            heads = await play.heads()
            assert [client.last for client in play.clients] == [heads[play.room]] * len(play.clients)
        assert play.broken() == []
        told = play.figures()
        how = f"{lost:.0%} of the packets lost" if wire is Link else "through a relay, which loses no packets"
        figure(
            "F14",
            f"300 ms there and back, 10 % loss, 64 kbit/s, cuts of {CUT} s",
            "G4 and G15: all sent once, settled within 60 s",
            f"{how}; {told['said']} said, {told['acks']} acknowledged, settled {took:.1f} s after",
        )
        assert play.said > 5
        assert lost > 0.05 or wire is Relay
