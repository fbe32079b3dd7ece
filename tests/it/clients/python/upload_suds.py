"""Uploads a document with suds, and prints what the service answers.

Arguments: address of the description, user, password, document, chunk size.
"""

import base64
import sys

from suds.client import Client

wsdl, user, password, document, chunk_size = sys.argv[1:]

# suds keeps descriptions in a folder for a day; a program that moves to another address must not.
# The description has a port for each SOAP version; suds speaks SOAP 1.1.
client = Client(wsdl, cache=None)
client.set_options(port="InterFaxSoap")
service = client.service


def upload(session, chunk, is_last):
    # suds leaves base64 to the program.
    text = None if chunk is None else base64.encodebytes(chunk).decode("ascii")
    return service.UploadFileChunk(SessionID=session, Chunk=text, IsLast=is_last)


refused = service.StartFileUpload(Username=user, Password=password + " ")
without = "a session" if "SessionID" in refused else "no session"
print("wrong password", refused.StartFileUploadResult, without)

started = service.StartFileUpload(Username=user, Password=password)
session = str(started.SessionID)
print("start", started.StartFileUploadResult)
print("session", session)
print("missing chunk", upload(session, None, False))

with open(document, "rb") as file:
    content = file.read()
starts = range(0, len(content), int(chunk_size))
for start in starts:
    chunk = content[start : start + int(chunk_size)]
    print("total", upload(session, chunk, is_last=start == starts[-1]))
print("after the last", upload(session, b"more", is_last=False))

other = service.StartFileUpload(Username=user, Password=password)
print("start", other.StartFileUploadResult)
print("cancel", service.CancelFileUpload(SessionID=other.SessionID))
print("cancel again", service.CancelFileUpload(SessionID=other.SessionID))
