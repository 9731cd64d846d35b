"""The auditor's file of the audit trail."""

from __future__ import annotations

import tempfile

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils import timezone

from departments.audit_reading import FORMATS, export_audit
from departments.posts import Post
from departments.site import actor_of, staff_screen
from departments.views.answers import attempt, page


class ExportForm(forms.Form):
    first = forms.DateField(label="起始日期", widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label="截止日期", widget=forms.DateInput(attrs={"type": "date"}), help_text="含当日。")
    kind = forms.ChoiceField(label="格式", choices=list(FORMATS.items()), initial="csv")


@staff_screen(Post.AUDIT_ADMIN, Post.AUDITOR)
def audit_export(request: HttpRequest) -> HttpResponse:
    """Days and a format in; a file out. It is written whole before the first byte leaves, so that no slow reader holds the database."""
    today = timezone.localdate()
    form = ExportForm(request.POST or None, initial={"first": today.replace(day=1), "last": today})
    if request.method == "POST":
        file = tempfile.SpooledTemporaryFile(max_size=5 * 1024 * 1024)  # noqa: SIM115 - closed by the response
        made = attempt(form, lambda given: export_audit(actor=actor_of(request), to=file, **given))
        if made is not None:
            file.seek(0)
            name = f"audit-{form.cleaned_data['first']}-{form.cleaned_data['last']}.{form.cleaned_data['kind']}"
            return FileResponse(file, as_attachment=True, filename=name, content_type="application/octet-stream")
        file.close()
    return page(request, "audit_export.html", "导出审计记录", form=form)
