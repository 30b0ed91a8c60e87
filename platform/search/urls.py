"""The address of the one search box."""

from django.urls import path

from search import views

urlpatterns = [path("search/", views.search, name="search")]
