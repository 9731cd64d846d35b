"""What the page of a batch shows of its papers, made and to be made."""

from __future__ import annotations

from django.http import HttpRequest

from departments.access import posts_of
from departments.posts import Post
from reviews.archiving import archive_progress
from reviews.models import Batch
from reviews.papers.kept import papers_of_batch

ARCHIVISTS = (Post.PUBLISHER, Post.AUDITOR)


def papers_section(request: HttpRequest, batch: Batch) -> dict[str, object]:
    """What the page of a batch shows of its papers: ``_batch_papers.html``."""
    papers = papers_of_batch(batch)
    archivist = bool(batch.edition_id) and not posts_of(request.user).isdisjoint(ARCHIVISTS)
    return {
        "papers": papers,
        "made": sum(1 for paper in papers if paper.progress.file),
        "unordered": any(not paper.progress.file and not paper.progress.ordered for paper in papers),
        "archive": archive_progress(batch) if archivist else None,
    }
