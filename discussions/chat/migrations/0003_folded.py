from django.db import migrations

from core.folding import fold_rows
from core.markdown import MENTION


class Migration(migrations.Migration):
    dependencies = [("chat", "0002_complete_rooms")]

    operations = [
        migrations.RunPython(
            fold_rows("chat.Message", lambda message: MENTION.sub(" ", message.body)), migrations.RunPython.noop
        )
    ]
