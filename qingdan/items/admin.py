"""Reference data of the list in the staff's site, and the law library beneath it."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.utils import timezone

from departments.modeladmin import StaffModelAdmin
from departments.site import staff_site
from qingdan.items.elements import BY_KEY
from qingdan.items.models import Alias, Category, CodeScheme, MissedWord, RequiredElement, SubKind
from qingdan.items.search import normalise
from qingdan.laws.library import matching_title
from qingdan.laws.models import Act, ActVersion
from qingdan.laws.standing import in_order, standing_of


@admin.register(Category, site=staff_site)
class CategoryAdmin(StaffModelAdmin):
    list_display = ("code", "name", "public_name", "letters", "default_initiation", "order")
    readonly_fields = ("code", "name", "letters")


@admin.register(SubKind, site=staff_site)
class SubKindAdmin(StaffModelAdmin):
    list_display = ("name", "category", "order")
    list_filter = ("category",)
    list_select_related = ("category",)


@admin.register(CodeScheme, site=staff_site)
class CodeSchemeAdmin(StaffModelAdmin):
    list_display = ("code", "name", "order")

    def get_readonly_fields(self, request, obj=None):
        return ("code",) if obj else ()


@admin.register(RequiredElement, site=staff_site)
class RequiredElementAdmin(StaffModelAdmin):
    list_display = ("element_label", "category", "source")
    list_filter = ("category",)
    list_select_related = ("category",)

    @admin.display(description="要素", ordering="element")
    def element_label(self, row) -> str:
        return BY_KEY[row.element].label if row.element in BY_KEY else row.element

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "element":
            return forms.ChoiceField(label="要素", choices=[(key, element.label) for key, element in BY_KEY.items()])
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Act, site=staff_site)
class ActAdmin(StaffModelAdmin):
    list_display = ("title", "kind", "region", "standing", "promulgated_on", "last_changed_on")
    list_filter = ("kind", "versions__status")
    search_fields = ("title", "short_titles", "=versions__doc_no")
    exclude = ("normal_title",)

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("versions")

    @admin.display(description="时效")
    def standing(self, act) -> str:
        return standing_of(act.versions.all(), timezone.localdate()).word

    @admin.display(description="最近公布或修改")
    def last_changed_on(self, act):
        versions = in_order(act.versions.all())
        return versions[-1].promulgated_on if versions else None

    def save_model(self, request, obj, form, change):
        obj.normal_title = matching_title(obj.title)
        super().save_model(request, obj, form, change)


@admin.register(ActVersion, site=staff_site)
class ActVersionAdmin(StaffModelAdmin):
    list_display = ("act", "doc_no", "promulgated_on", "effective_on", "status", "changed_by")
    list_filter = ("status",)
    list_select_related = ("act",)
    search_fields = ("act__title", "=doc_no", "changed_by")
    raw_id_fields = ("act",)


@admin.register(Alias, site=staff_site)
class AliasAdmin(StaffModelAdmin):
    list_display = ("word", "official", "in_use")
    list_filter = ("in_use",)
    search_fields = ("word", "official")

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)

        class Checked(form):
            def clean_word(self):
                word = self.cleaned_data["word"]
                normal = normalise(word)
                if len(normal) < 2:
                    raise forms.ValidationError("俗称至少两个字")
                if Alias.objects.filter(normal=normal).exclude(pk=self.instance.pk).exists():
                    raise forms.ValidationError("已有这个俗称（只差空格、全半角或书名号）")
                self.instance.normal = normal
                return word

        return Checked


@admin.register(MissedWord, site=staff_site)
class MissedWordAdmin(StaffModelAdmin):
    list_display = ("word", "times", "last_on")
    search_fields = ("word",)
