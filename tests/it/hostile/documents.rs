//! Attacks on the XML reader. Those with a chunk name a session that exists: nothing of them may
//! get into it.

use super::attack::{Attack, MALFORMED, NOBODY, UNKNOWN, cancel, document, framed, post, upload};

/// How many of a thing a flood has.
pub const FLOOD: usize = 100_000;

pub fn attacks(session: &str) -> Vec<Attack> {
    [
        prologues(),
        floods(),
        attributes(),
        bytes(session),
        harmless(),
    ]
    .concat()
}

fn refused(name: &'static str, document: impl AsRef<[u8]>) -> Attack {
    Attack {
        name,
        request: post("CancelFileUpload", document.as_ref()),
        expected: MALFORMED,
    }
}

/// Document types, and the entities they declare.
fn prologues() -> Vec<Attack> {
    let declared = |subset: &str, value: &str| {
        let prologue = format!("<?xml version=\"1.0\"?><!DOCTYPE x {subset}>");
        let session = format!("<SessionID>{value}</SessionID>");
        document(&prologue, "", &cancel(&session))
    };
    let levels = (1..30).map(|level| {
        let below = format!("&a{};", level - 1).repeat(4);
        format!("<!ENTITY a{level} \"{below}\">")
    });
    let bomb = "<!ENTITY a0 \"ha\">".to_owned() + &levels.collect::<Vec<_>>().concat();
    let long = format!("<!ENTITY a \"{}\">", "a".repeat(100_000));
    vec![
        refused("a document type", declared("", "x")),
        refused(
            "an external document type",
            declared("SYSTEM \"http://127.0.0.1:9/x.dtd\"", "x"),
        ),
        refused(
            "an external entity",
            declared("[<!ENTITY x SYSTEM \"file:///etc/passwd\">]", "&x;"),
        ),
        refused(
            "an external parameter entity",
            declared("[<!ENTITY % x SYSTEM \"http://127.0.0.1:9/\"> %x;]", "x"),
        ),
        refused("an entity bomb", declared(&format!("[{bomb}]"), "&a29;")),
        refused(
            "quadratic entities",
            declared(&format!("[{long}]"), &"&a;".repeat(10_000)),
        ),
        refused(
            "an entity that contains itself",
            declared("[<!ENTITY a \"&b;\"><!ENTITY b \"&a;\">]", "&a;"),
        ),
        refused(
            "an entity nobody declared",
            document("", "", &cancel("<SessionID>&x;</SessionID>")),
        ),
    ]
}

/// Too much of everything.
fn floods() -> Vec<Attack> {
    let nested = "<a>".repeat(FLOOD) + &"</a>".repeat(FLOOD);
    let siblings = "<a/>".repeat(FLOOD);
    let name = "n".repeat(1 << 20);
    let text = "t".repeat(100_000_000);
    let long = document("", "", &cancel(&format!("<SessionID>{text}</SessionID>")));
    let chunked = [
        format!("{:x}\r\n", long.len()).as_bytes(),
        long.as_bytes(),
        b"\r\n0\r\n\r\n",
    ]
    .concat();
    vec![
        refused("elements in elements", document("", "", &cancel(&nested))),
        refused(
            "elements that are never closed",
            document("", "", &cancel(&"<a>".repeat(FLOOD))),
        ),
        refused(
            "elements in elements of a header",
            document(
                "",
                &format!("<soap:Header>{nested}</soap:Header>"),
                &cancel(NOBODY),
            ),
        ),
        refused("siblings", document("", "", &cancel(&siblings))),
        refused(
            "a name of a megabyte",
            document("", "", &cancel(&format!("<{name}/>"))),
        ),
        refused(
            "a text of a megabyte",
            document("", "", &cancel(&format!("<SessionID>{name}</SessionID>"))),
        ),
        refused(
            "CDATA of a megabyte",
            document(
                "",
                "",
                &cancel(&format!("<SessionID><![CDATA[{name}]]></SessionID>")),
            ),
        ),
        refused(
            "a comment of a megabyte",
            document(&format!("<!--{name}-->"), "", &cancel(NOBODY)),
        ),
        refused(
            "an instruction of a megabyte",
            document(&format!("<?x {name}?>"), "", &cancel(NOBODY)),
        ),
        refused(
            "comments",
            document("", "", &cancel(&("<!---->".repeat(FLOOD) + NOBODY))),
        ),
        refused(
            "instructions",
            document("", "", &cancel(&("<?x?>".repeat(FLOOD) + NOBODY))),
        ),
        refused(
            "references in what nobody reads",
            document(
                "",
                "",
                &cancel(&format!("<x>{}</x>{NOBODY}", "&lt;".repeat(FLOOD))),
            ),
        ),
        Attack {
            name: "a text of 100 MB that does not tell its length",
            request: framed(
                "CancelFileUpload",
                "Transfer-Encoding: chunked\r\n",
                &chunked,
            ),
            expected: MALFORMED,
        },
    ]
}

