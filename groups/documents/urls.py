"""Addresses of a library, under `/groups/<slug>/documents/`. No file's name stands in an address: addresses are logged."""

from django.urls import path

from groups.documents.views import (
    describing,
    documents,
    files,
    folders,
    library,
    opening,
    previews,
    selection,
    space,
    upload_forms,
    uploads,
)

app_name = "documents"

urlpatterns = [
    path("", library.top, name="list"),
    path("trash/", library.trash, name="trash"),
    path("room/", space.quota, name="quota"),
    path("opened/forget/", opening.forget, name="forget_opened"),
    path("selection/", selection.selection, name="selection"),
    path("selection/zip/", selection.download, name="zip"),
    path("selection/move/", selection.move, name="move_selection"),
    path("selection/delete/", selection.delete, name="delete_selection"),
    path("upload/", upload_forms.upload_form, name="upload"),
    path("uploads/", uploads.start, name="start"),
    path("uploads/folders/", uploads.empty_folder, name="empty_folder"),
    path("uploads/<uuid:key>/", uploads.upload, name="chunks"),
    path("uploads/<uuid:key>/finish/", uploads.finish, name="finish"),
    path("folders/new/", folders.folder_new, name="new_folder"),
    path("folders/<int:folder_id>/", library.folder, name="folder"),
    path("folders/<int:folder_id>/rename/", folders.folder_rename, name="rename_folder"),
    path("folders/<int:folder_id>/move/", folders.folder_move, name="move_folder"),
    path("folders/<int:folder_id>/rights/", folders.folder_rights, name="folder_rights"),
    path("folders/<int:folder_id>/delete/", folders.folder_delete, name="delete_folder"),
    path("<int:document_id>/", documents.page, name="page"),
    path("<int:document_id>/opened/", opening.note, name="opened"),
    path("<int:document_id>/upload/", upload_forms.version_form, name="new_version"),
    path("<int:document_id>/rename/", documents.rename, name="rename"),
    path("<int:document_id>/move/", documents.move, name="move"),
    path("<int:document_id>/copy/", documents.copy, name="copy"),
    path("<int:document_id>/hold/", documents.hold, name="hold"),
    path("<int:document_id>/release/", documents.release, name="release"),
    path("<int:document_id>/delete/", documents.delete, name="delete"),
    path("<int:document_id>/put-back/", documents.put_back, name="put_back"),
    path("<int:document_id>/versions/<int:number>/", files.download, name="download"),
    path("<int:document_id>/record/", describing.describe, name="describe"),
    path("<int:document_id>/versions/<int:number>/take/", describing.take, name="take"),
    path("<int:document_id>/compare/", previews.compare, name="compare"),
    path("<int:document_id>/versions/<int:number>/look/", previews.look, name="look"),
    path("<int:document_id>/versions/<int:number>/look/thumbnail/", previews.thumbnail, name="thumbnail"),
    path("<int:document_id>/versions/<int:number>/look/<int:page>/", previews.picture, name="picture"),
    path("<int:document_id>/versions/<int:number>/restore/", documents.restore, name="restore"),
]
