"""What the translated suite takes for the modules of Python 2: strings are texts of the characters 0 to 255."""

import binascii

import autobahn.websocket.utf8validator


def octets(string):
    """The bytes that a string of Python 2 is."""
    return string if isinstance(string, bytes) else string.encode("latin-1")


def string(octets):
    """The string of Python 2 that these bytes are."""
    return octets.decode("latin-1") if isinstance(octets, bytes) else octets


def b2a_hex(data):
    """As `binascii.b2a_hex` of Python 2."""
    return string(binascii.b2a_hex(octets(data)))


class Utf8Validator:
    """As that of autobahn on Python 2."""

    def __init__(self):
        self.inner = autobahn.websocket.utf8validator.Utf8Validator()
        self.reset = self.inner.reset

    def validate(self, data):
        return self.inner.validate(octets(data))


def ClientContextFactory():
    """Stands where certificates would be; nothing here is secured."""
