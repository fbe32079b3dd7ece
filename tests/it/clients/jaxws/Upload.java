// Uploads a document with a proxy that JAX-WS generated from the service's description, and prints
// what the service answers.
// Arguments: SOAP version, address of the description, user, password, document, chunk size.

import cc.interfax.*;
import java.net.URL;
import java.nio.file.*;
import java.util.Arrays;
import javax.xml.ws.Holder;

public class Upload {
    public static void main(String[] arguments) throws Exception {
        String user = arguments[2], password = arguments[3];
        byte[] document = Files.readAllBytes(Paths.get(arguments[4]));
        int chunkSize = Integer.parseInt(arguments[5]);

        InterFax locator = new InterFax(new URL(arguments[1]));
        InterFaxSoap service = arguments[0].equals("1.2")
            ? locator.getInterFaxSoap12()
            : locator.getInterFaxSoap();

        Holder<Integer> result = new Holder<>();
        Holder<String> none = new Holder<>();
        service.startFileUpload(user, password + " ", none, result);
        System.out.println("wrong password " + result.value
            + (none.value == null ? " no session" : " a session"));

        Holder<String> session = new Holder<>();
        service.startFileUpload(user, password, session, result);
        System.out.println("start " + result.value);
        System.out.println("session " + session.value);
        System.out.println("missing chunk " + service.uploadFileChunk(session.value, null, false));

        for (int start = 0; start < document.length; start += chunkSize) {
            int end = Math.min(start + chunkSize, document.length);
            byte[] chunk = Arrays.copyOfRange(document, start, end);
            boolean isLast = end == document.length;
            System.out.println("total " + service.uploadFileChunk(session.value, chunk, isLast));
        }
        byte[] more = "more".getBytes();
        System.out.println("after the last " + service.uploadFileChunk(session.value, more, false));

        Holder<String> other = new Holder<>();
        service.startFileUpload(user, password, other, result);
        System.out.println("start " + result.value);
        System.out.println("cancel " + service.cancelFileUpload(other.value));
        System.out.println("cancel again " + service.cancelFileUpload(other.value));
    }
}
