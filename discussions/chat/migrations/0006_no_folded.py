from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("chat", "0005_closed_rooms")]
    operations = [migrations.RemoveField("message", "folded")]
