"""The two bases of every ModelAdmin in the staff's site: read-only unless the table of ``departments.access`` says otherwise.

The stock admin lets a view-only user probe any column through the address (``?field__regex=``), and simple-history's pages let him
write an old version back (POST). Both doors are shut here, once.
"""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin

from departments.access import TABLE
from departments.site import actor_of
from departments.trail import fingerprint

_SEARCH_LIMIT = 100
_TRAIL_LIMIT = 200
_DATE_ENDS = ("gte", "lt", "year", "month", "day")


class StaffModelAdmin(admin.ModelAdmin):
    """Deny by default: no delete, no bulk actions, no list editing; addresses filter by what ``list_filter`` names, nothing else."""

    actions = None
    list_per_page = 50
    show_full_result_count = False
    save_on_top = False
    view_on_site = False

    def get_urls(self):
        """Without what nobody may do: delete, and add where no post has that permission; and without the old short form of addresses."""
        app, name = self.opts.app_label, self.opts.model_name
        kept = {f"{app}_{name}_changelist", f"{app}_{name}_change", f"{app}_{name}_history", f"{app}_{name}_simple_history"}
        if TABLE.get(f"{app}.add_{name}"):
            kept.add(f"{app}_{name}_add")
        return [pattern for pattern in super().get_urls() if pattern.name in kept]

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        """What the reader's own list does not hold is not there for him (Django would lead him to the index)."""
        raise Http404

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        """Only what the user may see, where the model says who sees what."""
        rows = super().get_queryset(request)
        return rows.visible_to(request.user) if hasattr(rows, "visible_to") else rows

    def lookup_allowed(self, lookup, value, request=None):
        return lookup in self._allowed_lookups(request)

    def _allowed_lookups(self, request) -> set[str]:
        allowed = set()
        for entry in self.get_list_filter(request):
            name = entry[0] if isinstance(entry, tuple) else entry
            if not isinstance(name, str):
                continue
            allowed |= {name, f"{name}__exact", f"{name}__isnull", *(f"{name}__{end}" for end in _DATE_ENDS)}
            try:
                field = self.model._meta.get_field(name)
            except FieldDoesNotExist:
                continue
            if field.is_relation:
                allowed.add(f"{name}__{field.target_field.name}__exact")
        if self.date_hierarchy:
            allowed |= {f"{self.date_hierarchy}__{end}" for end in _DATE_ENDS}
        return allowed

    def get_search_results(self, request, queryset, search_term):
        """A search of at most 100 characters: a thousand words would break the database's limit on expressions."""
        return super().get_search_results(request, queryset, search_term[:_SEARCH_LIMIT])

    def save_model(self, request, obj, form, change):
        """Save what the form changed and write it into the audit trail, in the form's own transaction."""
        before = fingerprint(type(obj).objects.get(pk=obj.pk)) if change else ""
        super().save_model(request, obj, form, change)
        actor_of(request).record(
            act="change_reference" if change else "add_reference",
            obj=obj,
            before_hash=before,
            after_hash=fingerprint(obj),
            detail="、".join(form.changed_data),
        )


class StaffHistoryAdmin(StaffModelAdmin, SimpleHistoryAdmin):
    """The edit trail of a row: GET only, and only of rows that the user's own list holds."""

    object_history_template = "admin/edit_trail.html"
    object_history_form_template = "admin/edit_trail_entry.html"
    # Fields that the trail does not show.
    trail_hidden: tuple[str, ...] = ()

    def history_view(self, request, object_id, extra_context=None):
        refusal = self._refuse_writing(request)
        if refusal:
            return refusal
        obj = self._own_object(request, object_id)
        entries = list(obj.history.select_related("history_user").order_by("-history_date", "-history_id")[:_TRAIL_LIMIT])
        words, fields = _Words(), self._trail_fields()
        pairs = zip(entries, [*entries[1:], None], strict=True)
        rows = [{"entry": entry, "changes": words.changes(fields, older, entry)} for entry, older in pairs]
        context = {"title": f"修改记录：{obj}", "object": obj, "rows": rows, "opts": self.model._meta}
        return render(request, self.object_history_template, {**self.admin_site.each_context(request), **context})

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        refusal = self._refuse_writing(request)
        if refusal:
            return refusal
        obj = self._own_object(request, object_id)
        entry = obj.history.filter(history_id=version_id).first() if version_id.isdecimal() else None
        if entry is None:
            raise Http404
        words = _Words()
        fields = [(field.verbose_name, words.shown(entry, field)) for field in self._trail_fields()]
        when = timezone.localtime(entry.history_date)
        context = {"title": f"{obj}：{when:%Y-%m-%d %H:%M} 的内容", "object": obj, "entry": entry, "fields": fields}
        return render(
            request,
            self.object_history_form_template,
            {**self.admin_site.each_context(request), **context, "opts": self.model._meta},
        )

    def _refuse_writing(self, request):
        return None if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(["GET", "HEAD"])

    def _own_object(self, request, object_id):
        obj = self.get_object(request, object_id)
        if obj is None or not self.has_view_permission(request, obj):
            raise Http404
        return obj

    def _trail_fields(self):
        return [
            field for field in self.model._meta.concrete_fields if field.name not in self.trail_hidden and not field.primary_key
        ]


class _Words:
    """Fields of history entries as words; a related row is named as it is called now, and asked for once."""

    def __init__(self):
        self.names: dict[tuple, str] = {}

    def shown(self, entry, field) -> str:
        value = getattr(entry, field.attname)
        if value is None:
            return ""
        if field.is_relation:
            key = (field.related_model, value)
            if key not in self.names:
                self.names[key] = str(field.related_model._base_manager.filter(pk=value).first() or "")
            return self.names[key]
        return str(getattr(entry, f"get_{field.name}_display")() if field.choices else value)

    def changes(self, fields, older, entry) -> list[tuple[str, str, str]]:
        """(field, old, new) of what an entry changed; none for the first."""
        if older is None:
            return []
        triples = ((field.verbose_name, self.shown(older, field), self.shown(entry, field)) for field in fields)
        return [(name, old, new) for name, old, new in triples if old != new]
