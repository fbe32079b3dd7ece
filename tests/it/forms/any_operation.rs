//! A page from which operations are tried calls all of them, and sees result and `ref` values.

use chunkgate::soap::{ReadError, Reply, Service, Value, call_form};

use crate::{
    soap::{
        support::{Call, Recorder},
        typed,
    },
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
    assert_eq!(reply.result().and_then(Value::as_text), Some("-1003"));
    let [("SessionID", session)] = reply.refs() else {
        panic!("{reply:?}");
    };
    assert_eq!(session.as_text(), Some("old"));
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

#[test]
fn ref_values_that_are_numbers_are_fields_like_others() {
    let (reply, ran) = call("List", "Count=2&Total=7&Error=0");
    let reply = reply.expect("a reply");
    let refs = reply.refs().iter();
    let refs: Vec<_> = refs.map(|(name, value)| (*name, value.as_text())).collect();
    assert_eq!(refs, [("Total", Some("2")), ("Error", Some("0"))]);
    assert_eq!(ran, [Call::Typed(typed::Call::List { count: 2 })]);
}

#[test]
fn an_enumeration_is_a_field() {
    let (reply, ran) = call("Pick", "Verb=Like");
    assert_eq!(
        reply.expect("a reply").result().and_then(Value::as_text),
        Some("Like")
    );
    assert_eq!(ran, [Call::Typed(typed::Call::Pick { verb: "Like" })]);
    let (reply, ran) = call("Pick", "Verb=like");
    let error = reply.expect_err("no reply");
    assert_eq!(error.to_string(), "Cannot convert like to Verb.");
    assert!(ran.is_empty());
}

#[test]
fn a_structure_is_none() {
    let (reply, ran) = call("Query", "Username=u&Form=&Control=");
    let error = reply.expect_err("no reply");
    assert_eq!(
        error.to_string(),
        "Query Web Service method name is not valid."
    );
    assert!(ran.is_empty());
}
