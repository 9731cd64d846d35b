"""HOW IT CHANGES: one module a noun; everyone imports from here.

Nothing here is in the list: a change is a proposal until the door publishes the batch that carries it.
"""

from reviews.models.attachments import Attachment
from reviews.models.batches import Batch, Meeting, MeetingDecision
from reviews.models.campaigns import Campaign, CampaignScope
from reviews.models.checklists import ChecklistAnswer, ChecklistRow, Waiver
from reviews.models.consents import TransferConsent
from reviews.models.conversation import Comment
from reviews.models.corrections import ReaderReport, ReportContact, ReportStep, ReportTally
from reviews.models.decisions import Decision, RouteRule
from reviews.models.desk import DeskSetting, ShortRoute
from reviews.models.directives import Directive, DirectiveLine, DirectiveTask
from reviews.models.filings import Filing, FilingFault, FilingResult, PlacedNotice, PublicationPlace
from reviews.models.inbox import Claim, Look
from reviews.models.limits import Limit
from reviews.models.measures import Measure
from reviews.models.meetings import AgendaItem, Amendment, MeetingRecord, TextConfirmation
from reviews.models.opinions import Opinion
from reviews.models.papers import OpinionNumber
from reviews.models.rebasing import Rebase
from reviews.models.reforms import Reform
from reviews.models.requests import Change, ChangeRequest
from reviews.models.returns import ChangeDecision, ChangeMark, ChangeWord, Confirmation, RequestSplit, ReturnedField, Revision
from reviews.models.uploads import Upload
from reviews.models.urges import Urge
from reviews.models.working_copies import WorkingCopy

__all__ = [
    "Attachment",
    "AgendaItem",
    "Amendment",
    "Batch",
    "Campaign",
    "CampaignScope",
    "Change",
    "ChangeDecision",
    "ChangeMark",
    "ChangeRequest",
    "Claim",
    "Comment",
    "ChangeWord",
    "ChecklistAnswer",
    "ChecklistRow",
    "Confirmation",
    "Decision",
    "DeskSetting",
    "Directive",
    "DirectiveLine",
    "DirectiveTask",
    "Limit",
    "Look",
    "Meeting",
    "MeetingDecision",
    "MeetingRecord",
    "Filing",
    "FilingFault",
    "FilingResult",
    "Measure",
    "PlacedNotice",
    "PublicationPlace",
    "ReaderReport",
    "Rebase",
    "ReportContact",
    "ReportStep",
    "ReportTally",
    "OpinionNumber",
    "RequestSplit",
    "ReturnedField",
    "Revision",
    "Opinion",
    "Reform",
    "RouteRule",
    "ShortRoute",
    "TransferConsent",
    "TextConfirmation",
    "Upload",
    "Urge",
    "WorkingCopy",
    "Upload",
    "Waiver",
]
