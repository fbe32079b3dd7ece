//! Every parameter has to be in the form, once; the first that is missing in the order of the
//! description is told.

use crate::soap::support::Call;

use super::support::{chunk_call, error, submit};

#[test]
fn the_first_missing_parameter_is_told() {
    for (form, missing) in [
        ("", "SessionID"),
        ("IsLast=true", "SessionID"),
        ("SessionID=1", "Chunk"),
        ("SessionID=1&IsLast=true", "Chunk"),
        ("SessionID=1&Chunk=QUJD", "IsLast"),
        ("Chunk=80&Chunk=68&SessionID=1", "IsLast"),
        ("SessionID", "SessionID"),
        ("Sessionid2=1&=1", "SessionID"),
    ] {
        let served = submit("UploadFileChunk", form);
        assert_eq!(error(&served), format!("Missing parameter: {missing}."));
    }
}

#[test]
fn a_parameter_missing_before_one_that_cannot_be_read_is_told_first() {
    for (form, text) in [
        ("IsLast=maybe", "Missing parameter: SessionID."),
        ("IsLast=maybe&SessionID=1", "Missing parameter: Chunk."),
        (
            "IsLast=maybe&SessionID=1&Chunk=80",
            "Cannot convert maybe to System.Boolean.",
        ),
    ] {
        assert_eq!(error(&submit("UploadFileChunk", form)), text);
    }
}

#[test]
fn in_any_order_among_others() {
    let expected = chunk_call("1", b"ABC", true);
    for form in [
        "SessionID=1&Chunk=QUJD&IsLast=true",
        "IsLast=true&Chunk=QUJD&SessionID=1",
        "x=1&IsLast=true&&Chunk=QUJD&x=2&y&SessionID=1&",
    ] {
        assert_eq!(submit("UploadFileChunk", form).call(), expected, "{form}");
    }
}

#[test]
fn the_case_of_names_does_not_matter() {
    let served = submit("UploadFileChunk", "sessionid=1&CHUNK=QUJD&isLAST=true");
    assert_eq!(served.call(), chunk_call("1", b"ABC", true));
}

#[test]
fn an_empty_value_is_there() {
    let served = submit("UploadFileChunk", "SessionID=&Chunk=&IsLast=false");
    assert_eq!(served.call(), chunk_call("", b"", false));
}

#[test]
fn twice_is_refused() {
    for (form, name) in [
        (
            "SessionID=1&Chunk=QUJD&IsLast=true&SessionID=2",
            "SessionID",
        ),
        (
            "SessionID=1&sessionid=1&Chunk=QUJD&IsLast=true",
            "SessionID",
        ),
        ("Chunk=80&IsLast=true&IsLast=true&SessionID=2", "IsLast"),
        ("SessionID=1&Chunk=QUJD&Chunk=80&IsLast=true", "Chunk"),
    ] {
        let text = format!("The parameter {name} was sent more than once.");
        assert_eq!(error(&submit("UploadFileChunk", form)), text, "{form}");
    }
}

#[test]
fn what_an_operation_does_not_read_has_to_be_there_too() {
    let served = submit("Refuse", "Busy=true");
    assert_eq!((served.status, served.ran.len()), (503, 0));
    let served = submit("Refuse", "Chunk=QUJDQUJD");
    assert_eq!(error(&served), "Missing parameter: Busy.");
    let served = submit("Refuse", "Chunk=QUJDQUJD&Busy=x");
    assert_eq!((served.status, served.ran), (500, vec![Call::Refuse]));
}

#[test]
fn data_that_nobody_asks_for_is_passed_over_and_checked() {
    let expected = Call::Echo {
        text: "x".to_owned(),
    };
    for form in [
        "Data=QUJD&Text=x",
        "Text=x&Data=1&Data=2&Data=3",
        "Data=1&Text=x&Data=2&Data=3",
    ] {
        assert_eq!(submit("Echo", form).call(), expected, "{form}");
    }
    assert_eq!(error(&submit("Echo", "Text=x")), "Missing parameter: Data.");
    for form in ["Text=x&Data=1&Data=x", "Text=x&Data=*"] {
        assert!(error(&submit("Echo", form)).starts_with("Cannot convert "));
    }
    let begun = submit("Refuse", "Chunk=1&Chunk=2&Busy=x&Chunk=3&Chunk=4&Chunk=5");
    assert_eq!((begun.status, begun.ran), (500, vec![Call::Refuse]));
}
