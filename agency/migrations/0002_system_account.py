"""The system account: acts for commands; has no password and cannot log in."""

from django.db import migrations


def create(apps, schema_editor):
    User = apps.get_model("agency", "User")
    User.objects.get_or_create(
        username="system",
        defaults={
            "display_name": "系统账户",
            "level": "province",
            "password": "!no-login",
            "is_system_account": True,
        },
    )


class Migration(migrations.Migration):
    dependencies = [("agency", "0001_initial")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