/// Too many attributes and declarations, and too large ones.
fn attributes() -> Vec<Attack> {
    let numbered =
        |make: &dyn Fn(usize) -> String| (0..FLOOD).map(make).collect::<Vec<_>>().concat();
    let attributes = numbered(&|n| format!(" a{n}=\"\""));
    let same = " a=\"\"".repeat(FLOOD);
    let namespaces = numbered(&|n| format!(" xmlns:n{n}=\"u\""));
    // Names that fall into one place of a table whose hash is a sum.
    let colliding = numbered(&|n| {
        let bits: String = (0..17)
            .map(|bit| if n >> bit & 1 == 1 { "BB" } else { "Aa" })
            .collect();
        format!(" {bits}=\"\"")
    });
    let name = "n".repeat(1 << 20);
    vec![
        refused(
            "attributes",
            document("", "", &cancel(&format!("<a{attributes}/>"))),
        ),
        refused(
            "attributes of one name",
            document("", "", &cancel(&format!("<a{same}/>"))),
        ),
        refused(
            "attributes whose hashes collide",
            document("", "", &cancel(&format!("<a{colliding}/>"))),
        ),
        refused(
            "namespace declarations",
            document("", "", &cancel(&format!("<a{namespaces}/>"))),
        ),
        refused(
            "an attribute of a megabyte",
            document("", "", &cancel(&format!("<a b=\"{name}\"/>"))),
        ),
        refused(
            "an attribute's name of a megabyte",
            document("", "", &cancel(&format!("<a {name}=\"\"/>"))),
        ),
        refused(
            "a long namespace for many attributes",
            document("", "", &cancel(&long_namespaces(60_000, 249))),
        ),
        Attack {
            name: "the longest namespaces for as many attributes as there may be",
            request: post(
                "CancelFileUpload",
                document("", "", &cancel(&(long_namespaces(255, 15) + NOBODY))).as_bytes(),
            ),
            expected: UNKNOWN,
        },
        refused(
            "a namespace of a megabyte",
            document("", "", &cancel(&format!("<a xmlns=\"{name}\"/>"))),
        ),
    ]
}

/// Elements whose attributes are all in one namespace, by two prefixes, and have to be compared by
/// that.
fn long_namespaces(length: usize, elements: usize) -> String {
    let uri = "u".repeat(length);
    let attributes: Vec<String> = (0..30)
        .map(|number| format!(" p:a{number}=\"\" q:a{number}=\"\""))
        .collect();
    let attributes = attributes.concat();
    format!(
        "<x xmlns:p=\"{uri}\" xmlns:q=\"{uri}q\">{}</x>",
        format!("<y{attributes}/>").repeat(elements)
    )
}

