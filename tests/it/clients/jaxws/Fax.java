// Sends faxes with a proxy that JAX-WS generated from the service's description, and prints what
// the service answers.
// Arguments: SOAP version, address of the description, user, password, PDF, text, chunk size,
// "image" if there can be one.

import cc.interfax.*;
import java.io.*;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import javax.xml.datatype.*;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.ws.Holder;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

public class Fax {
    static final String NUMBER = "+1-212-5550100";

    static InterFaxSoap service;
    static String user, password;
    // They are sent, too, so they must not be empty.
    static Holder<Integer> total = new Holder<>(0), size = new Holder<>(0), code = new Holder<>(0);
    static PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    public static void main(String[] arguments) throws Exception {
        InterFax locator = new InterFax(new URL(arguments[1]));
        service = arguments[0].equals("1.2")
            ? locator.getInterFaxSoap12()
            : locator.getInterFaxSoap();
        user = arguments[2];
        password = arguments[3];
        byte[] pdf = Files.readAllBytes(Paths.get(arguments[4]));
        byte[] text = Files.readAllBytes(Paths.get(arguments[5]));

        ask();
        String session = upload(pdf, text, Integer.parseInt(arguments[6]));
        String sizes = pdf.length + ";" + text.length + "/sessionID=" + session;
        int fax = (int) submit(sizes);
        out.println("fax " + fax);
        out.println("same session " + submit(sizes));
        await(fax);
        lookUp(fax);
        out.println("inline " + service.sendfax(user, password, NUMBER, text, "TXT"));
        String characters = new String(text, StandardCharsets.UTF_8);
        out.println("text " + service.sendCharFax(user, password, NUMBER, characters, "TXT"));
        cancelBatch(text);
        if (arguments[7].equals("image")) {
            Holder<byte[]> image = new Holder<>();
            service.getFaxImage(user, password, fax, image, new Holder<>());
            String magic = HexFormat.of().formatHex(image.value, 0, 4);
            out.println("image " + magic + ", " + image.value.length + " bytes");
        }
        out.println("hide " + service.hideFax(user, password, fax));
        out.println("hidden, " + status(fax).size() + " listed");
        out.println("again " + service.reSendFax(user, password, fax, "+49 30 5550199"));
        password += " ";
        status(fax);
        out.println("wrong password " + submit(sizes) + ", status " + code.value);
    }

    static void ask() {
        out.println("types " + service.getSupportedFileTypes());
        for (String type : List.of("PDF", "XYZ")) {
            out.println(type + " " + service.isSupportedFileType(type));
        }
        out.println("-1062 " + service.getErrorDescription(-1062));
        out.println("codes " + service.getAllErrorCodes().getErrorMessage().size());
    }

    // The documents, one after another in one upload.
    static String upload(byte[] pdf, byte[] text, int chunkSize) {
        byte[] documents = Arrays.copyOf(pdf, pdf.length + text.length);
        System.arraycopy(text, 0, documents, pdf.length, text.length);
        Holder<String> session = new Holder<>();
        service.startFileUpload(user, password, session, new Holder<>());
        for (int start = 0; start < documents.length; start += chunkSize) {
            int end = Math.min(start + chunkSize, documents.length);
            byte[] chunk = Arrays.copyOfRange(documents, start, end);
            boolean isLast = end == documents.length;
            out.println("total " + service.uploadFileChunk(session.value, chunk, isLast));
        }
        return session.value;
    }

    static long submit(String sizes) throws Exception {
        return service.sendfaxEx2(user, password, NUMBER, "Ann", null, "PDF;TXT", sizes,
            inDays(-1), 2, "+49 30 1234567", null, "4711", "Angebot für März", null, "A4",
            "Portrait", true, false);
    }

    // The newest fax up to this one; nothing if the service refuses.
    static List<FaxItem> status(int fax) {
        Holder<ArrayOfFaxItem> items = new Holder<>();
        // LastTransactionID itself is not listed.
        service.faxStatus(user, password, fax + 1, 1, total, size, code, items);
        return items.value == null ? List.of() : items.value.getFaxItem();
    }

