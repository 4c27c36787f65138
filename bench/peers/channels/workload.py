"""The table workload with Django Channels: a group a table, as the chat of its tutorial is written."""

import json
from collections import defaultdict

import django
from asgiref.sync import async_to_sync
from channels.generic.websocket import AsyncWebsocketConsumer, WebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import path

settings.configure(
    DEBUG=False,
    SECRET_KEY="of a bench",
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["channels"],
    # By default a hundred messages wait for a socket, and more are lost.
    CHANNEL_LAYERS={
        "default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 100_000}}
    },
)
django.setup()

STATE = "s" * 404


class Table:
    def __init__(self):
        self.moves = 0
        self.seats = 0

    def load_game(self):
        return json.dumps({"type": "load_game", "data": {"players": self.seats, "moves": self.moves}}, separators=(",", ":"))

    def update(self, data, by):
        self.moves += 1
        return {
            "type": "table.update",
            "data": {"n": data["n"], "t": data["t"], "seq": self.moves, "by": by, "state": STATE},
        }


TABLES = defaultdict(Table)


def frame(event):
    return json.dumps({"type": "update", "data": event["data"]}, separators=(",", ":"))


class Player(AsyncWebsocketConsumer):
    async def connect(self):
        self.group = f"table_{self.scope['url_route']['kwargs']['table']}"
        self.table = TABLES[self.group]
        self.by = self.table.seats
        self.table.seats += 1
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        await self.send(text_data=self.table.load_game())

    async def disconnect(self, code):
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data):
        message = json.loads(text_data)
        if message["type"] == "load_game":
            await self.send(text_data=self.table.load_game())
        else:
            await self.channel_layer.group_send(self.group, self.table.update(message["data"], self.by))

    async def table_update(self, event):
        await self.send(text_data=frame(event))


class SyncPlayer(WebsocketConsumer):
    def connect(self):
        self.group = f"table_{self.scope['url_route']['kwargs']['table']}"
        self.table = TABLES[self.group]
        self.by = self.table.seats
        self.table.seats += 1
        async_to_sync(self.channel_layer.group_add)(self.group, self.channel_name)
        self.accept()
        self.send(text_data=self.table.load_game())

    def disconnect(self, code):
        async_to_sync(self.channel_layer.group_discard)(self.group, self.channel_name)

    def receive(self, text_data):
        message = json.loads(text_data)
        if message["type"] == "load_game":
            self.send(text_data=self.table.load_game())
        else:
            async_to_sync(self.channel_layer.group_send)(self.group, self.table.update(message["data"], self.by))

    def table_update(self, event):
        self.send(text_data=frame(event))


def site(consumer):
    return ProtocolTypeRouter({"websocket": URLRouter([path("ws/<int:table>/", consumer.as_asgi())])})


asynchronous = site(Player)
synchronous = site(SyncPlayer)
