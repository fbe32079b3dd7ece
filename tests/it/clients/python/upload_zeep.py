"""Uploads a document with zeep, and prints what the service answers.

Arguments: port of the service, address of the description, user, password, document, chunk size.
"""

import sys
from urllib.parse import urlsplit

import requests
import zeep
from requests.adapters import BaseAdapter, HTTPAdapter


class Offline(BaseAdapter):
    """Shows that nothing but the gateway is asked for anything."""

    def send(self, request, **_):
        raise RuntimeError(f"{request.url} is not on the gateway")

    def close(self):
        pass


port, wsdl, user, password, document, chunk_size = sys.argv[1:]

session_of_requests = requests.Session()
session_of_requests.trust_env = False
for scheme in ("http://", "https://"):
    session_of_requests.mount(scheme, Offline())
session_of_requests.mount(f"http://{urlsplit(wsdl).netloc}/", HTTPAdapter())
transport = zeep.Transport(session=session_of_requests)
service = zeep.Client(wsdl, transport=transport).bind("InterFax", port)

refused = service.StartFileUpload(Username=user, Password=password + " ")
without = "no session" if refused.SessionID is None else "a session"
print("wrong password", refused.StartFileUploadResult, without)

started = service.StartFileUpload(Username=user, Password=password)
session = started.SessionID
print("start", started.StartFileUploadResult)
print("session", session)
print("missing chunk", service.UploadFileChunk(SessionID=session, IsLast=False))

with open(document, "rb") as file:
    content = file.read()
starts = range(0, len(content), int(chunk_size))
for start in starts:
    chunk = content[start : start + int(chunk_size)]
    is_last = start == starts[-1]
    # zeep encodes base64 itself.
    print("total", service.UploadFileChunk(SessionID=session, Chunk=chunk, IsLast=is_last))
print("after the last", service.UploadFileChunk(SessionID=session, Chunk=b"more", IsLast=False))

other = service.StartFileUpload(Username=user, Password=password)
print("start", other.StartFileUploadResult)
print("cancel", service.CancelFileUpload(SessionID=other.SessionID))
print("cancel again", service.CancelFileUpload(SessionID=other.SessionID))
