//! Structures, arrays, words and data on the help page.

use chunkgate::soap::{
    Data, Operation, Reply, RequestHead, Value, Version, call_form, handle,
    help::{Entered, Guide, Help, TestForm, Trial},
};

use super::support::shown;
use crate::{
    forms::support::submit,
    soap::support::{CONTRACT, Recorder, Served},
    xml::support::{Source, run},
};

const GUIDE: Guide = Guide {
    meaning: |_, number| (number == "-1003").then(|| "wrong <password>".to_owned()),
    sample_result: |_| None,
    next: |_| &[],
    codes: &[],
};

pub fn help(test_form: TestForm) -> Help<'static> {
    Help {
        contract: &CONTRACT,
        about: "Records.",
        address: "http://fax.example/dfs.asmx",
        http_get: true,
        test_form,
        guide: &GUIDE,
    }
}

fn operation(name: &str) -> &'static Operation {
    CONTRACT.operation(name).expect("known")
}

fn page(name: &str) -> String {
    let page = help(TestForm::Shown).operation(name);
    String::from_utf8(page.as_ref().to_vec()).expect("UTF-8")
}

/// The page after an operation was tried.
fn tried(name: &str, form: &str) -> String {
    let called = run(call_form(
        &Recorder::default(),
        operation(name),
        form.as_bytes(),
    ));
    let reply = called.expect("a form").expect("no fault");
    shown_after(name, reply)
}

fn shown_after(name: &str, reply: Reply) -> String {
    let help = help(TestForm::Shown);
    let page = help.result(operation(name), Entered::default(), &Trial::Ran(reply));
    String::from_utf8(page.as_ref().to_vec()).expect("UTF-8")
}

#[test]
fn the_table_has_a_row_for_each_field() {
    let page = page("Query");
    for (name, kind, remark) in [
        ("Form", "QueryForm", ""),
        ("Form/Subject", "Condition", ""),
        ("Form/Subject/Verb", "Verb", "one of Equals, Like"),
        ("Form/Subject/VerbData", "string", "optional in the schema"),
        ("Form/DateFrom", "dateTime", ""),
        ("Control", "QueryControl", "optional in the schema"),
        ("Control/Most", "short", ""),
        ("QueryResult", "Found", "the result"),
        ("QueryResult/Items", "ArrayOfItem", "optional in the schema"),
        ("QueryResult/Items/Item/Cost", "decimal", ""),
    ] {
        let row =
            format!("<td><code>{name}</code></td><td><code>{kind}</code></td><td>{remark}</td>");
        assert!(page.contains(&row), "no {row} in {page}");
    }
}

/// The sample's body, sent as SOAP.
fn pasted(page: &str, version: Version) -> (Served, String) {
    let (id, content_type) = match version {
        Version::V11 => ("soap11", "text/xml"),
        Version::V12 => ("soap12", "application/soap+xml"),
    };
    let request = shown(page, &format!("{id}-request"));
    let (head, body) = request.split_once("\n\n").expect("an end of the head");
    let length = format!("Content-Length: {}", body.len());
    assert!(head.contains(&length), "{request}");
    let service = Recorder::default();
    let head = RequestHead {
        content_type: Some(content_type),
        soap_action: None,
    };
    let outcome = run(handle(&service, head, Source::new(body, usize::MAX)));
    let served = Served::of((outcome, service.ran.into_inner()));
    (served, shown(page, &format!("{id}-response")))
}

/// The tags of a document, each `<X />` as `<X></X>`, and which of them are in it.
fn tags(document: &str) -> Vec<String> {
    let tags = document.split('<').skip(1);
    let tags = tags.map(|tag| tag.split('>').next().unwrap_or(tag));
    let both = tags.flat_map(|tag| match tag.strip_suffix(" /") {
        Some(name) => vec![name.to_owned(), format!("/{name}")],
        None => vec![tag.to_owned()],
    });
    both.collect()
}

