"""Acknowledgements, answers to consultations, closing reports."""

from discussions.asking.models.acknowledgement import Acknowledgement, AcknowledgementRequest
from discussions.asking.models.answer import Answer, AnswerVersion, Position
from discussions.asking.models.report import ClosingReport, ReportLine

__all__ = [
    "Acknowledgement",
    "AcknowledgementRequest",
    "Answer",
    "AnswerVersion",
    "ClosingReport",
    "Position",
    "ReportLine",
]
