//! Attacks on SOAP: what the known catalogues list, as far as there is something here to attack.

use super::attack::{Attack, Expected, MALFORMED, NOBODY, UNKNOWN, cancel, document, post, upload};

const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
const SECURITY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

/// The answer to a client that cancels without naming a session.
const NO_SESSION: Expected = Expected::Result("CancelFileUpload", 0);

pub fn attacks(session: &str) -> Vec<Attack> {
    [
        headers(),
        wrapping(session),
        disagreeing(session),
        values(session),
    ]
    .concat()
}

fn call(name: &'static str, document: &str, expected: Expected) -> Attack {
    Attack {
        name,
        request: post("CancelFileUpload", document.as_bytes()),
        expected,
    }
}

fn not_understood(text: &'static str) -> Expected {
    Expected::Fault("MustUnderstand", text)
}

/// Header blocks that want the gateway to reach for something.
fn headers() -> Vec<Attack> {
    let header = |blocks: &str| {
        document(
            "",
            &format!("<soap:Header>{blocks}</soap:Header>"),
            &cancel(NOBODY),
        )
    };
    let addressing = |name: &str, must: &str| {
        header(&format!(
            "<a:{name} xmlns:a=\"{ADDRESSING}\"{must}>\
             <a:Address>http://127.0.0.1:9/admin</a:Address></a:{name}>"
        ))
    };
    let must = " soap:mustUnderstand=\"1\"";
    let signature =
        format!("<s:Security xmlns:s=\"{SECURITY}\"{must}><s:BinarySecurityToken/></s:Security>");
    vec![
        call(
            "an answer wanted elsewhere",
            &addressing("ReplyTo", ""),
            UNKNOWN,
        ),
        call(
            "an answer wanted elsewhere, with force",
            &addressing("ReplyTo", must),
            not_understood("SOAP header ReplyTo was not understood."),
        ),
        call(
            "faults wanted elsewhere",
            &addressing("FaultTo", ""),
            UNKNOWN,
        ),
        call("a call for another host", &addressing("To", ""), UNKNOWN),
        call(
            "a call for another host, with force",
            &addressing("To", must),
            not_understood("SOAP header To was not understood."),
        ),
        call(
            "a signature nobody checks, with force",
            &header(&signature),
            not_understood("SOAP header Security was not understood."),
        ),
        call(
            "a flood of header blocks",
            &header(&"<a/>".repeat(100_000)),
            MALFORMED,
        ),
        call(
            "a block for somebody else, with force",
            &header(&format!("<a soap:actor=\"urn:other\"{must}/>")),
            UNKNOWN,
        ),
    ]
}

/// Documents in which one reader sees one call, and another one another.
fn wrapping(session: &str) -> Vec<Attack> {
    let theirs = upload(session, "AAAA", "");
    let wrapped = format!(
        "<soap:Header><wrapper><soap:Body Id=\"signed\">{theirs}</soap:Body></wrapper>\
         </soap:Header>"
    );
    let identified = format!(
        "<soap:Header/><soap:Body xmlns:u=\"urn:u\" u:Id=\"other\">{}</soap:Body>",
        cancel(NOBODY)
    );
    vec![
        // The first Body that is the Envelope's own child is the one.
        call(
            "a signed Body moved into the header",
            &document("", &wrapped, &cancel(NOBODY)),
            UNKNOWN,
        ),
        call("two Bodies", &document("", &identified, &theirs), UNKNOWN),
        call(
            "two calls in a Body",
            &document("", "", &(cancel(NOBODY) + &theirs)),
            UNKNOWN,
        ),
        call(
            "a call in the header",
            &document(
                "",
                &format!("<soap:Header>{theirs}</soap:Header>"),
                &cancel(NOBODY),
            ),
            UNKNOWN,
        ),
        call(
            "an envelope in an envelope",
            &document("", "", &cancel(&(document("", "", &theirs) + NOBODY))),
            UNKNOWN,
        ),
        call(
            "another session behind the first",
            &document(
                "",
                "",
                &cancel(&format!("{NOBODY}<SessionID>{session}</SessionID>")),
            ),
            UNKNOWN,
        ),
        call(
            "a session of another namespace",
            &document(
                "",
                "",
                &cancel(&format!(
                    "<SessionID xmlns=\"urn:other\">{session}</SessionID>"
                )),
            ),
            NO_SESSION,
        ),
    ]
}

