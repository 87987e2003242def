from reports.models.summary import Summary

__all__ = ["Summary"]
