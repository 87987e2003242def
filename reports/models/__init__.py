from reports.models.monthly_return import MonthlyReturn, ReturnForm, ReturnLevel, ReturnRule
from reports.models.summary import Summary

__all__ = ["MonthlyReturn", "ReturnForm", "ReturnLevel", "ReturnRule", "Summary"]
