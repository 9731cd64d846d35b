"""调整统计: how many decisions from above, rounds and adjusted items, with the rule of counting printed."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from departments.models import Region
from departments.site import staff_screen
from reviews.counting import RULES, adjusted_items, adjustments, by_department, by_kind, figures
from reviews.forms import PlainForm
from reviews.views.pages import EVERYONE, edition_url, show


class PeriodForm(PlainForm):
    """The period that is counted; both ends belong to it, either may be open."""

    since = forms.DateField(label="自", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(label="至", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


@staff_screen(*EVERYONE)
@require_safe
def adjustment_statistics(request: HttpRequest) -> HttpResponse:
    """The figures of a period by adjustment, kind and department, for a region in which the reader holds a post."""
    regions = _own_regions(request)
    code = request.GET.get("region", "")
    region = get_object_or_404(regions, code=code) if code else regions.first()
    form = PeriodForm(request.GET)
    valid = form.is_valid()
    period = {name: form.cleaned_data.get(name) for name in ("since", "until")} if valid else {}
    changes = adjusted_items(region, **period)
    editions = list(adjustments(region, **period).select_related("region"))
    context = {
        "title": "调整统计",
        "region": region,
        "regions": regions if regions.count() > 1 else [],
        "form": form,
        "figures": figures(region, **period),
        "rounds": [(edition, edition_url(edition)) for edition in editions],
        "kinds": by_kind(changes),
        "departments": by_department(changes),
        "rules": RULES,
    }
    return show(request, "reviews/statistics.html", context, status=200 if valid else 422)


def _own_regions(request: HttpRequest):
    held = request.user.postings.held().filter(post__in=EVERYONE)
    keys = {region or of_department for region, of_department in held.values_list("region_id", "department__region_id")}
    return Region.objects.filter(pk__in=keys).order_by("code")
