from django.urls import path

from support.views import agreements, disputes, donations, evidence, outcome_entry, outcome_values, outcomes

urlpatterns = [
    path("agreements/", agreements.agreement_list, name="agreement-list"),
    path("agreements/<int:pk>/", agreements.agreement_detail, name="agreement-detail"),
    path("agreements/texts/<int:pk>/confirm/", agreements.version_confirm, name="version-confirm"),
    path("agreements/texts/<int:pk>/return/", agreements.version_return, name="version-return"),
    path("attachments/<int:pk>/", agreements.attachment_download, name="attachment-download"),
    path("donations/", donations.donation_list, name="donation-list"),
    path("donations/new/", donations.donation_new, name="donation-new"),
    path("donations/<int:pk>/", donations.donation_detail, name="donation-detail"),
    path("donations/<int:pk>/edit/", donations.donation_edit, name="donation-edit"),
    path("donations/<int:pk>/publish/", donations.donation_publish, name="donation-publish"),
    path("donations/<int:pk>/use/", donations.donation_use, name="donation-use"),
    *donations.RECORDS.urls("donations/"),
    path("evidence/<slug:kind>/", evidence.evidence_upload, name="evidence-upload"),
    path("evidence/<slug:kind>/<int:pk>/", evidence.evidence_file, name="evidence-file"),
    path("evidence/<slug:kind>/<int:pk>/thumbnail/", evidence.evidence_thumbnail, name="evidence-thumbnail"),
    path("evidence/<slug:kind>/<int:pk>/change/", evidence.evidence_change, name="evidence-change"),
    path("evidence/<slug:kind>/<int:pk>/remove/", evidence.evidence_remove, name="evidence-remove"),
    path("outcomes/", outcomes.outcome_list, name="outcome-list"),
    path("outcomes/enter/", outcome_entry.outcome_enter, name="outcome-enter"),
    path("outcomes/values/", outcome_values.outcome_value_list, name="outcome-value-list"),
    path(
        "outcomes/values/confirm/",
        outcome_values.RECORDS.confirm_many("outcome-value-list"),
        name="outcome-confirm-many",
    ),
    path("outcomes/values/<int:pk>/", outcome_values.outcome_detail, name="outcome-detail"),
    path("outcomes/values/<int:pk>/edit/", outcome_entry.outcome_edit, name="outcome-edit"),
    path("outcomes/values/<int:pk>/correct/", outcome_entry.outcome_correct, name="outcome-correct"),
    *outcome_values.RECORDS.urls("outcomes/values/"),
    path("disputes/", disputes.dispute_list, name="dispute-list"),
]
