"""Sends faxes with suds, and prints what the service answers.

Arguments: address of the description, user, password, PDF, text, chunk size, "image" if there can
be one.
"""

import base64
import sys

from faxes import Faxes
from suds.client import Client

wsdl, user, password, *task = sys.argv[1:]

client = Client(wsdl, cache=None)
client.set_options(port="InterFaxSoap")


def encode(value):
    # suds leaves base64 to the program.
    return base64.b64encode(value).decode("ascii")


Faxes(client.service, encode, base64.b64decode, user, password).tell(*task)
