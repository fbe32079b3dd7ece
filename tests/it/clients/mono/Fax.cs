// Sends faxes with a proxy generated from the service's description, and prints what the service
// answers. Arguments: address of the description, user, password, PDF, text, chunk size, "image" if
// there can be one.

using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Xml;

class Fax
{
    const string Number = "+1-212-5550100";

    // The proxy's own address is the one in the description.
    readonly InterFax service = new InterFax();
    readonly string user;
    string password;

    Fax(string user, string password)
    {
        this.user = user;
        this.password = password;
    }

    static void Main(string[] arguments)
    {
        Console.OutputEncoding = new UTF8Encoding(false);
        byte[] pdf = File.ReadAllBytes(arguments[3]), text = File.ReadAllBytes(arguments[4]);
        new Fax(arguments[1], arguments[2]).Tell(pdf, text, int.Parse(arguments[5]), arguments[6] == "image");
    }

    void Tell(byte[] pdf, byte[] text, int chunkSize, bool withImage)
    {
        Ask();
        string session = Upload(pdf, text, chunkSize);
        string sizes = string.Format("{0};{1}/sessionID={2}", pdf.Length, text.Length, session);
        int fax = (int)Submit(sizes);
        Console.WriteLine("fax {0}", fax);
        Console.WriteLine("same session {0}", Submit(sizes));
        Wait(fax);
        LookUp(fax);
        Console.WriteLine("inline {0}", service.Sendfax(user, password, Number, text, "TXT"));
        string characters = Encoding.UTF8.GetString(text);
        Console.WriteLine("text {0}", service.SendCharFax(user, password, Number, characters, "TXT"));
        CancelBatch(text);
        if (withImage)
        {
            byte[] image = null;
            service.GetFaxImage(user, password, fax, ref image);
            string magic = BitConverter.ToString(image, 0, 4).Replace("-", "").ToLowerInvariant();
            Console.WriteLine("image {0}, {1} bytes", magic, image.Length);
        }
        Console.WriteLine("hide {0}", service.HideFax(user, password, fax));
        int total = 0, size = 0, code = 0;
        FaxItem[] hidden = service.FaxStatus(user, password, fax + 1, 1, ref total, ref size, ref code);
        Console.WriteLine("hidden, {0} listed", hidden.Length);
        Console.WriteLine("again {0}", service.ReSendFax(user, password, fax, "+49 30 5550199"));
        password += " ";
        service.FaxStatus(user, password, fax + 1, 1, ref total, ref size, ref code);
        Console.WriteLine("wrong password {0}, status {1}", Submit(sizes), code);
    }

    void Ask()
    {
        Console.WriteLine("types {0}", service.GetSupportedFileTypes());
        foreach (string type in new[] { "PDF", "XYZ" })
            Console.WriteLine("{0} {1}", type, service.IsSupportedFileType(type) ? "true" : "false");
        Console.WriteLine("-1062 {0}", service.GetErrorDescription(-1062));
        Console.WriteLine("codes {0}", service.GetAllErrorCodes().Length);
    }

    // The documents, one after another in one upload.
    string Upload(byte[] pdf, byte[] text, int chunkSize)
    {
        var documents = new byte[pdf.Length + text.Length];
        pdf.CopyTo(documents, 0);
        text.CopyTo(documents, pdf.Length);
        string session = "";
        service.StartFileUpload(user, password, ref session);
        for (int start = 0; start < documents.Length; start += chunkSize)
        {
            var chunk = new byte[Math.Min(chunkSize, documents.Length - start)];
            Array.Copy(documents, start, chunk, 0, chunk.Length);
            bool isLast = start + chunk.Length == documents.Length;
            Console.WriteLine("total {0}", service.UploadFileChunk(session, chunk, isLast));
        }
        return session;
    }

    long Submit(string sizes)
    {
        return service.SendfaxEx_2(user, password, Number, "Ann", null, "PDF;TXT", sizes,
            DateTime.Now.AddDays(-1), 2, "+49 30 1234567", "", "4711", "Angebot für März", "",
            "A4", "Portrait", true, false);
    }

