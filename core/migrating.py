"""Many migration operations as one step.

Django renders all models anew after each operation, so a migration that adds sixty related models spends
its time there: 45 seconds one by one, 3 together. That is paid by every new site and every test database.
"""

from django.db.migrations.operations.base import Operation


class Together(Operation):
    """Operations that do not undo each other: every one may meet the models as all of them leave them.

    Creations stand before what refers to them; relations, constraints and indexes of a new model
    belong inside its CreateModel.
    """

    serialization_expand_args = ["operations"]

    def __init__(self, operations):
        self.operations = operations

    def deconstruct(self):
        return self.__class__.__name__, [], {"operations": self.operations}

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)  # what is not rendered need not be rendered again
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return f"{len(self.operations)} operations in one step"
