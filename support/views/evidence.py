"""Evidence files over HTTP: one set of pages for every kind of record that carries them.

``kind`` stands in the address; it says which permission is asked for, so each view checks it itself.
Scripts ask for JSON; without a script the same addresses answer with a message and lead back.
"""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag, url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access import SIGNED_IN, access
from core.models import AuditEvent
from core.scope import visible_or_404
from core.services.audit import audit_record
from core.uploads import validate_document
from support.evidence_kinds import EvidenceKind, kind_called
from support.models.evidence import EvidenceFile
from support.selectors.evidence import evidence_of, may_add
from support.services import evidence as services

# the picture is drawn by the browser itself; whatever else a file may hold runs nowhere
POLICY = "default-src 'none'; img-src 'self'; style-src 'none'; frame-ancestors 'none'; sandbox"
INLINE = {".jpg", ".png"}
REFUSED = 422


def _kind(request, code: str, *, enter: bool = False) -> EvidenceKind:
    of = kind_called(code)
    if of is None:
        raise Http404
    if not request.user.has_perm(of.enter if enter else of.view):
        raise PermissionDenied
    return of


def _row(request, of: EvidenceKind, pk: int) -> EvidenceFile:
    return visible_or_404(of.model.objects.select_related(of.relation.name), request.user, pk=pk)


def _open_row(request, of: EvidenceKind, pk: int) -> EvidenceFile:
    """A file that this person may change; 403 for those who may only look."""
    row = _row(request, of, pk)
    if not services.may_change(of, of.record_of(row), request.user):
        raise PermissionDenied
    return row


def _key(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def _record(request, of: EvidenceKind):
    """The record that was named, within scope and the person's duty."""
    named = request.POST.get("record") or request.GET.get("record")
    if not named:
        return None
    record = visible_or_404(of.record_model, request.user, pk=named)
    if request.method == "POST" and not services.may_change(of, record, request.user):
        raise PermissionDenied
    return record


def item_html(request, of: EvidenceKind, row: EvidenceFile, *, editable: bool) -> str:
    context = {"row": row, "kind": of.code, "editable": editable, "kinds": EvidenceFile.Kind.choices}
    return render_to_string("components/evidence_item.html", context, request=request)


@require_http_methods(["GET", "POST"])
@access(SIGNED_IN)
def evidence_upload(request, kind):
    """POST: one file. GET: the list as the form shows it, for a form whose draft came back."""
    of = _kind(request, kind, enter=request.method == "POST")
    record, entry_key = (
        _record(request, of),
        _key(request.POST.get("entry_key") or request.GET.get("entry_key")),
    )
    if request.method == "GET":
        rows = evidence_of(of=of, user=request.user, record=record, entry_key=entry_key)
        context = {
            "rows": rows,
            "kind": of.code,
            "editable": may_add(of=of, user=request.user, record=record),
            "kinds": EvidenceFile.Kind.choices,
        }
        return render(request, "components/evidence_items.html", context)
    upload_key, file = _key(request.POST.get("upload_key")), request.FILES.get("file")
    if upload_key is None or entry_key is None or file is None:
        return JsonResponse({"errors": ["上传的请求不完整，请重新选择文件。"]}, status=REFUSED)
    try:
        made = services.evidence_add(
            of=of,
            upload_key=upload_key,
            entry_key=entry_key,
            file=file,
            by=request.user,
            kind=request.POST.get("kind") or EvidenceFile.Kind.PHOTO,
            caption=request.POST.get("caption", ""),
            record=record,
        )
    except ValidationError as error:
        return JsonResponse({"errors": error.messages}, status=REFUSED)
    return JsonResponse({"id": made.pk, "html": item_html(request, of, made, editable=True)}, status=201)


@require_GET
@access(SIGNED_IN)
def evidence_file(request, kind, pk):
    """The picture as it was drawn anew; a paper only as a download. Under a name of ours."""
    of = _kind(request, kind)
    row = _row(request, of, pk)
    suffix = validate_document.suffix_of(row.file.name)
    response = _served(request, row.file, suffix, row.digest, f"{row.get_kind_display()}-{row.pk}{suffix}")
    if response.status_code == 200:
        audit_record(
            verb=AuditEvent.Verb.DOWNLOAD,
            user=request.user,
            subject=row,
            note="查看佐证材料",
            request=request,
        )
    return response


@require_GET
@access(SIGNED_IN)
def evidence_thumbnail(request, kind, pk):
    of = _kind(request, kind)
    row = _row(request, of, pk)
    if not row.thumbnail:
        raise Http404
    return _served(request, row.thumbnail, ".jpg", f"t{row.digest}", f"缩略图-{row.pk}.jpg")


def _served(request, file, suffix: str, etag: str, name: str):
    quoted = quote_etag(etag)
    response = get_conditional_response(request, etag=quoted)
    if response is None:
        try:
            opened = file.open("rb")
        except (FileNotFoundError, ValueError) as error:
            raise Http404 from error
        response = FileResponse(
            opened,
            as_attachment=suffix not in INLINE,
            filename=name,
            content_type=validate_document.content_types.get(suffix, "application/octet-stream"),
        )
    response["ETag"] = quoted
    # kept by the browser, but asked about each time: who may see it can change
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@require_POST
@access(SIGNED_IN)
def evidence_remove(request, kind, pk):
    of = _kind(request, kind, enter=True)
    row = _open_row(request, of, pk)
    return _answer(request, lambda: services.evidence_remove(evidence=row, by=request.user), "已移除。", None)


@require_POST
@access(SIGNED_IN)
def evidence_change(request, kind, pk):
    """Caption and kind, or a quarter turn (``rotate``)."""
    of = _kind(request, kind, enter=True)
    row = _open_row(request, of, pk)

    def change():
        if "rotate" in request.POST:
            return services.evidence_rotate(evidence=row, by=request.user)
        return services.evidence_change(
            evidence=row, by=request.user, caption=request.POST.get("caption"), kind=request.POST.get("kind")
        )

    return _answer(request, change, "已保存。", of)


def _answer(request, verb, done: str, of: EvidenceKind | None):
    """JSON for the script; a message and the way back for a plain form."""
    plain = "application/json" not in request.headers.get("Accept", "")
    try:
        row = verb()
    except ValidationError as error:
        if not plain:
            return JsonResponse({"errors": error.messages}, status=REFUSED)
        for message in error.messages:
            messages.error(request, message)
    else:
        if not plain:
            return JsonResponse({"html": item_html(request, of, row, editable=True) if of else ""})
        messages.success(request, done)
    back = request.POST.get("next") or request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if safe else reverse("home"))


def evidence_from_request(
    request, *, kind: str, entry_key: uuid.UUID | None, record=None
) -> list[EvidenceFile]:
    """Files that came with the form itself (no script): kept under the form's key, refusals as messages.

    The key of each is made from the form's key and the content, so that sending the form again
    keeps one file of each.
    """
    made = []
    of = kind_called(kind)
    for file in request.FILES.getlist("evidence_files")[: services.MOST_FILES + 1] if entry_key else ():
        try:
            made.append(
                services.evidence_add(
                    of=of,
                    upload_key=services.key_of_content(entry_key, file),
                    entry_key=entry_key,
                    file=file,
                    by=request.user,
                    record=record,
                )
            )
        except ValidationError as error:
            for message in error.messages:
                messages.error(request, f"{file.name}：{message}")
    return made
