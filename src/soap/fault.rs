//! Faults.

use super::{Response, Version, envelope};
use crate::xml::Writer;

/// Who is to blame; SOAP 1.2 has other words for it than SOAP 1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultCode {
    /// The request: `Client`, in SOAP 1.2 `Sender`.
    Client,
    /// Us: `Server`, in SOAP 1.2 `Receiver`.
    Server,
    /// A header block that must be understood and is not.
    MustUnderstand,
    /// An envelope of neither version.
    VersionMismatch,
}

impl FaultCode {
    const fn name(self, version: Version) -> &'static str {
        match (self, version) {
            (Self::Client, Version::V11) => "soap:Client",
            (Self::Client, Version::V12) => "soap:Sender",
            (Self::Server, Version::V11) => "soap:Server",
            (Self::Server, Version::V12) => "soap:Receiver",
            (Self::MustUnderstand, _) => "soap:MustUnderstand",
            (Self::VersionMismatch, _) => "soap:VersionMismatch",
        }
    }
}

/// Why there is no reply, as the client is told. Internal text must never get in here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Who is to blame.
    pub code: FaultCode,
    /// The text for the client's log.
    pub reason: String,
}

/// How the reason of an unreadable request begins.
const UNREADABLE: &str = "Server was unable to read request. ---> ";

impl Fault {
    /// A fault that the request caused.
    pub fn client(reason: impl Into<String>) -> Self {
        Self {
            code: FaultCode::Client,
            reason: reason.into(),
        }
    }

    /// A fault that we caused.
    pub fn server(reason: impl Into<String>) -> Self {
        Self {
            code: FaultCode::Server,
            reason: reason.into(),
        }
    }

    /// The request is longer than the limit of the edge.
    pub fn too_long() -> Self {
        Self::server(
            "There was an exception running the extensions specified in the config file. ---> Maximum request length exceeded.",
        )
    }

    /// A request that could be parsed as XML but not be understood.
    pub(super) fn unreadable(why: &str) -> Self {
        Self::client(format!("{UNREADABLE}{why}"))
    }

    /// Whether the reason quotes what came in a parameter.
    pub(super) fn is_about_a_parameter(&self) -> bool {
        self.reason.starts_with(UNREADABLE)
            && self.reason.contains("There is an error in XML document")
    }

    /// The answer that carries the fault, in the version of the request (the default if that is
    /// unknown).
    pub fn into_response(self, version: Version) -> Response {
        let version = match self.code {
            // Only the version that everybody reads can announce the versions there are.
            FaultCode::VersionMismatch => Version::V11,
            FaultCode::Client | FaultCode::Server | FaultCode::MustUnderstand => version,
        };
        let body = envelope::write(version, |xml| {
            if self.code == FaultCode::VersionMismatch {
                write_upgrade(xml);
            }
            xml.open("soap:Body");
            self.write(version, xml);
            xml.close("soap:Body");
        });
        Response {
            status: 500,
            content_type: Some(version.content_type()),
            cache_control: Some("private"),
            body: body.into(),
        }
    }

    fn write(&self, version: Version, xml: &mut Writer) {
        let code = self.code.name(version);
        xml.open("soap:Fault");
        match version {
            Version::V11 => xml
                .element("faultcode", code)
                .element("faultstring", &self.reason)
                .markup("<detail />"),
            Version::V12 => xml
                .open("soap:Code")
                .element("soap:Value", code)
                .close("soap:Code")
                .open("soap:Reason")
                .markup(r#"<soap:Text xml:lang="en">"#)
                .text(&self.reason)
                .close("soap:Text")
                .close("soap:Reason")
                .markup("<soap:Detail />"),
        };
        xml.close("soap:Fault");
    }
}

fn write_upgrade(xml: &mut Writer) {
    xml.open("soap:Header")
        .markup(r#"<soap12:Upgrade xmlns:soap12=""#)
        .text(Version::V12.envelope())
        .markup(r#""><soap12:SupportedEnvelope qname="soap:Envelope" />"#)
        .markup(r#"<soap12:SupportedEnvelope qname="soap12:Envelope" />"#)
        .close("soap12:Upgrade")
        .close("soap:Header");
}