/// Requests whose header says one thing and whose body another.
fn disagreeing(session: &str) -> Vec<Attack> {
    let theirs = document("", "", &upload(session, "AAAA", ""));
    let other = |name, action: &str, expected| Attack {
        name,
        request: post(action, theirs.as_bytes()),
        expected,
    };
    vec![
        // The action wins, and every parameter is missing.
        other(
            "an action that disagrees with the body",
            "CancelFileUpload",
            NO_SESSION,
        ),
        other(
            "an action to log in",
            "StartFileUpload",
            Expected::Result("StartFileUpload", -1003),
        ),
        other(
            "an action nobody knows",
            "DropAllTables",
            Expected::Fault(
                "Client",
                "Server did not recognize the value of HTTP Header SOAPAction: \
                 http://www.interfax.cc/DropAllTables.",
            ),
        ),
        Attack {
            name: "no call at all",
            request: post("CancelFileUpload", document("", "", "").as_bytes()),
            expected: NO_SESSION,
        },
        Attack {
            name: "no Body",
            request: post(
                "CancelFileUpload",
                document("", "", "").replace("soap:Body", "a").as_bytes(),
            ),
            expected: Expected::Fault(
                "Client",
                "Server was unable to read request. ---&gt; Request format is invalid: \
                 Missing required soap:Body element.",
            ),
        },
    ]
}

/// Values that make a careless reader reserve memory, call code or ask a database.
fn values(session: &str) -> Vec<Attack> {
    let array = "xmlns:soapenc=\"http://schemas.xmlsoap.org/soap/encoding/\" \
                 soapenc:arrayType=\"xsd:string[2147483647,2147483647]\"";
    let process = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                   xsi:type=\"System.Diagnostics.Process\"";
    let inclusion = "<xop:Include xmlns:xop=\"http://www.w3.org/2004/08/xop/include\" \
                     href=\"file:///etc/passwd\"/>";
    let nobody = |attributes: &str| cancel(&format!("<SessionID {attributes}>nobody</SessionID>"));
    let named = |value: &str| document("", "", &cancel(&format!("<SessionID>{value}</SessionID>")));
    let upload = |name, chunk: &str, more: &str| Attack {
        name,
        request: post(
            "UploadFileChunk",
            document("", "", &upload(session, chunk, more)).as_bytes(),
        ),
        expected: Expected::Result("UploadFileChunk", -1061),
    };
    vec![
        call(
            "an array that says it is huge",
            &document("", "", &nobody(array)),
            UNKNOWN,
        ),
        call(
            "a type to load",
            &document("", "", &nobody(process)),
            UNKNOWN,
        ),
        call(
            "a reference to elsewhere",
            &document("", "", &nobody("href=\"http://127.0.0.1:9/\"")),
            UNKNOWN,
        ),
        call(
            "a reference to itself",
            &document("", "", &nobody("id=\"a\" href=\"#a\"")),
            UNKNOWN,
        ),
        call(
            "a statement of SQL",
            &named("' OR 1=1; DROP TABLE upload_session; --"),
            UNKNOWN,
        ),
        call("a path", &named("../../../../etc/passwd"), UNKNOWN),
        call("a command", &named("$(reboot) `reboot` | reboot"), UNKNOWN),
        call("a pattern", &named("%_*?[a-z]+"), UNKNOWN),
        call("coercive parsing", &named(&"9".repeat(60_000)), UNKNOWN),
        upload(
            "nothing but white space for data",
            &" \r\n".repeat(100_000),
            "",
        ),
        upload("data named elsewhere", "", inclusion),
    ]
}
