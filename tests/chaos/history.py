"""The history: what every client sent and saw, and what was done to the site, as lines of JSON.

One file for each client, `harness.jsonl` for the faults and for acts outside the clients. Each line has `at` (seconds of this
machine's clock) and `what`; `tests/chaos/checker.py` reads them and says which are needed.
"""

import json
import time
from pathlib import Path


class Notebook:
    """One file of the history."""

    def __init__(self, file, **always):
        self.always = always
        self.file = Path(file).open("a", encoding="utf-8")  # noqa: SIM115 - open until the play is over

    def note(self, what, **fields):
        self.file.write(json.dumps({"at": time.time(), "what": what, **self.always, **fields}) + "\n")

    def close(self):
        self.file.close()


class History:
    """The folder with the files of one run."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.notebooks = []
        self.harness = self.of("harness")

    def of(self, name, **always):
        """Begin the file of one client."""
        notebook = Notebook(self.folder / f"{name}.jsonl", **always)
        self.notebooks.append(notebook)
        return notebook

    def note(self, what, **fields):
        self.harness.note(what, **fields)

    def close(self):
        for notebook in self.notebooks:
            notebook.close()
