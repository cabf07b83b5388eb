"""Paths that the specification puts outside its API prefix."""

from django.urls import path

from monitoring.api import cache_views

urlpatterns = [
    path("cache/stats", cache_views.CacheStats.as_view(), name="cache-stats"),
    path("cache/flush", cache_views.CacheFlush.as_view(), name="cache-flush"),
]
