from django.urls import path

from core import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("jobs/<int:pk>/", views.job_progress, name="job-progress"),
    path("jobs/<int:pk>/retry/", views.job_retry_view, name="job-retry"),
]
