"""MP3 has no signature worth the name: it is told by frames that follow each other where each says the next one is."""

from typing import IO

TAG_HEAD = 10
PADDING = 4096
FRAMES = 3
LAYER_3 = 0b01
RATES = {0b11: (44100, 48000, 32000), 0b10: (22050, 24000, 16000), 0b00: (11025, 12000, 8000)}
KILOBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
KILOBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


def is_mp3(file: IO[bytes]) -> bool:
    """Say whether sound frames follow each other, after a tag if there is one."""
    file.seek(0)
    start = 0
    head = file.read(TAG_HEAD)
    if head.startswith(b"ID3") and len(head) == TAG_HEAD and not any(byte & 0x80 for byte in head[6:]):
        start = TAG_HEAD + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
    file.seek(start)
    padding = file.read(PADDING)
    start += len(padding) - len(padding.lstrip(b"\x00"))
    for number in range(FRAMES):
        file.seek(start)
        length = frame_length(file.read(4))
        if length is None:
            # A very short sound ends before the third frame.
            return number > 0 and _is_at_end(file, start)
        start += length
    return True


def _is_at_end(file: IO[bytes], start: int) -> bool:
    return start == file.seek(0, 2) or (file.seek(start) == start and file.read(3) == b"TAG")


def frame_length(head: bytes) -> int | None:
    """Return how many bytes the frame takes that begins so, or None where none begins."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bits, rate, padded = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version not in RATES or layer != LAYER_3 or bits in {0, 15} or rate == 3:
        return None
    kilobits = (KILOBITS_1 if version == 3 else KILOBITS_2)[bits]
    return (144 if version == 3 else 72) * kilobits * 1000 // RATES[version][rate] + padded
