"""Parse what reporters and officers send."""

from vigie.reports.forms.officer import AnswerForm, AttachForm, ReasonForm
from vigie.reports.forms.public import ReportForm, WordsForm

__all__ = ["AnswerForm", "AttachForm", "ReasonForm", "ReportForm", "WordsForm"]