    void Wait(int fax)
    {
        DateTime deadline = DateTime.UtcNow.AddSeconds(10);
        int total = 0, size = 0, code = 0;
        FaxItem item;
        do
        {
            Thread.Sleep(50);
            // LastTransactionID itself is not listed.
            item = service.FaxStatus(user, password, fax + 1, 1, ref total, ref size, ref code)[0];
        } while (item.Status != 0 && DateTime.UtcNow < deadline);
        Console.WriteLine("status {0}, {1} pages to {2}, result {3}, {4} listed",
            item.Status, item.PagesSent, item.DestinationFax, code, size);
        Console.WriteLine("subject {0}", item.Subject);
    }

    void LookUp(int fax)
    {
        int total = 0, size = 0, code = 0;
        FaxItemEx item = service.FaxStatusEx(user, password, fax + 1, 1, ref total, ref size, ref code)[0];
        Console.WriteLine("details {0}, {1}, {2}, {3}, {4}, trial {5}", item.Contact, item.JobID,
            item.SenderCSID, item.RemoteCSID, item.PageSize, item.TrialsPerformed);

        FaxItemEx[] items = service.FaxQuery(user, password, "EQ", fax.ToString(), 10, ref code);
        Console.WriteLine("query {0}, {1} listed, {2} s, {3:0.##} units",
            code, items.Length, items[0].Duration, items[0].Units);
        TimeSpan sinceEpoch = items[0].SubmitTime.ToUniversalTime() - new DateTime(1970, 1, 1);
        Console.WriteLine("submitted {0}", (long)Math.Floor(sinceEpoch.TotalSeconds));

        var form = new QueryForm
        {
            TransactionID = new QueryCondition { Verb = SQLOperatorEnum.Equals, VerbData = fax.ToString() }
        };
        var control = new QueryControl { NumOfResults = 10, ReturnItems = true, ReturnStats = true };
        FaxQueryResult found = service.FaxQuery2(user, password, form, control);
        Console.WriteLine("search {0}, {1} listed, {2} in batch, {3} of status {4}, {5} in all",
            found.ResultCode, found.FaxItems.Length, found.FaxItems[0].NumOfTransactions,
            found.Stats[0].Count, found.Stats[0].Status, found.TotalTransactionsNum);

        var document = new XmlDocument();
        document.LoadXml(service.FaxStatusXML(user, password, fax + 1, 1, ref total, ref size, ref code));
        XmlElement element = document.DocumentElement["FaxItemEx"];
        Console.WriteLine("xml {0} {1}", element["TransactionID"].InnerText, element["Subject"].InnerText);
    }

    void CancelBatch(byte[] text)
    {
        long batch = service.SendfaxEx_2(user, password,
            "+1-212-5550101;+1-212-5550102;+1-212-5550103", "", text, "TXT", text.Length.ToString(),
            DateTime.Now.AddDays(1), 0, "", "", "", "", "", "", "", false, false);
        Console.WriteLine("batch {0}", batch);
        int code = 0;
        FaxItemEx[] items = service.FaxQuery(user, password, "PARENT", batch.ToString(), 10, ref code);
        TimeSpan postponed = items[0].PostponeTime.ToUniversalTime() - DateTime.UtcNow;
        Console.WriteLine("batch of {0}, completed in year {1}, postponed by {2} h",
            items.Length, items[0].CompletionTime.Year, Math.Round(postponed.TotalHours));
        Console.WriteLine("cancel batch {0}", service.CancelBatch(user, password, (int)batch));
        int one = items[0].TransactionID;
        Console.WriteLine("cancel again {0}", service.CancelFax(user, password, one));
        items = service.FaxQuery(user, password, "EQ", one.ToString(), 10, ref code);
        Console.WriteLine("cancelled with status {0}", items[0].Status);
    }
}
