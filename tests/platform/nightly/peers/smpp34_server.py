"""Runs in an environment with smpp34: a message centre of others, to which our client sends.

`python smpp34_server.py PORT THROTTLE`: writes each message that it took to standard output as JSON, one a line; every
THROTTLE-th is refused as too many. A receipt follows each.
"""

import asyncio
import itertools
import json
import sys

import smpp34

RECEIPT = "id:{id} sub:001 dlvrd:001 submit date:2603011436 done date:2603011437 stat:DELIVRD err:000 text:"


def say(**facts: object) -> None:
    """One line."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


async def main(port: int, throttle: int) -> None:
    """Serve until stopped."""
    server = smpp34.Server(host="127.0.0.1", port=port, system_id="peer")
    await server.start()
    say(what="ready")
    numbers, sessions, under_way = itertools.count(1), {}, []
    while True:
        event = await server.next()
        if isinstance(event, smpp34.Esme):
            sessions[event.session_id] = event
        elif isinstance(event, smpp34.SubmitSmEvent):
            number = next(numbers)
            if throttle and number % throttle == 0:
                event.reject(smpp34.ESME_RTHROTTLED)
                continue
            event.accept(message_id=f"m{number}")
            say(
                what="accepted",
                id=f"m{number}",
                number=event.destination_addr,
                esm_class=event.esm_class,
                data_coding=event.data_coding,
                text=bytes(event.short_message).hex(),
            )
            if event.registered_delivery:
                receipt = sessions[event.session_id].deliver_sm(
                    source_addr=event.destination_addr,
                    destination_addr=event.source_addr,
                    esm_class=0x04,
                    short_message=RECEIPT.format(id=f"m{number}").encode(),
                )
                # Not waited for: our client answers a receipt when it is recorded, not when it comes.
                under_way.append(asyncio.ensure_future(receipt))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
