"""The ledger of a person's promotion service, what is known about the person, and the rules there are."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from core.access import access
from core.pages import attempt
from core.scope import visible_or_404
from staffing.models import Clinician, PromotionCandidate, PromotionFacts, PromotionRule, RecognisedService
from staffing.promotion.measures import CONVENTION
from staffing.promotion_forms import FactsForm, LedgerChoice
from staffing.selectors.promotion import Application, promotion_account
from staffing.selectors.promotion_rules import bureau_policies, rules_to_choose
from staffing.services.promotion import facts_save
from staffing.titles import TitleLevel, next_level

ENTER = "staffing.enter_promotion"


def own_person(request, pk) -> Clinician:
    """A person of the user's own reach: a partner that only meets a posting does not see the ledger."""
    rows = Clinician.objects.owned_by(request.user).select_related("organisation__region")
    return visible_or_404(rows, request.user, pk=pk)


def may_enter(user, person: Clinician) -> bool:
    return user.has_perm(ENTER) and person.organisation_id == user.organisation_id


@require_GET
@access("staffing.view_promotion")
def person_promotion(request, pk):
    person = own_person(request, pk)
    listed = PromotionCandidate.objects.filter(clinician=person).order_by("-application_year").first()
    rules = rules_to_choose()
    choice = LedgerChoice(
        request.GET,
        rules=rules,
        target=listed.target_level if listed else next_level(person.title_level) or TitleLevel.ASSOCIATE,
        year=listed.application_year if listed else timezone.localdate().year,
    )
    account = None
    if choice.is_valid():
        asked = choice.cleaned_data
        chosen = next((rule for rule in rules if rule.code == asked["rule"]), None)
        account = promotion_account(Application(person, TitleLevel(asked["target"]), asked["year"], chosen))
    return render(
        request,
        "staffing/promotion_ledger.html",
        {
            "person": person,
            "choice": choice,
            "account": account,
            "ledger": account and account.ledger,
            "entered": RecognisedService.objects.visible_to(request.user).filter(clinician=person),
            "may_enter": may_enter(request.user, person),
            "convention": CONVENTION,
            "today": timezone.localdate(),
        },
    )


@require_http_methods(["GET", "POST"])
@access(ENTER)
def promotion_facts(request, pk):
    person = own_person(request, pk)
    if not may_enter(request.user, person):
        raise PermissionDenied
    facts = PromotionFacts.objects.filter(clinician=person).select_related("entered_by").first()
    form = FactsForm(request.POST or None, instance=facts)
    if request.method == "POST" and form.is_valid():
        saved = attempt(form, lambda: facts_save(clinician=person, by=request.user, **form.cleaned_data))
        if saved:
            messages.success(request, f"已保存{person.name}的晋升资料。")
            return redirect("person-promotion", pk=person.pk)
    return render(request, "staffing/promotion_facts.html", {"form": form, "person": person, "facts": facts})


@require_GET
@access("staffing.view_promotionrule")
def promotion_rules(request):
    return render(
        request,
        "staffing/promotion_rules.html",
        {
            "rules": PromotionRule.objects.complete(),
            "policies": bureau_policies(request.user),
            "convention": CONVENTION,
        },
    )
