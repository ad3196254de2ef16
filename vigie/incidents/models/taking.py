"""Mails that the desk took in and that are no file yet."""

from django.db import models

from vigie.accounts.models import User
from vigie.incidents.models.incident import Incident


class TakenMail(models.Model):
    """A mail read by the desk: its words become the first ones of a file."""

    key = models.UUIDField(unique=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="taken_mails")
    created_at = models.DateTimeField()
    subject = models.CharField(max_length=2000, blank=True)
    sender_name = models.CharField(max_length=200, blank=True)
    sender_address = models.CharField(max_length=254, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    text = models.TextField(blank=True)
    problems = models.JSONField(default=list, blank=True)  # of feeds.mail
    incident = models.ForeignKey(
        Incident, null=True, blank=True, on_delete=models.PROTECT, related_name="taken_mails"
    )

    def __str__(self) -> str:
        return str(self.key)


class TakenFile(models.Model):
    """The mail itself or a file that it carried, encrypted, until it belongs to a file."""

    mail = models.ForeignKey(TakenMail, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)  # of the clear content
    stored_as = models.CharField(max_length=80, unique=True)  # name in the vault

    def __str__(self) -> str:
        return self.name
