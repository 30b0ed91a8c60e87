from django.db import migrations, models

from core.folding import fold_rows
from core.markdown import MENTION


class Migration(migrations.Migration):
    dependencies = [("discussions", "0001_initial")]

    operations = [
        migrations.AddField("thread", "folded", models.TextField(default="", editable=False)),
        migrations.AddField("post", "folded", models.TextField(default="", editable=False)),
        migrations.RunPython(fold_rows("discussions.Thread", lambda thread: thread.title), migrations.RunPython.noop),
        migrations.RunPython(
            fold_rows("discussions.Post", lambda post: MENTION.sub(" ", post.body)), migrations.RunPython.noop
        ),
    ]
