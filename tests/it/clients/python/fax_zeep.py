"""Sends faxes with zeep, and prints what the service answers.

Arguments: port of the service, address of the description, user, password, PDF, text, chunk size,
"image" if there can be one.
"""

import sys

import zeep
from faxes import Faxes

port, wsdl, user, password, *task = sys.argv[1:]

transport = zeep.Transport()
# The environment names a proxy for everything but this machine.
transport.session.trust_env = False
service = zeep.Client(wsdl, transport=transport).bind("InterFax", port)


def as_is(value):
    # zeep encodes and decodes base64 itself.
    return value


Faxes(service, as_is, as_is, user, password).tell(*task)
