"""A migration's operation: a foreign key loses the index of its own where another index begins with it."""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AlterField
from django.db.migrations.state import ProjectState
from django.db.models import Index


class LoneIndexDropped(AlterField):
    """Alters a field to `db_index=False` by dropping its index and nothing else.

    Django would drop the foreign key on PostgreSQL and make it anew, which locks both tables and reads one through, and on
    SQLite copy the table. Here the index goes at once, whatever the table holds.
    """

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop every index that holds this column alone and promises nothing."""
        model = to_state.apps.get_model(app_label, self.model_name)
        column, connection = model._meta.get_field(self.name).column, schema_editor.connection
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, model._meta.db_table)
        for name, about in found.items():
            if about["index"] and about["columns"] == [column] and not about["unique"]:
                schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Make an index again."""
        model = to_state.apps.get_model(app_label, self.model_name)
        name = f"{model._meta.db_table}_{self.name}"[:30]
        schema_editor.add_index(model, Index(fields=[self.name], name=name))
