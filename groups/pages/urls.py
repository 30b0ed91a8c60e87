"""Addresses of pages, under `/groups/<slug>/documents/`: a page is a document of the library."""

from django.urls import path

from groups.pages.views import comments, files, history, templates, writing

app_name = "pages"

urlpatterns = [
    path("pages/new/", writing.page_new, name="new"),
    path("pages/templates/", templates.templates, name="templates"),
    path("pages/templates/<int:template_id>/", templates.rename, name="rename_template"),
    path("pages/templates/<int:template_id>/remove/", templates.remove, name="remove_template"),
    path("<int:document_id>/write/template/", templates.keep, name="keep_template"),
    path("<int:document_id>/write/", writing.write, name="write"),
    path("<int:document_id>/write/history/", history.history, name="history"),
    path("<int:document_id>/write/as/<slug:form>/", files.export, name="export"),
    path("<int:document_id>/write/again/<int:number>/", writing.restore, name="restore"),
    path("<int:document_id>/name/", writing.name, name="name"),
    path("<int:document_id>/comments/", comments.comments, name="comments"),
    path("<int:document_id>/comments/<int:comment_id>/answers/", comments.answer, name="answer"),
    path("<int:document_id>/comments/<int:comment_id>/resolve/", comments.resolve, name="resolve"),
]
