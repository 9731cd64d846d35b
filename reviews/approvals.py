"""Two people inside the department: who drew a request up does not hand it in alone, and what paper a region wants with it."""

from __future__ import annotations

from collections.abc import Iterable

from departments.models import Posting, User
from departments.posts import Post
from qingdan.errors import Violation
from reviews.models import Attachment, ChangeRequest, DeskSetting

_KIND = Attachment.Kind


def approval_of(request: ChangeRequest) -> Attachment | None:
    """The scan by which the head approved just the present content; a later change of it needs another scan."""
    scans = Attachment.objects.of(request).in_force().filter(kind=_KIND.APPROVAL, seen_hash=request.proposed_hash)
    return scans.select_related("person").last()


def has_second_person(request: ChangeRequest) -> bool:
    """Whether a head other than whoever drew the request up holds the post today, so that no paper can stand in for him."""
    heads = Posting.objects.held().filter(post=Post.HEAD, department__in=request.department.answered_for_by())
    return any(posting.user.is_active for posting in heads.exclude(user=request.created_by).select_related("user"))


def unapproved(request: ChangeRequest, submitter: User) -> list[Violation]:
    """Q32, Q33: what stands in the way of handing ``request`` in on paper's side; nothing where all is there."""
    broken = []
    if submitter.pk == request.created_by_id and approval_of(request) is None:
        if has_second_person(request):
            broken.append(Violation("Q32", "经办人不能提交自己经办的申请，由本部门另一位部门负责人提交"))
        else:
            broken.append(Violation("Q32", "本部门只有您一人，提交前上传部门负责人签字盖章批准本稿的扫描件（附件 › 负责人批准）"))
    if stamped_form_required(request) and not Attachment.objects.of(request).in_force().filter(kind=_KIND.STAMPED_FORM).exists():
        broken.append(Violation("Q33", "本地区要求提交时附盖章的《权责事项调整申请表》扫描件，在“附件”中上传后再提交"))
    return broken


def stamped_form_required(request: ChangeRequest) -> bool:
    return DeskSetting.objects.filter(region=request.region_id, stamped_form_required=True).exists()


def approved_on_paper(requests: Iterable[ChangeRequest]) -> set[int]:
    """Keys of those whose own drafter handed in, or may hand in, the present content on a scan of the head's approval. One query."""
    by_key = {request.pk: request.proposed_hash for request in requests}
    label = ChangeRequest._meta.label_lower
    scans = Attachment.objects.in_force().filter(owner_type=label, owner_id__in=by_key, kind=_KIND.APPROVAL)
    return {key for key, seen in scans.values_list("owner_id", "seen_hash") if by_key[key] == seen}