#[test]
fn soap_samples_work_when_pasted_and_get_what_is_shown() {
    for operation in CONTRACT.operations {
        // What a sample of it does depends on what a recorder does not know.
        if matches!(
            operation.name,
            "Refuse" | "Schedule" | "Query" | "MeasureText"
        ) {
            continue;
        }
        let page = page(operation.name);
        for version in [Version::V11, Version::V12] {
            let (served, response) = pasted(&page, version);
            assert_eq!((served.status, served.ran.len()), (200, 1), "{response}");
            let (head, body) = response.split_once("\n\n").expect("an end of the head");
            assert_eq!(tags(&served.body), tags(body), "{}", operation.name);
            let one_line: String = body.lines().map(str::trim_start).collect();
            let length = format!("Content-Length: {}", one_line.len());
            assert!(head.contains(&length), "{response}");
        }
    }
}

#[test]
fn structures_are_nested_in_samples_and_arrays_have_one_item() {
    use crate::soap::{support::Call, typed};
    let page = page("Query");
    let (served, response) = pasted(&page, Version::V11);
    let expected = typed::Query {
        user: Some("text".to_owned()),
        other_user: Some("another".to_owned()),
        verb: Some("Equals"),
        verb_data: Some("a&b".to_owned()),
        most: 10,
        ..typed::Query::default()
    };
    assert_eq!(served.call(), Call::Typed(typed::Call::Query(expected)));
    let item = "\n        <Items>\n          <Item>\n            <Number>7</Number>\n            <At>2001-12-31T00:00:00Z</At>\n            <Subject>text</Subject>\n            <Cost>0.05</Cost>\n          </Item>\n        </Items>\n";
    assert!(response.contains(item), "{response}");
}

#[test]
fn samples_of_the_form_bindings_show_arrays_as_they_come() {
    let page = page("Messages");
    let answer = submit("Messages", "Kind=some");
    for binding in ["get", "post"] {
        let response = shown(&page, &format!("{binding}-response"));
        let (head, body) = response.split_once("\n\n").expect("an end of the head");
        let body = body.replace('\n', "\r\n");
        assert!(
            head.contains(&format!("Content-Length: {}", body.len())),
            "{response}"
        );
        let shown = body.replace(">text<", ">wrong &lt;b&gt;<");
        assert_eq!(shown, answer.body);
    }
}

#[test]
fn an_operation_with_a_structure_has_no_test_form() {
    const WHY: &str =
        "The test form is only available for methods with primitive types as parameters.";
    for test_form in [TestForm::Shown, TestForm::OnlyLocal, TestForm::Off] {
        for (name, has_form) in [
            ("Query", false),
            ("List", true),
            ("Pick", true),
            ("Fetch", true),
        ] {
            let page = help(test_form).operation(name);
            let page = String::from_utf8(page.as_ref().to_vec()).expect("UTF-8");
            assert_eq!(page.contains(WHY), !has_form, "{name}");
            let shown = has_form && test_form == TestForm::Shown;
            assert_eq!(page.contains("<form"), shown, "{name}");
        }
    }
}

#[test]
fn words_are_chosen_and_numbers_begin_with_their_examples() {
    let pick = page("Pick");
    assert!(pick.contains("<select id=\"field-Verb\" name=\"Verb\"><option value=\"Equals\">Equals</option><option value=\"Like\">Like</option></select>"), "{pick}");
    let list = page("List");
    for (name, value) in [("Count", "1"), ("Total", "0"), ("Error", "0")] {
        let field = format!("name=\"{name}\" type=\"text\" autocomplete=\"off\" value=\"{value}\"");
        assert!(list.contains(&field), "no {field} in {list}");
    }
}

#[test]
fn a_result_that_is_an_array_is_a_table_with_the_numbers_beside_it() {
    let page = tried("List", "Count=2&Total=0&Error=0");
    let head = "<th>Number</th><th>At</th><th>Subject</th><th>Cost</th>";
    let row = "<td>1</td><td>2005-04-25T20:31:00.5Z</td><td></td><td>0.05</td>";
    let (_, result) = page
        .split_once("<div class=\"scroll\" id=\"value\">")
        .expect("a result");
    assert!(result.contains(head) && result.contains(row), "{result}");
    assert!(
        result.contains("<code id=\"ref-Total\">2</code>"),
        "{result}"
    );
    let reply = shown(&page, "reply");
    assert!(reply.contains("<Total>2</Total>"), "{reply}");

    let page = tried("List", "Count=0&Total=0&Error=0");
    assert!(page.contains("id=\"value\">none</div>"), "{page}");
    let page = tried("List", "Count=-5&Total=0&Error=0");
    assert!(page.contains("id=\"value\">nothing<"), "{page}");
}

