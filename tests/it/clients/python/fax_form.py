"""Sends a text as a fax with nothing but Python's standard library, and prints what the service
answers.

What lists faxes cannot be called by forms, nor could it be at the vendor's.
Arguments: address of the service, user, password, PDF, text, and more that is not needed here.
"""

import sys
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode
from urllib.request import urlopen
from xml.etree import ElementTree

service, user, password, _, text, *_ = sys.argv[1:]

NUMBER = "+1-212-5550100"


def post(operation, **fields):
    # urlencode escapes the plus sign of a number; unescaped, it would arrive as a blank.
    answer = urlopen(f"{service}/{operation}", urlencode(fields).encode("ascii")).read()
    return ElementTree.fromstring(answer)


def call(operation, **fields):
    return post(operation, Username=user, Password=password, **fields).text


print("types", post("GetSupportedFileTypes").text)
for kind in ("PDF", "XYZ"):
    print(kind, post("IsSupportedFileType", FileType=kind).text)
print(-1062, post("GetErrorDescription", code=-1062).text)
print("codes", len(post("GetAllErrorCodes")))

with open(text, encoding="utf-8") as file:
    data = file.read()
print("text", call("SendCharFax", FaxNumber=NUMBER, Data=data, FileType="TXT"))
# Every parameter has to be there. Bytes in base64 are one field.
tomorrow = datetime.now(timezone.utc) + timedelta(days=1)
postponed = call(
    "SendfaxEx_2",
    FaxNumbers=NUMBER,
    Contacts="",
    FilesData="SGVsbG8=",
    FileTypes="TXT",
    FileSizes="5",
    Postpone=tomorrow.isoformat(),
    RetriesToPerform=0,
    CSID="",
    PageHeader="",
    JobID="",
    Subject="",
    ReplyAddress="",
    PageSize="",
    PageOrientation="",
    IsHighResolution="false",
    IsFineRendering="false",
)
print("postponed", postponed)
print("cancel", call("CancelFax", TransactionID=postponed))
print("cancel again", call("CancelFax", TransactionID=postponed))
password += " "
print("wrong password", call("SendCharFax", FaxNumber=NUMBER, Data=data, FileType="TXT"))
