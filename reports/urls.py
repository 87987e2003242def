from django.urls import path

from reports.views import dashboard, deadlines, figures, readiness, return_years, returns, summaries, targets

urlpatterns = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("targets/", targets.target_list, name="target-list"),
    path("targets/export/", targets.target_export, name="target-export"),
    path("targets/agreements/<int:pk>/", targets.target_agreement, name="target-agreement"),
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
    path("returns/", returns.return_list, name="return-list"),
    path("returns/open/", returns.return_open, name="return-open"),
    path("returns/submit/", returns.return_submit_view, name="return-submit"),
    path("returns/years/", return_years.return_year, name="return-year"),
    path("returns/years/export/", return_years.return_year_export, name="return-year-export"),
    path("returns/<int:pk>/", returns.return_detail, name="return-detail"),
    path("returns/<int:pk>/correct/", returns.return_correct, name="return-correct"),
    path("returns/<int:pk>/export/", returns.return_export, name="return-export"),
]
