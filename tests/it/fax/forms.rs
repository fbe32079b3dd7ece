//! Operations on faxes by HTTP POST and GET: the bytes of their answers.

use crate::{
    forms::support::{form_request, query_request},
    support::{gateway::Gateway, soap::Answer, wire::Wire},
};

use super::support::{documents, fax, gateway, handed_over, waiting};

const LOG_IN: &str = "Username=office&Password=s3cret+%26+%3Cmore%3E";

/// The answer to a form by POST, or by GET.
async fn submit(gateway: &Gateway, by_post: bool, operation: &str, form: &str) -> Answer {
    let request = if by_post {
        form_request(operation, form)
    } else {
        query_request(operation, form)
    };
    Wire::connect(gateway.address).await.ask(&request).await
}

/// The answer is this element and nothing else.
fn is_element(answer: &Answer, name: &str, text: &str) {
    assert_eq!(answer.status, 200, "{answer:?}");
    let head = answer.head.to_ascii_lowercase();
    assert!(
        head.contains("content-type: text/xml; charset=utf-8\r\n"),
        "{head}"
    );
    assert!(
        head.contains("cache-control: private, max-age=0\r\n"),
        "{head}"
    );
    let expected = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<{name} xmlns=\"http://www.interfax.cc\">{text}</{name}>"
    );
    assert_eq!(answer.body, expected);
}

#[tokio::test]
async fn a_text_is_faxed() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for (id, by_post) in [(1, true), (2, false)] {
        let form = format!(
            "{LOG_IN}&FaxNumber=%2B1-212-555010{id}&Data=Gr%C3%BC%C3%9Fe%2C+Welt%0A&FileType="
        );
        let answer = submit(&gateway, by_post, "SendCharFax", &form).await;
        is_element(&answer, "long", &id.to_string());
        let directory = handed_over(&gateway, id, 1).await;
        let expected = ("1.txt".to_owned(), "Grüße, Welt\n".as_bytes().to_vec());
        assert_eq!(documents(&directory), [expected]);
        let told = fax(&mut client, id).await;
        assert_eq!(told.text("DestinationFax"), format!("+1-212-555010{id}"));
    }
    let wrong = "Username=office&Password=wrong&FaxNumber=5550100&Data=x&FileType=";
    is_element(
        &submit(&gateway, true, "SendCharFax", wrong).await,
        "long",
        "-1003",
    );
    gateway.stop().await;
}

#[tokio::test]
async fn data_are_faxed() {
    let gateway = gateway().await;
    let form = format!("{LOG_IN}&FaxNumber=5550100&FileData=JVBERi0%3D&FileType=pdf");
    let answer = submit(&gateway, true, "Sendfax", &form).await;
    is_element(&answer, "long", "1");
    let directory = handed_over(&gateway, 1, 1).await;
    assert_eq!(
        documents(&directory),
        [("1.pdf".to_owned(), b"%PDF-".to_vec())]
    );
    gateway.stop().await;
}

#[tokio::test]
async fn a_fax_is_cancelled() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for by_post in [true, false] {
        let id = waiting(&mut client, "text").await;
        let form = format!("{LOG_IN}&TransactionID={id}");
        for result in ["0", "-1005"] {
            let answer = submit(&gateway, by_post, "CancelFax", &form).await;
            is_element(&answer, "int", result);
        }
    }
    gateway.stop().await;
}

#[tokio::test]
async fn types_are_told() {
    let gateway = gateway().await;
    for by_post in [true, false] {
        for (kind, known) in [("pdf", "true"), ("EXE", "false"), ("", "false")] {
            let form = format!("FileType={kind}");
            let answer = submit(&gateway, by_post, "IsSupportedFileType", &form).await;
            is_element(&answer, "boolean", known);
        }
        let answer = submit(&gateway, by_post, "GetSupportedFileTypes", "").await;
        let all = "BMP;DOC;DOCX;GIF;HTM;HTML;JPEG;JPG;MHT;PCL;PDF;PNG;PPT;PPTX;PS;RTF;TIF;TIFF;TXT;XLS;XLSX";
        is_element(&answer, "string", all);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn every_parameter_is_needed_and_operations_with_ref_parameters_have_no_form() {
    let gateway = gateway().await;
    for (operation, form, text) in [
        (
            "SendCharFax",
            format!("{LOG_IN}&FaxNumber=5550100&Data=x"),
            "Missing parameter: FileType.",
        ),
        (
            "CancelFax",
            LOG_IN.to_owned(),
            "Missing parameter: TransactionID.",
        ),
        (
            "CancelFax",
            format!("{LOG_IN}&TransactionID=x"),
            "Cannot convert x to System.Int32.",
        ),
        (
            "FaxStatus",
            String::new(),
            "FaxStatus Web Service method name is not valid.",
        ),
        (
            "FaxQuery2",
            String::new(),
            "FaxQuery2 Web Service method name is not valid.",
        ),
        (
            "GetFaxImage",
            String::new(),
            "GetFaxImage Web Service method name is not valid.",
        ),
    ] {
        let answer = submit(&gateway, true, operation, &form).await;
        assert_eq!(answer.status, 500, "{answer:?}");
        assert!(answer.body.starts_with(text), "{answer:?}");
    }
    assert_eq!(super::support::submissions(&gateway).await, 0);
    gateway.stop().await;
}
