"""Sends faxes with any Python client, and prints what the service answers."""

import time
from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree

NUMBER = "+1-212-5550100"


def items(array, name):
    """The items of an array in an answer: a client may make something else of none, and zeep makes
    a list of an array that is all there is in an answer."""
    return array if isinstance(array, list) else getattr(array, name, None) or []


def in_days(days):
    return datetime.now(timezone.utc) + timedelta(days=days)


class Faxes:
    """`service` has a method for each operation; `encode` makes a parameter of bytes, and `decode`
    bytes of a result."""

    def __init__(self, service, encode, decode, user, password):
        self.service, self.encode, self.decode = service, encode, decode
        self.user, self.password = user, password

    def call(self, operation, **parameters):
        method = getattr(self.service, operation)
        return method(Username=self.user, Password=self.password, **parameters)

    def tell(self, pdf, text, chunk_size, image):
        with open(pdf, "rb") as file:
            pdf = file.read()
        with open(text, "rb") as file:
            text = file.read()
        self.ask()
        session = self.upload(pdf + text, int(chunk_size))
        sizes = f"{len(pdf)};{len(text)}/sessionID={session}"
        fax = self.submit(sizes)
        print("fax", fax)
        print("same session", self.submit(sizes))
        self.wait(fax)
        self.look_up(fax)
        inline = self.encode(text)
        print("inline", self.call("Sendfax", FaxNumber=NUMBER, FileData=inline, FileType="TXT"))
        string = text.decode()
        print("text", self.call("SendCharFax", FaxNumber=NUMBER, Data=string, FileType="TXT"))
        self.cancel_batch(text)
        if image == "image":
            answer = self.call("GetFaxImage", TransactionID=fax)
            tiff = self.decode(answer.Image)
            print(f"image {tiff[:4].hex()}, {len(tiff)} bytes")
        print("hide", self.call("HideFax", TransactionID=fax))
        hidden = items(self.status("FaxStatus", fax).FaxStatusResult, "FaxItem")
        print(f"hidden, {len(hidden)} listed")
        print("again", self.call("ReSendFax", TransactionID=fax, FaxNumber="+49 30 5550199"))
        self.password += " "
        refused = self.status("FaxStatus", fax)
        print(f"wrong password {self.submit(sizes)}, status {refused.ResultCode}")

    def ask(self):
        service = self.service
        print("types", service.GetSupportedFileTypes())
        for kind in ("PDF", "XYZ"):
            is_taken = service.IsSupportedFileType(FileType=kind)
            print(kind, {True: "true", False: "false"}[is_taken])
        print(-1062, service.GetErrorDescription(code=-1062))
        print("codes", len(items(service.GetAllErrorCodes(), "ErrorMessage")))

    def upload(self, documents, chunk_size):
        session = self.call("StartFileUpload").SessionID
        starts = range(0, len(documents), chunk_size)
        for start in starts:
            chunk = self.encode(documents[start : start + chunk_size])
            is_last = start == starts[-1]
            total = self.service.UploadFileChunk(SessionID=session, Chunk=chunk, IsLast=is_last)
            print("total", total)
        return session

    def submit(self, sizes):
        return self.call(
            "SendfaxEx_2",
            FaxNumbers=NUMBER,
            Contacts="Ann",
            FileTypes="PDF;TXT",
            FileSizes=sizes,
            Postpone=in_days(-1),
            RetriesToPerform=2,
            CSID="+49 30 1234567",
            JobID="4711",
            Subject="Angebot für März",
            PageSize="A4",
            PageOrientation="Portrait",
            IsHighResolution=True,
            IsFineRendering=False,
        )

    def status(self, operation, fax):
        """The newest fax up to this one."""
        # LastTransactionID itself is not listed. The last three are `ref`, and have to be there.
        return self.call(
            operation,
            LastTransactionID=fax + 1,
            MaxItems=1,
            TotalCount=0,
            ListSize=0,
            ResultCode=0,
        )

    def wait(self, fax):
        deadline = time.monotonic() + 10
        while True:
            time.sleep(0.05)
            answer = self.status("FaxStatus", fax)
            [item] = answer.FaxStatusResult.FaxItem
            if item.Status == 0 or time.monotonic() > deadline:
                break
        print(
            f"status {item.Status}, {item.PagesSent} pages to {item.DestinationFax}, "
            f"result {answer.ResultCode}, {answer.ListSize} listed"
        )
        print("subject", item.Subject)

    def look_up(self, fax):
        [item] = self.status("FaxStatusEx", fax).FaxStatusExResult.FaxItemEx
        print(
            f"details {item.Contact}, {item.JobID}, {item.SenderCSID}, {item.RemoteCSID}, "
            f"{item.PageSize}, trial {item.TrialsPerformed}"
        )

        answer = self.query("EQ", fax)
        found = answer.FaxQueryResult.FaxItemEx
        duration, units = found[0].Duration, found[0].Units
        print(f"query {answer.ResultCode}, {len(found)} listed, {duration} s, {units + 0} units")
        print("submitted", int(found[0].SubmitTime.timestamp()))

        answer = self.search(fax)
        found, [stats] = answer.FaxItems.FaxItemEx2, answer.Stats.StatusCount
        print(
            f"search {answer.ResultCode}, {len(found)} listed, "
            f"{found[0].NumOfTransactions} in batch, {stats.Count} of status {stats.Status}, "
            f"{answer.TotalTransactionsNum} in all"
        )

        text = self.status("FaxStatusXML", fax).FaxStatusXMLResult
        [item] = ElementTree.fromstring(text)
        print("xml", item.findtext("TransactionID"), item.findtext("Subject"))

    def query(self, verb, fax):
        return self.call("FaxQuery", Verb=verb, VerbData=str(fax), MaxItems=10, ResultCode=0)

    def search(self, fax):
        # Everything in the form has to be there; what is empty is no condition.
        nothing = {"Verb": "Equals", "VerbData": ""}
        form = {
            "Subject": nothing,
            "FaxNumber": nothing,
            "DateFrom": in_days(-1),
            "DateTo": in_days(1),
            "UserID": nothing,
            "ReplyAddress": nothing,
            "TransactionID": {"Verb": "Equals", "VerbData": str(fax)},
            "ParentTransactionID": nothing,
            "Status": nothing,
            "ShowHiddenTransactions": False,
        }
        control = {
            "OnlyParents": False,
            "NumOfResults": 10,
            "StartingRecord": 0,
            "OrderBy": "TransactionID",
            "AscOrderDirection": True,
            "ReturnItems": True,
            "ReturnStats": True,
        }
        return self.call("FaxQuery2", QueryForm=form, QueryControl=control)

    def cancel_batch(self, text):
        batch = self.call(
            "SendfaxEx_2",
            FaxNumbers="+1-212-5550101;+1-212-5550102;+1-212-5550103",
            FilesData=self.encode(text),
            FileTypes="TXT",
            FileSizes=str(len(text)),
            Postpone=in_days(1),
            RetriesToPerform=0,
            IsHighResolution=False,
            IsFineRendering=False,
        )
        print("batch", batch)
        faxes = self.query("PARENT", batch).FaxQueryResult.FaxItemEx
        postponed = round((faxes[0].PostponeTime - in_days(0)).total_seconds() / 3600)
        year = faxes[0].CompletionTime.year
        print(f"batch of {len(faxes)}, completed in year {year}, postponed by {postponed} h")
        print("cancel batch", self.call("CancelBatch", ParentTransactionID=batch))
        one = faxes[0].TransactionID
        print("cancel again", self.call("CancelFax", TransactionID=one))
        [cancelled] = self.query("EQ", one).FaxQueryResult.FaxItemEx
        print("cancelled with status", cancelled.Status)
