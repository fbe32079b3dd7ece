//! The frame around an operation: Envelope, Header, Body.

use tokio::io::AsyncBufRead;

use super::{Fault, FaultCode, ReadError, Version};
use crate::xml::{Element, Reader, Writer};

/// Enters the Envelope and tells its version.
pub(super) async fn open<R: AsyncBufRead + Unpin>(
    reader: &mut Reader<R>,
) -> Result<Version, ReadError> {
    let root = reader
        .child()
        .await?
        .filter(|root| root.local == "Envelope");
    let Some(root) = root else {
        return Err(Fault::unreadable(
            "Request format is invalid: Missing required soap:Envelope element.",
        )
        .into());
    };
    Version::of_envelope(root.namespace.as_deref()).ok_or_else(|| {
        Fault {
            code: FaultCode::VersionMismatch,
            reason: format!(
                "Possible SOAP version mismatch: Envelope namespace {} was unexpected. Expecting {}.",
                root.namespace.unwrap_or_default(),
                Version::V11.envelope(),
            ),
        }
        .into()
    })
}

/// Reads on to the first element in Body and enters it; `None` if Body is empty.
pub(super) async fn enter_body<R: AsyncBufRead + Unpin>(
    reader: &mut Reader<R>,
    version: Version,
) -> Result<Option<Element>, ReadError> {
    let namespace = version.envelope();
    while let Some(child) = reader.child().await? {
        if child.is(namespace, "Body") {
            return Ok(reader.child().await?);
        } else if child.is(namespace, "Header") {
            check_header(reader, version).await?;
        } else {
            reader.skip().await?;
        }
    }
    Err(Fault::unreadable("Request format is invalid: Missing required soap:Body element.").into())
}

/// No header block is understood here, so none may insist on it.
///
/// Deviation: ASMX checks after the operation ran, when it is too late to refuse.
async fn check_header<R: AsyncBufRead + Unpin>(
    reader: &mut Reader<R>,
    version: Version,
) -> Result<(), ReadError> {
    let namespace = version.envelope();
    while let Some(block) = reader.child().await? {
        let must = block.attribute(namespace, "mustUnderstand").map(str::trim);
        let role = block
            .attribute(namespace, version.role_attribute())
            .unwrap_or_default();
        if matches!(must, Some("1" | "true")) && version.is_our_role(role) {
            return Err(Fault {
                code: FaultCode::MustUnderstand,
                reason: format!("SOAP header {} was not understood.", block.local),
            }
            .into());
        }
        reader.skip().await?;
    }
    Ok(())
}

/// Writes an envelope on one line around what `body` writes.
pub(super) fn write(version: Version, body: impl FnOnce(&mut Writer)) -> String {
    let mut xml = begin(version);
    body(&mut xml);
    end(&mut xml);
    xml.finish()
}

/// Begins an envelope.
pub(super) fn begin(version: Version) -> Writer {
    let mut xml = Writer::new();
    xml.markup(r#"<soap:Envelope xmlns:soap=""#)
        .text(version.envelope())
        .markup(r#"" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance""#)
        .markup(r#" xmlns:xsd="http://www.w3.org/2001/XMLSchema">"#);
    xml
}

/// Ends it.
pub(super) fn end(xml: &mut Writer) {
    xml.close("soap:Envelope");
}
