"""Paths of sales under the API prefix."""

from django.urls import path

from sales.views import DashboardBusiness

urlpatterns = [
    path("dashboard/business", DashboardBusiness.as_view(), name="dashboard-business"),
]