    static void await(int fax) throws Exception {
        long deadline = System.currentTimeMillis() + 10_000;
        FaxItem item;
        do {
            Thread.sleep(50);
            item = status(fax).get(0);
        } while (item.getStatus() != 0 && System.currentTimeMillis() < deadline);
        out.println("status " + item.getStatus() + ", " + item.getPagesSent() + " pages to "
            + item.getDestinationFax() + ", result " + code.value + ", " + size.value + " listed");
        out.println("subject " + item.getSubject());
    }

    static void lookUp(int fax) throws Exception {
        Holder<ArrayOfFaxItemEx> list = new Holder<>();
        service.faxStatusEx(user, password, fax + 1, 1, total, size, code, list);
        FaxItemEx item = list.value.getFaxItemEx().get(0);
        out.println("details " + item.getContact() + ", " + item.getJobID() + ", "
            + item.getSenderCSID() + ", " + item.getRemoteCSID() + ", " + item.getPageSize()
            + ", trial " + item.getTrialsPerformed());

        List<FaxItemEx> items = query("EQ", fax);
        item = items.get(0);
        out.println("query " + code.value + ", " + items.size() + " listed, "
            + item.getDuration() + " s, " + item.getUnits().intValue() + " units");
        out.println("submitted " + milliseconds(item.getSubmitTime()) / 1000);

        QueryCondition id = new QueryCondition();
        id.setVerb(SQLOperatorEnum.EQUALS);
        id.setVerbData(String.valueOf(fax));
        QueryForm form = new QueryForm();
        form.setTransactionID(id);
        QueryControl control = new QueryControl();
        control.setNumOfResults(10);
        control.setReturnItems(true);
        control.setReturnStats(true);
        FaxQueryResult found = service.faxQuery2(user, password, form, control);
        List<FaxItemEx2> faxes = found.getFaxItems().getFaxItemEx2();
        StatusCount stats = found.getStats().getStatusCount().get(0);
        out.println("search " + found.getResultCode() + ", " + faxes.size() + " listed, "
            + faxes.get(0).getNumOfTransactions() + " in batch, " + stats.getCount()
            + " of status " + stats.getStatus() + ", " + found.getTotalTransactionsNum()
            + " in all");

        Holder<String> xml = new Holder<>();
        service.faxStatusXML(user, password, fax + 1, 1, total, size, code, xml);
        Element root = DocumentBuilderFactory.newInstance().newDocumentBuilder()
            .parse(new InputSource(new StringReader(xml.value))).getDocumentElement();
        out.println("xml " + text(root, "TransactionID") + " " + text(root, "Subject"));
    }

    static void cancelBatch(byte[] text) throws Exception {
        long batch = service.sendfaxEx2(user, password,
            "+1-212-5550101;+1-212-5550102;+1-212-5550103", null, text, "TXT",
            String.valueOf(text.length), inDays(1), 0, null, null, null, null, null, null, null,
            false, false);
        out.println("batch " + batch);
        List<FaxItemEx> items = query("PARENT", batch);
        FaxItemEx item = items.get(0);
        long postponed = milliseconds(item.getPostponeTime()) - System.currentTimeMillis();
        out.println("batch of " + items.size() + ", completed in year "
            + item.getCompletionTime().getYear() + ", postponed by "
            + Math.round(postponed / 3_600_000.0) + " h");
        out.println("cancel batch " + service.cancelBatch(user, password, (int) batch));
        int one = item.getTransactionID();
        out.println("cancel again " + service.cancelFax(user, password, one));
        out.println("cancelled with status " + query("EQ", one).get(0).getStatus());
    }

    static List<FaxItemEx> query(String verb, long id) {
        Holder<ArrayOfFaxItemEx> items = new Holder<>();
        service.faxQuery(user, password, verb, String.valueOf(id), 10, code, items);
        return items.value.getFaxItemEx();
    }

    static XMLGregorianCalendar inDays(int days) throws Exception {
        GregorianCalendar calendar = new GregorianCalendar();
        calendar.add(Calendar.DAY_OF_MONTH, days);
        return DatatypeFactory.newInstance().newXMLGregorianCalendar(calendar);
    }

    static long milliseconds(XMLGregorianCalendar time) {
        return time.toGregorianCalendar().getTimeInMillis();
    }

    static String text(Element root, String name) {
        return root.getElementsByTagName(name).item(0).getTextContent();
    }
}
