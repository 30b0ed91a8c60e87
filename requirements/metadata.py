"""The build's lists of dependencies, read from `app.in` and `s3.in` so that each stands in one place."""

from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class RequirementsMetadataHook(MetadataHookInterface):
    """Fill `project.dependencies` with the lines of `requirements/app.in`, and the extra `s3` with those of `s3.in`."""

    def update(self, metadata: dict) -> None:
        metadata["dependencies"] = self._lines("app.in")
        metadata["optional-dependencies"] = {"s3": self._lines("s3.in")}

    def _lines(self, name: str) -> list[str]:
        lines = (Path(self.root) / "requirements" / name).read_text(encoding="utf-8").splitlines()
        return [line for line in lines if line and not line.startswith(("#", "-r "))]
