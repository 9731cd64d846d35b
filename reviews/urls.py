"""The addresses of this room's screens below ``/admin/``."""

from django.urls import path

from reviews.views import (
    attachments,
    batches,
    conversation,
    decisions,
    directive_entry,
    directives,
    profiles,
    publication,
    requests,
    tasks,
    uploads,
)
from reviews.views.bulk import bulk


def screens():
    return [
        path("requests/", requests.request_list, name="request_list"),
        path("requests/<int:key>/", requests.request_detail, name="request"),
        path("requests/<int:key>/submit/", requests.request_submit, name="request_submit"),
        path("requests/<int:key>/withdraw/", requests.request_withdraw, name="request_withdraw"),
        path("requests/<int:key>/return/", requests.request_return, name="request_return"),
        path("requests/<int:key>/decide/", decisions.request_decide, name="request_decide"),
        path("requests/<int:key>/attachments/", attachments.request_attachments, name="request_attachments"),
        path("requests/<int:key>/attachments/<int:attachment>/void/", attachments.attachment_void, name="attachment_void"),
        path("requests/<int:key>/comments/", conversation.request_comments, name="request_comments"),
        path("requests/<int:key>/comments/<int:comment>/", conversation.comment_act, name="comment_act"),
        path("attachments/<int:key>/", attachments.attachment_file, name="attachment"),
        path("bulk/", bulk, name="bulk"),
        path("uploads/", uploads.upload_start, name="upload_start"),
        path("uploads/<int:key>/", uploads.upload, name="upload"),
        path("uploads/<int:key>/marked/", uploads.upload_marked, name="upload_marked"),
        path("uploads/department/<str:code>/", uploads.department_list, name="department_workbook"),
        path("uploads/template/<str:code>/", uploads.category_template, name="category_template"),
        path("profiles/<str:code>/", profiles.department_profile, name="department_profile"),
        path("directives/", directives.directive_list, name="directive_list"),
        path("directives/new/", directive_entry.directive_new, name="directive_new"),
        path("directives/template/", directive_entry.directive_template, name="directive_template"),
        path("directives/<int:key>/", directives.directive, name="directive"),
        path("directives/<int:key>/lines/", directive_entry.directive_lines, name="directive_lines"),
        path("directives/<int:key>/tasks/", directive_entry.directive_tasks, name="directive_tasks"),
        path("tasks/<int:key>/", tasks.task, name="task"),
        path("tasks/<int:key>/<str:action>/", tasks.task_act, name="task_act"),
        path("batches/", batches.batch_list, name="batch_list"),
        path("batches/<int:key>/", batches.batch_detail, name="batch"),
        path("batches/<int:key>/add/", batches.batch_add, name="batch_add"),
        path("batches/<int:key>/remove/", batches.batch_remove, name="batch_remove"),
        path("batches/<int:key>/freeze/", batches.batch_freeze, name="batch_freeze"),
        path("batches/<int:key>/reopen/", batches.batch_reopen, name="batch_reopen"),
        path("batches/<int:key>/dissolve/", batches.batch_dissolve, name="batch_dissolve"),
        path("batches/<int:key>/meeting/", batches.batch_meeting, name="batch_meeting"),
        path("batches/<int:key>/publish/", publication.batch_publish, name="batch_publish"),
    ]
