"""What one does in a library."""

from groups.documents.services.copying import copy_document
from groups.documents.services.describing import Description, describe_document, take_version
from groups.documents.services.documents import (
    delete_document,
    move_document,
    put_back,
    rename_document,
    restore_version,
)
from groups.documents.services.finishing import add_file, finish_upload
from groups.documents.services.folders import (
    chat_folder,
    create_folder,
    delete_folder,
    folder_at,
    mail_folder,
    move_folder,
    rename_folder,
)
from groups.documents.services.giving_space import LibraryFull, give_space
from groups.documents.services.holding import Held, hold_document, release_document, still_held
from groups.documents.services.macros import decide_macros
from groups.documents.services.opening import forget_opened, note_opened
from groups.documents.services.previewing import ask_for_missing, ask_for_preview, make_preview
from groups.documents.services.ruling import Widens, set_rights
from groups.documents.services.same import SameContent, make_version_of
from groups.documents.services.sweeping import lost_versions, sweep
from groups.documents.services.uploads import (
    abort_upload,
    append_chunk,
    finished_version,
    known_version,
    pieces_of,
    start_upload,
)
from groups.documents.services.words import add_words

__all__ = [
    "Description",
    "Held",
    "LibraryFull",
    "SameContent",
    "Widens",
    "abort_upload",
    "add_file",
    "add_words",
    "append_chunk",
    "ask_for_missing",
    "ask_for_preview",
    "chat_folder",
    "copy_document",
    "create_folder",
    "decide_macros",
    "delete_document",
    "delete_folder",
    "describe_document",
    "finish_upload",
    "finished_version",
    "folder_at",
    "forget_opened",
    "give_space",
    "hold_document",
    "known_version",
    "lost_versions",
    "mail_folder",
    "make_preview",
    "make_version_of",
    "move_document",
    "move_folder",
    "note_opened",
    "pieces_of",
    "put_back",
    "release_document",
    "rename_document",
    "rename_folder",
    "restore_version",
    "set_rights",
    "start_upload",
    "still_held",
    "sweep",
    "take_version",
]
