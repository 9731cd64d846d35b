"""WHO: regions, departments, users, the posts they hold, what they are told, and the calendar they work by."""

from departments.models.calendar import WorkingDay
from departments.models.notices import MailChoice, Notice
from departments.models.offices import Department, DepartmentQuerySet, Region
from departments.models.people import FormerPassword, Posting, User

__all__ = [
    "Department",
    "DepartmentQuerySet",
    "FormerPassword",
    "MailChoice",
    "Notice",
    "Posting",
    "Region",
    "User",
    "WorkingDay",
]
