"""Paths of alerting outside the API prefix: the short ones of signed links."""

from django.urls import path

from alerts.links import PATH
from alerts.views.links import act_by_link

urlpatterns = [path(f"{PATH}/<str:token>", act_by_link, name="alert-link")]