/// Bytes and characters that no document has.
fn bytes(session: &str) -> Vec<Attack> {
    let with = |bytes: &[u8]| {
        let document = document("", "", &cancel("<SessionID>HERE</SessionID>"));
        let (before, behind) = document.split_once("HERE").expect("the mark");
        [before.as_bytes(), bytes, behind.as_bytes()].concat()
    };
    let uploads = |name, chunk: &str, more: &str, behind: &str| Attack {
        name,
        request: post(
            "UploadFileChunk",
            (document("", "", &upload(session, chunk, more)) + behind).as_bytes(),
        ),
        expected: MALFORMED,
    };
    vec![
        refused("nothing", ""),
        refused(
            "bytes at random",
            [0x8f, 0x3c, 0x9a, 0x00, 0xff, 0x12].repeat(100),
        ),
        refused("a NUL", with(b"\0")),
        refused("a reference to NUL", with(b"&#0;")),
        refused("a control character", with(b"\x08")),
        refused("a reference to a surrogate", with(b"&#xD800;")),
        refused("a reference beyond Unicode", with(b"&#x110000;")),
        refused(
            "a reference beyond all numbers",
            with(b"&#x100000000000000000041;"),
        ),
        refused("a lone surrogate", with(b"\xed\xa0\x80")),
        refused("an overlong letter", with(b"\xc1\x81")),
        refused("an overlong slash", with(b"\xe0\x80\xaf")),
        refused("an overlong NUL", with(b"\xc0\x80")),
        refused("a letter beyond Unicode", with(b"\xf4\x90\x80\x80")),
        refused("half a letter", with(b"\xe2\x82")),
        refused("a character that is none", with(b"\xef\xbf\xbf")),
        refused(
            "white space before the declaration",
            document(" <?xml version=\"1.0\"?>", "", &cancel(NOBODY)),
        ),
        refused(
            "two declarations",
            document(
                "<?xml version=\"1.0\"?><?xml version=\"1.0\"?>",
                "",
                &cancel(NOBODY),
            ),
        ),
        uploads("data that is not base64", "////!", "", ""),
        uploads("an element in data", "AAAA<a/>AAAA", "", ""),
        uploads("data behind its end", "AAA=AAAA", "", ""),
        uploads("a document behind the document", "AAAA", "", "<again/>"),
        uploads("bytes behind the document", "AAAA", "", "\0"),
        uploads(
            "a broken element behind the data",
            "AAAA",
            "<a b=\"1\" b=\"2\"/>",
            "",
        ),
        uploads(
            "too many elements behind the data",
            "AAAA",
            &"<a/>".repeat(300),
            "",
        ),
    ]
}

/// What looks bad, and does nothing.
fn harmless() -> Vec<Attack> {
    let style = "<?xml-stylesheet type=\"text/xsl\" href=\"http://127.0.0.1:9/x.xsl\"?>";
    let inclusion = "<xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" \
                     href=\"file:///etc/passwd\" parse=\"text\"/>"
        .to_owned();
    let schema = " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                  xsi:schemaLocation=\"http://www.interfax.cc http://127.0.0.1:9/x.xsd\">"
        .to_owned();
    let ignored = |name, document: String| Attack {
        name,
        request: post("CancelFileUpload", document.as_bytes()),
        expected: UNKNOWN,
    };
    vec![
        ignored("a style sheet", document(style, "", &cancel(NOBODY))),
        ignored(
            "an inclusion",
            document("", "", &cancel(&(inclusion + NOBODY))),
        ),
        ignored(
            "a schema elsewhere",
            document("", "", &cancel(NOBODY).replacen('>', &schema, 1)),
        ),
        ignored(
            "a base elsewhere",
            document(
                "",
                "",
                &cancel(NOBODY).replacen('>', " xml:base=\"http://127.0.0.1:9/\">", 1),
            ),
        ),
        ignored(
            "sections of CDATA",
            document(
                "",
                "",
                &cancel(&format!(
                    "<SessionID>{}</SessionID>",
                    "<![CDATA[x]]>".repeat(5000)
                )),
            ),
        ),
    ]
}
