"""Runs cases of the translated Autobahn test suite against an echo server, and prints what the suite says of each.

    run.py FOLDER URL CASES CONNECTIONS

FOLDER holds the translated package; CASES are patterns with commas between, as `1.*,7.1.5`, and are shared out among so many
CONNECTIONS at once. One line a case, with tabs:
`case`, its number, what the suite says of the behaviour, of the close, the close code that was heard, the milliseconds it
took, and the suite's own words for it.
"""

import sys

sys.path.insert(0, sys.argv[1])

import txaio  # noqa: E402
from autobahntestsuite import fuzzing  # noqa: E402
from python2 import octets, string  # noqa: E402
from twisted.internet import reactor  # noqa: E402

# By how much longer a server that should close may take before the suite gives up on it, on a machine that has much to do,
# and how many seconds a goodbye may take. What is judged is the same: a server that closes ends the case by that.
PATIENCE = 5
GOODBYE = {"closeHandshakeTimeout": 30, "serverConnectionDropTimeout": 30, "openHandshakeTimeout": 30}


class Protocol(fuzzing.FuzzingClientProtocol):
    """The suite's, which hears and says strings of Python 2 where the library has bytes."""

    def connectionMade(self):
        super().connectionMade()
        self.createWirelog = False

    def killAfter(self, delay):
        super().killAfter(delay * PATIENCE)

    def sendFrame(self, opcode, payload=b"", fin=True, rsv=0, mask=None, payload_len=None, chopsize=None, sync=False):
        payload = octets(payload)
        if payload_len is not None:
            payload = (payload * (payload_len // len(payload) + 1))[:payload_len]
        super().sendFrame(opcode, payload, fin, rsv, mask, None, chopsize, sync)

    def sendMessage(self, payload, isBinary=False, *rest, **options):
        super().sendMessage(octets(payload), isBinary, *rest, **options)

    def sendMessageFrameData(self, payload, *rest, **options):
        return super().sendMessageFrameData(octets(payload), *rest, **options)

    def sendCloseFrame(self, code=None, reasonUtf8=None, isReply=False):
        reason = None if reasonUtf8 is None else octets(reasonUtf8)
        super().sendCloseFrame(code, reason, isReply)

    def onMessage(self, msg, binary):
        super().onMessage(string(msg), binary)

    def onPong(self, payload):
        super().onPong(string(payload))

    def logRxOctets(self, data):
        pass

    def logTxOctets(self, data, sync):
        pass

    def logRxFrame(self, frameHeader, payload):
        pass

    def logTxFrame(self, frameHeader, payload, repeatLength, chopsize, sync):
        # One case counts them.
        self.txFrameStats[frameHeader.opcode] = self.txFrameStats.get(frameHeader.opcode, 0) + 1


# The suite makes its protocols itself.
fuzzing.FuzzingClientProtocol = Protocol
txaio.use_twisted()


class Factory(fuzzing.FuzzingClientFactory):
    """The suite's, which prints instead of writing reports, and lets the others go on when it is done."""

    running = 0

    def __init__(self, spec):
        Factory.running += 1
        super().__init__(spec)

    def logCase(self, result):
        words = ["case", result["id"], result["behavior"], result["behaviorClose"], result["remoteCloseCode"],
                 result["duration"], result["result"]]
        print(*[" ".join(str(word).split()) for word in words], sep="\t", flush=True)

    def clientConnectionLost(self, connector, reason):
        if self.nextCase():
            connector.connect()
        else:
            self.done()

    def clientConnectionFailed(self, connector, reason):
        print("failed", reason.getErrorMessage(), sep="\t", flush=True)
        self.done()

    def done(self):
        Factory.running -= 1
        if Factory.running == 0:
            reactor.stop()


def main(url, patterns, connections):
    """Shares the cases out among the connections."""
    chosen = fuzzing.CaseSet(fuzzing.CaseSetname, fuzzing.CaseBasename, fuzzing.Cases, fuzzing.CaseCategories,
                             fuzzing.CaseSubCategories).parseSpecCases({"cases": patterns.split(",")})
    server = {"url": url, "agent": "testee"}
    print("cases", len(chosen), sep="\t")
    connections = min(connections, len(chosen))
    for n in range(connections):
        Factory({"servers": [server], "cases": chosen[n::connections], "options": GOODBYE})
    if connections:
        reactor.run()


if __name__ == "__main__":
    main(sys.argv[2], sys.argv[3], int(sys.argv[4]))
