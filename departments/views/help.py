"""帮助: the handbooks of the posts, opened at the section of the screen that one comes from."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from departments.access import posts_of
from departments.handbooks import handbook_of, image_file, place_for
from departments.posts import Post
from departments.site import staff_screen
from departments.views.answers import page


@staff_screen(*Post)
@require_safe
def help_for(request: HttpRequest) -> HttpResponse:
    """The reader's own handbook, at the section that explains the screen ``at`` (a URL name)."""
    post, anchor = place_for(posts_of(request.user), request.GET.get("at", "")[:100])
    return HttpResponseRedirect(reverse("admin:handbook", args=[post.value]) + (f"#{anchor}" if anchor else ""))


@staff_screen(*Post)
@require_safe
def handbook(request: HttpRequest, post: str) -> HttpResponse:
    """One handbook, as one page to read or print; everybody may read those of the other posts."""
    if post not in Post.values:
        raise Http404
    chosen = Post(post)
    others = [(each.value, each.label) for each in Post if each != chosen]
    title = f"{chosen.label}操作手册"
    return page(request, "handbook.html", title, handbook=handbook_of(chosen), others=others)


@staff_screen(*Post)
@require_safe
def help_image(request: HttpRequest, name: str) -> HttpResponse:
    path = image_file(name)
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), content_type="image/png")
