from assessment.models.assessment import Assessment, ItemScore
from assessment.models.template import GradeBand, ScoreItem, ScoreTemplate

__all__ = ["Assessment", "GradeBand", "ItemScore", "ScoreItem", "ScoreTemplate"]
