// Uploads a document with a proxy that Axis 1.4 generated from the service's description, and
// prints what the service answers.
// Arguments: address of the service, user, password, document, chunk size.

import cc.interfax.www.*;
import java.net.URL;
import java.nio.file.*;
import java.util.Arrays;
import javax.xml.rpc.holders.StringHolder;

public class Upload {
    public static void main(String[] arguments) throws Exception {
        String user = arguments[1], password = arguments[2];
        byte[] document = Files.readAllBytes(Paths.get(arguments[3]));
        int chunkSize = Integer.parseInt(arguments[4]);

        // Without an address, the proxy takes the one in the description.
        InterFaxSoap service = new InterFaxLocator().getInterFaxSoap(new URL(arguments[0]));

        StringHolder none = new StringHolder();
        int refused = service.startFileUpload(user, password + " ", none);
        System.out.println("wrong password " + refused
            + (none.value == null ? " no session" : " a session"));

        StringHolder session = new StringHolder();
        System.out.println("start " + service.startFileUpload(user, password, session));
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

        StringHolder other = new StringHolder();
        System.out.println("start " + service.startFileUpload(user, password, other));
        System.out.println("cancel " + service.cancelFileUpload(other.value));
        System.out.println("cancel again " + service.cancelFileUpload(other.value));
    }
}
