"""Who may do what with score templates and assessments."""

from accounts.roles import BUREAU, OFFICER
from assessment import models
from core.policy import allow, allow_model

for model in (models.ScoreTemplate, models.ScoreItem, models.GradeBand):
    allow_model(model, view=BUREAU, add=OFFICER, change=OFFICER, delete=OFFICER)
for model in (models.Assessment, models.ItemScore):
    allow_model(model, view=BUREAU, add=OFFICER, change=OFFICER, delete=OFFICER)
allow("assessment.decide_grade", {"bureau_leader"})
