"""Simulators of gateways: separate processes on loopback, with faults on demand and a file of what was sent.

    python -m simulators.http_sms --port 0 --log sent.jsonl [--faults faults.json]

Each prints the port that it got, then serves until it is stopped. Its file, one JSON object a line, is only ever added
to, and is the only judge of what was sent. Simulators know nothing of the platform but the frames of its protocols.
"""
