//! The types of documents that are taken.

use super::support::{Call, gateway, gateway_with};

#[tokio::test]
async fn all_types_are_told_in_one_list() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let answer = Call::of("GetSupportedFileTypes").answer(&mut client).await;
    let told = answer.text("GetSupportedFileTypesResult").expect("a list");
    assert_eq!(
        told,
        "BMP;DOC;DOCX;GIF;HTM;HTML;JPEG;JPG;MHT;PCL;PDF;PNG;PPT;PPTX;PS;RTF;TIF;TIFF;TXT;XLS;XLSX"
    );
    gateway.stop().await;
}

#[tokio::test]
async fn a_type_is_known_in_any_case_and_with_a_dot() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for (kind, known) in [
        ("PDF", "true"),
        ("pdf", "true"),
        (" .Pdf ", "true"),
        ("tif", "true"),
        ("PD", "false"),
        ("PDFX", "false"),
        ("PDF;TIF", "false"),
        ("EXE", "false"),
        ("", "false"),
    ] {
        let call = Call::of("IsSupportedFileType").with("FileType", kind);
        let answer = call.answer(&mut client).await;
        assert_eq!(
            answer.text("IsSupportedFileTypeResult"),
            Some(known),
            "{kind:?}"
        );
    }
    let without = Call::of("IsSupportedFileType").answer(&mut client).await;
    assert_eq!(without.text("IsSupportedFileTypeResult"), Some("false"));
    gateway.stop().await;
}

#[tokio::test]
async fn the_setting_says_what_is_taken() {
    let gateway = gateway_with(|settings| {
        settings.fax.file_types = vec!["PDF".to_owned(), "DWG".to_owned()];
    })
    .await;
    let mut client = gateway.client();
    let answer = Call::of("GetSupportedFileTypes").answer(&mut client).await;
    assert_eq!(answer.text("GetSupportedFileTypesResult"), Some("PDF;DWG"));
    for (kind, is_taken) in [("dwg", true), ("TXT", false)] {
        let call = Call::of("IsSupportedFileType").with("FileType", kind);
        let answer = call.answer(&mut client).await;
        let told = answer.text("IsSupportedFileTypeResult");
        assert_eq!(told, Some(is_taken.to_string().as_str()), "{kind}");
        let result = Call::order("text")
            .with("FileTypes", kind)
            .result(&mut client)
            .await;
        assert_eq!(result > 0, is_taken, "{kind}: {result}");
        assert!(is_taken || result == -123, "{kind}: {result}");
    }
    gateway.stop().await;
}
