//! A page from which operations are tried calls all of them, and sees result and `ref` values.

use chunkgate::soap::{ReadError, Reply, Service, call_form};

use crate::{
    soap::support::{Call, Recorder},
    xml::support::run,
};

fn call(operation: &str, form: &str) -> (Result<Reply, ReadError>, Vec<Call>) {
    let service = Recorder::default();
    let operation = service.contract().operation(operation).expect("known");
    let called = run(call_form(&service, operation, form.as_bytes()));
    let reply = called.map(|reply| reply.expect("no fault"));
    (reply, service.ran.into_inner())
}

#[test]
fn ref_values_come_back() {
    let (reply, ran) = call("StartFileUpload", "Username=u&Password=p%26q&SessionID=old");
    let reply = reply.expect("a reply");
    assert_eq!(reply.result(), Some("-1003"));
    assert_eq!(reply.refs(), [("SessionID", "old".to_owned())]);
    let expected = Call::Start {
        username: Some("u".to_owned()),
        password: Some("p&q".to_owned()),
        session: Some("old".to_owned()),
    };
    assert_eq!(ran, [expected]);
}

#[test]
fn what_is_missing_is_told() {
    let (reply, ran) = call("StartFileUpload", "Username=u&SessionID=");
    let error = reply.expect_err("no reply");
    assert_eq!(error.to_string(), "Missing parameter: Password.");
    assert!(ran.is_empty());
}
