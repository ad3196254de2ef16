from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "vigie.messages"
    label = "outbox"  # "messages" is the label of Django's own notices
