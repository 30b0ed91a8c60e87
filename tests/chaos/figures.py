"""What a run came to, in numbers: how much was said, how late it was heard, how often somebody had to come back."""

from collections import Counter

from tests.chaos.records import read_logs


def figures(folder):
    """Return counts and times (in seconds) of the history of a run."""
    logs = read_logs(folder)
    acked, waits, late = {}, [], []
    counts = Counter(line["what"] for _, line in logs.lines)
    for story in logs.stories:
        sent = {}
        for epoch, line in story.in_epochs():
            if line["what"] == "sent":
                sent.setdefault(line["key"], line["at"])
            elif line["what"] == "ack" and line["key"] in sent:
                waits.append(line["at"] - sent.pop(line["key"]))
                acked.setdefault((epoch, line["room"], line["seq"]), line["at"])
    for story in logs.stories:
        for epoch, line in story.in_epochs():
            for seq in line.get("handed", ()):
                if (since := acked.get((epoch, line["room"], seq))) is not None:
                    late.append(max(0.0, line["at"] - since))
    statuses = Counter(line["status"] for _, line in logs.lines if line["what"] == "answer")
    return {
        "said": counts["said"],
        "acks": len(acked),
        "returns": counts["lost"],
        "faults": statuses[500],
        "refused": sum(count for status, count in statuses.items() if status > 500),
        "ack_p99": share(waits, 0.99),
        "late_p99": share(late, 0.99),
        "late_max": max(late, default=0.0),
    }


def share(values, part):
    """Return the value below which this part of them lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] if values else 0.0
