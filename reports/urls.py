from django.urls import path

from reports.views import deadlines, figures, readiness, summaries

urlpatterns = [
    path("deadlines/", deadlines.deadlines, name="deadlines"),
    path("summaries/", summaries.summary_list, name="summary-list"),
    path("summaries/new/", summaries.summary_new, name="summary-new"),
    path("summaries/<int:pk>/", summaries.summary_detail, name="summary-detail"),
    path("summaries/<int:pk>/save/", summaries.summary_save, name="summary-save"),
    path("summaries/<int:pk>/issue/", summaries.summary_issue_view, name="summary-issue"),
    path("summaries/<int:pk>/discard/", summaries.summary_discard_view, name="summary-discard"),
    path("summaries/<int:pk>/revise/", summaries.summary_revise, name="summary-revise"),
    path("summaries/<int:pk>/download/", summaries.summary_download, name="summary-download"),
    path("summaries/<int:pk>/growth/<int:row>/", figures.growth_records, name="growth-records"),
    path("figures/<slug:code>/", figures.figure_records, name="figure-records"),
    path("cycles/", readiness.cycle_list, name="cycle-list"),
    path("cycles/<int:pk>/readiness/", readiness.cycle_readiness, name="cycle-readiness"),
]
