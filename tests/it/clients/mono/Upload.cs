// Uploads a document with a proxy generated from the service's description, and prints what the
// service answers. Arguments: address of the description, user, password, document, chunk size.

using System;
using System.IO;

static class Upload
{
    static void Main(string[] arguments)
    {
        string user = arguments[1], password = arguments[2];
        byte[] document = File.ReadAllBytes(arguments[3]);
        int chunkSize = int.Parse(arguments[4]);

        // The proxy's own address is the one in the description.
        var service = new InterFax();

        string none = null;
        int refused = service.StartFileUpload(user, password + " ", ref none);
        Console.WriteLine("wrong password {0} {1}", refused, none == null ? "no session" : "a session");

        // Generated code of that time passes an empty string, which is sent as an empty element.
        string session = "";
        Console.WriteLine("start {0}", service.StartFileUpload(user, password, ref session));
        Console.WriteLine("session {0}", session);
        Console.WriteLine("missing chunk {0}", service.UploadFileChunk(session, null, false));

        for (int start = 0; start < document.Length; start += chunkSize)
        {
            int length = Math.Min(chunkSize, document.Length - start);
            var chunk = new byte[length];
            Array.Copy(document, start, chunk, 0, length);
            bool isLast = start + length == document.Length;
            Console.WriteLine("total {0}", service.UploadFileChunk(session, chunk, isLast));
        }
        Console.WriteLine("after the last {0}", service.UploadFileChunk(session, new byte[] { 1 }, false));

        string other = "";
        Console.WriteLine("start {0}", service.StartFileUpload(user, password, ref other));
        Console.WriteLine("cancel {0}", service.CancelFileUpload(other));
        Console.WriteLine("cancel again {0}", service.CancelFileUpload(other));
    }
}
