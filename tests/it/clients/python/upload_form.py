"""Uploads a document with nothing but Python's standard library, and prints what the service answers.

StartFileUpload gives its SessionID back in a parameter, which the form binding cannot, so it is
called in SOAP; everything else is a form. Arguments: address of the service, user, password,
document, chunk size.
"""

import base64
import re
import sys
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from xml.etree import ElementTree
from xml.sax.saxutils import escape

service, user, password, document, chunk_size = sys.argv[1:]

ENVELOPE = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    '<StartFileUpload xmlns="http://www.interfax.cc"><Username>{}</Username><Password>{}</Password>'
    "</StartFileUpload></soap:Body></soap:Envelope>"
)


def start(password):
    headers = {
        "Content-Type": "text/xml; charset=utf-8",
        "SOAPAction": '"http://www.interfax.cc/StartFileUpload"',
    }
    body = ENVELOPE.format(escape(user), escape(password)).encode()
    answer = urlopen(Request(service, body, headers)).read().decode()
    session = re.search("<SessionID>(.*)</SessionID>", answer)
    result = re.search("<StartFileUploadResult>(.*)</StartFileUploadResult>", answer)
    return result[1], session and session[1]


def post(operation, **fields):
    # urlencode escapes the plus signs of base64; unescaped, they would arrive as blanks.
    answer = urlopen(f"{service}/{operation}", urlencode(fields).encode("ascii")).read()
    return ElementTree.fromstring(answer).text


def upload(session, chunk, is_last):
    text = base64.b64encode(chunk).decode("ascii")
    return post("UploadFileChunk", SessionID=session, Chunk=text, IsLast=is_last)


result, session = start(password + " ")
print("wrong password", result, "a session" if session else "no session")

result, session = start(password)
print("start", result)
print("session", session)
print("missing chunk", upload(session, b"", "false"))

with open(document, "rb") as file:
    content = file.read()
starts = range(0, len(content), int(chunk_size))
for first in starts:
    chunk = content[first : first + int(chunk_size)]
    print("total", upload(session, chunk, "true" if first == starts[-1] else "false"))
print("after the last", upload(session, b"more", "false"))

result, other = start(password)
print("start", result)
print("cancel", post("CancelFileUpload", SessionID=other))
print("cancel again", post("CancelFileUpload", SessionID=other))
