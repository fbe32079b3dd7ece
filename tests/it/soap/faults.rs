//! The exact bytes of faults.

use chunkgate::soap::{Fault, FaultCode, Version};

use super::support::{ENVELOPE_11, ENVELOPE_12, envelope, in_memory, post_11};

fn body(fault: Fault, version: Version) -> String {
    in_memory(fault.into_response(version).body)
}

#[test]
fn soap_11() {
    assert_eq!(
        body(Fault::client("a < b"), Version::V11),
        format!(
            "{ENVELOPE_11}<soap:Body><soap:Fault><faultcode>soap:Client</faultcode><faultstring>a &lt; b</faultstring><detail /></soap:Fault></soap:Body></soap:Envelope>"
        ),
    );
    let response = Fault::client("x").into_response(Version::V11);
    assert_eq!(
        (response.status, response.cache_control),
        (500, Some("private"))
    );
    assert_eq!(response.content_type, Some("text/xml; charset=utf-8"));
}

#[test]
fn soap_12() {
    assert_eq!(
        body(Fault::client("why"), Version::V12),
        format!(
            "{ENVELOPE_12}<soap:Body><soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang=\"en\">why</soap:Text></soap:Reason><soap:Detail /></soap:Fault></soap:Body></soap:Envelope>"
        ),
    );
    let response = Fault::client("x").into_response(Version::V12);
    assert_eq!(
        response.content_type,
        Some("application/soap+xml; charset=utf-8")
    );
}

#[test]
fn a_request_over_the_limit() {
    let text = "There was an exception running the extensions specified in the config file. ---&gt; Maximum request length exceeded.";
    let fault = body(Fault::too_long(), Version::V11);
    assert!(fault.contains(&format!(
        "<faultcode>soap:Server</faultcode><faultstring>{text}</faultstring>"
    )));
    assert!(
        body(Fault::too_long(), Version::V12).contains("<soap:Value>soap:Receiver</soap:Value>")
    );
}

#[test]
fn a_version_mismatch_lists_both_envelopes() {
    let fault = Fault {
        code: FaultCode::VersionMismatch,
        reason: "x".into(),
    };
    assert_eq!(
        body(fault, Version::V12),
        format!(
            "{ENVELOPE_11}<soap:Header><soap12:Upgrade xmlns:soap12=\"http://www.w3.org/2003/05/soap-envelope\"><soap12:SupportedEnvelope qname=\"soap:Envelope\" /><soap12:SupportedEnvelope qname=\"soap12:Envelope\" /></soap12:Upgrade></soap:Header><soap:Body><soap:Fault><faultcode>soap:VersionMismatch</faultcode><faultstring>x</faultstring><detail /></soap:Fault></soap:Body></soap:Envelope>"
        ),
    );
}

#[test]
fn an_operation_may_end_in_a_fault() {
    let served = post_11("Refuse", envelope(Version::V11, "<Refuse/>"));
    assert_eq!((served.status, served.ran.len()), (500, 1));
    assert!(
        served
            .body
            .contains("<faultcode>soap:Server</faultcode><faultstring>No.</faultstring>")
    );
}

#[test]
fn an_operation_that_panics_is_answered() {
    let call = "<Echo xmlns='http://www.interfax.cc'><Text>panic</Text></Echo>";
    let served = super::support::post_11("Echo", super::support::envelope(Version::V11, call));
    assert_eq!(served.status, 500);
    assert!(served.body.contains("soap:Server"), "{served:?}");
    assert!(!served.body.contains("a bug"), "{served:?}");
}
