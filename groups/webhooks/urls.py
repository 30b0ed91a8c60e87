"""Addresses of a group's webhooks, under `/groups/<slug>/settings/webhooks/`."""

from django.urls import path

from groups.webhooks.views import pages

app_name = "webhooks"
urlpatterns = [
    path("", pages.webhook_list, name="list"),
    path("new/", pages.webhook_new, name="new"),
    path("<int:webhook_id>/", pages.webhook_page, name="page"),
    path("<int:webhook_id>/secret/", pages.new_secret, name="new_secret"),
    path("<int:webhook_id>/test/", pages.webhook_test, name="test"),
    path("<int:webhook_id>/stop/", pages.webhook_stop, name="stop"),
    path("<int:webhook_id>/start/", pages.webhook_start, name="start"),
    path("<int:webhook_id>/remove/", pages.webhook_remove, name="remove"),
    path("<int:webhook_id>/deliveries/<int:number>/again/", pages.delivery_again, name="again"),
]
