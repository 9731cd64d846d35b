"""The room's own screens below ``/admin/`` (names in the namespace ``admin``)."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from departments.views import accounts, audit, deputies, help, notices, offices, rosters


def patterns() -> list:
    return [
        path("accounts/", require_safe(accounts.accounts), name="accounts"),
        path("accounts/new/", accounts.new_account, name="account_new"),
        path("accounts/import/", rosters.account_roster, name="account_roster"),
        path("accounts/import/template.xlsx", require_safe(rosters.account_template), name="account_template"),
        path("accounts/<int:pk>/", require_safe(accounts.account), name="account"),
        path("accounts/<int:pk>/grant/", require_POST(accounts.grant), name="account_grant"),
        path("accounts/<int:pk>/end-posting/", require_POST(accounts.end_posting), name="account_end_posting"),
        path("accounts/<int:pk>/end/", require_POST(accounts.end), name="account_end"),
        path("accounts/<int:pk>/resume/", require_POST(accounts.resume), name="account_resume"),
        path("accounts/<int:pk>/reset/", require_POST(accounts.reset), name="account_reset"),
        path("accounts/<int:pk>/unlock/", require_POST(accounts.unlock), name="account_unlock"),
        path("audit/export/", audit.audit_export, name="audit_export"),
        path("deputies/", require_safe(deputies.deputies), name="deputies"),
        path("deputies/<int:pk>/new/", deputies.new_deputy, name="deputy_new"),
        path("deputies/<int:pk>/end/", require_POST(deputies.end), name="deputy_end"),
        path("help/", help.help_for, name="help"),
        path("help/<slug:post>/", help.handbook, name="handbook"),
        path("help/images/<str:name>", help.help_image, name="help_image"),
        path("notices/", require_safe(notices.notices), name="notices"),
        path("notices/<int:pk>/", require_safe(notices.open_notice), name="notice_open"),
        path("notices/read/", require_POST(notices.read_all), name="notices_read"),
        path("notices/mail/", notices.mail, name="notice_mail"),
        path("offices/", require_safe(offices.offices), name="offices"),
        path("offices/new/", offices.new_office, name="office_new"),
        path("offices/import/", rosters.department_roster, name="department_roster"),
        path("offices/import/template.xlsx", require_safe(rosters.department_template), name="department_template"),
        path("offices/<int:pk>/", require_safe(offices.office), name="office"),
        path("offices/<int:pk>/describe/", offices.describe, name="office_describe"),
        path("offices/<int:pk>/rename/", require_POST(offices.rename), name="office_rename"),
        path("offices/<int:pk>/merge/", require_POST(offices.merge), name="office_merge"),
        path("offices/<int:pk>/close/", require_POST(offices.close), name="office_close"),
    ]
