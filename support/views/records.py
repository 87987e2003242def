"""The pages behind the buttons of a record that one side enters and the other confirms.

One ``RecordViews`` a kind of record: it gives the addresses, the verbs and what the detail page shows of
the record's life. The pages with the record's own content stay with their app.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import redirect
from django.urls import URLPattern, get_resolver, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from core.access import access
from core.scope import visible_or_404
from core.web import run_verb
from support.models import TwoSidedRecord
from support.selectors.record_story import record_differences, record_history
from support.selectors.rights import CONFIRM, RULE, may_enter, record_rights
from support.services import disputes, records, replacements

ENTER = "enter"
# every kind that has addresses, for the pages that speak of all of them
KINDS: dict[str, "RecordViews"] = {}
BULK = 500
REPORTED = 20


def record_kinds() -> dict[str, "RecordViews"]:
    """All of ``KINDS``. They enter it with their addresses, which a worker has not read yet."""
    get_resolver().url_patterns  # noqa: B018
    return KINDS


@dataclass(frozen=True)
class Button:
    """One verb. ``duty``: ENTER (the permission of the kind), CONFIRM or RULE; ``asks``: posted texts."""

    name: str
    duty: str
    verb: Callable
    done: str
    asks: tuple[str, ...] = ()


BUTTONS = (
    Button("submit", ENTER, records.record_submit, "已提交，等待对方确认。"),
    Button("retract", ENTER, records.record_retract, "已收回为草稿，可以修改后再提交。"),
    Button("confirm", CONFIRM, records.record_confirm, "已确认，计入统计。"),
    Button("return", CONFIRM, records.record_return, "已退回给填报人。", ("reason",)),
    Button(
        "withdraw",
        ENTER,
        replacements.record_withdraw,
        "已申请作废，等待对方确认；确认以前原记录仍然有效。",
        ("reason",),
    ),
)
# only where two sides of an agreement face each other
DISPUTE_BUTTONS = (
    Button("dispute", CONFIRM, disputes.record_dispute, "已提出争议，等待填报单位说明。", ("reason",)),
    Button("drop", CONFIRM, disputes.record_dispute_drop, "已撤回争议，请确认或退回。"),
    Button("answer", ENTER, disputes.record_answer, "说明已保存，对方和主管部门可以看到。", ("answer",)),
    Button("concede", ENTER, disputes.record_concede, "已接受争议，请修改后重新提交。"),
)


def _may_rule(record, user) -> bool:
    return disputes.may_rule(record=record, by=user)


@dataclass(frozen=True)
class RecordViews:
    """``name``: prefix of the url names; ``label``: the kind in words; ``enter``: permission to enter;
    ``rows``: the queryset of its detail page; ``below``: label → words of its rows, for comparing;
    ``correct``: address of the form that corrects a record; ``home``: where one goes after deleting;
    ``submit``: the verb behind “提交”, where the kind has more to look at.
    """

    name: str
    label: str
    model: type[TwoSidedRecord]
    enter: str
    rows: Callable[[], QuerySet]
    correct: Callable[[TwoSidedRecord], str]
    home: Callable[[TwoSidedRecord], str]
    below: Mapping[str, Callable] = field(default_factory=dict)
    confirmed: str = "已确认，计入统计。"
    disputable: bool = True
    confirmer: str = ""
    submit: Callable = records.record_submit

    # ---- addresses
    def urls(self, base: str) -> list[URLPattern]:
        """``base``: the folder of the kind, with its slash."""
        KINDS[self.name] = self
        made = [
            path(f"{base}<int:pk>/{button.name}/", self._verb(button), name=f"{self.name}-{button.name}")
            for button in self._buttons()
        ]
        made.append(path(f"{base}<int:pk>/delete/", self._delete(), name=f"{self.name}-delete"))
        if self.disputable:
            made.append(path(f"{base}<int:pk>/rule/", self._rule(), name=f"{self.name}-rule"))
        return made

    def _buttons(self) -> tuple[Button, ...]:
        buttons = BUTTONS + DISPUTE_BUTTONS if self.disputable else BUTTONS
        return tuple(replace(one, verb=self.submit) if one.name == "submit" else one for one in buttons)

    def page(self, record: TwoSidedRecord) -> str:
        return reverse(f"{self.name}-detail", args=[record.pk])

    # ---- finding
    def visible(self, request, pk: int) -> TwoSidedRecord:
        return visible_or_404(self.rows(), request.user, pk=pk)

    def require_entering(self, record: TwoSidedRecord, user) -> None:
        if not may_enter(record=record, by=user, permission=self.enter):
            raise PermissionDenied

    def original(self, request) -> TwoSidedRecord | None:
        """The confirmed record that the form is to correct (``?replaces=``), if it is one's own to correct."""
        wanted = request.GET.get("replaces", "")
        if not wanted:
            return None
        if not wanted.isdecimal() or len(wanted) > 18:
            raise Http404
        record = self.visible(request, int(wanted))
        self.require_entering(record, request.user)
        return record

    # ---- what the detail page shows
    def context(self, request, record: TwoSidedRecord) -> dict:
        older = self.rows().filter(pk=record.replaces_id).first() if record.replaces_id else None
        newer = self.rows().filter(replaces=record).first()
        compared = older is not None and not record.is_withdrawal
        return {
            "record": record,
            "confirmer": record.confirming_organisation() or self.confirmer,
            "rights": record_rights(record=record, by=request.user, permission=self.enter),
            "urls": self._addresses(record),
            "history": record_history(record),
            "older": older and {"record": older, "url": self.page(older)},
            "newer": newer and {"record": newer, "url": self.page(newer)},
            "differences": record_differences(older, record, self.below) if compared else None,
        }

    def _addresses(self, record: TwoSidedRecord) -> dict[str, str]:
        names = [button.name for button in self._buttons()] + ["edit", "delete"]
        if self.disputable:
            names.append("rule")
        found = {name: reverse(f"{self.name}-{name}", args=[record.pk]) for name in names}
        return found | {"correct": self.correct(record)}

    # ---- verbs
    def _duty(self, duty: str) -> str:
        return self.enter if duty == ENTER else duty

    def _require(self, duty: str, record: TwoSidedRecord, user) -> None:
        if duty == ENTER:
            self.require_entering(record, user)
        elif not records.may_confirm(record=record, by=user):
            raise PermissionDenied

    def _verb(self, button: Button):
        done = self.confirmed if button.name == "confirm" else button.done

        @require_POST
        @access(self._duty(button.duty))
        def act(request, pk):
            record = self.visible(request, pk)
            self._require(button.duty, record, request.user)
            texts = {name: request.POST.get(name, "") for name in button.asks}
            made = []
            run_verb(
                request, lambda: made.append(button.verb(record=record, by=request.user, **texts)), done=done
            )
            shown = made[0] if made and isinstance(made[0], self.model) else record
            return redirect(self.page(shown))

        return act

    def _rule(self):
        @require_POST
        @access(RULE)
        def rule(request, pk):
            record = self.visible(request, pk)
            if not _may_rule(record, request.user):
                raise PermissionDenied
            upheld = request.POST.get("upheld")
            if upheld not in ("yes", "no"):
                messages.error(request, "请选择争议成立还是不成立。")
                return redirect(self.page(record))
            run_verb(
                request,
                lambda: disputes.record_rule(
                    record=record,
                    by=request.user,
                    ruling=request.POST.get("ruling", ""),
                    upheld=upheld == "yes",
                ),
                done="已处理：争议成立，退回填报单位修改。"
                if upheld == "yes"
                else "已处理：争议不成立，请对方确认或退回。",
            )
            return redirect(self.page(record))

        return rule

    def _delete(self):
        @require_POST
        @access(self.enter)
        def delete(request, pk):
            record = self.visible(request, pk)
            self.require_entering(record, request.user)
            home = self.home(record)
            gone = run_verb(
                request, lambda: records.record_delete(record=record, by=request.user), done="已删除。"
            )
            return redirect(home if gone else self.page(record))

        return delete

    # ---- several at once
    def confirm_many(self, list_name: str):
        """A POST of ``record`` ids from a list; back to ``next`` with what was confirmed and what was not."""

        @require_POST
        @access(CONFIRM)
        def act(request):
            wanted = [pk for pk in request.POST.getlist("record") if pk.isdecimal() and len(pk) < 19][:BULK]
            rows = self.rows().visible_to(request.user).filter(pk__in=wanted)
            done, failed = records.record_confirm_many(records=rows, by=request.user)
            self._tell(request, done, failed, bool(wanted))
            return redirect(_back(request, reverse(list_name)))

        return act

    def _tell(self, request, done: int, failed: list, chosen: bool) -> None:
        if done:
            messages.success(request, f"已确认 {done} 条{self.label}，计入统计。")
        elif not chosen:
            messages.info(request, f"请先勾选要确认的{self.label}。")
        if failed:
            messages.error(request, f"{len(failed)} 条{self.label}没有确认，原因如下。")
        for record, reason in failed[:REPORTED]:
            messages.error(request, reason if str(record) in reason else f"{record}：{reason}")
        if len(failed) > REPORTED:
            messages.error(request, f"还有 {len(failed) - REPORTED} 条没有列出，请刷新列表后再试。")


def _back(request, otherwise: str) -> str:
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if safe else otherwise
