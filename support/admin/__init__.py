"""Programmes, agreements, donations and outcome figures on the desk."""

from support.admin import agreement, cards, deadline, donation, outcome, programme, reference, version

__all__ = ["agreement", "cards", "deadline", "donation", "outcome", "programme", "reference", "version"]
