"""Runs in an environment with cmppy: a client of others sends to our simulator.

`python cmppy_client.py PORT SECRET NUMBER TEXT`: prints what it saw as JSON on its last line.
"""

import json
import sys

from cmppy import Cmppy, SubmitReq


def main(port: int, secret: str, number: str, text: str) -> dict[str, object]:
    """One login, one message, the end of the login."""
    client = Cmppy("127.0.0.1", port, "901234", secret)
    answer = client.request(SubmitReq("901234", text, dest_terminal_id=[number], registered_delivery=1))
    if answer is None:
        return {"refused": True}
    return {"result": answer.result, "id": str(answer.msg_id)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4])) + "\n")
