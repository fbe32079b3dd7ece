// Sends faxes with a proxy that Axis 1.4 generated from the service's description, and prints what
// the service answers.
// Arguments: address of the service, user, password, PDF, text, chunk size, "image" if there can be
// one.

import cc.interfax.www.*;
import java.io.*;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.rpc.holders.*;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

public class Fax {
    static final String NUMBER = "+1-212-5550100";

    static InterFaxSoap service;
    static String user, password;
    static IntHolder total = new IntHolder(), size = new IntHolder(), code = new IntHolder();
    static PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    public static void main(String[] arguments) throws Exception {
        service = new InterFaxLocator().getInterFaxSoap(new URL(arguments[0]));
        user = arguments[1];
        password = arguments[2];
        byte[] pdf = Files.readAllBytes(Paths.get(arguments[3]));
        byte[] text = Files.readAllBytes(Paths.get(arguments[4]));

        ask();
        String session = upload(pdf, text, Integer.parseInt(arguments[5]));
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
        if (arguments[6].equals("image")) {
            ByteArrayHolder image = new ByteArrayHolder();
            service.getFaxImage(user, password, fax, image);
            String magic = HexFormat.of().formatHex(image.value, 0, 4);
            out.println("image " + magic + ", " + image.value.length + " bytes");
        }
        out.println("hide " + service.hideFax(user, password, fax));
        FaxItem[] hidden = service.faxStatus(user, password, fax + 1, 1, total, size, code);
        out.println("hidden, " + hidden.length + " listed");
        out.println("again " + service.reSendFax(user, password, fax, "+49 30 5550199"));
        password += " ";
        out.println("wrong password " + submit(sizes) + ", status " + refusedStatus(fax));
    }

    // An answer without a list is a fault to Axis, whatever else is in it.
    static String refusedStatus(int fax) throws Exception {
        try {
            service.faxStatus(user, password, fax + 1, 1, total, size, code);
            return String.valueOf(code.value);
        } catch (org.apache.axis.AxisFault fault) {
            return fault.getFaultString();
        }
    }

    static void ask() throws Exception {
        out.println("types " + service.getSupportedFileTypes());
        for (String type : new String[] {"PDF", "XYZ"}) {
            out.println(type + " " + service.isSupportedFileType(type));
        }
        out.println("-1062 " + service.getErrorDescription(-1062));
        out.println("codes " + service.getAllErrorCodes().length);
    }

    // The documents, one after another in one upload.
    static String upload(byte[] pdf, byte[] text, int chunkSize) throws Exception {
        byte[] documents = Arrays.copyOf(pdf, pdf.length + text.length);
        System.arraycopy(text, 0, documents, pdf.length, text.length);
        StringHolder session = new StringHolder();
        service.startFileUpload(user, password, session);
        for (int start = 0; start < documents.length; start += chunkSize) {
            int end = Math.min(start + chunkSize, documents.length);
            byte[] chunk = Arrays.copyOfRange(documents, start, end);
            boolean isLast = end == documents.length;
            out.println("total " + service.uploadFileChunk(session.value, chunk, isLast));
        }
        return session.value;
    }

    static long submit(String sizes) throws Exception {
        return service.sendfaxEx_2(user, password, NUMBER, "Ann", null, "PDF;TXT", sizes,
            inDays(-1), 2, "+49 30 1234567", null, "4711", "Angebot für März", null, "A4",
            "Portrait", true, false);
    }

    static void await(int fax) throws Exception {
        long deadline = System.currentTimeMillis() + 10_000;
        FaxItem item;
        do {
            Thread.sleep(50);
            // LastTransactionID itself is not listed.
            item = service.faxStatus(user, password, fax + 1, 1, total, size, code)[0];
        } while (item.getStatus() != 0 && System.currentTimeMillis() < deadline);
        out.println("status " + item.getStatus() + ", " + item.getPagesSent() + " pages to "
            + item.getDestinationFax() + ", result " + code.value + ", " + size.value + " listed");
        out.println("subject " + item.getSubject());
    }

    static void lookUp(int fax) throws Exception {
        FaxItemEx item = service.faxStatusEx(user, password, fax + 1, 1, total, size, code)[0];
        out.println("details " + item.getContact() + ", " + item.getJobID() + ", "
            + item.getSenderCSID() + ", " + item.getRemoteCSID() + ", " + item.getPageSize()
            + ", trial " + item.getTrialsPerformed());

        FaxItemEx[] items = query("EQ", fax);
        out.println("query " + code.value + ", " + items.length + " listed, "
            + items[0].getDuration() + " s, " + items[0].getUnits().intValue() + " units");
        out.println("submitted " + items[0].getSubmitTime().getTimeInMillis() / 1000);

        // Axis sends no form in which anything is missing; what is empty is no condition.
        QueryCondition any = new QueryCondition(SQLOperatorEnum.Equals, "");
        QueryCondition id = new QueryCondition(SQLOperatorEnum.Equals, String.valueOf(fax));
        QueryForm form = new QueryForm(any, any, inDays(-1), inDays(1), any, any, id, any, any, false);
        QueryControl control =
            new QueryControl(false, 10, 0, OrderByColumnEnum.TransactionID, true, true, true);
        FaxQueryResult found = service.faxQuery2(user, password, form, control);
        StatusCount stats = found.getStats()[0];
        out.println("search " + found.getResultCode() + ", " + found.getFaxItems().length
            + " listed, " + found.getFaxItems()[0].getNumOfTransactions() + " in batch, "
            + stats.getCount() + " of status " + stats.getStatus() + ", "
            + found.getTotalTransactionsNum() + " in all");

        String xml = service.faxStatusXML(user, password, fax + 1, 1, total, size, code);
        Element list = DocumentBuilderFactory.newInstance().newDocumentBuilder()
            .parse(new InputSource(new StringReader(xml))).getDocumentElement();
        out.println("xml " + text(list, "TransactionID") + " " + text(list, "Subject"));
    }

    static void cancelBatch(byte[] text) throws Exception {
        long batch = service.sendfaxEx_2(user, password,
            "+1-212-5550101;+1-212-5550102;+1-212-5550103", null, text, "TXT",
            String.valueOf(text.length), inDays(1), 0, null, null, null, null, null, null, null,
            false, false);
        out.println("batch " + batch);
        FaxItemEx[] items = query("PARENT", batch);
        long postponed = items[0].getPostponeTime().getTimeInMillis() - System.currentTimeMillis();
        out.println("batch of " + items.length + ", completed in year "
            + items[0].getCompletionTime().get(Calendar.YEAR) + ", postponed by "
            + Math.round(postponed / 3_600_000.0) + " h");
        out.println("cancel batch " + service.cancelBatch(user, password, (int) batch));
        int one = items[0].getTransactionID();
        out.println("cancel again " + service.cancelFax(user, password, one));
        out.println("cancelled with status " + query("EQ", one)[0].getStatus());
    }

    static FaxItemEx[] query(String verb, long id) throws Exception {
        return service.faxQuery(user, password, verb, String.valueOf(id), 10, code);
    }

    static Calendar inDays(int days) {
        Calendar calendar = Calendar.getInstance();
        calendar.add(Calendar.DAY_OF_MONTH, days);
        return calendar;
    }

    static String text(Element list, String name) {
        return list.getElementsByTagName(name).item(0).getTextContent();
    }
}
