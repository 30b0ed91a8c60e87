"""Addresses of the pages that combine rooms; their names carry no prefix, because everybody links to them."""

from django.urls import path

from portal.views import background, demo, feeds, figures, front, group, letters, mail, people, plain, queue

urlpatterns = [
    path("", front.home, name="home"),
    path("home/clear/", front.clear, name="home_clear"),
    path("home/undo/", front.undo, name="home_undo"),
    path("home/opened/forget/", front.forget_opened, name="home_forget_opened"),
    path("about/", plain.about, name="about"),
    path("danger/", plain.danger, name="danger"),
    path("feed/", feeds.site, name="feed"),
    path("groups/<slug:slug>/", group.overview, name="group"),
    path("groups/<slug:slug>/feed/", feeds.group, name="group_feed"),
    path("partners/<slug:slug>/", people.organisation, name="organisation"),
    path("partners/<slug:slug>/actions/", people.organisation_actions, name="organisation_actions"),
    path("people/<int:person_id>/", people.person, name="person"),
    path("people/<int:person_id>/mute/", people.mute, name="mute_person"),
    path("queue/", queue.queue, name="queue"),
    path("queue/mail/", mail.mail_in, name="mail_in"),
    path("queue/organisations/<int:organisation_id>/", queue.decide_organisation, name="decide_organisation"),
    path("queue/groups/<int:group_id>/", queue.decide_group, name="decide_group"),
    path("queue/affiliations/<int:affiliation_id>/", queue.decide_affiliation, name="decide_affiliation"),
    path("queue/letters/", letters.failed_letters, name="failed_letters"),
    path("queue/letters/<int:letter_id>/again/", letters.send_letter_again, name="send_letter_again"),
    path("queue/letters/unreachable/<int:unreachable_id>/", letters.write_to_again, name="write_to_again"),
    path("figures/", figures.figures, name="figures"),
    path("figures/background/", background.background, name="background"),
    path("figures/background/<uuid:task_id>/again/", background.run_again, name="run_again"),
    path("figures/background/<uuid:task_id>/give-up/", background.give_up, name="give_up"),
    path("queue/reports/<int:report_id>/", queue.decide_report, name="decide_report"),
    path("demo/outbox/", demo.outbox, name="outbox"),
]