#[test]
fn a_result_that_is_a_structure_is_a_table_of_its_fields() {
    let found = Value::structure()
        .field("ResultCode", -1030)
        .field(
            "Items",
            Value::array("Item", [Value::structure().field("Number", 5_i64)]),
        )
        .field("Why", "<b>");
    let page = shown_after("Query", Reply::new("Query").with_result(found));
    assert!(page.contains("<th>ResultCode</th><td>-1030</td>"), "{page}");
    assert!(
        page.contains("<tr><td>5</td><td></td><td></td><td></td></tr>"),
        "{page}"
    );
    assert!(page.contains("<th>Why</th><td>&lt;b&gt;</td>"), "{page}");
}

#[test]
fn data_is_shown_by_its_length_and_not_read() {
    let image = Data::read(31_000_000, tokio::io::empty());
    let reply = Reply::new("Fetch").result_long(0).with_ref("Image", image);
    let page = shown_after("Fetch", reply);
    assert!(
        page.contains("id=\"ref-Image\">(31000000 bytes)</code>"),
        "{page}"
    );
    let reply = shown(&page, "reply");
    assert!(reply.contains("<Image>(31000000 bytes)</Image>"), "{reply}");
}

/// What the page shows in red.
fn bad(page: &str) -> Option<&str> {
    let (_, outcome) = page.split_once("<p class=\"outcome bad\">")?;
    Some(outcome.split_once("</p>")?.0)
}

const FAILED: &str =
    "<strong id=\"code\">-1003</strong> <span id=\"meaning\">wrong &lt;password&gt;</span>";

#[test]
fn a_result_code_below_zero_is_a_failure_wherever_it_is() {
    let within = Value::structure().field("ResultCode", -1003);
    for (reply, shown) in [
        (Reply::new("List").ref_int("ResultCode", -1003), ""),
        (
            Reply::new("List")
                .with_result("<x>")
                .ref_int("ResultCode", -1003),
            "<code id=\"value\">&lt;x&gt;</code>",
        ),
        (
            Reply::new("Query").with_result(within),
            "<th>ResultCode</th><td>-1003</td>",
        ),
    ] {
        let page = shown_after("List", reply);
        assert_eq!(bad(&page), Some(FAILED), "{page}");
        assert!(page.contains(shown), "{page}");
        assert!(!page.contains("outcome good"), "{page}");
    }
    let unknown = Reply::new("List").ref_int("ResultCode", -5);
    let page = shown_after("List", unknown);
    assert_eq!(bad(&page), Some("<strong id=\"code\">-5</strong>"));
}

#[test]
fn another_result_code_is_none_and_the_result_itself_comes_first() {
    let within = Value::structure().field("ResultCode", 0);
    for reply in [
        Reply::new("List").ref_int("ResultCode", 0),
        Reply::new("List").ref_int("ResultCode", 5),
        Reply::new("List").ref_int("Error", -1003),
        Reply::new("Query").with_result(within),
    ] {
        let page = shown_after("List", reply);
        assert_eq!(bad(&page), None, "{page}");
    }
    let reply = Reply::new("List")
        .result_int(-7)
        .ref_int("ResultCode", -1003);
    let page = shown_after("List", reply);
    assert_eq!(bad(&page), Some("<strong id=\"value\">-7</strong>"));
}

#[test]
fn document_text_is_entered_into_a_field_of_many_lines() {
    let mut entered = Entered::default();
    entered.set("Data", "\nfirst <line>\nsecond");
    let filled = help(TestForm::Shown).filled(operation("SendText"), &entered);
    let page = String::from_utf8(filled.as_ref().to_vec()).expect("UTF-8");
    let (_, field) = page.split_once("<textarea").expect("a field");
    let (field, _) = field.split_once("</textarea>").expect("an end");
    assert!(field.contains("name=\"Data\""), "{field}");
    // The first line end is not the field's.
    assert!(
        field.ends_with(">\n\nfirst &lt;line&gt;\nsecond"),
        "{field}"
    );
}
