"""Frames that go wrong in every way, made from the site's table of frames: a new frame and a new field are tried by themselves.

The same seed gives the same frames. What is text may hold the canary, which no log may repeat.
"""

import json
import random
import uuid

from tests.chaos.hostile.raw import BINARY, MORE, PING, TEXT, frame

HUGE = 60_000


class Mutations:
    """Makes frames that are wrong, nearly wrong, or right by accident."""

    def __init__(self, frames, *, room, canary, seed):
        self.frames, self.room, self.canary = frames, room, canary
        self.random = random.Random(seed)

    def swept(self):
        """Give every type of frame with every one of its fields left out, and in the place of each every wrong value."""
        for kind, one in self.frames.items():
            for name in one.fields:
                yield frame(self.text({key: value for key, value in self.good(kind).items() if key != name}))
                for value in self.values():
                    yield frame(self.text({**self.good(kind), name: value}))

    def rolled(self):
        """Give frames without end, as the dice say."""
        ways = [self.mistyped] * 2 + [
            self.torn,
            self.doubled,
            self.deep,
            self.unknown,
            self.noise,
            self.pieces,
            self.huge,
        ]
        while True:
            yield self.random.choice(ways)()

    def good(self, kind):
        """Return a frame of the type that could be right; ids are mostly of nothing."""
        data = {"type": kind}
        for name in self.frames[kind].fields:
            match name:
                case "room":
                    data[name] = self.room
                case "key":
                    data[name] = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
                case "body" | "epoch" | "text" | "reason" | "name":
                    data[name] = f"{self.canary} {self.random.randrange(10**6)}"
                case _:
                    data[name] = self.random.choice([1, 1, 2, 0, 10**6])
        return data

    def values(self):
        """Return what a field may not be, or hardly."""
        word = self.canary
        return [
            None, True, False, 0, -1, 1, 0.5, 1e308, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63), 10**30, float("nan"),
            float("inf"), "", " ", "1", "0x1", "null", word, word * 500, "\x00", "\ud800", "\udfff\ud800", "\u202e" + word,
            "\ufeff", "a\u0300" * 900, "😀" * 800, "'; DROP TABLE chat_room; --", "{{7*7}}", "%s%n", "../../etc/passwd",
            "<script>alert(1)</script>", [], [1], [[[[]]]], [None] * 200, {}, {word: word}, {"$ne": 1}, {"__class__": "x"},
            str(uuid.UUID(int=0)), "{" + str(uuid.UUID(int=1)) + "}", "g" * 36, "１" * 36, "-" * 36,
        ]  # fmt: skip

    def text(self, data):
        return json.dumps(data, ensure_ascii=self.random.random() < 0.5).encode(errors="surrogatepass")

    # --- What goes wrong ----------------------------------------------------------------------------------------------

    def some(self):
        return self.good(self.random.choice(list(self.frames)))

    def mistyped(self):
        """Some fields are something else, some are missing, some are not asked for."""
        data = self.some()
        for name in self.random.sample(list(data), self.random.randrange(len(data) + 1)):
            if self.random.random() < 0.2:
                del data[name]
            else:
                data[name] = self.random.choice(self.values())
        if self.random.random() < 0.3:
            data |= {"author": 1, "is_staff": True, "seq": 1, "user": 1, self.canary: self.canary}
        return frame(self.text(data))

    def torn(self):
        """Bytes are cut out, doubled, exchanged."""
        raw = bytearray(self.text(self.some()))
        for _ in range(self.random.randrange(1, 6)):
            at = self.random.randrange(len(raw))
            piece = self.random.choice(
                [*(bytes([sign]) for sign in b'\\"{},[\t\0'), b"", b"\\ud800", b"NaN", b"1e999"]
            )
            raw[at : at + self.random.randrange(4)] = piece
        return frame(bytes(raw).decode(errors="ignore").encode())

    def doubled(self):
        """A name comes twice, at the top or below."""
        text = self.text(self.some()).decode(errors="replace")
        name = self.random.choice(["type", "room", "key", "body", self.canary])
        again = json.dumps({name: self.random.choice([1, "send", self.canary])})[1:-1]
        return frame((text[:-1] + f', {again}, {again}, "x": {{{again}, {again}}}' + "}").encode())

    def deep(self):
        depth = self.random.choice([10, 100, 990, 1000, 1100, 5000, 20_000])
        opening, end = self.random.choice([("[", "]"), ('{"a":', "}")])
        inner = opening * depth + ("1" if opening != "[" else "") + end * depth
        name = self.random.choice(["body", "room", "x", "type"])
        return frame(f'{{"type": "send", "{name}": {inner}}}'.encode()[:HUGE])

    def unknown(self):
        kinds = [
            "",
            "\0",
            "shout",
            "SEND",
            "send ",
            "ack",
            "events",
            "hello",
            "error",
            "__init__",
            self.canary,
            "room.moved",
        ]
        return frame(self.text({**self.some(), "type": self.random.choice(kinds)}))

    def noise(self):
        """No JSON, or no object, or no text."""
        choice = self.random.choice
        words = [
            b"", b" ", b"null", b"[]", b"0", b'""', b"{}", b"true", b"NaN", b"-Infinity", b"{", b'{"type"', b"\xef\xbb\xbf{}",
            b"{}{}", b"{'type':'send'}", b"// x\n{}", self.canary.encode(), b"1" * 5000, b'{"type":' + b"9" * 5000 + b"}",
            b"-" * 9000, b'"' + b"\\u0000" * 900 + b'"',
        ]  # fmt: skip
        if self.random.random() < 0.3:
            return frame(self.random.randbytes(self.random.randrange(2000)), BINARY)
        return frame(choice(words), choice([TEXT, TEXT, BINARY]))

    def pieces(self):
        """One of the others in several frames, with pings between."""
        raw = self.text(self.some())
        cuts = sorted(self.random.sample(range(len(raw)), 3))
        parts = [raw[: cuts[0]], raw[cuts[0] : cuts[1]], raw[cuts[1] : cuts[2]], raw[cuts[2] :]]
        raw = b"".join(part for part in parts)
        if not _is_text(raw):
            return self.noise()
        first, *middle, last = parts
        between = frame(b"", PING) if self.random.random() < 0.02 else b""
        return (
            frame(first, final=False)
            + between
            + b"".join(frame(part, MORE, final=False) for part in middle)
            + frame(last, MORE)
        )

    def huge(self):
        """As much as a frame may hold, or a little less."""
        data = self.some()
        name = self.random.choice([*data, "x"])
        data[name] = self.random.choice(
            [self.canary * 2400, ["a"] * 9000, dict.fromkeys(map(str, range(5000)), 1), 10**4200]
        )
        return frame(self.text(data)[:HUGE])


def _is_text(raw):
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
