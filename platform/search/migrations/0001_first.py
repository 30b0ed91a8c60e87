"""The entries, and in which way each database keeps their words."""

from django.db import migrations, models


SQLITE = (
    # Tokens are compared as they are: in ASCII they hold lower case letters, digits and the marks of `search.words`.
    "CREATE VIRTUAL TABLE search_words USING fts5"
    "(words, columnsize = 0, tokenize = \"ascii tokenchars '~=_'\")",
    "CREATE TRIGGER search_words_go_with_their_entry AFTER DELETE ON search_entry"
    " BEGIN DELETE FROM search_words WHERE rowid = old.id; END",
)
POSTGRESQL = (
    "ALTER TABLE search_entry ADD COLUMN words tsvector NOT NULL DEFAULT ''",
    # The words are kept outside the row, so that the rows of a thousand hits lie on few pages.
    "ALTER TABLE search_entry ALTER COLUMN words SET STORAGE EXTERNAL",
    "ALTER TABLE search_entry SET (toast_tuple_target = 128)",
    # What was written last is not yet in the tree and is read from end to end by every search: half a megabyte at most.
    "CREATE INDEX search_entry_words ON search_entry USING gin (words) WITH (gin_pending_list_limit = 512)",
)


def make_words(apps, schema_editor):
    """Make what Django does not; all of it goes with the table of entries."""
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def drop_words(apps, schema_editor):
    """Drop the table of words, where it is one of its own."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER search_words_go_with_their_entry")
        schema_editor.execute("DROP TABLE search_words")


class Migration(migrations.Migration):

    replaces = [('search', '0001_initial'), ('search', '0002_rebuild'), ('search', '0003_publications')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Rebuilding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('group', 'Groups'), ('organisation', 'Organisations'), ('person', 'People'), ('thread', 'Threads'), ('post', 'Posts'), ('message', 'Messages'), ('document', 'Documents'), ('publication', 'Publications')], max_length=12, unique=True)),
                ('form', models.PositiveIntegerField()),
                ('last', models.BigIntegerField(default=0)),
                ('done_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('group', 'Groups'), ('organisation', 'Organisations'), ('person', 'People'), ('thread', 'Threads'), ('post', 'Posts'), ('message', 'Messages'), ('document', 'Documents'), ('publication', 'Publications')], max_length=12)),
                ('object_id', models.BigIntegerField()),
                ('part', models.PositiveIntegerField(default=0)),
                ('place', models.BigIntegerField()),
                ('depth', models.BigIntegerField(default=0)),
                ('moment', models.BigIntegerField()),
                ('group_id', models.BigIntegerField(null=True)),
                ('author_id', models.BigIntegerField(null=True)),
                ('organisation_id', models.BigIntegerField(null=True)),
                ('veil', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'object_id', 'part'), name='one_entry_per_part')],
            },
        ),
        migrations.RunPython(make_words, drop_words),
    ]
