//! The form of faults, written out once to the byte.

use crate::support::{gateway::Gateway, request::Request};

use super::support::ask;

#[tokio::test]
async fn soap_11() {
    let gateway = Gateway::start().await;
    let request = Request::soap_11("Unheard", "");
    assert_eq!(
        ask(&gateway, &request).await,
        "HTTP/1.1 500 Internal Server Error\r\nCache-Control: private\r\nContent-Length: 435\r\nContent-Type: text/xml; charset=utf-8\r\n\r\n<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"><soap:Body><soap:Fault><faultcode>soap:Client</faultcode><faultstring>Server did not recognize the value of HTTP Header SOAPAction: http://www.interfax.cc/Unheard.</faultstring><detail /></soap:Fault></soap:Body></soap:Envelope>"
    );
    gateway.stop().await;
}

#[tokio::test]
async fn soap_12() {
    let gateway = Gateway::start().await;
    let request = Request::soap_12("Unheard", "");
    assert_eq!(
        ask(&gateway, &request).await,
        "HTTP/1.1 500 Internal Server Error\r\nCache-Control: private\r\nContent-Length: 496\r\nContent-Type: application/soap+xml; charset=utf-8\r\n\r\n<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"><soap:Body><soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang=\"en\">Unable to handle request. The action 'http://www.interfax.cc/Unheard' was not recognized.</soap:Text></soap:Reason><soap:Detail /></soap:Fault></soap:Body></soap:Envelope>"
    );
    gateway.stop().await;
}
