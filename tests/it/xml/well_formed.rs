//! What XML 1.0 forbids is refused; what it allows is not.

use chunkgate::xml::{Error, Malformed};

use super::support::read;

/// The rule a document breaks.
fn broken_rule(document: impl AsRef<[u8]>) -> Malformed {
    match read(&document) {
        Err(Error::Malformed(rule)) => rule,
        other => panic!(
            "{:?}: {other:?}",
            String::from_utf8_lossy(document.as_ref())
        ),
    }
}

macro_rules! refuses {
    ($($rule:ident: $pattern:pat = [$($document:expr),+ $(,)?];)+) => {
        $(#[test]
        fn $rule() {
            $(
                let rule = broken_rule($document);
                assert!(matches!(rule, $pattern), "{:?}: {rule:?}", $document);
            )+
        })+
    };
}

refuses! {
    an_empty_document: Malformed::NoRoot = ["", "  \n", "<?xml version='1.0'?>", "<!-- only -->"];
    a_document_cut_short: Malformed::UnexpectedEnd | Malformed::Token(_) =
        ["<a>", "<a><b/>", "<a>text", "<a", "<a b='", "<a>&am", "<a><!-- ", "<a><![CDATA[x", "<a></a", "<a/><?p"];
    a_second_root: Malformed::SecondRoot = ["<a/><b/>", "<a></a><a></a>"];
    text_outside_the_root: Malformed::TextOutsideRoot =
        ["x<a/>", "<a/>x", "<a/>&amp;", "<![CDATA[ ]]><a/>", "<a/><![CDATA[x]]>", "\u{FEFF}\u{FEFF}<a/>"];
    a_misplaced_declaration: Malformed::Declaration = [
        " <?xml version='1.0'?><a/>",
        "\n<?xml version='1.0'?><a/>",
        "<!-- x --><?xml version='1.0'?><a/>",
        "<a><?xml version='1.0'?></a>",
        "<?xml version='1.0'?><?xml version='1.0'?><a/>",
    ];
    a_wrong_declaration: Malformed::Declaration = [
        "<?xml version='1.1'?><a/>",
        "<?xml?><a/>",
        "<?xml encoding='utf-8'?><a/>",
        "<?xml version='1.0' encoding=''?><a/>",
        "<?xml version='1.0' standalone='maybe'?><a/>",
        "<?xml version='1.0' standalone='yes' encoding='utf-8'?><a/>",
    ];
    a_document_type: Malformed::DocumentType = [
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a SYSTEM 'http://127.0.0.1/x'><a/>",
        "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
    ];
    other_declarations: Malformed::Token(_) = ["<!ELEMENT a><a/>", "<a><!x></a>", "<a><![cdata[x]]></a>"];
    unknown_entities: Malformed::Reference = ["<a>&x;</a>", "<a>&nbsp;</a>", "<a b='&x;'/>", "<a>&;</a>"];
    impossible_characters_by_reference: Malformed::Reference =
        ["<a>&#0;</a>", "<a>&#x1;</a>", "<a>&#xD800;</a>", "<a>&#xFFFE;</a>", "<a>&#x110000;</a>",
         "<a>&#;</a>", "<a>&#x;</a>", "<a>&#+65;</a>", "<a>&#X41;</a>", "<a b='&#0;'/>"];
    lone_ampersands: Malformed::Token(_) | Malformed::Reference = ["<a>& b</a>", "<a>a&</a>", "<a b='a & b'/>"];
    impossible_characters: Malformed::Character = [
        "<a>\0</a>", "<a>\u{1}</a>", "<a>\u{B}</a>", "<a>\u{FFFE}</a>", "<a>\u{FFFF}</a>",
        "<a b='\0'/>", "<a><![CDATA[\0]]></a>", "<a><!-- \0 --></a>", "<a><?p \0?></a>",
    ];
    bad_utf_8: Malformed::Token(_) = [
        b"<a>\xFF</a>".as_slice(), b"<a>\xC3</a>", b"<a>\xED\xA0\x80</a>", b"<a>\xC0\xBC</a>",
        b"<a b='\xFF'/>", b"<\xFF/>", b"<a><!-- \xFF --></a>",
    ];
    the_end_of_a_section_in_text: Malformed::SectionEnd = ["<a>]]></a>", "<a>x]]>y</a>"];
    names_that_are_none: Malformed::Name = [
        "<1a/>", "<a:b:c xmlns:a='x'/>", "<:a/>", "<a:/>", "<-a/>", "< a></ a>", "<a 1='x'/>", "<>",
        "<a><b/ ></a>",
    ];
    unclosed_and_crossed_elements: Malformed::Token(_) =
        ["<a></b>", "<a><b></a></b>", "</a>", "<a></A>", "<a></a b='c'>", "<a/></a>"];
    attributes_without_form: Malformed::Attribute = [
        "<a b/>", "<a b=/>", "<a b=c/>", "<a b='c'd='e'/>", "<a b='<'/>",
    ];
    attributes_twice: Malformed::DuplicateAttribute = [
        "<a b='1' b='1'/>",
        "<a xmlns='u' xmlns='v'/>",
        "<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>",
    ];
    unknown_prefixes: Malformed::UnknownPrefix =
        ["<p:a/>", "<a p:b='c'/>", "<a><b xmlns:p='u'/><p:c/></a>", "<xmlns:a/>"];
    prefixes_bound_to_nothing: Malformed::EmptyNamespace = ["<a xmlns:p=''/>"];
    reserved_prefixes_rebound: Malformed::Token(_) = ["<a xmlns:xml='u'/>", "<a xmlns:xmlns='u'/>"];
    reserved_namespaces_declared: Malformed::ReservedNamespace | Malformed::Token(_) = [
        "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
        "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns:p='http://www.w3.org/2000/xmlns/'/>",
        "<a xmlns:p='&#104;ttp://www.w3.org/XML/1998/namespace'/>",
    ];
    wrong_comments: Malformed::Token(_) = ["<a><!-- -- --></a>", "<a><!-- x ---></a>", "<a><!- x --></a>"];
    wrong_instructions: Malformed::Instruction | Malformed::Token(_) =
        ["<a><? ?></a>", "<a><?XML x?></a>", "<a><?1?></a>", "<a><?></a>"];
}

#[test]
fn well_formed_documents_are_read() {
    for document in [
        "<a/>",
        "\u{FEFF}<a/>",
        "\u{FEFF}<?xml version=\"1.0\"?><a/>",
        "<?xml version='1.0' encoding=\"ISO-8859-1\" standalone='no' ?>\n<a/>\n",
        "<?xml version = '1.0'?><!-- c --><?p x?><a ></a ><!-- d --> <?q?>\n",
        "<a b='>' c=\"'\" d='\"'/>",
        "<a b = '1'\n\tc='2'/>",
        "<a>]] ]> ]]&gt;</a>",
        "<é ü='ö'>\u{10FFFF}</é>",
        "<a><![CDATA[<b> & ]] > ]]]></a>",
        "<a xml:lang='en' xml:space='preserve'/>",
        "<a xmlns:p='u' b='1' p:b='2'/>",
        "<a><!----><?xml-stylesheet href='x'?></a>",
    ] {
        assert!(read(document).is_ok(), "{document}: {:?}", read(document));
    }
}
