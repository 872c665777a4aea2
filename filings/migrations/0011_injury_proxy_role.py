"""In what capacity somebody signs for the patient on form 3."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("filings", "0010_open_work")]

    operations = [
        migrations.AddField(
            model_name="injurystatement",
            name="proxy_role",
            field=models.CharField(
                blank=True,
                choices=[("guardian", "监护人"), ("proxy", "代理人")],
                max_length=10,
                verbose_name="签字人身份",
            ),
        ),
        migrations.AddConstraint(
            model_name="injurystatement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("proxy_role", ""),
                    models.Q(
                        ("proxy_role__in", ["guardian", "proxy"]),
                        models.Q(("proxy_name", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="injury_proxy_role_is_known",
            ),
        ),
    ]
