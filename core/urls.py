from django.urls import path

from core import list_views, search_views, views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("jobs/<int:pk>/", views.job_progress, name="job-progress"),
    path("jobs/<int:pk>/retry/", views.job_retry_view, name="job-retry"),
    path("lists/<slug:name>/export/", list_views.list_export, name="list-export"),
    path("exports/<int:pk>/", list_views.export_job, name="export-job"),
    path("exports/<int:pk>/file/", list_views.export_file, name="export-file"),
    path("search/", search_views.search, name="search"),
]
