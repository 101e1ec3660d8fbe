"""Runs in an environment with smpplib: a client of others sends to our simulator and gets a receipt.

`python smpplib_client.py PORT PASSWORD NUMBER`: prints what it saw as JSON.
"""

import json
import sys
import time

import smpplib.client
import smpplib.consts
import smpplib.exceptions
import smpplib.gsm

TEXT = "【准绳】" + "案件期限提示，请在警务通签收办理。" * 8


def main(port: int, password: str, number: str) -> dict[str, object]:
    """Bind, send a long Chinese text, wait for its receipt, unbind."""
    ids: list[str] = []
    receipts: list[str] = []
    client = smpplib.client.Client("127.0.0.1", port, allow_unknown_opt_params=True, timeout=5)
    client.set_message_sent_handler(lambda pdu: ids.append(pdu.message_id.decode()))
    client.set_message_received_handler(lambda pdu: receipts.append(pdu.short_message.decode()))
    client.connect()
    try:
        client.bind_transceiver(system_id="zs", password=password)
    except smpplib.exceptions.PDUError as problem:
        return {"refused": str(problem)}
    parts, coding, message_type = smpplib.gsm.make_parts(TEXT)
    for part in parts:
        client.send_message(
            source_addr_ton=smpplib.consts.SMPP_TON_INTL,
            source_addr="10690000",
            dest_addr_ton=smpplib.consts.SMPP_TON_INTL,
            destination_addr=number,
            short_message=part,
            data_coding=coding,
            esm_class=message_type,
            registered_delivery=True,
        )
    give_up_at = time.monotonic() + 10
    refused = 0
    while len(receipts) + refused < len(parts) and time.monotonic() < give_up_at:
        try:
            client.read_once()
        except smpplib.exceptions.PDUError:  # how this library says that a message was refused
            refused += 1
    client.unbind()
    client.disconnect()
    return {"ids": ids, "receipts": receipts, "refused_parts": refused, "text": TEXT, "parts": len(parts)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]), sys.argv[2], sys.argv[3]), ensure_ascii=False) + "\n")
