"""Addresses of rounds, under their document, and of the rule in the group's settings."""

from django.urls import path

from groups.clearance.views import answers, leading, rounds, rule

app_name = "clearance"
ROUNDS = "groups/<slug:slug>/documents/<int:document_id>/clearance/"
ROUND = f"{ROUNDS}<int:round_id>/"
urlpatterns = [
    path(f"{ROUNDS}new/", rounds.start, name="start"),
    path(ROUND, rounds.page, name="round"),
    path(f"{ROUND}table/", rounds.table, name="csv"),
    path(f"{ROUND}remark/", rounds.remark, name="remark"),
    path(f"{ROUND}answer/", answers.give, name="answer"),
    path(f"{ROUND}ask/", leading.ask, name="ask"),
    path(f"{ROUND}prolong/", leading.prolong, name="prolong"),
    path(f"{ROUND}withdraw/", leading.withdraw, name="withdraw"),
    path(f"{ROUND}publish/", leading.publish, name="publish"),
    path("groups/<slug:slug>/settings/clearance/", rule.rule, name="rule"),
]
