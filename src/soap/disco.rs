//! Discovery documents, by which development tools of the time find the description.

use super::{Contract, Version};
use crate::xml::Writer;

/// The discovery document of the service at `address`: where its description and its help page
/// are, and where its SOAP bindings are served.
pub fn render(contract: &Contract, address: &str) -> String {
    let mut xml = Writer::new();
    xml.markup(r#"<discovery xmlns:xsd="http://www.w3.org/2001/XMLSchema""#)
        .markup(r#" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance""#)
        .markup(r#" xmlns="http://schemas.xmlsoap.org/disco/"><contractRef ref=""#)
        .text(address)
        .markup(r#"?wsdl" docRef=""#)
        .text(address)
        .markup(r#"" xmlns="http://schemas.xmlsoap.org/disco/scl/" />"#);
    for version in [Version::V11, Version::V12] {
        xml.markup(r#"<soap address=""#)
            .text(address)
            .markup(r#"" xmlns:q1=""#)
            .text(contract.namespace)
            .markup(r#"" binding="q1:"#)
            .text(contract.name)
            .markup(version.port_suffix())
            .markup(r#"" xmlns="http://schemas.xmlsoap.org/disco/soap/" />"#);
    }
    xml.close("discovery");
    xml.finish()
}
