"""From the bytes of a mail to its words and files, whatever somebody has put into them, in bounded time and memory."""

from discussions.mail.parsing.letter import Enclosure, Letter, Unreadable, read_headers, read_letter

__all__ = ["Enclosure", "Letter", "Unreadable", "read_headers", "read_letter"]
