from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reviews", "0011_campaigns")]

    operations = [
        migrations.DeleteModel(name="HistoricalShortRoute"),
        migrations.DeleteModel(name="ShortRoute"),
    ]
