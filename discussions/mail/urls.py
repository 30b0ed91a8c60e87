"""Addresses of mail in."""

from django.urls import path

from discussions.mail.views import hook, mails

app_name = "mail_in"

urlpatterns = [
    path("mail/in/", hook.come_in, name="hook"),
    path("mail/confirm/<str:token>/", mails.confirm, name="confirm"),
    path("groups/<slug:slug>/mail/", mails.group_mail, name="group"),
    path("groups/<slug:slug>/threads/<int:thread_id>/posts/<int:number>/mail/", mails.whole, name="whole"),
]
