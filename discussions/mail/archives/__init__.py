"""Archives of mailing lists, taken in as threads: read in a stream, whatever their size, and as often as one likes."""

from discussions.mail.archives.importing import Report, import_archive

__all__ = ["Report", "import_archive"]
