//! Which operation a request asks for, as far as its HTTP header tells.

use super::{Contract, Fault, Operation, RequestHead, Version, content_type::ContentType};
use crate::xml::Element;

/// What the HTTP header says about a request.
#[derive(Debug)]
pub(super) struct Routing {
    media: Media,
    hint: Hint,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Media {
    TextXml,
    SoapXml,
}

/// Where the operation is named.
#[derive(Debug)]
enum Hint {
    /// In the `SOAPAction` header, which alone decides.
    SoapAction(String),
    /// In the content type's `action`; an unknown one leaves it to the body.
    Action(String),
    /// Nowhere but in the body.
    Body,
}

/// The decision before the body's element is seen.
pub(super) enum Route {
    Operation(&'static Operation),
    /// The qualified name of the first element in Body decides.
    ByElement,
}

impl Routing {
    /// `None` if the content type is not one of SOAP's.
    pub fn of(head: &RequestHead<'_>) -> Option<Self> {
        let content_type = ContentType::parse(head.content_type?);
        let media = match content_type.media_type.as_str() {
            "text/xml" => Media::TextXml,
            "application/soap+xml" => Media::SoapXml,
            _ => return None,
        };
        let hint = match (media, head.soap_action, content_type.parameter("action")) {
            (Media::TextXml, Some(value), _) => Hint::SoapAction(decode_soap_action(value)),
            (_, _, Some(action)) => Hint::Action(action.to_owned()),
            (_, _, None) => Hint::Body,
        };
        Some(Self { media, hint })
    }

    /// Whether the media type admits the version: `text/xml` does with both.
    pub fn admits(&self, version: Version) -> bool {
        match self.media {
            Media::TextXml => true,
            Media::SoapXml => version == Version::V12,
        }
    }

    /// The one version that the media type admits, if it is one.
    pub fn promised_version(&self) -> Option<Version> {
        match self.media {
            Media::TextXml => None,
            Media::SoapXml => Some(Version::V12),
        }
    }

    /// Decides by the header alone, if it can.
    pub fn route(&self, contract: &'static Contract) -> Result<Route, Fault> {
        let find = |action: &str| contract.operation_of_action(action);
        match &self.hint {
            Hint::SoapAction(action) => find(action).map(Route::Operation).ok_or_else(|| {
                Fault::client(format!(
                    "Server did not recognize the value of HTTP Header SOAPAction: {action}."
                ))
            }),
            Hint::Action(action) => Ok(find(action).map_or(Route::ByElement, Route::Operation)),
            Hint::Body => Ok(Route::ByElement),
        }
    }

    /// Decides by the first element in Body.
    pub fn route_by_element(
        &self,
        element: Option<&Element>,
        contract: &'static Contract,
    ) -> Result<&'static Operation, Fault> {
        contract
            .operations
            .iter()
            .find(|operation| {
                element.is_some_and(|element| element.is(contract.namespace, operation.name))
            })
            .ok_or_else(|| match &self.hint {
                Hint::SoapAction(action) | Hint::Action(action) => Fault::client(format!(
                    "Unable to handle request. The action '{action}' was not recognized."
                )),
                Hint::Body => Fault::client(
                    "Unable to handle request without a valid action parameter. Please supply a valid soap action.",
                ),
            })
    }
}

/// Removes one pair of quotes and URL-decodes, `+` for a blank included.
fn decode_soap_action(value: &str) -> String {
    let value = value.trim();
    let value = value
        .strip_prefix('"')
        .and_then(|inner| inner.strip_suffix('"'))
        .unwrap_or(value);
    let mut decoded = Vec::with_capacity(value.len());
    let mut bytes = value.as_bytes();
    while let [first, rest @ ..] = bytes {
        let (byte, after) = match (first, rest) {
            (b'%', [high, low, after @ ..]) => match hex_pair(*high, *low) {
                Some(byte) => (byte, after),
                None => (b'%', rest),
            },
            (b'+', _) => (b' ', rest),
            (&other, _) => (other, rest),
        };
        decoded.push(byte);
        bytes = after;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hex_pair(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}
