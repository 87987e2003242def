"""Entering outcome figures: the recipient's form of all indicators of a period, and correcting one value."""

from django.contrib import messages
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from core.access import access
from core.pages import attempt
from support.models import OutcomeIndicator, OutcomeValue
from support.outcome_forms import BASELINE, YEAR, OutcomeCorrectForm, OutcomeEntryForm, PeriodForm
from support.services import outcomes as services
from support.views.outcome_values import ENTER, RECORDS


def _address(value: OutcomeValue) -> str:
    period = BASELINE if value.is_baseline else str(value.quarter or YEAR)
    return f"{reverse('outcome-enter')}?{urlencode({'year': value.year, 'period': period})}"


@require_http_methods(["GET", "POST"])
@access(ENTER)
def outcome_enter(request):
    period = PeriodForm(request.GET if "year" in request.GET or "period" in request.GET else None)
    chosen = period.chosen
    recipient = request.user.organisation
    standing = OutcomeValue.objects.filter(recipient=recipient).standing()
    on_file = {
        row.indicator_id: row for row in standing.filter(year=chosen["year"], quarter=chosen["quarter"])
    }
    earlier = standing.filter(year=chosen["year"] - 1, quarter=chosen["quarter"])
    form = OutcomeEntryForm(
        request.POST or None,
        indicators=OutcomeIndicator.objects.all(),
        on_file=on_file,
        before={row.indicator_id: row for row in earlier},
    )
    if request.method == "POST" and form.is_valid():
        written = attempt(
            form,
            lambda: services.outcomes_save(
                recipient=recipient,
                entries=form.entries(),
                by=request.user,
                submit="send" in request.POST,
                **chosen,
            ),
        )
        if written is not None:
            _tell(request, written)
            return redirect(request.get_full_path())
    return render(
        request,
        "support/outcome_enter.html",
        {
            "form": form,
            "lines": form.lines(),
            "period": period,
            "chosen": chosen,
        },
    )


def _tell(request, written) -> None:
    if "send" in request.POST:
        messages.success(request, "已提交，等待主管部门确认。")
    elif written:
        messages.success(request, f"已保存 {len(written)} 项，提交后由主管部门确认。")
    else:
        messages.info(request, "没有改动。")


@require_http_methods(["GET", "POST"])
@access(ENTER)
def outcome_edit(request, pk):
    """An open value is mended in the form of its period, an open correction in its own."""
    value = RECORDS.visible(request, pk)
    RECORDS.require_entering(value, request.user)
    if not value.is_editable:
        messages.info(request, f"记录现在是“{value.status_label}”，不能修改。")
        return redirect("outcome-detail", pk=pk)
    if value.replaces_id is None and request.method == "POST":
        return HttpResponseNotAllowed(["GET"])
    if value.replaces_id is None:
        return redirect(_address(value))
    return _correct(request, value, correction=value)


@require_http_methods(["GET", "POST"])
@access(ENTER)
def outcome_correct(request, pk):
    value = RECORDS.visible(request, pk)
    RECORDS.require_entering(value, request.user)
    return _correct(request, value, original=value)


def _correct(request, shown, **which):
    form = OutcomeCorrectForm(request.POST or None, shown=shown)
    if request.method == "POST" and form.is_valid():
        saved = attempt(
            form,
            lambda: services.outcome_correct(
                by=request.user, submit="send" in request.POST, **form.answers(), **which
            ),
        )
        if saved:
            messages.success(
                request,
                "已提交，等待主管部门确认。" if not saved.is_open else "已存为草稿，提交后由主管部门确认。",
            )
            return redirect("outcome-detail", pk=saved.pk)
        if "sure" in form.errors:
            form.show_doubt()
    return render(request, "support/outcome_correct.html", {"form": form, "record": shown})
